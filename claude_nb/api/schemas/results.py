"""What a tool returned -> what the model is told: text or content blocks, of bounded size.

A person who reads it should find what the function returned: JSON where that is what it is, dates
and numbers as they are written, pictures as pictures. What has no words of its own is an error
that names the type. Libraries are recognised by where a class comes from, never imported.
"""

from __future__ import annotations

import dataclasses
import inspect
import io
import json
import re
from collections.abc import AsyncIterable, Iterable, Mapping, Sequence, Sized
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from typing import Any, cast
from uuid import UUID

import pydantic

from claude_nb.api.schemas.pictures import picture
from claude_nb.api.schemas.untyped import is_a, root_of

__all__ = ["MOST", "UntellableError", "content", "gathered", "is_pending"]

MOST = 100_000  # characters of a text: about 25,000 tokens
_MOST_VALUES = 50_000  # of all containers together
_MOST_BLOCKS = 100
_DEEPEST = 30
_NONE = object()
_FOREIGN = frozenset({"numpy", "pandas", "polars", "pyarrow", "scipy", "torch", "xarray"})
_BLOCKS: dict[str, dict[str, Any]] = {  # what a block of each type must have
    "text": {"text": str},
    "image": {"source": Mapping},
    "document": {"source": Mapping},
    "search_result": {"source": str, "title": str, "content": list},
    "tool_reference": {"tool_name": str},
}
_ADDRESS = re.compile(r"<.* at 0x[0-9a-fA-F]+.*>", re.DOTALL)
_HALVES = re.compile("[\ud800-\udfff]")
Block = dict[str, Any]


class UntellableError(TypeError):
    """A value has no words: its text is only an address, or it is bytes of no known kind."""

    def __init__(self, value: Any) -> None:
        kind = type(value).__name__
        article = "an" if kind[0].lower() in "aeiou" else "a"
        super().__init__(
            f"The tool returned {article} {kind}, which cannot be told. It should return text, "
            "numbers, lists, dicts, tables or pictures."
        )


def is_pending(value: Any) -> bool:
    """Return whether a value must be awaited first, or gathered from what yields it."""
    return inspect.isawaitable(value) or is_a(value, AsyncIterable)


async def gathered(value: Any) -> Any:
    """Return what an awaitable comes to, and of an asynchronous generator the first items."""
    while inspect.isawaitable(value):
        value = await value
    if not is_a(value, AsyncIterable):
        return value
    items: list[Any] = []
    async for item in value:
        items.append(item)
        if len(items) > _MOST_VALUES:
            break
    return items


def content(value: Any) -> str | list[Block]:
    """Return the content of a ``tool_result`` block.

    Parameters
    ----------
    value : object
        Text stays as it is, and so do content blocks.

    Raises
    ------
    UntellableError
        The value, or one within it, has no words.
    """
    shown = _shown(value)
    if shown is not None:
        return [shown]
    if is_a(value, list, tuple):
        known = [_shown(item) for item in value[:_MOST_BLOCKS]]
        if any(known):
            return _mixed(value, known)
    return _cut(_text(value))


def _mixed(values: Sequence[Any], known: Sequence[Block | None]) -> list[Block]:
    """Return the blocks of a list that holds pictures or blocks beside other things."""
    told = [
        block or {"type": "text", "text": _cut(_text(item))}
        for item, block in zip(values, known, strict=False)
    ]
    left = len(values) - len(told)
    note = {"type": "text", "text": f"[{left:,} of {len(values):,} items left out]"}
    return [*told, note] if left > 0 else told


def _shown(value: Any) -> Block | None:
    """Return a value that is a block, or a picture, as a block; None for anything else."""
    if not _is_block(value):
        return picture(_held(value))
    return {**value, "text": _cut(_text(value["text"]))} if value["type"] == "text" else dict(value)


def _is_block(value: Any) -> bool:
    """Return whether it is a content block as the API takes it, and not only named like one."""
    if not is_a(value, Mapping) or type(value.get("type")) is not str:
        return False
    needed = _BLOCKS.get(value["type"])
    return needed is not None and all(isinstance(value.get(n), kind) for n, kind in needed.items())


def _text(value: Any) -> str:
    if is_a(value, str) and not is_a(value, Enum):
        return value if value.strip() else "(empty text)"
    plain = _Plain().of(value)
    if isinstance(plain, str):
        return plain
    return "None" if plain is None else json.dumps(plain, ensure_ascii=False)


def _cut(text: str) -> str:
    """Return at most `MOST` characters, all of which can be sent."""
    whole = text if text.isascii() else _HALVES.sub("\ufffd", text)
    if len(whole) <= MOST:
        return whole
    return f"{whole[:MOST]}…\n[{len(whole) - MOST:,} of {len(whole):,} characters left out]"


