"""How a function or a class is called, in one line; no default writes itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from inspect import Parameter
from types import (
    BuiltinFunctionType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
    WrapperDescriptorType,
)
from typing import Any, cast

from claude_nb.api.hiding.hidden import hidden
from claude_nb.characters import one_line
from claude_nb.notebook.run.context.looking.classes import (
    comes_from,
    is_python,
    module_of,
    name_of,
    own_fields,
)

__all__ = ["headline", "is_class", "is_routine", "signature", "unwrapped"]

_ROUTINES = (*(BuiltinFunctionType, FunctionType, MethodDescriptorType, WrapperDescriptorType),)
_COMPILED = ("_ArrayFunctionDispatcher", "_lru_cache_wrapper", "cython_function_or_method", "ufunc")
_DEEPEST = 10  # functions around a function
_MOST = 1_500  # characters
_SHORT = 40  # characters of a default
_MARKS = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}


def is_routine(value: object) -> bool:
    """Return whether `value` is a function of Python's own kinds, or of numpy's and Cython's."""
    kind = type(value)
    if kind is MethodType:  # it may be of anything that can be called
        return is_routine(cast("MethodType", value).__func__)
    if kind in _ROUTINES:
        return True
    root = module_of(kind).partition(".")[0]
    is_known = root in {"functools", "numpy"} or root.startswith("_cython_")
    is_named = is_known and name_of(kind) in _COMPILED
    return is_named and (not is_python(kind) or comes_from(value, root))


def unwrapped(value: Any) -> Any:
    """Return the function within what wraps it, as far as that is a function."""
    for _ in range(_DEEPEST):
        inner = own_fields(value).get("__wrapped__")
        if not is_routine(inner):
            break
        value = inner
    return value


def is_class(value: object) -> bool:
    """Return whether `value` is a class; not asked of it, for an object may claim to be one."""
    return issubclass(type(value), type)


def headline(value: Any) -> str:
    """Return what a function or a class is, with its parameters; empty for anything else."""
    if is_routine(value):
        return f"function {_name(value)}{signature(value)}"
    return f"class {name_of(value)}" if is_class(value) else ""


def _name(value: Any) -> str:
    told = getattr(getattr(value, "__func__", value), "__name__", "")
    return told if type(told) is str else ""


def signature(value: Any) -> str:
    """Return the parameters of a function, or of a class, in brackets; empty if unknown."""
    called = _maker(value) if is_class(value) else unwrapped(value)
    if not is_routine(called):
        return ""
    try:
        known = inspect.signature(called, follow_wrapped=False, **_unevaluated())
    except (TypeError, ValueError):
        return ""
    found = list(known.parameters.values())
    told = ", ".join(_told(found[1:] if is_class(value) else found))
    return one_line(hidden(f"({told})"), _MOST)


def _unevaluated() -> dict[str, Any]:
    """Return what lets annotations be text: since Python 3.14 they are code, which would be run."""
    forms = getattr(inspect, "Format", None)
    return {} if forms is None else {"annotation_format": forms.STRING}


def _maker(kind: type) -> Any:
    found = [inspect.getattr_static(kind, name, None) for name in ("__init__", "__new__")]
    found = [each.__func__ if isinstance(each, staticmethod) else each for each in found]
    return next((each for each in found if type(each) is FunctionType), found[0])


def _told(parameters: list[Parameter]) -> Iterator[str]:
    """Yield each parameter, and the marks between kinds of them."""
    kinds = [each.kind for each in parameters]
    for place, each in enumerate(parameters):
        is_starred = {Parameter.VAR_POSITIONAL, Parameter.KEYWORD_ONLY} & set(kinds[:place])
        if each.kind is Parameter.KEYWORD_ONLY and not is_starred:
            yield "*"
        yield _parameter(each)
        is_last = Parameter.POSITIONAL_ONLY not in kinds[place + 1 :]
        if each.kind is Parameter.POSITIONAL_ONLY and is_last:
            yield "/"


def _parameter(each: Parameter) -> str:
    note = _annotation(each.annotation)
    told = f"{_MARKS.get(each.kind, '')}{each.name}{note and f': {note}'}"
    if each.default is Parameter.empty:
        return told
    return f"{told} = {_default(each.default)}" if note else f"{told}={_default(each.default)}"


def _annotation(given: Any) -> str:
    if given is Parameter.empty or given is None:
        return ""
    if type(given) is str:
        return one_line(given, _SHORT)
    return name_of(given) if is_class(given) else ""


def _default(value: Any) -> str:
    if value is None or type(value) in {bool, float, int, complex}:
        return one_line(repr(value), _SHORT) if type(value) is not int else _number(value)
    if type(value) is str:
        return repr(value) if len(value) <= _SHORT else f"{hidden(value)[:_SHORT]!r}…"
    return "()" if type(value) is tuple and not value else "…"


def _number(value: int) -> str:
    return str(value) if value.bit_length() < _SHORT * 3 else "…"
