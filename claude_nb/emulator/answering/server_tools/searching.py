"""``web_search``: results from the built-in library, and an answer that cites them.

References
----------
Messages API, "Web search tool": results, ``encrypted_content``, citations, error codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from claude_nb.emulator import signature
from claude_nb.emulator.answering import citing
from claude_nb.emulator.answering.server_tools import library
from claude_nb.emulator.answering.server_tools.calls import DIRECT, Call, quoting, served, text
from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.task import Task
from claude_nb.emulator.wire import JSON

__all__ = ["answer", "call", "fits"]

_ASKED = re.compile(
    r"\b(search|look(?:ing)? up|google|latest|news|recent(?:ly)?|on the (?:web|internet)|online)\b",
    re.IGNORECASE,
)
_ASKING = ("search", "look", "looking", "google", "web", "internet", "online", "find", "sources")
_LONGEST = 400  # characters of a query
_CITED = 3  # pages that are quoted


def fits(task: Task, tool: Mapping[str, Any]) -> int:
    """Return 3 if the prompt asks for a search, 1 if the library has something about it."""
    if _ASKED.search(task.prompt):
        return 3
    asked = set(words.plain(task.prompt)) - words.STOP_WORDS
    pages = library.search(" ".join(asked), *library.domains(tool))
    return int(any(asked & page.names for page in pages))


def call(task: Task, tool: Mapping[str, Any], error: str) -> Call:
    """Search, or fail with `error`."""
    query = " ".join(words.keywords(task.prompt, skip=_ASKING, most=6)) or task.prompt[:_LONGEST]
    given: JSON = {"query": query}
    found = library.search(query, *library.domains(tool))
    use = served(task, "web_search", given)
    content: Any = [_result(page) for page in found]
    if error or len(query) > _LONGEST:
        code = error or "query_too_long"
        content = {"type": "web_search_tool_result_error", "error_code": code}
    result = {"type": "web_search_tool_result", "tool_use_id": use["id"], "content": content}
    return Call(use, result | {"caller": DIRECT}, "I'll search the web for that.")


def _result(page: library.Page) -> JSON:
    return {
        "type": "web_search_result",
        "url": page.url,
        "title": page.title,
        "encrypted_content": signature.sign(page.text, page.url),
        "page_age": page.age,
    }


def answer(task: Task, result: Mapping[str, Any]) -> list[JSON]:
    """Return text blocks that say what a search found, with citations."""
    content: Any = result["content"]
    if isinstance(content, dict):
        return [text(f"The search failed: `{content['error_code']}`.")]
    found = [library.find(str(item["url"])) for item in cast("list[JSON]", content)]
    pages = [page for page in found if page is not None][:_CITED]
    if not pages:
        return [text("The search found nothing: the emulator has a small library, and no network.")]
    best = [(page, citing.best(page.text, task.prompt).text) for page in pages]
    lead = "The emulator's own library, which stands for the web here, says:\n\n- "
    return quoting(lead, [(quoted, _citation(page, quoted)) for page, quoted in best])


def _citation(page: library.Page, quoted: str) -> JSON:
    return {
        "type": "web_search_result_location",
        "cited_text": quoted[:150],
        "url": page.url,
        "title": page.title,
        "encrypted_index": signature.sign(quoted, page.url),
    }
