"""What may follow ``{{`` : variables, their attributes and their keys.

Completing must have no effects: nothing is called, no property is read, and only dicts, lists
and tuples proper are looked into.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any

from claude_nb.ask.names import NAME
from claude_nb.ask.tables import is_table

__all__ = ["open_field", "paths", "variable_names"]

_OPEN = re.compile(r"\{\{[^\S\n]*([^{}\n]*)$")
_LAST = re.compile(rf"(.*?)(?:\.({NAME})?|\[(\"[^\"]*|'[^']*|))$")
_STEP = re.compile(rf"""\.({NAME})|\[(?:(-?\d+)|"([^"]*)"|'([^']*)')\]""")
_NOT_DATA = (ModuleType, FunctionType, type)
_CALLED = (FunctionType, staticmethod, classmethod, type(len), type(str.upper))


def open_field(text: str) -> str | None:
    """Return what was typed behind a ``{{`` that is still open at the end of `text`, or None."""
    found = _OPEN.search(text)
    return found[1] if found else None


def paths(typed: str, variables: Mapping[str, Any]) -> list[str]:
    """Return the whole paths that `typed` (such as ``df.sh``) may become."""
    found = _LAST.fullmatch(typed)
    if found is None:
        return [name for name in variable_names(variables) if name.startswith(typed)]
    try:
        value = _value(found[1], variables)
    except (LookupError, AttributeError, TypeError):
        return []
    if typed[len(found[1])] == ".":
        return [f"{found[1]}.{name}" for name in _attributes(value, found[2] or "")]
    return [f"{found[1]}[{key}]" for key in _keys(value) if _fits(key, found[3])]


def variable_names(variables: Mapping[str, Any]) -> list[str]:
    """Return the names of variables that hold data: no modules, functions or classes."""
    return sorted(
        name
        for name, value in variables.items()
        if not name.startswith("_") and not isinstance(value, _NOT_DATA)
    )


def _value(path: str, variables: Mapping[str, Any]) -> Any:
    name, end = re.match(r"\w*", path), 0
    value = variables[name[0] if name else ""]
    for step in _STEP.finditer(path, name.end() if name else 0):
        end = step.end()
        value = _stored(value, step[1]) if step[1] else _member(value, step)
    if end not in {0, len(path)}:
        raise LookupError(path)
    return value


def _stored(value: Any, name: str) -> Any:
    """Return an attribute that can be had without running code of its class."""
    found = inspect.getattr_static(value, name)
    if hasattr(type(found), "__get__") and not isinstance(value, ModuleType):
        raise AttributeError(name)
    return found


def _member(value: Any, step: re.Match[str]) -> Any:
    if type(value) not in {dict, list, tuple}:
        raise TypeError
    return value[int(step[2]) if step[2] else step[3] if step[3] is not None else step[4]]


def _attributes(value: Any, start: str) -> Iterator[str]:
    for name in dir(value):
        if name.startswith(start) and not name.startswith("_"):
            found = inspect.getattr_static(value, name, None)
            if not isinstance(found, _CALLED):  # nothing is called in a prompt
                yield name


def _keys(value: Any) -> list[str]:
    """Return the keys of a dict, or the columns of a data frame, as they are typed."""
    keys = value.columns if is_table(value) and hasattr(value, "columns") else value
    known = keys if is_table(value) or type(value) is dict else ()
    return [json.dumps(key, ensure_ascii=False) for key in known if _can_be_typed(key)]


def _can_be_typed(key: Any) -> bool:
    return isinstance(key, int) or (isinstance(key, str) and not set(key) & set('"\\\n{}'))


def _fits(key: str, typed: str) -> bool:
    return key.startswith(typed.replace("'", '"'))
