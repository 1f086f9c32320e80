"""Two requests that cannot be answered differently are one: what matters, and what is alike.

Used in keys only; what is sent, recorded and shown is as it was written. What nobody lists matters:
a miss is honest, a wrong answer is not.
"""

from __future__ import annotations

import re
from typing import Any, cast

__all__ = ["ALIKE", "MATTERS", "canonical"]

Json = dict[str, Any]

# fmt: off
MATTERS = frozenset({
    "container", "context_management", "max_tokens", "mcp_servers", "messages", "model",
    "output_config", "stop_sequences", "system", "temperature", "thinking", "tool_choice", "tools",
    "top_k", "top_p",
})
ALIKE = frozenset({  # how, where, when and on whose account the same answer is made
    "cache_control", "diagnostics", "inference_geo", "metadata", "service_tier", "speed", "stream",
})
# fmt: on

_DEEPEST = 60  # levels that are looked into: no request of a person's has as many
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_DATA = frozenset({"data", "signature", "encrypted_content"})  # no text of anybody's
_OWN = frozenset({"input", "input_schema", "schema"})  # of a tool: here no name means anything
# as Python and IPython show objects, and only there: "0xff" in a question is a number
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,16}(?=>|, file |; )")
_OBJECT = re.compile(r"(?:.* )?(?:object|function|method|frame|module|weakref)(?: .*)?|[\w.]+\.\w+")
_CODE = re.compile(r"<(?:lambda|locals|module|\w+comp|genexpr)>")  # names in the names of code
_BEFORE = 300  # characters of an object's name before its address
_SCRATCH = (  # what differs from one run to the next in the names of scratch files
    (re.compile(r"(?<=ipykernel_)\d+(?:(?=[\\/])([\\/])\d+(?=\.py))?"), r"\1"),
    (re.compile(r"(?<=<ipython-input-)\d+-[0-9a-f]{12}(?=>)"), ""),
    (
        re.compile(
            r"(?:(?<=/tmp/tmp)|(?<=/T/tmp)|(?<=[\\/]Temp[\\/]tmp)|(?<=\\Temp\\\\tmp))"
            r"[a-z0-9_]{8}(?![A-Za-z0-9_])"
        ),
        "",
    ),
    (re.compile(r"(?<=[\\/]pytest-)\d+(?=[\\/])"), ""),
    (re.compile(r"/var/folders/\w\w/\w+/T(?=/)"), "/tmp"),  # noqa: S108 (a name in a text)
)


def canonical(known: Json) -> Json:
    """Return an identity (see `claude_nb.api.platforms.identity`) as all that are alike have it.

    Notes
    -----
    Left out are the parameters in `ALIKE`, ``cache_control`` of blocks and tools, and what is null
    or empty. The same are 1 and 1.0, a text and a single text block, betas in any order, line ends
    of either kind, and texts that differ in the addresses of objects or the names of scratch files.
    """
    betas = {name.strip() for name in known["anthropic-beta"].split(",")} - {""}
    body = known["body"]
    if isinstance(body, dict):
        given = {n: v for n, v in cast("Json", body).items() if n not in ALIKE}
        body = {n: v for n, v in _object(given, 0).items() if v not in _NOTHING}
    return {**known, "anthropic-beta": ",".join(sorted(betas)), "body": body}


def _alike(value: Any, name: str, depth: int, *, own: bool) -> Any:
    if isinstance(value, str):
        return value if name in _DATA else _text(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if depth >= _DEEPEST:
        return value
    if isinstance(value, dict):
        return _object(cast("Json", value), depth + 1, own=own)
    if isinstance(value, list):
        items = [_alike(item, name, depth + 1, own=own) for item in cast("list[Any]", value)]
        return items if own or name not in {"content", "system"} else _content(items)
    return value


def _object(value: Json, depth: int, *, own: bool = False) -> Json:
    return {
        name: _alike(item, name, depth, own=own or name in _OWN)
        for name, item in value.items()
        if own or not (item is None or name == "cache_control")
    }


def _content(blocks: list[Any]) -> Any:
    """Return a single text block as its text."""
    first = blocks[0] if len(blocks) == 1 else None
    if isinstance(first, dict) and cast("Json", first).keys() == {"type", "text"}:
        return first["text"]  # pyright: ignore[reportUnknownVariableType]
    return blocks


def _address(found: re.Match[str]) -> str:
    """Return what stands for an address, if an object's name is before it."""
    before = found.string[max(0, found.start() - _BEFORE) : found.start()]
    _, opened, name = _CODE.sub("", before).rpartition("<")
    return " at 0x" if opened and ">" not in name and _OBJECT.fullmatch(name) else found[0]


def _text(text: str) -> str:
    text = text.replace("\r\n", "\n")
    if " at 0x" in text:
        text = _ADDRESS.sub(_address, text)
    if "/" in text or "\\" in text or "<ipython" in text:
        for pattern, put in _SCRATCH:
            text = pattern.sub(put, text)
    return text
