"""Tools that the server runs: what is seen of a call while it runs, and of what it returned.

A call and its result are one: `joined` puts the call into the result's block, as ``call``. Blocks
are taken as the API sends them; what only the server can read is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString, TypeAlias, cast

from claude_nb.characters import bounded, one_line, plain
from claude_nb.notebook.answer.amounts import size
from claude_nb.notebook.text.markdown import host
from claude_nb.notebook.text.safe_html import EMPTY, SafeHtml, join, markup, visible_html

# fmt: off
__all__ = [
    "CALLS", "body", "call_body", "code_html", "doing", "joined", "title", "with_call",
]
# fmt: on

Block: TypeAlias = Mapping[str, Any]

CALLS = ("server_tool_use", "mcp_tool_use")
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
_FOLDED: LiteralString = "<details><summary{}>{}</summary>{}</details>"
_PRE: LiteralString = (
    '<pre tabindex="0" style="white-space:pre-wrap;max-height:24em;overflow-y:auto">'
    "<code>{}</code></pre>"
)


# The two halves of a call.


def joined(content: Sequence[Block]) -> list[Block]:
    """Return an answer's blocks with each call in the block of its result, if that has come."""
    calls = {_id(block): block for block in content if block.get("type") in CALLS}
    given = {str(block.get("tool_use_id")) for block in content if _is_result(block)}
    return [
        with_call(block, calls)
        for block in content
        if block.get("type") not in CALLS or _id(block) not in given
    ]


def with_call(block: Block, calls: Mapping[str, Block]) -> Block:
    """Return a result's block with its call in it; any other as it is."""
    call = calls.get(str(block.get("tool_use_id"))) if _is_result(block) else None
    return {**block, "call": call} if call is not None else block


def _id(block: Block) -> str:
    return str(block.get("id"))


def _is_result(block: Block) -> bool:
    return block.get("type") in _DONE


# Calls.


def doing(block: Block) -> str:
    """Return what is done while a call runs, as far as that is known."""
    name, asked = str(block.get("name")), _asked(block)
    if block.get("server_name"):
        return f"Asking {one_line(str(block['server_name']), _LINE)}: {one_line(asked, _LINE)}"
    plainly, exactly = _DOING.get(name, (f"Tool: {name}", f"Tool: {name} {{}}"))
    return exactly.replace("{}", one_line(asked, _LINE)) if asked else plainly


def call_body(block: Block) -> str:
    """Return the code that is called, if any."""
    return str(_input(block).get("code") or "")


def _input(block: Block) -> Block:
    return _mapping(block.get("input"))


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


def title(block: Block) -> str:
    """Return what came of a call, in one line: what was asked, how much came, or why not."""
    done, failed = _DONE.get(str(block.get("type")), ("Tool returned", "Tool failed"))
    asked = one_line(_asked(_mapping(block.get("call"))), _LINE)
    why = _failure(block)
    head = failed if why or block.get("is_error") else done
    return " · ".join(filter(None, [f"{head}: {asked}" if asked else head, why or _amount(block)]))


def _amount(block: Block) -> str:
    content = block.get("content")
    if block.get("type") == "web_search_tool_result":
        count = len(_list(content))
        return "1 result" if count == 1 else f"{count} results"
    result = _mapping(content)
    name = one_line(str(_mapping(result.get("content")).get("title") or ""), _LINE)
    status = result.get("return_code")
    files = len(_list(result.get("content")))
    made = "1 file" if files == 1 else f"{files} files" if files else ""
    told = f"exit status {status}" if status else ""
    return " · ".join(filter(None, [name, told, made]))


def _failure(block: Block) -> str:
    """Return why a tool failed, by the name that the API has for it; empty if it did not."""
    told = _mapping(block.get("content"))
    return ": ".join(str(told[key]) for key in ("error_code", "error_message") if told.get(key))


def body(block: Block) -> str:
    """Return what a tool gave, as text; empty if the title tells all."""
    return _BODIES.get(str(block.get("type")), _written)(block)


