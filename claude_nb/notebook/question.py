"""One question: the cell's settings and text -> the request, and the chat it belongs to; pure.

Owns how a cell's words become a user turn with its history. Sends and shows nothing.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from claude_nb.api.tools import FunctionTool
from claude_nb.conversation import Conversation, Turn, answer_param
from claude_nb.notebook import attach, extra, formats, prompt, request
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.sanitise import one_line
from claude_nb.notebook.schema import AnswerSchema, answer_schema
from claude_nb.notebook.tools import function_tools

__all__ = ["Question", "compose"]


MOST_TITLE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and where its answer belongs.

    Attributes
    ----------
    params : Mapping
        The request, as the client takes it.
    values : Mapping
        The settings it was made from, by name.
    chat : Conversation or None
        Gets the turn when there is an answer; None to keep none.
    cell : str
        Identifies the notebook cell.
    schema : AnswerSchema or None
        What the answer must look like.
    tools : tuple of FunctionTool
        Functions that the model may call.
    """

    params: Mapping[str, Any]
    values: Mapping[str, Any]
    chat: Conversation | None
    cell: str
    schema: AnswerSchema | None = None
    tools: tuple[FunctionTool[Any], ...] = ()

    @property
    def format(self) -> str:
        """What the answer is shown as: JSON if a schema asks for it and the cell does not say."""
        said = self.values["format"]
        return "json" if self.schema is not None and said == "markdown" else said

    @property
    def title(self) -> str:
        """How the question begins, in at most 60 characters of one line."""
        content = self.params["messages"][-1]["content"]
        texts = [content] if isinstance(content, str) else [b.get("text", "") for b in content]
        return one_line(" ".join(texts), MOST_TITLE)

    def record(self, content: list[Any], usage: Mapping[str, Any], state: str) -> list[Turn]:
        """Keep the turn if there is an answer to send back; else the history stays as it was.

        Returns
        -------
        list of Turn
            The later turns, now stale.
        """
        answer = answer_param(content)
        if self.chat is None or answer is None:
            return []
        if self.values["fresh"]:
            self.chat.clear()
        asked = self.params["messages"][-1]
        turn = Turn(cell=self.cell, messages=(asked, answer), usage=usage, state=state)
        return self.chat.record(turn)


def compose(
    values: Mapping[str, Any],
    text: str,
    *,
    variables: Mapping[str, Any],
    chats: MutableMapping[str, Conversation],
    cell: str,
) -> Question:
    """Return the question that a cell asks.

    Parameters
    ----------
    values : Mapping
        All settings by name.
    text : str
        The cell below its first line.
    variables : Mapping
        The kernel's namespace.
    chats : MutableMapping
        Chats by name; the one asked for is added if it is new.
    cell : str
        Identifies the notebook cell.

    Raises
    ------
    InputError
        Something in it cannot be used, or the model would refuse it; nothing was sent.
    """
    _check(values, text)
    chat = None
    if not values["no_history"]:
        chat = chats.setdefault(values["chat"], Conversation(values["chat"]))
    before = chat.messages(cell) if chat is not None and not values["fresh"] else []
    turn = {"role": "user", "content": _content(values, text, variables)}
    settings = {**values, "system": _system(values, variables)}
    params = request.build(settings, [*before, turn])
    schema = answer_schema(values["schema"], variables) if values["schema"] else None
    if schema is not None:
        params = extra.merged(params, {"output_config": {"format": schema.format}})
    params = extra.merged(params, extra.parameters(values["option"]))
    request.check(params)
    tools = function_tools(values["tools"], variables) if values["tools"] else []
    return Question(
        params=params, values=values, chat=chat, cell=cell, schema=schema, tools=tuple(tools)
    )


def _check(values: Mapping[str, Any], text: str) -> None:
    if not text.strip():
        raise InputError("The prompt is empty: write it below the %%claude line.")
    name = values["out"]
    if name is not None and (not name.isidentifier() or keyword.iskeyword(name)):
        raise InputError(f"--out {name}: a variable's name has letters, digits and underscores.")


def _content(values: Mapping[str, Any], text: str, variables: Mapping[str, Any]) -> Any:
    attached = attach.blocks(values["attach"], variables)
    return prompt.user_content(attached, prompt.content(text.strip("\n"), variables))


def _system(values: Mapping[str, Any], variables: Mapping[str, Any]) -> str:
    given = prompt.system_text(values["system"], variables) if values["system"] else ""
    return "\n\n".join(filter(None, (given, formats.instruction(values["format"]))))
