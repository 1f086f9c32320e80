"""Shapes of request bodies, by endpoint, API version and beta headers.

References
----------
Messages API reference: parameters; beta headers and what each adds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from claude_nb.emulator.validation import context_edits
from claude_nb.emulator.validation.blocks import BETA_BLOCKS, BLOCKS, CACHE_CONTROL, TEXT
from claude_nb.emulator.validation.shape import (
    Array,
    Boolean,
    Choice,
    Either,
    Integer,
    NotEmulated,
    Nullable,
    Number,
    Record,
    Shape,
    String,
    Tagged,
)
from claude_nb.emulator.validation.tool_shapes import BETA_TOOLS, TOOLS

__all__ = ["BATCH_ITEM", "NEW", "OLD", "count", "message"]

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
_FORMAT = Nullable(Tagged({"json_schema": Record({"schema": Record(is_open=True)})}))
_OUTPUT_CONFIG: dict[str, Shape] = {
    "effort": Nullable(Choice(("low", "medium", "high", "xhigh", "max"))),
    "format": _FORMAT,
}
_ROLE = Choice(("user", "assistant", "system"))
_SYSTEM = Either(String(), Array(Tagged({"text": TEXT})))
_SHARED: dict[str, Shape] = {
    "system": _SYSTEM,
    "thinking": _THINKING,
    "tool_choice": _TOOL_CHOICE,
    "cache_control": CACHE_CONTROL,
    "speed": Nullable(Choice(("standard", "fast"))),
}
_SKILL = Record({"skill_id": String(1, 64)}, {"version": String(1, 64)})
_CONTAINER = Record(
    optional={
        "id": Nullable(String()),
        "skills": Nullable(Array(Tagged({"anthropic": _SKILL, "custom": _SKILL}), most=8)),
    }
)
_CREATE: dict[str, Shape] = {
    **_SHARED,
    "metadata": Record(optional={"user_id": Nullable(String(most=512))}),
    "service_tier": Choice(("auto", "standard_only")),
    "stop_sequences": Array(String()),
    "stream": Boolean(),
    "container": Nullable(Either(String(), _CONTAINER)),
    "inference_geo": Nullable(Choice(("us", "global"))),
    "diagnostics": Record(optional={"previous_message_id": Nullable(String())}),
}
_SAMPLING: dict[str, Shape] = {
    "temperature": Number(0, 1),
    "top_p": Number(0, 1),
    "top_k": Integer(0),
}
_MOST_TOKENS: dict[str, Shape] = {"max_tokens": Integer(0)}

_MCP_SERVER = Record(
    {"name": String(), "url": String()},
    {
        "authorization_token": Nullable(String()),
        "tool_configuration": Nullable(
            Record(
                optional={
                    "allowed_tools": Nullable(Array(String())),
                    "enabled": Nullable(Boolean()),
                }
            )
        ),
    },
)
_EDITING: dict[str, Shape] = {"context_management": context_edits.SHAPE}
# the beta header without its date -> the fields that it adds, to counting too
_BETA_FIELDS: dict[str, dict[str, Shape]] = {
    "structured-outputs": {"output_format": _FORMAT},
    "context-management": _EDITING,
    "compact": {**_EDITING, "compaction": NotEmulated()},
    "fallback-credit": {"fallback_credit_token": NotEmulated()},
    "message-threads": {"thread": NotEmulated()},
    "server-side-fallback": {"fallbacks": NotEmulated()},
    "user-profiles-billing": {"billing_policy": NotEmulated()},
    "mcp-client": {"mcp_servers": Array(Tagged({"url": _MCP_SERVER}), most=20)},
}


def message(version: str, betas: Iterable[str] = ()) -> Record:
    """Return the shape of a body of ``POST /v1/messages``.

    Parameters
    ----------
    version : str
        API version.
    betas : iterable of str
        Values of the header ``anthropic-beta``.
    """
    sampled = _SAMPLING if version == OLD else {}
    return _body(_MOST_TOKENS, _CREATE | sampled, betas)


def count(betas: Iterable[str] = ()) -> Record:
    """Return the shape of a body of ``POST /v1/messages/count_tokens``."""
    return _body({}, _SHARED, betas)


def _body(
    required: Mapping[str, Shape], optional: Mapping[str, Shape], betas: Iterable[str]
) -> Record:
    names = {beta.rsplit("-", 3)[0] for beta in betas}  # "mcp-client-2025-11-20"
    blocks, tools, fields = (
        _added(names, table) for table in (BETA_BLOCKS, BETA_TOOLS, _BETA_FIELDS)
    )
    content = Either(String(), Array(Tagged(BLOCKS | blocks)))
    turn = Record({"role": _ROLE, "content": content})
    config = {"task_budget": NotEmulated()} if "task-budgets" in names else {}
    own = {
        "tools": Array(Tagged({**TOOLS.records, **tools}, default=TOOLS.default)),
        "output_config": Record(optional=_OUTPUT_CONFIG | config),
    }
    needed = {**required, "model": String(1, 256), "messages": Array(turn, most=100_000)}
    return Record(needed, {**optional, **fields, **own})


def _added(names: set[str], table: Mapping[str, Mapping[str, Shape]]) -> dict[str, Shape]:
    return {
        name: shape for beta in sorted(names & table.keys()) for name, shape in table[beta].items()
    }


BATCH_ITEM = Record(
    {"custom_id": String(1, 64, "^[a-zA-Z0-9_-]{1,64}$"), "params": Record(is_open=True)}
)
