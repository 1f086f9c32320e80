"""``frame["price"]``, ``settings.limits[0]`` -> what stands there, without calling anything.

Attributes are taken as they are stored: a property, a ``__getattr__`` and a ``__getitem__`` of
somebody's class would run code. Items are those of built-in containers and of tables.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping
from types import FunctionType, MemberDescriptorType, ModuleType
from typing import Any

from claude_nb.ask.errors import InputError
from claude_nb.ask.names import did_you_mean
from claude_nb.notebook.run.context.looking.classes import is_frame, name_of, own_fields

__all__ = ["reached", "stored"]

_LONGEST = 300  # characters
_NONE = object()


def reached(path: str, variables: Mapping[str, Any]) -> Any:
    """Return what a name stands for, or what is stored under it by attributes and items.

    Raises
    ------
    InputError
        It is no such name, nothing is there, or only code of a class could tell what is.
    """
    try:
        tree = ast.parse(path.strip()[:_LONGEST], mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        tree = None
    return _value(tree, path.strip(), variables)


def _value(node: ast.expr | None, path: str, variables: Mapping[str, Any]) -> Any:
    match node:
        case ast.Name(id=name):
            return _variable(name, variables)
        case ast.Attribute(value=inner, attr=name):
            return _attribute(_value(inner, path, variables), name)
        case ast.Subscript(value=inner, slice=ast.Constant(value=str() | int() as key)):
            return _item(_value(inner, path, variables), key)
        case _:
            raise InputError(
                f"{path[:80]!r} is no name of a variable, with attributes and items such as "
                'frame["price"] or settings.limits[0].'
            )


def _variable(name: str, variables: Mapping[str, Any]) -> Any:
    if name not in variables:
        raise InputError(f"There is no variable {name!r:.90}.{did_you_mean(name, variables)}")
    return variables[name]


def _attribute(value: Any, name: str) -> Any:
    if name.startswith("_"):
        raise InputError("Names that begin with an underscore stay private.")
    found = stored(value, name)
    if found is None and not _has_none(value, name):
        raise InputError(
            f"Nothing is stored under .{name:.80} of this {name_of(type(value))}. What its class "
            "computes is not asked for: that would run code."
        )
    return found


def _has_none(value: Any, name: str) -> bool:
    return own_fields(value).get(name, _NONE) is None


def stored(value: Any, name: str) -> Any:
    """Return the attribute as it is stored in a module, a class or an object; None if none is."""
    if issubclass(type(value), ModuleType):
        inner = f"{own_fields(value).get('__name__')}.{name}"
        return own_fields(value).get(name, sys.modules.get(inner))
    found = inspect.getattr_static(value, name, None)
    kind, is_class = type(found), issubclass(type(value), type)
    if kind in {staticmethod, classmethod}:
        return found.__func__
    if kind is MemberDescriptorType and not is_class:
        return found.__get__(value, type(value))
    return found if is_class or not hasattr(kind, "__get__") or kind is FunctionType else None


def _item(value: Any, key: str | int) -> Any:
    kind = type(value)
    try:
        if issubclass(kind, dict):
            return dict.__getitem__(value, key)
        if issubclass(kind, list | tuple) and isinstance(key, int):
            base: Any = list if issubclass(kind, list) else tuple
            return base.__getitem__(value, key)
        if is_frame(value) and isinstance(key, str) and name_of(kind).endswith("Frame"):
            return value[key]
    except (LookupError, TypeError, ValueError):
        raise InputError(f"There is no item {key!r:.80} in this {name_of(kind)}.") from None
    raise InputError(
        f"Items of an object of class {name_of(kind)} are not asked for: that would run code."
    )
