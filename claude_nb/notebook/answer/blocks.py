"""Content blocks: one table that says for each kind how it shows live, saved and as plain text.

The only place that tells kinds apart. Blocks are taken as the API sends them, as JSON objects. A
kind that is not in the table shows its type and its JSON, so that nothing is dropped. What only
the server can read is never shown, but for its size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, LiteralString, TypeAlias, cast

from claude_nb.characters import bounded, one_line, plain
from claude_nb.notebook.answer import served
from claude_nb.notebook.answer.amounts import duration
from claude_nb.notebook.answer.pieces import Piece, Section
from claude_nb.notebook.page.constants import DONE, FAILED, OPEN, RUNS
from claude_nb.notebook.text.citations import in_words, without_marks
from claude_nb.notebook.text.markdown import plain_html, to_html
from claude_nb.notebook.text.safe_html import (
    EMPTY,
    SafeHtml,
    element,
    markup,
    visible_html,
)

__all__ = [
    "BAD",
    "DISCLOSED",
    "KINDS",
    "MOST",
    "SOFT",
    "Block",
    "Kind",
    "asked",
    "brief",
    "failed",
    "given",
    "is_empty",
    "kind_of",
    "parts",
    "returned",
    "shown",
    "thought",
    "thought_only",
    "words",
]

Block: TypeAlias = Mapping[str, Any]

MOST = 2_000
"""Characters of a result in the saved output."""

_BRIEF = 61  # characters of what a tool got or gave, in the line that is seen unopened
_SHORT = 100  # characters of what a tool got that stand in one line
_MOMENT = 0.05  # seconds of thinking that are none to speak of
SOFT: LiteralString = "color:color-mix(in srgb,currentcolor 78%,transparent);font-size:.88em"
"""The look of what is not the answer itself, wherever that is shown; answer.css says more."""

BAD: LiteralString = "color:color-mix(in srgb,#d22 72%,currentcolor);font-size:.88em"
"""The same of what failed: readable on any page, for it leans on the page's own colour."""

DISCLOSED: LiteralString = (
    '<pre tabindex="0" style="white-space:pre-wrap;max-height:24em;overflow-y:auto">{}</pre>'
)
"""Text behind its title, as it is."""

