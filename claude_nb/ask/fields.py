"""The variables of a prompt, ``{{name}}``, as fields to fill in; pure."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Mapping
from typing import Any

from claude_nb.ask import braces, names, values
from claude_nb.ask.errors import InputError
from claude_nb.characters import plain

__all__ = ["fields", "filled", "namespace", "paths"]

_SHOWN = 200  # characters of a value that a page gets to see


def paths(text: str) -> list[str]:
    """Return the variables of a prompt, as ``name``, ``name.attr`` or ``name[0]``, each once."""
    return braces.fields(text)


def fields(
    text: str, variables: Mapping[str, Any], withheld: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Return one field for each variable of a prompt, in order.

    Parameters
    ----------
    text : str
        The prompt.
    variables : Mapping
        The kernel's namespace.
    withheld : collection of str
        Paths that are not looked up: their values are to be typed in.

    Returns
    -------
    list of dict
        ``name``; ``value``, the text it stands for as far as it is shown; ``kind``, its type, or
        empty if there is no such variable; ``editable``, whether another text may be typed in.
    """
    return [_field(path, {} if path in withheld else variables) for path in paths(text)]


def _field(path: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    field: dict[str, Any] = {"name": path, "value": "", "kind": ""}
    field["editable"] = path.isidentifier()
    try:
        value = names.lookup(path, variables)
        field["kind"] = type(value).__name__
        shown = value if isinstance(value, str) else values.text(value, _SHOWN)
        return field | {"value": plain(shown[:_SHOWN])}
    except InputError:
        return field


def namespace(typed: Mapping[str, str], variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the variables, with what was typed in before what the kernel has."""
    return ChainMap(dict(typed), dict(variables)) if typed else variables


def filled(text: str, typed: Mapping[str, str]) -> str:
    """Return the prompt with what was typed in put in, and the kernel's variables left named.

    What was typed in stays what it is when the prompt is read again: its braces are escaped.
    """
    return braces.filled(text, typed.get)
