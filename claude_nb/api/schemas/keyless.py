"""Schemas without keys: what a function or a model has for a default may be one.

A parameter whose default is a key is settled, as those are that `functools.partial` has: it is not
told at all, and the default holds. In texts ``[key]`` stands for a key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from claude_nb.api.secret import Known, known

__all__ = ["without_keys"]

_MASKED = "*" * 10  # a SecretStr, as pydantic writes it


def without_keys(value: Any) -> Any:
    """Return a JSON schema, or a text, as it may be sent; an equal one if it holds no key.

    Parameters
    ----------
    value : JSON
        As it was made from a function or a type.
    """
    return _told(value, known())


def _told(value: Any, secrets: Known) -> Any:
    if isinstance(value, str):
        return secrets.scrub(value)
    if isinstance(value, list | tuple):
        return [_told(item, secrets) for item in cast("list[Any]", value)]
    if not isinstance(value, Mapping):
        return value
    schema = cast("Mapping[str, Any]", value)
    settled = set(_settled(schema.get("properties")))
    told = {name: _told(part, secrets) for name, part in schema.items()}
    if settled:
        told["properties"] = {n: part for n, part in told["properties"].items() if n not in settled}
        if "required" in told:
            told["required"] = [name for name in told["required"] if name not in settled]
    return told


def _settled(properties: Any) -> list[str]:
    """Return the names of properties whose default is a key."""
    if not isinstance(properties, Mapping):
        return []
    parts = cast("Mapping[str, Any]", properties)
    return [name for name, part in parts.items() if _has_key(name, part)]


def _has_key(name: str, part: Any) -> bool:
    default: Any = (
        cast("Mapping[str, Any]", part).get("default") if isinstance(part, Mapping) else ""
    )
    if not default:
        return False
    if default == _MASKED:
        return True
    from claude_nb.api.hiding.hidden import hidden  # noqa: PLC0415 (only for tools with defaults)

    text = f"{name} = {json.dumps(default, ensure_ascii=False, default=str)}"
    return hidden(text) != text
