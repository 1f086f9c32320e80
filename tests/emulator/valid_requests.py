"""Valid requests at random: content blocks, tools and options, as request types have them.

Made from the shapes that requests are checked against, so that whatever a shape allows is tried;
then ids, roles and turns are put in order, for those are rules and not shapes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from emulator_requests import image
from hypothesis import strategies as st

from claude_nb.emulator import signature
from claude_nb.emulator.validation import bodies, shape
from claude_nb.emulator.validation.blocks import BETA_BLOCKS, BLOCKS

__all__ = ["BETAS", "requests"]

BETAS = (
    "mcp-client-2025-11-20",
    "context-management-2025-06-27",
    "structured-outputs-2025-11-13",
    "computer-use-2025-11-24",
)
MODELS = ("claude-haiku-4-5", "claude-sonnet-4-6", "claude-opus-5", "claude-sonnet-5-5")
TEXTS = ("Search the web for tides", "Calculate 17 * 23", "Sort: b, a", "x", "Read https://a.org/ü")
USER = ("text", "image", "document", "search_result")
CALLS = {"server_tool_use": "srvtoolu", "mcp_tool_use": "mcptoolu"}
_TEXT_SOURCE = {"type": "text", "media_type": "text/plain", "data": "T"}
_KEYS = st.text(max_size=5)
_FREE = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_KEYS, inner, max_size=2),
    max_leaves=4,
)


def of(form: shape.Shape) -> st.SearchStrategy[Any]:
    """Return values of a shape."""
    return _VALUES[type(form)](form)


def _tags(form: shape.Tagged) -> st.SearchStrategy[Any]:
    return st.one_of([_tagged(tag, record) for tag, record in form.records.items()])


def _string(form: shape.String) -> st.SearchStrategy[str]:
    if form.pattern and "srvtoolu" in form.pattern:
        return st.sampled_from(["srvtoolu_1", "srvtoolu_a_B2"])
    if form.pattern:
        return st.from_regex(r"\A[a-zA-Z0-9_-]{1,20}\Z")
    return st.sampled_from(TEXTS).filter(lambda t: len(t) <= (form.most or 99)) | st.text(
        min_size=form.least, max_size=min(form.most or 30, 30)
    )


def _tagged(tag: str, record: shape.Shape) -> st.SearchStrategy[Any]:
    return of(record).map(lambda value: {**value, "type": tag})


def _record(form: shape.Record) -> st.SearchStrategy[Any]:
    named = st.fixed_dictionaries(
        {name: of(item) for name, item in form.required.items()},
        optional={name: of(item) for name, item in form.optional.items()},
    )
    if not form.is_open:
        return named
    return st.tuples(st.dictionaries(st.text(max_size=8), _FREE, max_size=3), named).map(
        lambda pair: {**pair[0], **pair[1]}
    )


_VALUES: dict[type, Callable[[Any], st.SearchStrategy[Any]]] = {
    shape.Nullable: lambda form: st.none() | of(form.shape),
    shape.Choice: lambda form: st.sampled_from(form.values),
    shape.Boolean: lambda _: st.booleans(),
    shape.Integer: lambda form: st.integers(int(form.least or 0), int(form.most or 5000)),
    shape.Number: lambda form: st.floats(form.least or 0, form.most or 1),
    shape.String: _string,
    shape.Array: lambda form: st.lists(of(form.item), min_size=form.least, max_size=2),
    shape.Tagged: _tags,
    shape.Either: lambda form: of(form.string) | of(form.array),
    shape.Listed: lambda form: of(form.array) | of(form.record),
    shape.Switch: lambda form: st.booleans() | of(form.array),
    shape.Record: _record,
}


@st.composite
def requests(draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
    """Return a body and the beta headers it needs."""
    betas = draw(st.lists(st.sampled_from(BETAS), unique=True))
    form = bodies.message(draw(st.sampled_from([bodies.OLD, bodies.NEW])), betas)
    body = {
        name: draw(of(item)) for name, item in form.optional.items() if draw(st.integers(0, 3)) == 0
    }
    body["model"] = draw(st.sampled_from(MODELS))
    body["max_tokens"] = draw(st.integers(1100, 5000))
    body["messages"] = draw(_turns(betas))
    return _ordered(body), betas


@st.composite
def _turns(draw: st.DrawFn, betas: list[str]) -> list[dict[str, Any]]:
    numbers = itertools.count()
    turns = [{"role": "user", "content": draw(_said())}]
    for _ in range(draw(st.integers(0, 2))):
        blocks = [block for _ in range(draw(st.integers(1, 2))) for block in draw(_done(betas))]
        used = _numbered(blocks, numbers)
        results = [{**draw(_of("tool_result")), "tool_use_id": use} for use in used]
        turns.append({"role": "assistant", "content": [{"type": "text", "text": "ok"}, *blocks]})
        turns.append({"role": "user", "content": [*results, *draw(_said())]})
    return turns


def _of(kind: str, table: Any = BLOCKS) -> st.SearchStrategy[Any]:
    return _tagged(kind, table[kind]).map(_sound)


def _said() -> st.SearchStrategy[list[Any]]:
    blocks = st.lists(st.one_of([_of(kind) for kind in USER]), max_size=2)
    last = st.sampled_from(TEXTS).map(lambda text: [{"type": "text", "text": text}])
    return st.tuples(blocks, last).map(lambda pair: pair[0] + pair[1])


@st.composite
def _done(draw: st.DrawFn, betas: list[str]) -> list[dict[str, Any]]:
    """Return what an assistant did: a call of a client's tool, or of a server's with its result."""
    results = [kind for kind in BLOCKS if kind.endswith("_tool_result")]
    kind = draw(st.sampled_from(["tool_use", "text", "redacted_thinking", *results]))
    if any(beta.startswith("mcp-client") for beta in betas) and draw(st.booleans()):
        table = BETA_BLOCKS["mcp-client"]
        return [draw(_of("mcp_tool_use", table)), draw(_of("mcp_tool_result", table))]
    block = draw(_of(kind))
    return [draw(_of("server_tool_use")), block] if kind in results else [block]


def _sound(value: Any) -> Any:
    """Return blocks with what no shape can tell: bytes that are a picture, text that says much."""
    if isinstance(value, list):
        return [_sound(item) for item in value]
    if not isinstance(value, dict):
        return value
    block = {name: _sound(item) for name, item in value.items() if name != "cache_control"}
    return _mended(block, block.get("type"))


def _mended(block: dict[str, Any], kind: Any) -> dict[str, Any]:
    if kind == "image":
        return image()
    if kind == "document" and block.get("source", {}).get("type") in {"base64", "file"}:
        return {"type": "document", "source": _TEXT_SOURCE}
    if kind == "text" and not str(block.get("text", "said")).strip():
        return {**block, "text": "said"}
    if kind == "web_search_result":
        return {**block, "encrypted_content": signature.sign("t", block["url"])}
    return block


def _numbered(blocks: list[dict[str, Any]], numbers: Any) -> list[str]:
    """Give calls ids of their own and results those of their calls; return the client's."""
    used = list[str]()
    for block in blocks:
        kind = block["type"]
        if kind in {"tool_use", *CALLS}:
            block["id"] = f"{CALLS.get(kind, 'toolu')}_{next(numbers)}"
            last = block["id"]
            used += [last] if kind == "tool_use" else []
        elif kind.endswith("_tool_result"):
            block["tool_use_id"] = last
    return used


def _ordered(body: dict[str, Any]) -> dict[str, Any]:
    """Leave out what cannot go together, or names what is not there."""
    for name in ("diagnostics", "container", "cache_control", "inference_geo", "speed"):
        body.pop(name, None)
    tools = {tool.get("name", str(n)): tool for n, tool in enumerate(body.get("tools") or [])}
    named = {tool.get("mcp_server_name") for tool in tools.values()}
    servers = {server["name"]: server for server in body.get("mcp_servers") or []}
    kept = [tool for tool in tools.values() if tool.get("mcp_server_name") in {None, *servers}]
    new = [name for name in servers if name and name not in named]
    missing = [{"type": "mcp_toolset", "mcp_server_name": name} for name in new]
    body["tools"] = [_plain(tool) for tool in kept] + missing
    body["mcp_servers"] = [{**s, "url": "https://a.example.org"} for n, s in servers.items() if n]
    return {name: value for name, value in body.items() if value != []}


def _plain(tool: dict[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in tool.items() if name not in {"cache_control", "strict"}}
