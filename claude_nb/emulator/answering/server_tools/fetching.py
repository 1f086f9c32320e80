"""``web_fetch``: a page of the built-in library as a document, and an answer that cites it.

References
----------
Messages API, "Web fetch tool": results, ``max_content_tokens``, citations, error codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from claude_nb.emulator.answering import citing
from claude_nb.emulator.answering.server_tools import library
from claude_nb.emulator.answering.server_tools.calls import DIRECT, Call, served, text
from claude_nb.emulator.counting import tokens
from claude_nb.emulator.task import Task
from claude_nb.emulator.wire import JSON

__all__ = ["answer", "call", "fits"]

_URL = re.compile(r"https?://[^\s<>()\[\]\"'`]{1,2000}")
_LONGEST = 250  # characters of an address


def fits(task: Task, tool: Mapping[str, Any]) -> int:  # noqa: ARG001 - one signature for all
    """Return 4 if the prompt holds an address."""
    return 4 if _URL.search(task.prompt) else 0


def call(task: Task, tool: Mapping[str, Any], error: str) -> Call:
    """Fetch the address in the prompt, or fail with `error`."""
    found = _URL.search(task.prompt)
    url = found.group().rstrip(".,;:!?") if found else library.PAGES[0].url
    given: JSON = {"url": url}
    use = served(task, "web_fetch", given)
    content = _fetched(url, tool, error)
    result = {"type": "web_fetch_tool_result", "tool_use_id": use["id"], "content": content}
    return Call(use, result | {"caller": DIRECT}, "I'll read that page.")


def _problem(url: str, tool: Mapping[str, Any]) -> str:
    if len(url) > _LONGEST:
        return "url_too_long"
    return "" if library.permits(url, *library.domains(tool)) else "url_not_allowed"


def _fetched(url: str, tool: Mapping[str, Any], error: str) -> JSON:
    """Return what was read, or why nothing was: `error` if there is one already."""
    page = library.find(url)
    code = error or _problem(url, tool)
    if code or page is None:
        code = code or "url_not_accessible"
        return {"type": "web_fetch_tool_result_error", "error_code": code}
    most = tool.get("max_content_tokens")
    data = page.text if most is None else "".join(tokens.split(page.text)[:most])
    document: JSON = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": data},
        "title": page.title,
        "citations": {"enabled": True} if citing.is_on(tool) else None,
    }
    return {"type": "web_fetch_result", "url": url, "retrieved_at": None, "content": document}


def answer(task: Task, result: Mapping[str, Any]) -> list[JSON]:
    """Return text blocks that quote what was fetched, with citations if they are on."""
    content: Mapping[str, Any] = result["content"]
    if content["type"] == "web_fetch_tool_result_error":
        return [text(f"The page could not be read: `{content['error_code']}`.")]
    document: Mapping[str, Any] = content["content"]
    quoted = citing.best(str(document["source"]["data"]), task.prompt)
    lead = text(f"The page, *{document.get('title') or content['url']}*, says:\n\n> ")
    if not citing.is_on(document):
        return [lead, text(quoted.text)]
    # it is a document of the conversation, behind those that came before it
    cited = citing.in_text(quoted, citing.documents(task), document.get("title"))
    return [lead, text(quoted.text, cited)]
