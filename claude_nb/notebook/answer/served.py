"""Tools that the server runs: what is seen of a call while it runs, and of what it returned.

Words for the lines of `claude_nb.notebook.answer.calls`, and what is behind them. Blocks are taken
as the API sends them; what only the server can read is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, cast

from claude_nb.characters import bounded, one_line
from claude_nb.notebook.answer.amounts import count, size
from claude_nb.notebook.text.markdown import host

# fmt: off
__all__ = [
    "body", "came", "code", "doing", "done", "failure", "listed", "mapping", "outputs",
    "source_text",
]
# fmt: on

Block: TypeAlias = Mapping[str, Any]

_LINE = 80  # characters of what was asked for, in one line
_PAGE = 500  # characters of a page that was read
_CODE = 4_000  # characters of code, and of what it wrote
_MOST_PAGES = 10
_DOING = {  # while it runs: without what is asked for, and with it
    "web_search": ("Searching the web", "Searching: {}"),
    "web_fetch": ("Reading a page", "Reading: {}"),
    "code_execution": ("Running code", "Running code"),
    "bash_code_execution": ("Running a command", "Running: {}"),
    "text_editor_code_execution": ("Working on a file", "{}"),
    "tool_search_tool_regex": ("Looking for tools", "Looking for tools: {}"),
    "tool_search_tool_bm25": ("Looking for tools", "Looking for tools: {}"),
}
_DONE = {  # what came back: what was done, and what failed
    "web_search_tool_result": ("Searched", "Search failed"),
    "web_fetch_tool_result": ("Read", "Could not read"),
    "code_execution_tool_result": ("Ran code", "Code did not run"),
    "bash_code_execution_tool_result": ("Ran", "Did not run"),
    "text_editor_code_execution_tool_result": ("Worked on a file", "File not changed"),
    "tool_search_tool_result": ("Looked for tools", "No tools found"),
    "mcp_tool_result": ("Called", "Call failed"),
}


# Calls.


def doing(block: Block) -> str:
    """Return what is done while a call runs, as far as that is known."""
    name, asked = str(block.get("name")), _asked(block)
    if block.get("server_name"):
        return f"Asking {one_line(str(block['server_name']), _LINE)}: {one_line(asked, _LINE)}"
    plainly, exactly = _DOING.get(name, (f"Tool: {name}", f"Tool: {name} {{}}"))
    return exactly.replace("{}", one_line(asked, _LINE)) if asked else plainly


def code(block: Block) -> str:
    """Return the code or the command that a call runs, if any."""
    asked = _input(block)
    command = "" if asked.get("path") else asked.get("command")  # which is an editor's, with a path
    return bounded(str(asked.get("code") or command or ""), _CODE)


def _input(block: Block) -> Block:
    return mapping(block.get("input"))


def _asked(block: Block) -> str:
    """Return what a call asks for, in words."""
    given = _input(block)
    if block.get("server_name"):
        told = ", ".join(f"{key}={value}" for key, value in given.items())
        return f"{block.get('name')}({told})"
    if given.get("path"):
        return f"{given.get('command')} {given['path']}"
    names = ("query", "url", "command", "pattern")
    known = [str(given[name]) for name in names if given.get(name)]
    first = known[0].partition("\n")[0] if known else ""
    return first.partition(" - <<")[0].partition(" <<")[0]  # what follows is code, in the text


# Results.


def done(block: Block, call: Block | None) -> str:
    """Return what a result says was done: ``Searched: tides``, ``Could not read: …``."""
    succeeded, failed = _DONE.get(str(block.get("type")), ("Tool returned", "Tool failed"))
    head = failed if failure(block) or block.get("is_error") else succeeded
    asked = one_line(_asked(call or {}), _LINE) if call else ""
    return f"{head}: {asked}" if asked else head


def came(block: Block) -> str:
    """Return what came of it in a few words, or why nothing did; empty where its text says it."""
    return one_line(failure(block), _LINE) or _amount(block)


def _amount(block: Block) -> str:
    content = block.get("content")
    if block.get("type") == "web_search_tool_result":
        return count(len(listed(content)), "result")
    result = mapping(content)
    name = one_line(str(mapping(result.get("content")).get("title") or ""), _LINE)
    made = len(listed(result.get("content")))
    return " · ".join(filter(None, [name, _status(result), count(made, "file") if made else ""]))


def _status(result: Block) -> str:
    """Return how code ended that did not end well: its status, and the last that it said of it."""
    if not result.get("return_code"):
        return ""
    last = str(result.get("stderr") or "").rstrip().rpartition("\n")[2]
    return f"exit status {result['return_code']}{last and f', {one_line(last, _LINE)}'}"


def failure(block: Block) -> str:
    """Return why a tool failed, by the name that the API has for it; empty if it did not."""
    content = block.get("content")
    told, kind = mapping(content), str(block.get("type"))
    said = ": ".join(str(told[key]) for key in ("error_code", "error_message") if told.get(key))
    if said or not str(told.get("type")).endswith("_error"):
        is_odd = kind == "web_search_tool_result" and not (said or isinstance(content, list))
        return bounded(str(told or content or "the server gave nothing"), _PAGE) if is_odd else said
    return "the server does not say why"


def body(block: Block) -> str:
    """Return what a tool gave, or why it failed, as text."""
    return failure(block) or _BODIES.get(str(block.get("type")), _written)(block)


def outputs(block: Block) -> list[tuple[str, str]]:
    """Return (name, text) of all that a tool gave: what code wrote apart, by where it wrote it."""
    is_code = not failure(block) and _BODIES.get(str(block.get("type"))) is _ran
    return [*(_outputs(block) if is_code else _named("out", body(block)))]


def _pages(block: Block) -> str:
    """Return the pages that a search found: title, host, and how old each is."""
    found = listed(block.get("content"))
    lines = [
        f"{number}. {one_line(str(page.get('title') or 'Untitled'), _LINE)}{_origin(page)}"
        for number, page in enumerate(found[:_MOST_PAGES], 1)
    ]
    more = [f"… and {len(found) - _MOST_PAGES} more"] if len(found) > _MOST_PAGES else []
    return "\n".join([*lines, *more])


def _origin(page: Block) -> str:
    """Return the host of a page and its age, as far as they are known, in brackets."""
    told = (host(str(page.get("url") or "")), page.get("page_age"))
    known = ", ".join(one_line(str(each), _LINE) for each in told if each)
    return f" ({known})" if known else ""


def _page(block: Block) -> str:
    """Return a page that was read: its address, then how its text begins, or its size."""
    fetched = mapping(block.get("content"))
    document = mapping(fetched.get("content"))
    text = source_text(document)
    shown = text if len(text) <= _PAGE else f"{text[:_PAGE]}… ({len(text):,} characters)"
    return "\n".join(filter(None, [str(fetched.get("url") or ""), shown]))


def source_text(block: Block) -> str:
    """Return the text of a document, or what it is and how large."""
    source = mapping(block.get("source"))
    data = str(source.get("data") or "")
    if source.get("type") == "base64":
        return f"{source.get('media_type')}, {size(data)}"
    return data or str(source.get("url") or source.get("file_id") or "")


def _ran(block: Block) -> str:
    """Return what code wrote, as text."""
    return "\n".join(text for _, text in _outputs(block))


def _outputs(block: Block) -> Iterable[tuple[str, str]]:
    result = mapping(block.get("content"))
    yield from _named("stdout", result.get("stdout"))
    yield from _named("stderr", result.get("stderr"))
    if result.get("encrypted_stdout"):
        yield "stdout", "(only the server can read what was written)"
    files = "\n".join(str(made.get("file_id")) for made in listed(result.get("content")))
    yield from _named("files", files)


def _named(name: str, text: Any) -> Iterable[tuple[str, str]]:
    text = str(text or "").rstrip("\n")
    if text:
        yield name, bounded(text, _CODE)


def _written(block: Block) -> str:
    """Return what an editor, an MCP server or another tool gave: text, or what it consists of."""
    content = block.get("content")
    if isinstance(content, str):
        return content
    result = mapping(content)
    lines = [*map(str, cast("list[Any]", result.get("lines") or []))] if result else []
    names = [str(each.get("tool_name")) for each in listed(result.get("tool_references"))]
    parts = [str(part.get("text") or part.get("type") or "") for part in listed(content)]
    if isinstance(result.get("content"), str):
        return str(result["content"])
    return "\n".join(lines or names or parts)


_BODIES = {
    "web_search_tool_result": _pages,
    "web_fetch_tool_result": _page,
    "code_execution_tool_result": _ran,
    "bash_code_execution_tool_result": _ran,
}


def mapping(value: Any) -> Block:
    """Return a JSON object, or an empty one for anything else."""
    return cast("Block", value) if isinstance(value, Mapping) else {}


def listed(value: Any) -> list[Block]:
    """Return the objects of a JSON array; none for anything else."""
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [mapping(item) for item in items]
