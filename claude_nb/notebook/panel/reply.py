"""One answer of a panel: a background run whose view and result belong to a `Take`.

The run itself is the magic's ``--bg``: a thread with a loop of its own, so that neither a running
cell nor a slow answer holds up anything else.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from claude_nb.api.types import Message
from claude_nb.notebook import run, views
from claude_nb.notebook.background import Answer
from claude_nb.notebook.ledger import Entry
from claude_nb.notebook.panel.chat import Take
from claude_nb.notebook.panel.view import PanelView, Silent
from claude_nb.notebook.question import Question

__all__ = ["Reply", "facts"]

_TOKENS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "read": "cache_read_input_tokens",
    "written": "cache_creation_input_tokens",
}


class Reply(Answer):
    """A handle on an answer that streams into a panel.

    Parameters
    ----------
    question : Question
        What to ask.
    host : Host
        The shell, and the ledger that gets the run.
    take : Take
        Gets the state, the bundle, the facts and the turn.
    changed : callable
        Called from the run's threads whenever the take has changed.
    live : bool
        Whether there is a page to stream to.
    """

    def __init__(
        self,
        question: Question,
        host: Any,
        take: Take,
        changed: Callable[[], object],
        *,
        live: bool,
    ) -> None:
        super().__init__(question, host)
        self.take = take
        self._changed = changed
        self._view: views.View = self._live_view() if live else Silent(self._finished)
        self._follower = run.follow(question, self._view)
        self._future.add_done_callback(self._ended)

    def _live_view(self) -> PanelView:
        return PanelView(
            str(self._question.params["model"]),
            on_stop=self.stop,
            on_open=self._opened,
            on_finish=self._finished,
        )

    def _opened(self, model_id: str) -> None:
        self.take.live = model_id
        self._changed()

    def _finished(self, bundle: dict[str, Any]) -> None:
        self.take.bundle = bundle

    def _ended(self, future: Future[Message | None]) -> None:
        outcome, chat = self._follower.outcome, self._question.chat
        cell = self._question.cell
        failed = future.exception() is not None
        turns = chat.turns if chat is not None else []
        self.take.turn = next((turn for turn in turns if turn.cell == cell), None)
        mine = (entry for entry in reversed(self._host.ledger) if entry.cell == cell)
        self.take.facts = facts(next(mine, None))
        self.take.live = ""
        self.take.state = "failed" if failed else "stopped" if outcome.stopped else "done"
        self._changed()


def facts(entry: Entry | None) -> dict[str, Any]:
    """Return a run's numbers, as a page shows them."""
    if entry is None:
        return {}
    tokens = {name: entry.tokens(kind) for name, kind in _TOKENS.items()}
    details = entry.usage.get("output_tokens_details") or {}
    if entry.state != "complete":
        tokens["output"] = 0  # only the end of an answer tells how long it became
    return {
        "model": entry.model,
        "seconds": entry.seconds,
        "cost": entry.cost,
        "emulated": entry.emulated,
        "thinking": int(details.get("thinking_tokens") or 0),
        **tokens,
    }
