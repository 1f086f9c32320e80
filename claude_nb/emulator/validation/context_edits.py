"""The shape of ``context_management``: what is to be cleared from a long conversation.

References
----------
Messages API: context editing (``context-management-2025-06-27``), compaction
(``compact-2026-01-12``).
"""

from __future__ import annotations

from claude_nb.emulator.validation.shape import (
    Array,
    Boolean,
    Choice,
    Either,
    Integer,
    Nullable,
    Record,
    String,
    Switch,
    Tagged,
)

__all__ = ["SHAPE"]

_TOKENS = Record({"value": Integer(1)})
_USES = Record({"value": Integer(1)})
_CLEAR_TOOL_USES = Record(
    optional={
        "trigger": Tagged({"input_tokens": _TOKENS, "tool_uses": _USES}),
        "keep": Tagged({"tool_uses": Record({"value": Integer(0)})}),
        "clear_at_least": Nullable(Tagged({"input_tokens": Record({"value": Integer(0)})})),
        "clear_tool_inputs": Nullable(Switch(Array(String()))),
        "exclude_tools": Nullable(Array(String())),
    }
)
_CLEAR_THINKING = Record(
    optional={
        "keep": Either(
            Choice(("all",)),
            Tagged({"thinking_turns": Record({"value": Integer(1)}), "all": Record()}),
        )
    }
)
_COMPACT = Record(
    optional={
        "trigger": Nullable(Tagged({"input_tokens": _TOKENS})),
        "instructions": Nullable(String()),
        "pause_after_compaction": Boolean(),
    }
)
SHAPE = Nullable(
    Record(
        optional={
            "edits": Array(
                Tagged(
                    {
                        "clear_tool_uses_20250919": _CLEAR_TOOL_USES,
                        "clear_thinking_20251015": _CLEAR_THINKING,
                        "compact_20260112": _COMPACT,
                    }
                )
            )
        }
    )
)
