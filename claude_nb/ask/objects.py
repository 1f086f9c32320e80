"""Functions, classes and objects -> what of them is worth sending: their source, or a refusal.

Most objects show as their address, which tells a model nothing and looks like an answer to whoever
does not read the request.
"""

from __future__ import annotations

import ast
import functools
import inspect
import io
import linecache
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from types import ModuleType
from typing import Any

from claude_nb.ask.errors import InputError

__all__ = ["SOURCE_LIMIT", "refuse_address", "source"]

SOURCE_LIMIT = 20_000
"""Characters of source that are sent; a whole function fits, a library's largest class does not."""

_ADDRESS = re.compile(r"<[^<>\n]*(?:<[^<>\n]*>[^<>\n]*)*\bat 0x[0-9a-fA-F]+>")
_CELL = re.compile(r"ipython-input|ipykernel_\d")  # in the names that cells have as files
_FIRST = 20  # items that are looked at in a collection


def source(value: Any) -> str | None:
    """Return the source of a function, method or class; None for anything else.

    Raises
    ------
    InputError
        It is one, and its source is not known here.
    """
    # a partial shows its function and what it settles; since Python 3.14 it passes for a method
    if isinstance(value, functools.partial) or not (
        inspect.isroutine(value) or inspect.isclass(value)
    ):
        return None
    try:
        return textwrap.dedent(inspect.getsource(value)).rstrip()
    except (OSError, TypeError):
        if typed := _typed_class(value):
            return typed
        kind = "class" if inspect.isclass(value) else "function"
        name = getattr(value, "__name__", "it")
        raise InputError(
            f"the source of this {kind} is not known here. To ask about it, name it in words "
            f"({name}), or put its help into a variable: text = {name}.__doc__."
        ) from None


def _typed_class(value: Any) -> str:
    """Return the source of a class that was typed in a cell; empty if it is not found."""
    if not inspect.isclass(value):
        return ""
    return _by_methods(value) or _by_name(value)


def _by_name(value: type) -> str:
    """Return the newest class of that name and those fields in the cells that ran."""
    try:
        fields = set(inspect.get_annotations(value))
    except NameError:  # since Python 3.14 they are looked up now: one names what is not there
        return ""
    files = [file for file in linecache.cache if _CELL.search(file)]
    for file in reversed(files if value.__module__ == "__main__" else []):
        text = "".join(linecache.getlines(file))
        classes = ast.walk(ast.parse(text)) if f"class {value.__name__}" in text else ()
        for node in classes:
            if isinstance(node, ast.ClassDef) and node.name == value.__name__:
                return ast.get_source_segment(text, node) or "" if _fields(node) == fields else ""
    return ""


def _fields(node: ast.ClassDef) -> set[str]:
    targets = [each.target for each in node.body if isinstance(each, ast.AnnAssign)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _by_methods(value: type) -> str:
    members = vars(value).values()
    for method in filter(inspect.isfunction, members):
        text = "".join(linecache.getlines(method.__code__.co_filename))
        line = method.__code__.co_firstlineno
        classes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef))
        for node in classes:
            inside = node.lineno <= line <= (node.end_lineno or 0)
            if inside and node.name == value.__name__:
                return ast.get_source_segment(text, node) or ""
    return ""


def refuse_address(value: Any, shown: str) -> None:
    """Raise `InputError` if all that a value shows of itself is that it is there.

    Parameters
    ----------
    value : object
        What was named.
    shown : str
        Its text.
    """
    advice = _advice(value)
    if advice or _ADDRESS.fullmatch(shown.strip()):
        advice = advice or _of_an_object(value)
        raise InputError(f"this {type(value).__name__} would be sent as {shown:.80}: {advice}")
    if isinstance(value, list | tuple | AbstractSet | Mapping) and value and _all_addresses(value):
        raise InputError(
            f"the items of this {type(value).__name__} show only their addresses: make a list of "
            "what should be sent of them."
        )


def _all_addresses(values: Iterable[Any]) -> bool:
    items = values.values() if isinstance(values, Mapping) else values
    first = [item for _, item in zip(range(_FIRST), items, strict=False)]
    return all(_is_address(item) for item in first)


def _is_address(item: Any) -> bool:
    if isinstance(item, str | bytes | int | float | list | tuple | dict | None):
        return False  # most items: no text needs to be made of them
    try:
        return _ADDRESS.fullmatch(repr(item)) is not None
    except Exception:  # noqa: BLE001 - their code; whoever shows it says so
        return False


def _advice(value: Any) -> str:
    """Return what to do with a kind of value that never says more than what it is."""
    return next((advice for holds, advice in _KINDS if holds(value)), "")


def _is_iterator(value: Any) -> bool:
    if inspect.isgenerator(value) or inspect.isasyncgen(value):
        return True
    return isinstance(value, Iterator) and type(value).__module__ in ("builtins", "itertools")


def _is_reply(value: Any) -> bool:
    """Return whether a value is the reply of an HTTP library, which shows only its status."""
    return type(value).__name__.endswith("Response") and hasattr(type(value), "text")


_KINDS: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (lambda v: isinstance(v, ModuleType), "name something in the module, or ask in words."),
    (
        lambda v: isinstance(v, io.IOBase),
        "it is an open file: put what .read() returns into a variable, and name that.",
    ),
    (_is_reply, "name its text (.text), or what .json() returns."),
    (_is_iterator, "it gives its values once: put list(…) of it into a variable, and name that."),
    (inspect.iscoroutine, "await it first, and name its result."),
    (
        lambda v: type(v).__name__ == "LazyFrame",
        "it has no rows yet: name what .collect() returns.",
    ),
)


def _of_an_object(value: Any) -> str:
    names = [name for name in _attributes(value) if not name.startswith("_")]
    some = f", one of its attributes ({', '.join(names[:3])})" if names else ""
    return f"name something in it{some}, or put what you want to send into a variable."


def _attributes(value: Any) -> list[str]:
    try:
        return list(vars(value))
    except TypeError:
        return []
