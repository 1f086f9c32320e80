"""Quote what a request's documents and search results say, with the place of every quotation.

Pure. A place is exact: the characters it names are the words that are cited.

References
----------
Messages API, "Citations" and "Search results": kinds of places, indices from 0, ends exclusive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.task import Task, blocks_of
from claude_nb.emulator.wire import JSON, section

__all__ = ["Quote", "best", "documents", "in_text", "is_on", "quotations"]

_SENTENCE = re.compile(r"[^\s.!?][^.!?\n]{0,1000}(?:[.!?](?!\s|$)[^.!?\n]{0,1000})*+[.!?]?")
_READ = 200_000  # characters of a text
_MOST = 3  # sources that are quoted


@dataclass(frozen=True, slots=True)
class Quote:
    """Words and where they stand: `text` is what lies from `start` to `end`."""

    text: str
    start: int
    end: int


def is_on(holder: Mapping[str, Any]) -> bool:
    """Tell whether a document, a search result or a tool has citations enabled."""
    return bool(section(holder, "citations").get("enabled"))


def best(text: str, asked: str) -> Quote:
    """Return the sentence that shares most words with what was asked; the first of equals."""
    wanted = _meant(asked)
    found = [
        Quote(match.group().rstrip(), match.start(), match.start() + len(match.group().rstrip()))
        for match in _SENTENCE.finditer(text[:_READ])
    ]
    start = Quote(text[:100], 0, min(100, len(text)))
    return max(found, key=lambda one: len(wanted & _meant(one.text)), default=start)


def _meant(text: str) -> set[str]:
    return {word.rstrip("s") for word in set(words.plain(text)) - words.STOP_WORDS}


def documents(task: Task) -> int:
    """Return how many documents the conversation holds, fetched ones included."""
    return sum(1 for _ in _placed(task, "document"))


def quotations(task: Task) -> list[tuple[str, JSON]]:
    """Return (words, citation) from what the last turn brought with citations enabled."""
    found: list[tuple[str, JSON]] = []
    wanted = _meant(task.question)
    for kind, cite in (("document", _in_document), ("search_result", _in_search_result)):
        for number, block, is_last in _placed(task, kind):
            quoted = cite(block, number, task.question) if is_last and is_on(block) else None
            if quoted:
                found.append(quoted)
    fitting = [quoted for quoted in found if wanted & _meant(quoted[0])]
    return (fitting or found)[:_MOST]


def _placed(task: Task, kind: str) -> Iterator[tuple[int, Mapping[str, Any], bool]]:
    """Yield (index, block, whether it came with the last turn) of all blocks of a kind."""
    number = 0
    for n, turn in enumerate(task.turns, start=1):
        for block in _unfolded(turn.blocks):
            if block.get("type") == kind:
                yield number, block, n == len(task.turns)
                number += 1


def _unfolded(blocks: Any) -> Iterator[Mapping[str, Any]]:
    for block in cast("list[Mapping[str, Any]]", blocks):
        yield block
        content: Any = block.get("content")
        if block.get("type") == "tool_result":
            yield from blocks_of(content or "")
        elif block.get("type") == "web_fetch_tool_result" and "content" in content:
            yield content["content"]


def _in_document(block: Mapping[str, Any], number: int, asked: str) -> tuple[str, JSON] | None:
    source: Mapping[str, Any] = block["source"]
    title = block.get("title")
    if source["type"] == "text":
        quote = best(source["data"], asked)
        return quote.text, in_text(quote, number, title, source.get("file_id"))
    if source["type"] == "content":
        place, quoted = _best_block(source["content"], asked)
        cited = _cited(quoted, number, title)
        return quoted, {**cited, "type": "content_block_location", **_blocks(place)}
    return None


def in_text(quote: Quote, number: int, title: Any, file_id: str | None = None) -> JSON:
    """Return the citation of a part of the document with this number."""
    return {
        **_cited(quote.text, number, title, file_id),
        "type": "char_location",
        "start_char_index": quote.start,
        "end_char_index": quote.end,
    }


def _cited(quoted: str, number: int, title: Any, file_id: str | None = None) -> JSON:
    return {
        "cited_text": quoted,
        "document_index": number,
        "document_title": title,
        "file_id": file_id,
    }


def _best_block(content: Any, asked: str) -> tuple[int, str]:
    wanted = _meant(asked)
    texts = [str(block.get("text", "")) for block in blocks_of(content)] or [""]
    scores = [len(wanted & _meant(text[:_READ])) for text in texts]
    place = scores.index(max(scores))
    return place, texts[place]


def _blocks(place: int) -> JSON:
    return {"start_block_index": place, "end_block_index": place + 1}


def _in_search_result(block: Mapping[str, Any], number: int, asked: str) -> tuple[str, JSON]:
    place, quoted = _best_block(block["content"], asked)
    return quoted, {
        "type": "search_result_location",
        "cited_text": quoted,
        "search_result_index": number,
        "source": block["source"],
        "title": block["title"],
        **_blocks(place),
    }
