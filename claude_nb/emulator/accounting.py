"""What a request costs: input tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from claude_nb import models
from claude_nb.emulator import tokens
from claude_nb.emulator.wire import JSON

__all__ = ["usage"]


def usage(params: Mapping[str, Any]) -> JSON:
    """Return the input side of ``usage``."""
    model = models.get(params["model"])
    total = 4 + tokens.of_value(params.get("system") or "")
    total += sum(3 + tokens.of_value(message["content"]) for message in params["messages"])
    return {
        "input_tokens": tokens.scaled(total, model.token_scale if model else 1.0),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": 0,
        "server_tool_use": None,
        "service_tier": "standard",
        "inference_geo": "not_available",
    }