_DISCLOSURE: LiteralString = f'<details><summary style="{SOFT}">{{}}</summary>{DISCLOSED}</details>'
_DEEP = "(nested too deeply to be shown)"
_DEEPEST = 200  # levels that are shown: each begins further to the right than the one around it
_OPAQUE = re.compile("encrypted.*|signature|data")  # names of such fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one kind of content block is shown.

    Attributes
    ----------
    label : callable
        A block -> what it is, in a few words.
    body : callable, optional
        A block -> its text; if there is none, the label says all.
    line : callable, optional
        A block -> its closed line; the label if there is none.
    live : callable, optional
        A block that begins -> the title of its disclosure; its closed line if there is none.
    section : str
        What its text is to a live view; ``tool`` for a disclosure.
    is_thought : bool
        Whether it is thinking, which can be hidden.
    whole : bool
        Whether the body comes piece by piece, and the saved HTML shows all of it.
    told : bool
        Whether plain text shows the body too.
    half : str
        Of a tool's call: the ``call`` itself, or its ``result``; see `calls`.
    late : bool
        Whether a live view gets the text of a call once it is whole, for what comes is no text yet.
    asks : callable, optional
        A call -> what it asks, as a person would say it.
    gave : callable, optional
        A result and its call, if that is known -> what was done, and what came of it.
    parts : callable, optional
        Half a call -> (name, text) of all that it holds.
    sent_again : bool
        Whether it goes into the history by itself. Text does: the server ignores the thinking of
        earlier turns, and a tool's block is refused without its other half, with which it is kept
        (`claude_nb.conversation.sent_back`).
    """

    label: Callable[[Block], str]
    body: Callable[[Block], str] | None = None
    line: Callable[[Block], str] | None = None
    live: Callable[[Block], str] | None = None
    section: Section = "tool"
    is_thought: bool = False
    whole: bool = False
    told: bool = True
    half: Literal["", "call", "result"] = ""
    late: bool = False
    asks: Callable[[Block], str] | None = None
    gave: Callable[[Block, Block | None], tuple[str, str]] | None = None
    parts: Callable[[Block], list[tuple[str, str]]] | None = None
    sent_again: bool = False

    def title(self, block: Block) -> str:
        """Return the line that is seen of a block unopened."""
        return (self.line or self.label)(block)

    def begin(self, block: Block) -> list[Piece]:
        """Return what shows live when a block begins; most results come whole."""
        if self.section != "tool":
            return [Piece(self.section, without_marks(self.text(block)))]
        body = "" if self.whole else bounded(self.text(block), 2 * MOST)
        call = str(block.get("id") or "") if self.half == "call" else ""
        title = Piece("begin", (self.live or self.title)(block), call)
        return [title, Piece("tool", body)] if body else [title]

    def text(self, block: Block) -> str:
        """Return the text of a block; empty where the label says all."""
        return self.body(block) if self.body is not None else ""


def shown(
    block: Block,
    title: str = "",
    *,
    own: str = "",
    as_it_came: bool = False,
    quoted: Mapping[int, str] | None = None,
) -> tuple[SafeHtml, str]:
    """Return a block as HTML and as plain text, as the cell keeps it.

    Parameters
    ----------
    block : Mapping
        As the API sends it.
    title : str
        Its closed line, where more is known than the block says.
    own : str
        What the ids of its footnotes begin with; see `to_html`.
    as_it_came : bool
        Format no text.
    quoted : Mapping, optional
        What the marks of citations in a text tell, by number.
    """
    kind = kind_of(block)
    text = plain(words(block, title))
    body = kind.text(block)
    if kind.section == "text":
        html = plain_html(body) if as_it_came else to_html(body, own, quoted)
        return html, in_words(text).strip("\n")
    if kind.section == "think" and not body:
        return EMPTY, ""  # thought, but the thinking was not sent
    closed = visible_html(plain(title or kind.title(block)))
    if not body:
        return element("p", element("em", closed)), text
    opened = visible_html(plain(body if kind.whole else bounded(body, MOST)))
    return markup(_DISCLOSURE, closed, opened), text


def words(block: Block, title: str = "") -> str:
    """Return a block in words: text as it is, others by `title` or what they are."""
    kind = kind_of(block)
    if kind.section == "text":
        return kind.text(block)
    label = f"[{title or kind.label(block)}]"
    body = bounded(kind.text(block), MOST) if kind.told else ""
    return f"{label} {body}" if body else label


def thought(seconds: float | None, tokens: int | None = None) -> str:
    """Return the title of a thinking block ("Thought for 4 s · 612 tokens")."""
    brief = seconds is not None and seconds < _MOMENT
    title = "Thought briefly" if brief else "Thought"
    title += "" if seconds is None or brief else f" for {duration(seconds)}"
    return f"{title} · {tokens:,} tokens" if tokens else title


# From blocks to words.


def _of(name: str, default: str = "") -> Callable[[Block], str]:
    return lambda block: str(block.get(name) or default)


def _said(words: str) -> Callable[[Block], str]:
    return lambda _: words


def _json(value: Any) -> str:
    try:
        return _dumps(_readable(value))
    except RecursionError:
        return _DEEP


def _dumps(value: Any, indent: int | None = 1) -> str:
    if _is_deep(value):
        return _DEEP
    try:
        return json.dumps(value, indent=indent, ensure_ascii=False, default=str)
    except RecursionError:
        return _DEEP


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [item for each in level for item in _inside(each)]
    return bool(level)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value).values()
    return cast("list[Any]", value) if isinstance(value, list) else ()


def _readable(value: Any) -> Any:
    """Return JSON data with the size in place of what only the server can read."""
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, Any]", value).items()
        return {name: _field(name, item) for name, item in pairs}
    if isinstance(value, list):
        return [_readable(item) for item in cast("list[Any]", value)]
    return value


def _field(name: str, item: Any) -> Any:
    if isinstance(item, str) and _OPAQUE.fullmatch(name):
        count = f"{len(item):,} character{'s' * (len(item) != 1)}"
        return f"({count} that only the server can read)" if item else item
    return _readable(item)


def _call(asks: Callable[[Block], str]) -> Kind:
    """Return the kind of a tool call; its line is short, so that calls are told apart."""
    return Kind(
        label=lambda block: f"Tool: {block.get('name')}",
        line=lambda block: f"{OPEN} {asks(block)} · no result",
        live=lambda block: f"{RUNS} {block.get('name')} …",
        body=lambda block: _dumps(block.get("input")),
        whole=True,
        half="call",
        asks=asks,
        parts=lambda block: [("in", given(block))],
    )


def _served_call() -> Kind:
    """Return the kind of a call of a tool that the server runs, told in words."""
    return Kind(
        label=served.doing,
        line=lambda block: f"{OPEN} {served.doing(block)} · no result",
        live=lambda block: f"{RUNS} {served.doing(block)} …",
        body=lambda block: served.code(block) or given(block),
        whole=True,
        half="call",
        late=True,
        asks=served.doing,
        parts=_code_or_input,
    )


def _code_or_input(block: Block) -> list[tuple[str, str]]:
    code = served.code(block)
    return [("code", code)] if code else [("in", given(block))]


def _written(block: Block) -> str:
    """Return a call as a person would write it: ``weather(city="Lisbon")``."""
    given = block.get("input")
    pairs = cast("Mapping[str, Any]", given).items() if isinstance(given, Mapping) else ()
    arguments = ", ".join(f"{key}={_dumps(value, None)}" for key, value in pairs)
    return f"{block.get('name')}({brief(arguments)})"


def asked(block: Block) -> str:
    """Return what a call asks: ``weather(city="Lisbon")``, ``Searching: tides``."""
    asks = kind_of(block).asks
    return asks(block) if asks is not None else _written(block)


def returned(result: Block, call: Block | None = None) -> str:
    """Return the line of a result: how it went, what was done, and what came of it."""
    gave = kind_of(result).gave
    done, came = gave(result, call) if gave is not None else ("Tool", "")
    return f"{FAILED if failed(result) else DONE} {done} → {came}"


def parts(half: Block) -> list[tuple[str, str]]:
    """Return (name, text) of all that half a call holds."""
    named = kind_of(half).parts
    return named(half) if named is not None else []


def brief(text: str) -> str:
    """Return as much of what a tool got or gave as its line shows."""
    return one_line(text, _BRIEF)


def given(block: Block) -> str:
    """Return what a call hands to its tool: in one line where that is short."""
    line = _dumps(block.get("input"), None)
    return line if len(line) <= _SHORT else _dumps(block.get("input"))


def failed(block: Block) -> bool:
    """Tell whether a result says that its tool failed."""
    status = served.mapping(block.get("content")).get("return_code")
    return bool(block.get("is_error") or served.failure(block) or status)


def _result() -> Kind:
    """Return the kind of what a function of the notebook returned."""
    name = _of("name", "Tool")

    def told(block: Block) -> str:
        return _parts(block.get("content"))

    return Kind(
        label=lambda block: f"{name(block)} {'failed' if failed(block) else 'returned'}",
        line=returned,
        body=told,
        half="result",
        gave=lambda block, call: (asked(call) if call else name(block), brief(told(block))),
        parts=lambda block: [("out", told(block))],
    )


def _served() -> Kind:
    """Return the kind of what a tool of the server gave."""

    def told(block: Block) -> str:
        return served.body(block) or "nothing"

    def gave(block: Block, call: Block | None) -> tuple[str, str]:
        return served.done(block, call), served.came(block) or brief(told(block))

    return Kind(
        label=lambda block: served.done(block, None),
        line=returned,
        body=told,
        half="result",
        gave=gave,
        parts=served.outputs,
    )


def _other_result() -> Kind:
    """Return the kind of what a tool of the server gave that is not known here: as it came."""

    def told(block: Block) -> str:
        content: object = block.get("content")
        return served.failure(block) or (content if isinstance(content, str) else _dumps(content))

    def parts_of(block: Block) -> list[tuple[str, str]]:
        return [("out", told(block))]

    def gave(block: Block, call: Block | None) -> tuple[str, str]:
        return served.doing(call) if call else "Tool", brief(told(block))

    return replace(_served(), gave=gave, body=told, parts=parts_of)


def _model(block: Block, role: str) -> str:
    return str(served.mapping(block.get(role)).get("model") or "Another model")


def _parts(content: Any) -> str:
    """Return the content of a result: text, or blocks."""
    if isinstance(content, str):
        return content
    return "\n".join(words(part) for part in served.listed(content)) or "nothing"


def _picture(block: Block) -> str:
    return f"{block.get('type')}: {served.source_text(block)}"


KINDS: Mapping[str, Kind] = {
    "text": Kind(
        label=_said("Text"), body=_of("text"), section="text", whole=True, sent_again=True
    ),
    "thinking": Kind(
        label=lambda _: thought(None),
        body=_of("thinking"),
        section="think",
        is_thought=True,
        whole=True,
        told=False,
    ),
    "redacted_thinking": Kind(label=_said("Thought, encrypted by the server"), is_thought=True),
    "tool_use": _call(_written),
    "server_tool_use": _served_call(),
    "mcp_tool_use": _served_call(),
    "tool_result": _result(),
    "mcp_tool_result": _served(),
    "web_search_tool_result": _served(),
    "web_fetch_tool_result": _served(),
    "code_execution_tool_result": _served(),
    "bash_code_execution_tool_result": _served(),
    "text_editor_code_execution_tool_result": _served(),
    "tool_search_tool_result": _served(),
    "compaction": Kind(
        label=_said("Earlier turns were summarised by the server"),
        body=_of("content"),
        told=False,
        sent_again=True,
    ),
    "fallback": Kind(
        label=lambda block: f"{_model(block, 'from')} refused; {_model(block, 'to')} answered"
    ),
    "search_result": Kind(
        label=_of("title", "Search result"),
        body=lambda block: f"{block.get('source')}\n{_parts(block.get('content'))}",
    ),
    "container_upload": Kind(
        label=lambda block: f"File in the container: {block.get('file_id') or 'of no name'}",
        sent_again=True,
    ),
    "image": Kind(label=_picture),
    "document": Kind(label=_picture),
}
_RESULT = _other_result()
_UNKNOWN = Kind(label=_of("type", "Block of no type"), body=_json, told=False)


def kind_of(block: Block) -> Kind:
    """Return how a block is shown."""
    name = str(block.get("type"))
    is_result = name.endswith("_tool_result") and bool(block.get("tool_use_id"))
    return KINDS.get(name, _RESULT if is_result else _UNKNOWN)


def thought_only(content: Sequence[Block]) -> bool:
    """Tell whether an answer thought, and did nothing else."""
    return bool(content) and all(kind_of(block).is_thought for block in content)


def is_empty(content: Sequence[Block]) -> bool:
    """Tell whether an answer has no text that can be seen, and nothing else but thoughts."""
    kinds = [(kind_of(block), block) for block in content]
    return all(
        kind.is_thought or (kind.section == "text" and not kind.text(block).strip())
        for kind, block in kinds
    )
