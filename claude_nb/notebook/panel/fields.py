"""The variables of a prompt, ``{{name}}``, as fields to fill in; pure."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from claude_nb.notebook import names, values
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.sanitise import plain

__all__ = ["fields", "filled", "namespace"]

_FIELD = re.compile(rf"\{{\{{\s*({names.PATH})\s*\}}\}}")
_NAME = re.compile(names.NAME)
_SHOWN = 200  # characters of a value that a page gets to see


def fields(text: str, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one field for each variable of a prompt, in order.

    Returns
    -------
    list of dict
        ``name``; ``value``, the text it stands for as far as it is shown; ``kind``, its type, or
        empty if there is no such variable; ``editable``, whether another text may be typed in.
    """
    found = dict.fromkeys(match[1] for match in _FIELD.finditer(text))
    return [_field(path, variables) for path in found]


def _field(path: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    field: dict[str, Any] = {"name": path, "value": "", "kind": ""}
    field["editable"] = _NAME.fullmatch(path) is not None
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
    """Return the prompt with what was typed in put in, and the kernel's variables left named."""
    return _FIELD.sub(lambda match: typed.get(match[1], match[0]), text)
