"""Annotations that pydantic cannot describe, as ones that it can.

A frame or an array does not fit into a tool call: the model says the *name* of the variable that
holds it. A scalar of numpy goes as the plain number that it wraps. Libraries are recognised by
where a class comes from, never imported.
"""

from __future__ import annotations

import functools
import sys
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

import pydantic
from pydantic_core import PydanticCustomError, core_schema

from claude_nb.api.schemas import typed_dicts
from claude_nb.api.schemas.untyped import is_a

__all__ = ["Named", "readable"]

_HELD = frozenset(  # packages whose objects are too large, or too live, to be written by a model
    {"cudf", "dask", "geopandas", "jax", "numpy", "pandas", "polars", "pyarrow", "scipy", "torch",
     "xarray"}
)  # fmt: skip
_SCALARS: dict[str, Any] = {"Timestamp": datetime, "Timedelta": timedelta}
_PLAIN = (bool, int, float, complex, str, bytes)
Variables = Callable[[], Mapping[str, Any]]


class Named:
    """Marks a parameter that takes the name of a variable, and is given its value.

    Parameters
    ----------
    kind : type
        What the variable must hold.
    variables : callable
        Returns the names that may be used.
    """

    def __init__(self, kind: type, variables: Variables) -> None:
        self.is_protocol: bool = bool(getattr(kind, "_is_protocol", False))
        self.kind: type = sys.modules["numpy"].ndarray if self.is_protocol else kind
        self.variables = variables

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Return how a name becomes its value."""
        del source, handler
        return core_schema.no_info_plain_validator_function(self._value)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        """Return what the model is told."""
        del schema, handler
        told = f"The name of a variable that holds a {self.kind.__name__}."
        return {"type": "string", "description": told}

    def _value(self, name: Any) -> Any:
        if isinstance(name, self.kind):
            return name  # a default
        known = self.variables()
        if isinstance(name, str) and isinstance(known.get(name), self.kind):
            return known[name]
        names = sorted(
            each for each, value in known.items()
            if isinstance(value, self.kind) and not each.startswith("_")
        )  # fmt: skip
        text = "There is no {kind} named {name}; {names}."
        offered = f"there are: {', '.join(names[:20])}" if names else "there is none"
        told = {"kind": self.kind.__name__, "name": repr(name)[:100], "names": offered}
        raise PydanticCustomError("no_variable", text, told)


def readable(annotation: Any, variables: Variables) -> Any:
    """Return `annotation` as pydantic can describe it.

    Parameters
    ----------
    annotation : object
        Of a parameter.
    variables : callable
        Returns the variables that a frame or an array can be named from.
    """
    annotation = _opened(annotation)
    if _is_held(annotation):
        return Annotated[Any, Named(_class_of(annotation), variables)]
    if isinstance(annotation, type) and _root(annotation) in _HELD:
        return _scalar(annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is None or origin is typing.Literal or not arguments:
        return typed_dicts.readable(annotation)
    return _generic(annotation, origin, tuple(_inner(each, variables) for each in arguments))


def _opened(annotation: Any) -> Any:
    """Return what an alias of these libraries stands for, as ``ArrayLike`` is one since numpy 2.5.

    A person's own is left to pydantic, for it may name itself.
    """
    alias = _class_of(annotation)
    if type(alias).__name__ != "TypeAliasType" or _root(alias) not in _HELD:
        return annotation
    arguments = typing.get_args(annotation)
    return alias.__value__[arguments] if arguments else alias.__value__


def _generic(annotation: Any, origin: Any, inner: tuple[Any, ...]) -> Any:
    """Return a generic annotation with other arguments."""
    if origin in {typing.Union, types.UnionType}:
        held = [each for each in inner if _protocol_of(each)]
        return held[0] if held else functools.reduce(_or, inner)
    if origin is Annotated:
        return Annotated[(inner[0], *annotation.__metadata__)]
    same = inner == typing.get_args(annotation)
    return typed_dicts.readable(annotation) if same else origin[inner]


def _or(one: Any, other: Any) -> Any:
    return one | other


def _protocol_of(annotation: Any) -> bool:
    """Return whether it is one of the protocols that make up numpy's ``ArrayLike``."""
    marks = getattr(annotation, "__metadata__", ())
    return any(isinstance(one, Named) and one.is_protocol for one in marks)


def _inner(annotation: Any, variables: Variables) -> Any:
    if annotation is Ellipsis or is_a(annotation, list):
        return annotation
    return readable(annotation, variables)


def _class_of(annotation: Any) -> Any:
    return typing.get_origin(annotation) or annotation


def _root(kind: Any) -> str:
    return str(getattr(kind, "__module__", "")).partition(".")[0]


def _is_held(annotation: Any) -> bool:
    kind = _class_of(annotation)
    if not isinstance(kind, type) or not {_root(one) for one in kind.__mro__} & _HELD:
        return False
    return _scalar(kind) is kind and not issubclass(kind, pydantic.BaseModel)


def _scalar(kind: type) -> Any:
    """Return the plain type of a scalar of numpy or pandas; anything else as it is."""
    names = {one.__name__ for one in kind.__mro__ if _root(one) in _HELD}
    for name, plain in {**_SCALARS, "integer": int, "floating": float, "bool": bool,
                        "bool_": bool, "datetime64": datetime, "str_": str}.items():  # fmt: skip
        if name in names:
            return plain
    return kind
