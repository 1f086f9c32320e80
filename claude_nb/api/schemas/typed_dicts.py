"""``typing.TypedDict`` on Python 3.11, for pydantic, which reads only that of typing_extensions.

Everything here goes when Python 3.12 is the oldest that is supported.
"""

from __future__ import annotations

import functools
import sys
import types
import typing
from typing import Any

import typing_extensions

__all__ = ["readable"]

_WRAPPERS = (typing.Required, typing.NotRequired)


def readable(kind: Any) -> Any:
    """Return `kind` with every TypedDict in it as one that pydantic reads."""
    if sys.version_info >= (3, 12):
        return kind
    if typing.is_typeddict(kind):
        return _rebuilt(kind)
    origin: Any = typing.get_origin(kind)
    arguments = tuple(map(readable, typing.get_args(kind)))
    if origin in {typing.Union, types.UnionType}:
        return functools.reduce(_or, arguments)
    return origin[arguments] if hasattr(origin, "__class_getitem__") and arguments else kind


def _or(one: Any, other: Any) -> Any:
    return one | other


def _rebuilt(kind: Any) -> Any:
    fields: dict[str, Any] = {}
    for field, hint in typing.get_type_hints(kind, include_extras=True).items():
        bare = typing.get_args(hint)[0] if typing.get_origin(hint) in _WRAPPERS else hint
        wrap: Any = typing_extensions.NotRequired
        if field in kind.__required_keys__:
            wrap = typing_extensions.Required
        fields[field] = wrap[readable(bare)]
    make: Any = typing_extensions.TypedDict  # called as a function, with names known only now
    made = make(kind.__name__, fields)
    made.__doc__ = kind.__doc__
    return made
