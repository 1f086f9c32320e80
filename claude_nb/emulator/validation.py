"""Refuse what the API refuses (first part: the fields every request needs)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from claude_nb import models
from claude_nb.emulator.wire import ApiError

__all__ = ["check"]


def check(params: Mapping[str, Any]) -> None:
    """Raise ApiError for a body of ``POST /v1/messages`` that the API would refuse."""
    for name in ("model", "max_tokens", "messages"):
        if name not in params:
            raise ApiError(400, "invalid_request_error", f"{name}: Field required")
    if models.get(str(params["model"])) is None:
        raise ApiError(404, "not_found_error", f"model: {params['model']}")