class _Plain:
    """Makes JSON data of a value, as far as there is room.

    Attributes
    ----------
    left : int
        How many more values there is room for.
    """

    def __init__(self) -> None:
        self.left = _MOST_VALUES

    def of(self, value: Any, depth: int = _DEEPEST) -> Any:
        """Return a value as JSON data; what JSON lacks, as the text that a person would write."""
        self.left -= 1
        scalar = _scalar(value)
        if scalar is not _NONE:
            return scalar
        if depth == 0:  # also what a list that holds itself ends with
            return "…"
        return self._parts(value, depth - 1)

    def _parts(self, value: Any, depth: int) -> Any:
        fields = _fields(value)
        if fields is not None:
            return self._object(fields, depth)
        if root_of(value) in _FOREIGN:
            return self._foreign(value, depth)
        if is_a(value, set, frozenset):
            return self._array(_ordered(value), depth)
        is_array = is_a(value, Iterable) and type(value).__str__ is object.__str__
        return self._array(value, depth) if is_array else _said(value)

    def _object(self, fields: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for key, item in fields.items():
            if self.left <= 0:
                left = len(fields) - len(told)
                return {**told, "…": f"{left:,} of {len(fields):,} entries left out"}
            told[key if isinstance(key, str) else _text_of_key(key)] = self.of(item, depth)
        return told

    def _array(self, items: Any, depth: int) -> list[Any]:
        told: list[Any] = []
        for item in items:
            if self.left <= 0:
                count = len(items) if is_a(items, Sized) else None
                of = "more" if count is None else f"{count - len(told):,} of {count:,}"
                return [*told, f"… {of} items left out"]
            told.append(self.of(item, depth))
        return told

    def _foreign(self, value: Any, depth: int) -> Any:
        """Return a library's number as a number, a short array as a list, else its own words."""
        size, shape = getattr(value, "size", None), getattr(value, "shape", None)
        if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
            is_float = "floating" in {kind.__name__ for kind in type(value).__mro__}
            return float(str(value)) if is_float else self.of(value.item(), depth)
        if root_of(value) == "numpy" and isinstance(size, int) and size <= self.left:
            return self.of(value.tolist(), depth + 1)
        text = _said(value)
        return f"{text}\n[shape {tuple(shape)}]" if shape and "shape" not in text else text


def _scalar(value: Any) -> Any:
    """Return what is one thing as JSON has it; `_NONE` for what has parts."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if is_a(value, Enum):
        return value.value if isinstance(value.value, str | int | float) else value.name
    if is_a(value, int, float, str):
        return next(kind(value) for kind in (int, float, str) if is_a(value, kind))
    if is_a(value, datetime, date, time):
        return value.isoformat()
    return _written(value)


def _held(value: Any) -> Any:
    """Return what is in a file in memory, or in an HTTP library's reply; else the value."""
    kind = cast("Any", type(value))
    is_reply = kind.__name__.endswith("Response")
    if is_reply and isinstance(getattr(kind, "text", None), property):
        return value.text
    return value.getvalue() if is_a(value, io.BytesIO, io.StringIO) else value


def _written(value: Any) -> Any:
    value = _held(value)
    if is_a(value, io.IOBase):
        raise UntellableError(value)
    if is_a(value, str):
        return value
    if is_a(value, Decimal, Fraction, timedelta, UUID, PurePath, complex):
        return str(value)
    if is_a(value, bytes, bytearray, memoryview):
        return _decoded(bytes(value))
    return f"{type(value).__name__}: {value}" if is_a(value, BaseException) else _NONE


def _fields(value: Any) -> Mapping[Any, Any] | None:
    """Return what an object holds by name, if that is what it is for."""
    if is_a(value, Mapping):
        return value
    if isinstance(value, pydantic.BaseModel):
        return dict(value)
    if is_a(value, tuple) and hasattr(value, "_asdict"):
        return value._asdict()  # pyright: ignore[reportAttributeAccessIssue]
    if is_a(value, type):
        return None
    if dataclasses.is_dataclass(value):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    names = [each.name for each in getattr(value, "__attrs_attrs__", ())]
    return {name: getattr(value, name) for name in names} if names else None


def _text_of_key(key: Any) -> str:
    scalar = str(key) if is_a(key, tuple) else _scalar(key)
    text = _said(key) if scalar is _NONE else scalar
    return text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)


def _ordered(items: Iterable[Any]) -> list[Any]:
    try:
        return sorted(items)
    except TypeError:
        return list(items)


def _decoded(data: bytes) -> str:
    text = data.decode(errors="replace")
    if "\0" in text or "\ufffd" in text:
        raise UntellableError(data)
    return text


def _said(value: Any) -> str:
    """Return the words that an object has for itself."""
    text = str(value)
    has_none = is_a(value, type) or inspect.isroutine(value) or inspect.ismodule(value)
    if has_none or _ADDRESS.search(text):
        raise UntellableError(value)
    return text
