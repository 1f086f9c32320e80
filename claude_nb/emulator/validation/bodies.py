"""Shapes of whole request bodies, by endpoint and API version."""

from __future__ import annotations

from claude_nb.emulator.validation import blocks
from claude_nb.emulator.validation.shape import (
    Array,
    Boolean,
    Choice,
    Either,
    Integer,
    Nullable,
    Number,
    Record,
    Shape,
    String,
    Tagged,
)

__all__ = ["BATCH_ITEM", "COUNT", "MESSAGES", "NEW", "OLD"]

OLD, NEW = "2023-06-01", "2026-10-21"

_DISPLAY = Nullable(Choice(("summarized", "omitted")))
_THINKING = Tagged(
    {
        "enabled": Record({"budget_tokens": Integer(1024)}, {"display": _DISPLAY}),
        "disabled": Record(),
        "adaptive": Record(optional={"display": _DISPLAY}),
        "between_tools": Record(optional={"display": _DISPLAY}),
    }
)
_PARALLEL: dict[str, Shape] = {"disable_parallel_tool_use": Boolean()}
_TOOL_CHOICE = Tagged(
    {
        "auto": Record(optional=_PARALLEL),
        "any": Record(optional=_PARALLEL),
        "tool": Record({"name": String()}, _PARALLEL),
        "none": Record(),
    }
)
_OUTPUT_CONFIG = Record(
    optional={
        "effort": Nullable(Choice(("low", "medium", "high", "xhigh", "max"))),
        "format": Nullable(Tagged({"json_schema": Record({"schema": Record(is_open=True)})})),
    }
)
_MESSAGE = Record({"role": Choice(("user", "assistant", "system")), "content": blocks.content()})
_SYSTEM = Either(String(), Array(Tagged({"text": blocks.TEXT})))
_SHARED: dict[str, Shape] = {
    "system": _SYSTEM,
    "thinking": _THINKING,
    "tools": blocks.tools(),
    "tool_choice": _TOOL_CHOICE,
    "output_config": _OUTPUT_CONFIG,
    "cache_control": blocks.CACHE_CONTROL,
    "speed": Nullable(Choice(("standard", "fast"))),
}
_REQUIRED: dict[str, Shape] = {"model": String(1, 256), "messages": Array(_MESSAGE)}
_CREATE: dict[str, Shape] = {
    **_SHARED,
    "metadata": Record(optional={"user_id": Nullable(String(most=512))}),
    "service_tier": Choice(("auto", "standard_only")),
    "stop_sequences": Array(String()),
    "stream": Boolean(),
    "inference_geo": Nullable(Choice(("us", "global"))),
    "diagnostics": Record(optional={"previous_message_id": Nullable(String())}),
}
_SAMPLING: dict[str, Shape] = {
    "temperature": Number(0, 1),
    "top_p": Number(0, 1),
    "top_k": Integer(0),
}
_MOST_TOKENS: dict[str, Shape] = {"max_tokens": Integer(0)}

MESSAGES: dict[str, Shape] = {
    OLD: Record(_MOST_TOKENS | _REQUIRED, _CREATE | _SAMPLING),
    NEW: Record(_MOST_TOKENS | _REQUIRED, _CREATE),
}
COUNT = Record(_REQUIRED, _SHARED)
BATCH_ITEM = Record(
    {
        "custom_id": String(1, 64, "^[a-zA-Z0-9_-]{1,64}$"),
        "params": Record(is_open=True),
    }
)
