"""How many tokens a request has, counted by the server, and what reading them costs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from claude_nb.api.errors import AnthropicError
from claude_nb.api.types.params import countable
from claude_nb.notebook.answer.render import CHARACTERS_PER_TOKEN
from claude_nb.notebook.backend import Backend

__all__ = ["Count", "billed_as", "count", "estimate"]


@dataclass(frozen=True, slots=True)
class Count:
    """The size of a request.

    Attributes
    ----------
    tokens : int
        Of its input.
    cost : float or None
        US dollars for reading them; None where that is not known to be true.
    window : int or None
        Tokens that the model can hold, if it is known.
    estimated : bool
        Whether the server cannot count, so that this goes by the length.
    """

    tokens: int
    cost: float | None
    window: int | None
    estimated: bool = False


def billed_as(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a request asks for beyond the list price, as the usage of its answer will."""
    return {name: params[name] for name in ("speed", "inference_geo") if params.get(name)}


def count(params: Mapping[str, Any], server: Backend) -> Count:
    """Ask the server to count a request; nothing is answered and nothing is charged.

    Parameters
    ----------
    params : Mapping
        The request as the server sees it; what the counting call does not take is left out.
    server : Backend
        Whom to ask.

    Raises
    ------
    AnthropicError
        The server of the API could not count it; others are known not to.
    """
    model = str(params["model"])
    info = server.models.get(model)
    window = info.context_window if info is not None else None
    try:
        tokens: Any = server.client.messages.count_tokens(**countable(params)).input_tokens
    except AnthropicError:
        if not server.label:
            raise
        tokens = None
    if not isinstance(tokens, int):  # a gateway may answer with anything
        return Count(estimate(params), None, window, estimated=True)
    cost = server.models.cost(model, {"input_tokens": tokens, **billed_as(params)})
    return Count(tokens, cost, window)


def estimate(params: Mapping[str, Any]) -> int:
    """Return about how many tokens a request has, by its length."""
    return len(json.dumps(params, default=str)) // CHARACTERS_PER_TOKEN
