"""One question: options, text, variables and history -> the request; pure.

Owns how a cell's words become a user turn behind its history. Sends, shows and keeps nothing.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from claude_nb.api.hiding.hidden import hidden
from claude_nb.api.schemas.tools import FunctionTool
from claude_nb.ask import braces, extra, prompt, request, server_tools
from claude_nb.ask.answers import formats
from claude_nb.ask.answers.answer_schema import AnswerSchema, answer_schema
from claude_nb.ask.attachments import attach, limits
from claude_nb.ask.attachments.images import Noted
from claude_nb.ask.context.choosing import Context
from claude_nb.ask.errors import InputError
from claude_nb.ask.functions import function_tools
from claude_nb.ask.options import Options
from claude_nb.characters import one_line
from claude_nb.models import BUILT_IN, ModelTable
from claude_nb.models.locks.locks import NONE, Locks

__all__ = ["Question", "compose"]

MOST_TITLE = 60
_LOOKED_AT = 4_000  # characters: a key that the cut parts is hidden first
_PLACEHOLDER = re.compile(
    r"^[ \t]*# YOUR CODE HERE\s*\n\s*raise NotImplementedError\b"
    r"|\A\s*(?:# )?YOUR (?:CODE|ANSWER) HERE\s*\Z",
    re.MULTILINE,
)
Param = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked.

    Attributes
    ----------
    params : Mapping
        The request, as the client takes it, without `functions`.
    options : Options
        What it was made from.
    schema : AnswerSchema or None
        What the answer must look like.
    functions : tuple of FunctionTool
        Functions that the model may call.
    filled : tuple of str
        The names in braces that values were put in for.
    notes : tuple of str
        What was changed of what was named, such as the size of a picture.
    context : Context or None
        What it sees of the notebook; stands in the request before the conversation.
    begins_as_text : bool
        Whether the first message of the conversation is a text, and no list of blocks.
    """

    params: Param
    options: Options
    schema: AnswerSchema | None = None
    functions: tuple[FunctionTool[Any], ...] = ()
    filled: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    context: Context | None = None
    begins_as_text: bool = False

    @property
    def tools(self) -> list[Any]:
        """All tools: the functions, and those that the server runs."""
        return [*self.functions, *(self.params.get("tools") or ())]

    @property
    def sent(self) -> dict[str, Any]:
        """The request as the server sees it."""
        tools = [tool.to_dict() for tool in self.functions]
        tools += self.params.get("tools") or ()
        return {**self.params, "tools": tools} if tools else dict(self.params)

    @property
    def history(self) -> list[Param]:
        """The messages that go out before what is asked, without what it sees."""
        return self.conversation[:-1]

    @property
    def asked(self) -> Param:
        """The user's turn."""
        return self.conversation[-1]

    @property
    def conversation(self) -> list[Param]:
        """The messages without what it sees of the notebook."""
        messages: list[Param] = list(self.params["messages"])
        shown = len(self.context.blocks) if self.context is not None else 0
        if not shown:
            return messages
        first, *rest = messages
        said = first["content"][shown:]
        return [{**first, "content": said[0]["text"] if self.begins_as_text else said}, *rest]

    @property
    def format(self) -> str:
        """What the answer is shown as: JSON if a schema asks for it and the cell does not say."""
        said = self.options.format
        return "json" if self.schema is not None and said == "markdown" else said

    @property
    def title(self) -> str:
        """How the question begins, in at most 60 characters of one line."""
        content = self.asked["content"]
        texts = [content] if isinstance(content, str) else [b.get("text", "") for b in content]
        return one_line(hidden(" ".join(texts)[:_LOOKED_AT]), MOST_TITLE)


def compose(
    options: Options,
    text: str,
    *,
    variables: Mapping[str, Any],
    history: Sequence[Param] = (),
    models: ModelTable = BUILT_IN,
    verbatim: bool = False,
    container: str = "",
    context: Context | None = None,
    shown: attach.Shown | None = None,
    locks: Locks = NONE,
) -> Question:
    """Return the question that a cell asks.

    Parameters
    ----------
    options : Options
        Of the cell.
    text : str
        The cell below its first line.
    variables : Mapping
        The kernel's namespace.
    history : sequence of message params
        What was said before.
    models : ModelTable
        What is known of the models of the server.
    verbatim : bool
        Send `text` as it stands, braces and all, instead of putting variables in.
    container : str
        Where code of this conversation ran before; code runs there again.
    context : Context, optional
        What the question sees of its notebook.
    shown : callable, optional
        Knows what of the notebook can be attached by name; if it `Looks`, also what a model may
        look at.
    locks : Locks
        What whoever runs the machine allows.

    Raises
    ------
    InputError
        Something in it cannot be used or is locked, or the model would refuse it.
    """
    _check(options, text)
    turn = {"role": "user", "content": _content(options, text, variables, shown, verbatim=verbatim)}
    messages = server_tools.cited([*history, turn], cite=options.cite)
    begins_as_text = isinstance(messages[0]["content"], str)
    others = extra.parameters(options.option)
    if context is not None:
        messages = _seeing(messages, context, others.get("cache_control"))
    system = prompt.system_template(options.system)
    settings = options.changed({"system": _system(options, system, variables)})
    messages, notes = limits.fitted(messages, models.get(options.model))
    params = request.build(settings, messages, models)
    schema = answer_schema(options.schema, variables) if options.schema else None
    if schema is not None:
        params = extra.merged(params, {"output_config": {"format": schema.format}})
    params = extra.merged(params, others)
    functions = _functions(options, variables, models, shown)
    names = [function.name for function in functions]
    params = server_tools.added(options, params, models, names)
    tools = [*names, *(params.get("tools") or ())]
    request.check({**params, "tools": tools} if names else params, models, locks)
    _check_names(functions, params)
    if not functions and not params.get("tools"):
        params = {**params, **_called_before(history)}
    params = {**params, **_container(params, container)}
    return Question(
        params=params,
        options=options,
        schema=schema,
        functions=tuple(functions),
        filled=()
        if options.raw
        else tuple(dict.fromkeys(_fields(system, "" if verbatim else text))),
        notes=(*_notes(turn["content"]), *notes),
        context=context,
        begins_as_text=begins_as_text,
    )


