"""Refuse what the API refuses, with its status, type and words.

Shapes come first (`bodies`), then rules in the order of the API's own checks: the model, its
options, the turns, the features. The first problem found is the one reported.
"""

from __future__ import annotations

from claude_nb.emulator import catalog
from claude_nb.emulator.validation import bodies, feature_rules, model_rules, turn_rules
from claude_nb.emulator.validation.context import Context, refuse
from claude_nb.emulator.validation.shape import Misfit, Shape
from claude_nb.emulator.wire import JSON

__all__ = ["NEW", "OLD", "batch_item", "count", "message", "prompt_length"]

NEW, OLD = bodies.NEW, bodies.OLD
_ONLY_MESSAGES = {model_rules.max_tokens, model_rules.prewarming, model_rules.sampling}
_RULES = (*model_rules.RULES, *turn_rules.RULES, *feature_rules.RULES)


def message(params: JSON, version: str, betas: frozenset[str] = frozenset()) -> None:
    """Raise ApiError for a body of ``POST /v1/messages`` that the API would refuse."""
    _check_shape(bodies.MESSAGES[version], params)
    ctx = Context(params, catalog.find(params["model"]), version, betas)
    for rule in _RULES:
        rule(ctx)


def count(params: JSON, version: str, betas: frozenset[str] = frozenset()) -> None:
    """Raise ApiError for a body of ``POST /v1/messages/count_tokens`` that the API refuses."""
    _check_shape(bodies.COUNT, params)
    ctx = Context(params, catalog.find(params["model"]), version, betas, counting=True)
    for rule in _RULES:
        if rule not in _ONLY_MESSAGES:
            rule(ctx)


def batch_item(item: JSON, number: int) -> None:
    """Raise ApiError for an entry of a batch that cannot even be queued."""
    _check_shape(bodies.BATCH_ITEM, item, f"requests.{number}")


def prompt_length(params: JSON, tokens: int) -> None:
    """Raise ApiError if the prompt does not fit the model's context window."""
    most = catalog.find(params["model"]).context_window
    if tokens > most:
        refuse(f"prompt is too long: {tokens} tokens > {most} maximum")


def _check_shape(shape: Shape, value: JSON, path: str = "") -> None:
    try:
        shape.check(value, path)
    except Misfit as misfit:
        refuse(str(misfit))
