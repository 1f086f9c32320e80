"""How large the next request would be: counted by the server, in the background.

One thread at a time, for the newest wish only; it ends when there is nothing left to count.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from claude_nb.api.errors import AnthropicError
from claude_nb.ask.errors import InputError
from claude_nb.ask.question import Question
from claude_nb.notebook import backend
from claude_nb.notebook.answer.failure import describe
from claude_nb.notebook.panel.transcript.words import sentence
from claude_nb.notebook.run.counting import count
from claude_nb.notebook.session import Session

__all__ = ["Estimator"]

Numbers = dict[str, Any]


class Estimator:
    """Counts what it was last asked to.

    Parameters
    ----------
    session : Session
        Knows the server.
    told : callable
        Gets the numbers, or ``{"problem": sentence}``, from another thread.
    """

    def __init__(self, session: Session, told: Callable[[Numbers], object]) -> None:
        self._session = session
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
            numbers = self._numbers(make)
            if self._wish is None:
                self._told(numbers)

    def _numbers(self, make: Callable[[], Question]) -> Numbers:
        try:
            found = asdict(count(make().sent, backend.connect(self._session)))
        except InputError as problem:
            return {"problem": sentence(str(problem))}
        except AnthropicError as error:
            return {"problem": f"The tokens could not be counted: {describe(error, '').what}."}
        is_estimate = found.pop("estimated")
        return {"problem": "This server cannot count tokens."} if is_estimate else found