def _seeing(messages: Sequence[Param], context: Context, cached: Any) -> list[Param]:
    """Return the messages with what is seen before the first of them, where it can be cached.

    A server refuses what is cached for longer than what stands before it: both are cached alike.
    """
    first, *rest = messages
    blocks = [
        {**block, "cache_control": cached} if cached and "cache_control" in block else block
        for block in context.blocks
    ]
    if not blocks:
        return list(messages)
    return [{**first, "content": [*blocks, *_parted(first["content"])]}, *rest]


def _parted(content: Any) -> list[Param]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else [*content]


_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"  # what pasting leaves where nothing is


def _check(options: Options, text: str) -> None:
    unseen = "" if options.raw else _UNSEEN
    if all(char.isspace() or char in unseen for char in text):
        raise InputError("The prompt is empty: write it below the %%claude line.")
    if not options.raw and _PLACEHOLDER.search(text):
        raise InputError(
            "A placeholder of nbgrader stands in this cell: write your question in its place. It "
            "is sent as it is with --raw."
        )
    name = options.out
    if name is not None and not name.isidentifier():
        raise InputError(f"--out {name}: a variable's name has letters, digits and underscores.")
    if name is not None and keyword.iskeyword(name):
        raise InputError(f"--out {name}: {name} is a word of Python's own; take another: {name}_.")


def _functions(
    options: Options, variables: Mapping[str, Any], models: ModelTable, looks: object
) -> list[FunctionTool[Any]]:
    """Return the tools that run here: functions, and the memory."""
    functions = function_tools(options.tools, variables, looks) if options.tools else []
    memory = server_tools.memory(options, models)
    if memory is not None and any(function.name == memory.name for function in functions):
        raise InputError("--tools has a function memory, which is the name of the --memory tool.")
    return [*functions, *([memory] if memory is not None else [])]


def _container(params: Param, container: str) -> dict[str, Any]:
    runs_code = any(
        str(tool.get("type") or "").startswith("code_execution_")
        for tool in params.get("tools") or ()
        if isinstance(tool, dict)
    )
    return {"container": container} if container and runs_code and "container" not in params else {}


def _check_names(functions: Sequence[FunctionTool[Any]], params: Param) -> None:
    """Refuse a tool of ``-o tools=`` that has the name of one of ``--tools``."""
    defined = [tool.get("name") for tool in params.get("tools") or () if isinstance(tool, dict)]
    for function in functions:
        if function.name in defined:
            raise InputError(
                f"--tools and -o tools= both have a tool {function.name}: their names must differ."
            )


def _called_before(history: Sequence[Param]) -> dict[str, Any]:
    """Return the fields that let a request without tools show earlier calls; empty without any.

    A history with calls in it may be refused where no tool is defined at all. So those that were
    called are named; none of them can be called again.
    """
    blocks = [
        each for turn in history if not isinstance(turn["content"], str) for each in turn["content"]
    ]
    names = dict.fromkeys(each["name"] for each in blocks if each.get("type") == "tool_use")
    told = {"description": "Called earlier.", "input_schema": {"type": "object"}}
    tools = [{"name": name, **told} for name in names]
    return {"tools": tools, "tool_choice": {"type": "none"}} if tools else {}


def _content(
    options: Options,
    text: str,
    variables: Mapping[str, Any],
    shown: attach.Shown | None,
    *,
    verbatim: bool,
) -> Any:
    attached = attach.blocks(options.attach, variables, shown)
    if options.raw or verbatim:  # as typed, but for the line end that closes the cell
        return prompt.user_content(attached, text.removesuffix("\n"))
    return prompt.user_content(attached, prompt.content(text.strip("\n"), variables))


def _system(options: Options, template: str, variables: Mapping[str, Any]) -> str:
    given = prompt.system_text(template, None if options.raw else variables)
    return "\n\n".join(filter(None, (given, formats.instruction(options.format))))


def _notes(content: Any) -> Iterator[str]:
    blocks = content if isinstance(content, list) else []
    yield from (block.note for block in blocks if isinstance(block, Noted))


def _fields(*texts: str) -> Iterator[str]:
    for text in texts:
        yield from braces.fields(text)
