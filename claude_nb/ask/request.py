"""Options and a conversation -> the JSON of ``POST /v1/messages``; pure.

Owns how an option becomes request fields: which kind of thinking a model takes, and how much
room to leave for the answer. What a model refuses is not decided here (`claude_nb.models.rules`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from claude_nb.ask.errors import RefusedError
from claude_nb.ask.options import Options
from claude_nb.models import BUILT_IN, ModelInfo, ModelTable, rules
from claude_nb.models.locks.locks import NONE, Locks

__all__ = ["build", "check"]

PLAIN_TOKENS = 4096
THINKING_TOKENS = 16_000
DEFAULT_BUDGET = 2048


def build(
    options: Options, messages: Sequence[Mapping[str, Any]], models: ModelTable = BUILT_IN
) -> dict[str, Any]:
    """Return the request that these options and messages make.

    Parameters
    ----------
    options : Options
        What is None or empty is left to the model.
    messages : sequence of message params
        The whole conversation, the newest user turn last.
    models : ModelTable
        What is known of the models of the server.
    """
    model = models.resolve(options.model)
    thinking, effort = _thinking(options.think, models.get(model))
    request: dict[str, Any] = {
        "model": model,
        "max_tokens": options.max_tokens or _room(thinking),
        "system": options.system,
        "messages": list(messages),
        "temperature": options.temperature,
        "top_p": options.top_p,
        "top_k": options.top_k,
        "stop_sequences": list(options.stop),
        "thinking": thinking,
        "output_config": {"effort": effort} if effort else None,
        "cache_control": {"type": "ephemeral"} if options.cache else None,
    }
    return {name: value for name, value in request.items() if value not in (None, [], "")}


def _room(thinking: Mapping[str, Any] | None) -> int:
    """Return a `max_tokens` that leaves an answer of ordinary length behind the thinking."""
    if thinking is None or thinking["type"] == "disabled":
        return PLAIN_TOKENS
    return (
        PLAIN_TOKENS + thinking["budget_tokens"] if "budget_tokens" in thinking else THINKING_TOKENS
    )


def _thinking(
    think: int | str | None, info: ModelInfo | None
) -> tuple[dict[str, Any] | None, str | None]:
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
    if effort is None and info is not None and "adaptive" not in info.thinking:
        return _thinking(DEFAULT_BUDGET, info)
    return {"type": "adaptive", "display": "summarized"}, effort


def check(request: Mapping[str, Any], models: ModelTable = BUILT_IN, locks: Locks = NONE) -> None:
    """Raise `RefusedError` with every reason known here why `request` would be refused.

    Parameters
    ----------
    request : Mapping
        As it would be sent.
    models : ModelTable
        What is known of the models of the server.
    locks : Locks
        What whoever runs the machine allows.
    """
    refusals = locks.refusals(request) or rules.explain(request, models)
    if refusals:
        message = "\n".join(dict.fromkeys(str(refusal) for refusal in refusals))
        raise RefusedError(message, tuple(refusal.field for refusal in refusals))
