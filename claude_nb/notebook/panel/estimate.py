"""How large the next request would be: counted by the server, in the background.

One thread at a time, for the newest wish only; it ends when there is nothing left to count.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from claude_nb import models
from claude_nb.api.errors import AnthropicError
from claude_nb.api.types.params import MessageCountTokensParams
from claude_nb.notebook import backend
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.failure import describe
from claude_nb.notebook.question import Question

__all__ = ["Estimator", "estimate"]

_COUNTED = MessageCountTokensParams.__required_keys__ | MessageCountTokensParams.__optional_keys__

Numbers = dict[str, Any]


def estimate(question: Question) -> Numbers:
    """Return tokens and cost of a request's input, and its share of the context window.

    Raises
    ------
    AnthropicError
        The server could not count it.
    """
    params = {name: value for name, value in question.params.items() if name in _COUNTED}
    server = backend.connect()
    tokens = server.client.messages.count_tokens(**params).input_tokens
    info = models.get(str(params["model"]))
    cost = models.cost(str(params["model"]), {"input_tokens": tokens}) if server.priced else None
    window = info.context_window if info is not None else None
    return {"tokens": tokens, "cost": cost, "window": window}


class Estimator:
    """Counts what it was last asked to.

    Parameters
    ----------
    told : callable
        Gets the numbers, or ``{"problem": sentence}``, from another thread.
    """

    def __init__(self, told: Callable[[Numbers], object]) -> None:
        self._told = told
        self._lock = threading.Lock()
        self._wish: Callable[[], Question] | None = None
        self._working = False

    def ask(self, make: Callable[[], Question]) -> None:
        """Count the request that `make` returns; earlier wishes not yet begun are dropped."""
        with self._lock:
            self._wish = make
            if self._working:
                return
            self._working = True
        threading.Thread(target=self._work, name="claude_nb count", daemon=True).start()

    def _next(self) -> Callable[[], Question] | None:
        with self._lock:
            wish, self._wish = self._wish, None
            self._working = wish is not None
        return wish

    def _work(self) -> None:
        while (make := self._next()) is not None:
            numbers = _numbers(make)
            if self._wish is None:
                self._told(numbers)


def _numbers(make: Callable[[], Question]) -> Numbers:
    try:
        return estimate(make())
    except InputError as problem:
        return {"problem": str(problem)}
    except AnthropicError as error:
        return {"problem": f"The tokens could not be counted: {describe(error, '').what}."}