def _pages(block: Block) -> str:
    """Return the pages that a search found: title, host, and how old each is."""
    found = _list(block.get("content"))
    lines = [
        f"{number}. {one_line(str(page.get('title')), _LINE)} ({_host(page)}{_age(page)})"
        for number, page in enumerate(found[:_MOST_PAGES], 1)
    ]
    more = [f"… and {len(found) - _MOST_PAGES} more"] if len(found) > _MOST_PAGES else []
    return "\n".join([*lines, *more])


def _host(page: Block) -> str:
    return one_line(host(str(page.get("url") or "")), _LINE)


def _age(page: Block) -> str:
    age = page.get("page_age")
    return f", {one_line(str(age), 40)}" if age else ""


def _page(block: Block) -> str:
    """Return a page that was read: its address, then how its text begins, or its size."""
    fetched = _mapping(block.get("content"))
    document = _mapping(fetched.get("content"))
    text = _source_text(document)
    shown = text if len(text) <= _PAGE else f"{text[:_PAGE]}… ({len(text):,} characters)"
    return "\n".join(filter(None, [str(fetched.get("url") or ""), shown]))


def _source_text(block: Block) -> str:
    source = _mapping(block.get("source"))
    data = str(source.get("data") or "")
    if source.get("type") == "base64":
        return f"{source.get('media_type')}, {size(data)}"
    return data or str(source.get("url") or source.get("file_id") or "")


def _ran(block: Block) -> str:
    """Return code, and what it wrote, as text."""
    return "\n".join(text for _, text in _outputs(block))


def _outputs(block: Block) -> Iterable[tuple[str, str]]:
    """Yield (name, text) of the code that ran and of all it wrote."""
    result = _mapping(block.get("content"))
    call = _input(_mapping(block.get("call")))
    yield from _named("", call.get("code") or call.get("command"))
    yield from _named("stdout", result.get("stdout"))
    yield from _named("stderr", result.get("stderr"))
    if result.get("encrypted_stdout"):
        yield "stdout", "(only the server can read what was written)"
    yield from _named(
        "files", "\n".join(str(f.get("file_id")) for f in _list(result.get("content")))
    )


def _named(name: str, text: Any) -> Iterable[tuple[str, str]]:
    text = str(text or "").rstrip("\n")
    if text:
        yield name, bounded(text, _CODE)


def code_html(block: Block, look: SafeHtml) -> SafeHtml:
    """Return a call of code as HTML: its code, and what it wrote, each in a box of its own."""
    parts = [
        markup("{}" + _PRE, _heading(name), visible_html(plain(text), code=True))
        for name, text in _outputs(block)
    ]
    closed = visible_html(plain(title(block)))
    if not parts:
        return markup("<p><em>{}</em></p>", closed)
    return markup(_FOLDED, look, closed, join(parts))


def _heading(name: str) -> SafeHtml:
    return markup("<p>{}:</p>", visible_html(name)) if name else EMPTY


def _written(block: Block) -> str:
    """Return what an editor, an MCP server or another tool gave: text, or what it consists of."""
    content = block.get("content")
    if isinstance(content, str):
        return content
    result = _mapping(content)
    lines = [*map(str, cast("list[Any]", result.get("lines") or []))] if result else []
    names = [str(each.get("tool_name")) for each in _list(result.get("tool_references"))]
    parts = [str(part.get("text") or part.get("type") or "") for part in _list(content)]
    if isinstance(result.get("content"), str):
        return str(result["content"])
    return "\n".join(lines or names or parts)


_BODIES = {
    "web_search_tool_result": _pages,
    "web_fetch_tool_result": _page,
    "code_execution_tool_result": _ran,
    "bash_code_execution_tool_result": _ran,
}


def _mapping(value: Any) -> Block:
    return cast("Block", value) if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Block]:
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [_mapping(item) for item in items]
