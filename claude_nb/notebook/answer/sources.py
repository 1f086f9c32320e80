"""What an answer's citations name: a number in the text each, and a list of sources below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from claude_nb.characters import one_line, plain
from claude_nb.notebook.text.markdown import host
from claude_nb.notebook.text.safe_html import (
    SafeHtml,
    attribute,
    clean,
    join,
    markup,
    visible_html,
)

__all__ = ["Sources"]

_TITLE = 100  # characters of a source's title
_QUOTE = 160  # characters of a quotation
_MOST_QUOTES = 3  # of a source, in the plain text
_PLACES = {  # kind of citation: what is counted, its fields, what the first one is called
    "char_location": ("character", "char_index", 0),
    "page_location": ("page", "page_number", 0),
    "content_block_location": ("part", "block_index", 1),
}


class _Source(NamedTuple):
    """What tells a source from others: title, address, number of the document, place in it."""

    title: str
    address: str
    document: Any
    where: str

    @property
    def leads(self) -> bool:
        """Whether its address is one of the web."""
        return self.address.startswith(("http://", "https://"))

    @property
    def text(self) -> str:
        """It in words."""
        address = "" if self.address in ("", self.title) else f" — {self.address}"
        return f"{self.title}{address}{self.where and f', {self.where}'}"

    @property
    def html(self) -> SafeHtml:
        """It as HTML; a link shows which host it leads to, and what is no link is text."""
        named, where = visible_html(self.title), visible_html(self.where and f", {self.where}")
        if self.leads:
            leads = visible_html(one_line(host(self.address), _TITLE))
            return markup(
                '<a href="{}">{}</a> ({}){}', attribute(self.address), named, leads, where
            )
        address = "" if self.address in ("", self.title) else f" ({one_line(self.address, _TITLE)})"
        return markup("{}{}{}", named, visible_html(address), where)


class Sources:
    """The sources of an answer, each once, in the order in which they were cited."""

    def __init__(self) -> None:
        self._quotes: dict[_Source, dict[str, None]] = {}
        self._numbers: dict[_Source, int] = {}

    def __bool__(self) -> bool:
        return bool(self._quotes)

    def add(self, citations: Any) -> list[int]:
        """Take the citations of a text block, JSON objects or None, and return their numbers."""
        items = cast("list[Any]", citations) if isinstance(citations, list) else []
        return [self._take(item if isinstance(item, Mapping) else {}) for item in items]

    def _take(self, citation: Mapping[str, Any]) -> int:
        source = _source(citation)
        quoted = one_line(str(citation.get("cited_text") or ""), _QUOTE)
        self._quotes.setdefault(source, {}).update({quoted: None} if quoted else {})
        return self._numbers.setdefault(source, len(self._numbers) + 1)

    @property
    def quoted(self) -> dict[int, str]:
        """What each number tells a pointer that rests on it: the words, and where they are."""
        return {
            number: plain(" ".join([*map(_in_quotes, self._quotes[source]), f"({source.text})"]))
            for source, number in self._numbers.items()
        }

    @property
    def text(self) -> str:
        """The list as text: a line each, and the words that are quoted."""
        lines: list[str] = []
        for source, number in self._numbers.items():
            quotes = list(self._quotes[source])
            lines.append(f"{number}. {source.text}")
            lines += [f"   {_in_quotes(quote)}" for quote in quotes[:_MOST_QUOTES]]
        return "\n".join(lines)

    @property
    def html(self) -> SafeHtml:
        """The list as HTML."""
        items = join(markup("<li>{}</li>", source.html) for source in self._numbers)
        return clean(markup("<p>Sources:</p><ol>{}</ol>", items))


def _in_quotes(words: str) -> str:
    return f"“{words}”"


def _source(citation: Mapping[str, Any]) -> _Source:
    address = str(citation.get("url") or citation.get("source") or "")
    title = citation.get("title") or citation.get("document_title") or address
    number = citation.get("document_index")
    title = title or (f"Document {number + 1}" if isinstance(number, int) else "Untitled")
    shown = one_line(str(title), _TITLE)
    return _Source(shown, address, repr(number), _where(citation))


def _where(citation: Mapping[str, Any]) -> str:
    """Return which page, characters or parts are cited; the API's ends are exclusive."""
    unit, field, base = _PLACES.get(str(citation.get("type")), ("", "", 0))
    first, end = citation.get(f"start_{field}"), citation.get(f"end_{field}")
    if not unit or not isinstance(first, int) or not isinstance(end, int):
        return ""
    first, last = first + base, end + base - (unit != "character")
    return f"{unit} {first:,}" if first >= last else f"{unit}s {first:,} to {last:,}"
