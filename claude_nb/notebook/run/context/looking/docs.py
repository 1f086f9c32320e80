"""What an installed object says of itself: how it is called, its docstring, what is in it.

Nothing is imported, called or looked up by code of its own: what is not loaded is read.
"""

from __future__ import annotations

import builtins
import inspect
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from claude_nb.api.hiding.hidden import hidden
from claude_nb.ask.errors import InputError
from claude_nb.ask.names import did_you_mean
from claude_nb.ask.values import cut
from claude_nb.notebook.run.context.looking import installed
from claude_nb.notebook.run.context.looking.classes import bases_of, name_of, own_fields
from claude_nb.notebook.run.context.looking.installed import Docs
from claude_nb.notebook.run.context.looking.reach import stored
from claude_nb.notebook.run.context.looking.signatures import (
    headline,
    is_class,
    is_routine,
    signature,
)

__all__ = ["docs_of", "documented", "found", "named_object", "searched"]

_MOST = 6_000  # characters of a docstring that are told
_READ = 60_000  # characters that are read
_MEMBERS = 80  # names
_FOUND = 40  # lines
_ROUND = 2  # lines above and below one that is found


def named_object(path: str, variables: Mapping[str, Any]) -> Any:
    """Return the object of that name: of the notebook, of a loaded module, or of Python.

    Raises
    ------
    InputError
        There is none here; says what would help.
    """
    first, *steps = path.strip().removesuffix("()").split(".")
    if first in variables:
        value = variables[first]
    elif first in sys.modules:
        value = sys.modules[first]
    elif hasattr(builtins, first):
        value = getattr(builtins, first)
    else:
        raise InputError(_unknown(first, variables))
    for step in steps:
        value = _member(value, step, path)
    return value


def _unknown(first: str, variables: Mapping[str, Any]) -> str:
    near = did_you_mean(first, [*variables, *sys.modules])
    return f"There is no variable, and no module imported or installed, {first!r:.90}.{near}"


def _member(value: Any, step: str, path: str) -> Any:
    holder = value if issubclass(type(value), ModuleType) or is_class(value) else type(value)
    found = stored(holder, step)
    if found is None:
        near = did_you_mean(step, _members(value))
        raise InputError(f"{path[:120]!r}: {_kind(value)} holds no {step!r:.90}.{near}")
    return found


def _kind(value: Any) -> str:
    if issubclass(type(value), ModuleType):
        return f"the module {own_fields(value).get('__name__')}"
    return f"the class {name_of(value if is_class(value) else type(value))}"


def found(path: str, variables: Mapping[str, Any]) -> Docs:
    """Return what is said of an object of that name: one that is loaded, else as its source has it.

    Raises
    ------
    InputError
        There is none; says what would help.
    """
    try:
        return docs_of(named_object(path, variables))
    except InputError:
        read = installed.read(path.strip().removesuffix("()"))
        if read is None:
            raise
        return read


def docs_of(value: Any) -> Docs:
    """Return what a loaded object says of itself."""
    is_full = is_class(value) or issubclass(type(value), ModuleType)
    return Docs(_headline(value), _docstring(value), _members(value), is_listed=is_full)


def documented(said: Docs) -> str:
    """Return how an object is called, its docstring, and the names in a class or a module."""
    names = said.members if said.is_listed else []
    more = f" and {len(names) - _MEMBERS:,} more" if len(names) > _MEMBERS else ""
    listed = f"names in it: {', '.join(names[:_MEMBERS])}{more}" if names else ""
    return hidden("\n\n".join(filter(None, [said.headline, cut(said.docstring, _MOST), listed])))


def searched(said: Docs, word: str) -> str:
    """Return the lines of an object's docstring and the names in it that contain a word."""
    folded, lines = word.casefold(), said.docstring.splitlines()
    hits = [n for n, line in enumerate(lines) if folded in line.casefold()]
    near = sorted({n + by for n in hits for by in range(-_ROUND, _ROUND + 1)})
    told = "\n".join([lines[n] for n in near if 0 <= n < len(lines)][:_FOUND])
    names = [name for name in said.members if folded in name.casefold()][:_MEMBERS]
    listed = f"names in it: {', '.join(names)}" if names else ""
    nothing = "" if told or listed else f"Nothing in it contains {word!r:.90}."
    return hidden("\n\n".join(filter(None, [said.headline, told, listed, nothing])))


def _headline(value: Any) -> str:
    if issubclass(type(value), ModuleType):
        return f"module {own_fields(value).get('__name__')}"
    if type(value) is property:
        return "a property"
    told = headline(value)
    if is_class(value):
        return told + signature(value)
    return told or f"an object of class {name_of(type(value))}"


def _docstring(value: Any) -> str:
    """Return a docstring as it is stored; of an object that is neither, that of its class."""
    source = value.fget if type(value) is property else value
    if not (is_routine(source) or is_class(source) or issubclass(type(source), ModuleType)):
        source = type(source)
    told = own_fields(source).get("__doc__") if not is_routine(source) else source.__doc__
    told = vars(type)["__doc__"].__get__(source) if is_class(source) else told
    return inspect.cleandoc(told[:_READ]) if type(told) is str else ""


def _members(value: Any) -> list[str]:
    """Return the public names in a module or a class, those of its bases included."""
    if issubclass(type(value), ModuleType):
        return sorted(name for name in own_fields(value) if name[:1] != "_")
    kind = value if is_class(value) else type(value)
    return sorted({name for base in bases_of(kind) for name in vars(base) if name[:1] != "_"})
