"""Content blocks: one table that says for each kind how it shows live, saved and as plain text.

The only place that tells kinds apart. Blocks are taken as the API sends them, as JSON objects. A
kind that is not in the table shows its type and its JSON, so that nothing is dropped. What only
the server can read is never shown, but for its size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, TypeAlias, cast

from claude_nb.characters import bounded, one_line, plain
from claude_nb.notebook.answer import served
from claude_nb.notebook.answer.amounts import duration, size
from claude_nb.notebook.answer.pieces import Piece, Section
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
    "KINDS",
    "SOFT",
    "Block",
    "Kind",
    "is_empty",
    "kind_of",
    "shown",
    "thought",
    "thought_only",
    "words",
]

Block: TypeAlias = Mapping[str, Any]

_MOST = 2_000  # characters of a result in the saved output
_BRIEF = 61  # characters of what a tool got or gave, in the line that is seen unopened
_TITLE = 100  # characters of a source's title
SOFT: LiteralString = "color:color-mix(in srgb,currentcolor 70%,transparent);font-size:.88em"
"""The look of what is not the answer itself, wherever that is shown; answer.css says more."""

_DISCLOSURE: LiteralString = (
    f'<details><summary style="{SOFT}">{{}}</summary>'
    '<pre tabindex="0" style="white-space:pre-wrap;max-height:24em;overflow-y:auto">{}</pre>'
    "</details>"
)
_LOOK = markup(f' style="{SOFT}"')
_DEEP = "(nested too deeply to be shown)"
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
    ended : callable, optional
        A call that is whole -> the title of its disclosure, which has no text until then.
    html : callable, optional
        A block, its look -> its saved HTML, where that is more than a line and a text.
    sent_again : bool
        Whether it goes into the history by itself. Text does: the server ignores the thinking of
        earlier turns, and a tool's block is refused without its other half, with which it is kept
        (`claude_nb.sent_back`).
    """

    label: Callable[[Block], str]
    body: Callable[[Block], str] | None = None
    line: Callable[[Block], str] | None = None
    live: Callable[[Block], str] | None = None
    section: Section = "tool"
    is_thought: bool = False
    whole: bool = False
    told: bool = True
    ended: Callable[[Block], str] | None = None
    html: Callable[[Block, SafeHtml], SafeHtml] | None = None
    sent_again: bool = False

    def title(self, block: Block) -> str:
        """Return the line that is seen of a block unopened."""
        return (self.line or self.label)(block)

    def begin(self, block: Block) -> list[Piece]:
        """Return what shows live when a block begins; most results come whole."""
        if self.section != "tool":
            return [Piece(self.section, without_marks(self.text(block)))]
        body = "" if self.whole else bounded(self.text(block), 2 * _MOST)
        title = Piece("begin", (self.live or self.title)(block))
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
    if kind.html is not None:
        return kind.html(block, _LOOK), text
    closed = visible_html(plain(title or kind.title(block)))
    if not body:
        return element("p", element("em", closed)), text
    opened = visible_html(plain(body if kind.whole else bounded(body, _MOST)))
    return markup(_DISCLOSURE, closed, opened), text


def words(block: Block, title: str = "") -> str:
    """Return a block in words: text as it is, others by `title` or what they are."""
    kind = kind_of(block)
    if kind.section == "text":
        return kind.text(block)
    label = f"[{title or kind.label(block)}]"
    body = bounded(kind.text(block), _MOST) if kind.told else ""
    return f"{label} {body}" if body else label


def thought(seconds: float | None, tokens: int | None = None) -> str:
    """Return the title of a thinking block ("Thought for 4 s · 612 tokens")."""
    title = "Thought" if seconds is None else f"Thought for {duration(seconds)}"
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
    try:
        return json.dumps(value, indent=indent, ensure_ascii=False, default=str)
    except RecursionError:
        return _DEEP


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
        return f"({len(item):,} characters that only the server can read)" if item else item
    return _readable(item)


