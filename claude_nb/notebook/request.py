"""Settings and a conversation -> the JSON of ``POST /v1/messages``; pure.

Owns how a control becomes request fields: which kind of thinking a model takes, and how much
room to leave for the answer. What a model refuses is not decided here (`claude_nb.rules`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from claude_nb import models, rules
from claude_nb.notebook.errors import InputError

__all__ = ["build", "check"]

PLAIN_TOKENS = 4096
THINKING_TOKENS = 16_000
DEFAULT_BUDGET = 2048


def build(values: Mapping[str, Any], messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the request that these settings and messages make.

    Parameters
    ----------
    values : Mapping
        Values by setting name; what is None, empty or missing is left to the model.
    messages : sequence of message params
        The whole conversation, the newest user turn last.
    """
    model = models.resolve(values["model"])
    thinking, effort = _thinking(values.get("think"), model)
    request: dict[str, Any] = {
        "model": model,
        "max_tokens": values.get("max_tokens") or _room(thinking),
        "system": values.get("system"),
        "messages": list(messages),
        "temperature": values.get("temperature"),
        "top_p": values.get("top_p"),
        "top_k": values.get("top_k"),
        "stop_sequences": list(values.get("stop") or ()),
        "thinking": thinking,
        "output_config": {"effort": effort} if effort else None,
        "cache_control": {"type": "ephemeral"} if values.get("cache") else None,
    }
    return {name: value for name, value in request.items() if value not in (None, [], "")}


def _room(thinking: Mapping[str, Any] | None) -> int:
    """Return a `max_tokens` that leaves an answer of ordinary length behind the thinking."""
    if thinking is None or thinking["type"] == "disabled":
        return PLAIN_TOKENS
    return (
        PLAIN_TOKENS + thinking["budget_tokens"] if "budget_tokens" in thinking else THINKING_TOKENS
    )


def _thinking(think: int | str | None, model: str) -> tuple[dict[str, Any] | None, str | None]:
    """Return the ``thinking`` object and the effort for a ``--think`` value.

    The summarised display is asked for whenever thinking is on: newer models return no text
    otherwise, and there would be nothing to show.
    """
    if think is None:
        return None, None
    if think == "off":
        return {"type": "disabled"}, None
    if isinstance(think, int):
        return {"type": "enabled", "budget_tokens": think, "display": "summarized"}, None
    effort = None if think == "on" else think
    if effort is None and not _adaptive(model):
        return _thinking(DEFAULT_BUDGET, model)
    return {"type": "adaptive", "display": "summarized"}, effort


def _adaptive(model: str) -> bool:
    info = models.get(model)
    return info is None or "adaptive" in info.thinking


def check(request: Mapping[str, Any]) -> None:
    """Raise `InputError` with every reason known here why `request` would be refused."""
    refusals = rules.explain(request)
    if refusals:
        raise InputError("\n".join(dict.fromkeys(str(refusal) for refusal in refusals)))
