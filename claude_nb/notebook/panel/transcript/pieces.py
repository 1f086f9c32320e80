"""A chat as a page is sent it: each exchange a piece of its own, with a number that grows.

A page knows the order of the chat, as ids and numbers, and holds the pieces. One that changed is
sent by itself; what a page misses, since it was opened later or a server dropped a message, it asks
for by its id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claude_nb.conversation import Exchange
from claude_nb.models import ModelTable
from claude_nb.notebook.panel import saved, shown

__all__ = ["Pieces", "piece"]

_SPARE = 500  # exchanges of other lines that are known still


class Pieces:
    """What the pages of one panel have been told of.

    Parameters
    ----------
    models : ModelTable
        What is known of the models.
    """

    def __init__(self, models: ModelTable) -> None:
        self._models = models
        self._known: dict[str, tuple[int, object]] = {}
        self._number = 0

    def look(self, exchanges: Sequence[Exchange]) -> tuple[list[tuple[str, int]], list[Exchange]]:
        """Return the order of a chat, and those exchanges that have changed since the last look."""
        new = [each for each in exchanges if self._changed(each)]
        if len(self._known) > 2 * len(exchanges) + _SPARE:
            self._known = {each.id: self._known[each.id] for each in exchanges}
        return [(each.id, self._known[each.id][0]) for each in exchanges], new

    def _changed(self, exchange: Exchange) -> bool:
        state = _state(exchange)
        if self._known.get(exchange.id, (0, None))[1] == state:
            return False
        self._number += 1
        self._known[exchange.id] = self._number, state
        return True

    def told(self, exchanges: Sequence[Exchange]) -> list[dict[str, Any]]:
        """Return the pieces of these exchanges, as they are now."""
        self.look(exchanges)
        return [{"v": self._known[e.id][0], **piece(e, self._models)} for e in exchanges]


def _state(exchange: Exchange) -> object:
    """Return what tells two states of an exchange apart; what is the same is quickly compared."""
    drawn = [(each, shown.of(each)) for each in exchange.candidates]
    takes = [
        (each.state, seen.live, seen.facts, each.turn and each.turn.messages)
        for each, seen in drawn
    ]
    return exchange.prompt, exchange.kept, takes


def piece(exchange: Exchange, models: ModelTable) -> dict[str, Any]:
    """Return what a page draws of an exchange, and what it writes of it into the notebook's file.

    Parameters
    ----------
    exchange : Exchange
        A question and its answers.
    models : ModelTable
        What is known of the models.
    """
    drawn = [(each.state, shown.of(each)) for each in exchange.candidates]
    names = saved.titles_of(exchange, models)
    return {
        "id": exchange.id,
        "prompt": exchange.prompt,
        "attached": shown.asked_of(exchange)[0],
        "kept": exchange.kept,
        "takes": [
            {"state": state, "live": each.live, "facts": each.facts, "label": name}
            for (state, each), name in zip(drawn, names, strict=True)
        ],
        "saved": saved.part(exchange),
    }