def _call() -> Kind:
    """Return the kind of a tool call; its closed line is short, so that calls are told apart."""
    return Kind(
        label=lambda block: f"Tool: {block.get('name')}",
        line=lambda block: f"Tool: {block.get('name')}({one_line(_arguments(block), _BRIEF)})",
        live=_of("name"),
        body=lambda block: _dumps(block.get("input")),
        whole=True,
    )


def _arguments(block: Block) -> str:
    given = block.get("input")
    pairs = cast("Mapping[str, Any]", given).items() if isinstance(given, Mapping) else ()
    return ", ".join(f"{key}={_dumps(value, None)}" for key, value in pairs)


def _served_call() -> Kind:
    """Return the kind of a call of a tool that the server runs; one line, told while it runs."""
    return Kind(
        label=served.doing,
        ended=served.doing,
        body=served.call_body,
        whole=True,
    )


def _served(html: Callable[[Block, SafeHtml], SafeHtml] | None = None) -> Kind:
    """Return the kind of what a tool of the server gave, folded under what it was asked."""
    return Kind(label=served.title, body=served.body, html=html)


def _model(block: Block, role: str) -> str:
    return str(_mapping(block.get(role)).get("model") or "Another model")


def _result(
    name: Callable[[Block], str], body: Callable[[Any], str], *, named: bool = False
) -> Kind:
    """Return the kind of what a tool returned; `body` makes text of its content.

    Where a live title has the name alone (`named`), the rest is in the disclosure's first line.
    """

    def label(block: Block) -> str:
        failed = block.get("is_error") or _failure(block)
        return f"{name(block)} {'failed' if failed else 'returned'}"

    def told(block: Block) -> str:
        return _failure(block) or body(block.get("content"))

    return Kind(
        label=label,
        line=lambda block: f"{label(block)} {one_line(told(block), _BRIEF)}",
        live=label if named else None,
        body=told,
    )


def _failure(block: Block) -> str:
    """Return why a server's tool failed; empty if it did not."""
    content = block.get("content")
    if not isinstance(content, Mapping):
        return ""
    told = cast("Block", content)
    return ": ".join(str(told[key]) for key in ("error_code", "error_message") if told.get(key))


def _source_text(block: Block) -> str:
    source = _mapping(block.get("source"))
    data = str(source.get("data") or "")
    if source.get("type") == "base64":
        return f"{source.get('media_type')}, {size(data)}"
    return data or str(source.get("url") or source.get("file_id") or "")


def _parts(content: Any) -> str:
    """Return the content of a result: text, or blocks."""
    if isinstance(content, str):
        return content
    return "\n".join(words(part) for part in _list(content)) or "nothing"


def _mapping(value: Any) -> Block:
    return cast("Block", value) if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Block]:
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [_mapping(item) for item in items]


def _picture(block: Block) -> str:
    return f"{block.get('type')}: {_source_text(block)}"


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
    "tool_use": _call(),
    "server_tool_use": _served_call(),
    "mcp_tool_use": _served_call(),
    "tool_result": _result(_of("name", "Tool"), _parts, named=True),
    "mcp_tool_result": _served(),
    "web_search_tool_result": _served(),
    "web_fetch_tool_result": _served(),
    "code_execution_tool_result": _served(served.code_html),
    "bash_code_execution_tool_result": _served(served.code_html),
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
        label=lambda block: f"File in the container: {block.get('file_id')}", sent_again=True
    ),
    "image": Kind(label=_picture),
    "document": Kind(label=_picture),
}
_UNKNOWN = Kind(label=_of("type", "Block of no type"), body=_json, told=False)


def kind_of(block: Block) -> Kind:
    """Return how a block is shown."""
    return KINDS.get(str(block.get("type")), _UNKNOWN)


def thought_only(content: Sequence[Block]) -> bool:
    """Tell whether an answer thought, and did nothing else."""
    return bool(content) and all(kind_of(block).is_thought for block in content)


def is_empty(content: Sequence[Block]) -> bool:
    """Tell whether an answer has no text that can be seen, and nothing else."""
    kinds = [(kind_of(block), block) for block in content]
    return all(kind.section == "text" and not kind.text(block).strip() for kind, block in kinds)
