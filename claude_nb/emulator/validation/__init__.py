"""Refuse what the API refuses, with its status, type and words.

Shapes come first (`bodies`), then rules in the order of the API's own checks: the model, its
options, the turns, the features. The first problem found is the one reported.
"""

from __future__ import annotations

from datetime import date

from claude_nb.emulator import catalog
from claude_nb.emulator.validation import (
    bodies,
    feature_rules,
    media_rules,
    model_rules,
    server_tool_rules,
    turn_rules,
)
from claude_nb.emulator.validation.context import Context, refuse
from claude_nb.emulator.validation.shape import Misfit, Shape
from claude_nb.emulator.wire import JSON, section

__all__ = ["NEW", "OLD", "batch_item", "prompt_length", "renamed", "rules", "shaped"]

NEW, OLD = bodies.NEW, bodies.OLD
_ONLY_MESSAGES = {model_rules.max_tokens, model_rules.prewarming, model_rules.sampling}
_RULES = (
    *model_rules.RULES,
    *turn_rules.RULES,
    *server_tool_rules.RULES,
    *media_rules.RULES,
    *feature_rules.RULES,
)


def shaped(params: JSON, version: str, betas: frozenset[str], *, counting: bool = False) -> JSON:
    """Return a body of well-formed fields, each under its present name.

    Parameters
    ----------
    params : dict
        Body of ``POST /v1/messages``, or of ``/v1/messages/count_tokens`` if it is `counting`.
    version, betas : str, frozenset of str
        What the request's headers name.

    Raises
    ------
    ApiError
        400 for fields that are missing, wrong or unknown.
    """
    _check_shape(bodies.count(betas) if counting else bodies.message(version, betas), params)
    return renamed(params)


def renamed(params: JSON) -> JSON:
    """Return well-formed fields, each under its present name."""
    # ``output_format`` was the beta's name for ``output_config.format``
    if "output_format" not in params:
        return params
    config = section(params, "output_config")
    if params["output_format"] and config.get("format"):
        refuse("output_format: cannot be combined with output_config.format")
    plain = {name: value for name, value in params.items() if name != "output_format"}
    if params["output_format"]:
        plain["output_config"] = {**config, "format": params["output_format"]}
    return plain


def rules(
    params: JSON, version: str, betas: frozenset[str], *, today: date, counting: bool = False
) -> None:
    """Raise ApiError for a well-shaped body that the API would refuse."""
    ctx = Context(params, catalog.find(params["model"], today), version, betas, counting=counting)
    for rule in _RULES:
        if not (counting and rule in _ONLY_MESSAGES):
            rule(ctx)


def batch_item(item: JSON, number: int) -> None:
    """Raise ApiError for an entry of a batch that cannot even be queued."""
    _check_shape(bodies.BATCH_ITEM, item, f"requests.{number}")


def prompt_length(params: JSON, tokens: int) -> None:
    """Raise ApiError if the prompt does not fit the model's context window."""
    most = catalog.find(params["model"]).context_window
    if tokens > most:
        refuse(f"prompt is too long: {tokens} tokens > {most} maximum")


def _check_shape(wanted: Shape, value: JSON, path: str = "") -> None:
    try:
        wanted.check(value, path)
    except Misfit as misfit:
        refuse(str(misfit))
