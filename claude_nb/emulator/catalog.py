"""Which models the emulator serves, and ``/v1/models`` about them.

Those of the built-in table, which nothing that a client hears can change, until the day they retire
by the emulator's clock. Ids and aliases only: short names are a convenience of clients, not of the
API.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from claude_nb.emulator.wire import JSON, ApiError
from claude_nb.models import BUILT_IN, ModelInfo

__all__ = ["describe", "find", "served", "takes_fast", "takes_geo"]

_UNDATED = date(2026, 1, 1)  # for models whose release date is unpublished
_NO_GEO = ("claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5")
_FAST = ("claude-opus-5-5", "claude-opus-5", "claude-opus-4-8", "claude-opus-4-7")


def find(name: str, today: date | None = None) -> ModelInfo:
    """Return the model with this id or alias.

    Parameters
    ----------
    name : str
        Id or alias.
    today : date, optional
        The day on which it must be served. Default: any, for requests that were let in.

    Raises
    ------
    ApiError
        404 for unknown and retired models.
    """
    for info in BUILT_IN:
        if name in {info.id, *info.aliases} and not (today and info.gone(today)):
            return info
    raise ApiError(404, "not_found_error", f"model: {name}")


def takes_geo(info: ModelInfo) -> bool:
    """Tell whether the model takes ``inference_geo`` (those from 4.6 on do)."""
    return not info.id.startswith(_NO_GEO)


def takes_fast(info: ModelInfo) -> bool:
    """Tell whether the model has a fast mode."""
    return info.id in _FAST


def served(lifecycles: Sequence[str], today: date) -> list[JSON]:
    """Return model objects, newest first; without `lifecycles` all that are not retired."""
    found = [describe(info, today) for info in BUILT_IN]
    found += [_retired(*row) for row in BUILT_IN.gone]
    wanted = set(lifecycles) or {"active", "deprecated"}
    return [item for item in found if item["lifecycle"] in wanted]


def describe(info: ModelInfo, today: date) -> JSON:
    """Return the model object of a model, as it stands on this day."""
    lifecycle = "deprecated" if info.lifecycle == "deprecated" else "active"
    return {
        "type": "model",
        "id": info.id,
        "display_name": info.display_name,
        "created_at": _instant(info.released or _UNDATED),
        "lifecycle": "retired" if info.gone(today) else lifecycle,
        "deprecated_at": None,
        "retires_at": _instant(info.retires) if info.retires else None,
        "line": info.line,
        "max_input_tokens": info.context_window,
        "max_tokens": info.max_output_tokens,
        "capabilities": _capabilities(info),
    }


def _retired(name: str, day: date | None, replacement: str) -> JSON:
    successor = BUILT_IN.get(replacement)
    return {
        "type": "model",
        "id": name,
        "display_name": name.replace("-", " ").title(),
        "created_at": _instant(_UNDATED),
        "lifecycle": "retired",
        "deprecated_at": None,
        "retires_at": _instant(day) if day else None,
        "line": successor.line if successor else "",
        "max_input_tokens": None,
        "max_tokens": None,
        "capabilities": None,
    }


def _capabilities(info: ModelInfo) -> JSON:
    kinds = ("adaptive", "enabled", "disabled", "between_tools")
    efforts = ("low", "medium", "high", "xhigh", "max")
    simple = ("batch", "citations", "code_execution", "image_input", "pdf_input", "server_tools")
    edits = ("clear_thinking_20251015", "clear_tool_uses_20250919")
    return {
        **{name: {"supported": True} for name in (*simple, "structured_outputs")},
        "context_management": {
            "supported": True,
            **{name: {"supported": True} for name in edits},
            "compact_20260112": {"supported": False},
        },
        "effort": {
            "supported": bool(info.efforts),
            **{name: {"supported": name in info.efforts} for name in efforts},
        },
        "thinking": {
            "supported": True,
            "types": {name: {"supported": name in info.thinking} for name in kinds},
        },
    }


def _instant(day: date) -> str:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).isoformat().replace("+00:00", "Z")
