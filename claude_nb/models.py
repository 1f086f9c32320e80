"""Look up what a model accepts and costs.

The built-in table (`claude_nb._catalog`) is the starting point; `update` lets a server's own
report override it. Used to explain requests, never to block them: the client sends what it is
told. Knows nothing of HTTP or notebooks.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any, cast

from claude_nb._catalog import RETIRED, TABLE, Effort, Lifecycle, ModelInfo, Price, ThinkingType

__all__ = [
    "DEFAULT_MODEL",
    "Effort",
    "Lifecycle",
    "ModelInfo",
    "Price",
    "ThinkingType",
    "all_models",
    "cost",
    "get",
    "near",
    "resolve",
    "retired",
    "update",
]

# The newest active model that takes every control: temperature, thinking budget, stop sequences.
DEFAULT_MODEL = "claude-sonnet-4-6"

_known: dict[str, ModelInfo] = {info.id: info for info in TABLE}
_VERSION = re.compile(r"(?<=\d)\.(?=\d)")


def all_models() -> tuple[ModelInfo, ...]:
    """Return every model that is served, newest generation first."""
    return tuple(_known.values())


def get(name: str) -> ModelInfo | None:
    """Return the model with this id, alias or short name, or None if it is not known."""
    return _known.get(resolve(name))


def resolve(name: str) -> str:
    """Return the full id for an id, an alias or a short name; unknown names unchanged.

    Parameters
    ----------
    name : str
        ``"claude-haiku-4-5"``, ``"haiku-4.5"``, or a family (``"haiku"``: its newest
        active model with published prices).

    Returns
    -------
    str
        An id to send; `name` itself when the table does not know it, so that new models work.
    """
    wanted = _spoken(name)
    for info in _known.values():
        if wanted in map(_spoken, (info.id, *info.aliases)):
            return info.id
    for info in _known.values():
        if info.line == wanted and info.lifecycle == "active" and info.price is not None:
            return info.id
    return name.strip()


def retired(name: str) -> tuple[date | None, str] | None:
    """Return (retirement date or None if unpublished, replacement id) of a retired id."""
    for model, day, replacement in RETIRED:
        if name == model:
            return day, replacement
    return None


def near(name: str, *, most: int = 3) -> list[str]:
    """Return known ids whose id, alias or short name looks like `name`, best first."""
    spoken = {
        _spoken(alias): info.id
        for info in reversed(_known.values())  # a family means its newest model
        for alias in (info.line, *info.aliases, info.id)
    }
    alike = difflib.get_close_matches(_spoken(name), spoken, n=2 * most, cutoff=0.6)
    return list(dict.fromkeys(spoken[one] for one in alike))[:most]


def _spoken(name: str) -> str:
    return _VERSION.sub("-", name.strip().lower()).removeprefix("claude-")


def cost(model: str, usage: Mapping[str, Any], *, batch: bool = False) -> float | None:
    """Return the price of one answer in US dollars, or None if the model's price is unknown.

    Parameters
    ----------
    model : str
        Model id, alias or short name.
    usage : Mapping
        The `usage` object of an answer: tokens by kind.
    batch : bool
        Whether the request ran in a batch, at half the price.

    Notes
    -----
    Cache writes are priced by time to live when ``cache_creation`` splits them, else as 5 m.
    """
    info = get(model)
    if info is None or info.price is None:
        return None
    count = _token_counts(usage)
    prompt = count["input"] + count["write_5m"] + count["write_1h"] + count["read"]
    is_long = info.long_from is not None and prompt > info.long_from
    price = info.long_price if is_long and info.long_price else info.price
    total = sum(count[field.name] * getattr(price, field.name) for field in fields(price))
    return total / 1e6 * (0.5 if batch else 1.0)


def _token_counts(usage: Mapping[str, Any]) -> dict[str, int]:
    split = cast("Mapping[str, Any]", usage.get("cache_creation") or {})
    written = int(usage.get("cache_creation_input_tokens") or 0)
    write_1h = int(split.get("ephemeral_1h_input_tokens") or 0)
    return {
        "input": int(usage.get("input_tokens") or 0),
        "output": int(usage.get("output_tokens") or 0),
        "write_5m": max(written - write_1h, 0),
        "write_1h": write_1h,
        "read": int(usage.get("cache_read_input_tokens") or 0),
    }


def update(report: Mapping[str, Any]) -> ModelInfo:
    """Let a server's report on one model override the table, and return the result.

    Parameters
    ----------
    report : Mapping
        A model object of ``GET /v1/models``. Fields it lacks keep the table's value.
    """
    name = str(report["id"])
    base = get(name) or ModelInfo(id=name, display_name=name, line=_line(name))
    changes: dict[str, Any] = {}
    for ours, theirs in (
        ("display_name", "display_name"),
        ("context_window", "max_input_tokens"),
        ("max_output_tokens", "max_tokens"),
        ("lifecycle", "lifecycle"),
    ):
        if report.get(theirs):
            changes[ours] = report[theirs]
    if report.get("retires_at"):
        changes["retires"] = date.fromisoformat(str(report["retires_at"])[:10])
    changes.update(_capabilities(cast("Mapping[str, Any]", report.get("capabilities") or {})))
    _known[base.id] = replace(base, **changes)
    return _known[base.id]


def _capabilities(report: Mapping[str, Any]) -> dict[str, Any]:
    thinking = cast("Mapping[str, Any]", report.get("thinking") or {})
    found = {"thinking": thinking.get("types"), "efforts": report.get("effort")}
    return {name: _supported(leaves) for name, leaves in found.items() if leaves}


def _supported(leaves: Mapping[str, Any]) -> tuple[str, ...]:
    # a group of capabilities carries its own `supported` flag beside its leaves
    named = {name: leaf for name, leaf in leaves.items() if name != "supported"}
    return tuple(name for name, leaf in named.items() if leaf and leaf.get("supported"))


def _line(name: str) -> str:
    words = re.findall(r"[a-z]+", name)
    return words[1] if len(words) > 1 else name
