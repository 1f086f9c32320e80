"""Of which class a value is, and whose that class is; asks no class of anybody's."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

__all__ = ["bases_of", "comes_from", "is_frame", "is_python", "module_of", "name_of", "own_fields"]

_OF_TYPE: Any = type.__dict__  # a metaclass may put something else before what is in it
_HEAP_TYPE = 1 << 9  # as Python's C interface has it: Py_TPFLAGS_HEAPTYPE
_FRAMES = ("pandas", "polars", "geopandas")


def name_of(kind: type) -> str:
    """Return the name of a class."""
    return str(_OF_TYPE["__name__"].__get__(kind))


def module_of(kind: type) -> str:
    """Return the name of the module that a class says it is from."""
    told = _OF_TYPE["__module__"].__get__(kind)
    return told if type(told) is str else ""


def bases_of(kind: type) -> tuple[type, ...]:
    """Return a class and those that it derives from."""
    return _OF_TYPE["__mro__"].__get__(kind)


def is_python(kind: type) -> bool:
    """Return whether a class may have been made by Python, and not in C alone."""
    return bool(_OF_TYPE["__flags__"].__get__(kind) & _HEAP_TYPE)


def comes_from(value: object, *packages: str) -> bool:
    """Return whether the class of `value` itself is one of these packages' own.

    A class that only says so, and one that derives from theirs, are somebody else's.
    """
    kind = type(value)
    module = module_of(kind)
    home = sys.modules.get(module)
    if module.partition(".")[0] not in packages or not isinstance(home, ModuleType):
        return False
    return vars(home).get(name_of(kind)) is kind


def is_frame(value: object) -> bool:
    """Return whether `value` is a data frame or a series of a library, and of nobody's subclass."""
    is_named = name_of(type(value)) in {"DataFrame", "GeoDataFrame", "Series", "GeoSeries"}
    return is_named and comes_from(value, *_FRAMES)


def own_fields(value: object) -> dict[str, Any]:
    """Return what an object holds by name, as it stands in the object; nothing is looked up."""
    try:
        fields = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return dict.copy(fields) if isinstance(fields, dict) else {}
