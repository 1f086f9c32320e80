"""Which models the emulator serves, and ``/v1/models`` about them.

Ids and aliases only: short names are a convenience of clients, not of the API.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from claude_nb import models
from claude_nb.emulator.wire import JSON, ApiError
from claude_nb.models import ModelInfo

__all__ = ["describe", "find", "served", "takes_fast", "takes_geo"]

_UNDATED = date(2026, 1, 1)  # for models whose release date is unpublished
_NO_GEO = ("claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5")
_FAST = ("claude-opus-5-5", "claude-opus-5", "claude-opus-4-8", "claude-opus-4-7")


def find(name: str) -> ModelInfo:
    """Return the served model with this id or alias.

    Raises
    ------
    ApiError
        404 for unknown and retired models.
    """
    for info in models.all_models():
        if name == info.id or name in info.aliases:
            return info
    raise ApiError(404, "not_found_error", f"model: {name}")


def takes_geo(info: ModelInfo) -> bool:
    """Tell whether the model takes ``inference_geo`` (those from 4.6 on do)."""
    return not info.id.startswith(_NO_GEO)


def takes_fast(info: ModelInfo) -> bool:
    """Tell whether the model has a fast mode."""
    return info.id in _FAST


def served(lifecycles: Sequence[str]) -> list[JSON]:
    """Return model objects, newest first; without `lifecycles` all that are not retired."""
    found = [describe(info) for info in models.all_models()]
    found += [_retired(*row) for row in models.RETIRED]
    wanted = set(lifecycles) or {"active", "deprecated"}
    return [item for item in found if item["lifecycle"] in wanted]


def describe(info: ModelInfo) -> JSON:
    """Return the model object of a served model."""
    gone = info.retires
    return {
        "type": "model",
        "id": info.id,
        "display_name": info.display_name,
        "created_at": _instant(info.released or _UNDATED),
        "lifecycle": "deprecated" if info.lifecycle == "deprecated" else "active",
        "deprecated_at": None,
        "retires_at": _instant(gone) if gone else None,
        "line": info.line,
        "max_input_tokens": info.context_window,
        "max_tokens": info.max_output_tokens,
        "capabilities": _capabilities(info),
    }


def _retired(name: str, day: date | None, replacement: str) -> JSON:
    successor = models.get(replacement)
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
    simple = ("batch", "citations", "image_input", "pdf_input", "structured_outputs")
    absent = ("code_execution", "server_tools")
    edits = ("clear_thinking_20251015", "clear_tool_uses_20250919", "compact_20260112")
    return {
        **{name: {"supported": True} for name in simple},
        **{name: {"supported": False} for name in absent},
        "context_management": {"supported": False, **dict.fromkeys(edits)},
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
