"""One answer of a panel: a run in the background that belongs to a candidate of an exchange."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from claude_nb.ask.question import Question
from claude_nb.conversation import Candidate, Conversation, Exchange, Param, Turn
from claude_nb.notebook.answer.failure import RunError
from claude_nb.notebook.live.live import LiveView
from claude_nb.notebook.live.views import FinalView, View
from claude_nb.notebook.panel import shown
from claude_nb.notebook.panel.transcript import words
from claude_nb.notebook.run.background import Handle, Stop
from claude_nb.notebook.run.run import Run
from claude_nb.notebook.session import Session

__all__ = ["PanelPlace", "reply"]


@dataclass(frozen=True, slots=True)
class PanelPlace:
    """Where an answer of a panel belongs; see `claude_nb.notebook.places.Place`."""

    chat: Conversation
    exchange: Exchange
    candidate: Candidate

    @property
    def cell(self) -> str:
        """The exchange's id."""
        return self.exchange.id

    @property
    def chat_name(self) -> str:
        """What the conversation is called."""
        return self.chat.name

    def settle(self, turn: Turn | None, sent: list[Param]) -> list[Turn]:
        """Let the candidate be what has come; return the later turns, which are stale now."""
        return self.chat.settle(self.exchange, self.candidate, turn, sent)


class Transcript:
    """A panel's transcript, as the outlet of one answer.

    Parameters
    ----------
    on_finish : callable
        Gets the bundle to keep.
    on_open : callable, optional
        Gets the id of the widget that shows the answer.
    """

    def __init__(
        self,
        on_finish: Callable[[dict[str, Any]], object],
        on_open: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._on_open = on_open
        self._on_finish = on_finish

    def show(self, model_id: str) -> None:
        """Hand the id of the widget on."""
        self._on_open(model_id)

    def keep(self, bundle: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        """Hand the bundle on."""
        del metadata  # the transcript keeps its own
        self._on_finish(dict(bundle))


def reply(
    question: Question,
    place: PanelPlace,
    session: Session,
    changed: Callable[[], object],
    *,
    live: bool,
) -> Handle:
    """Return a handle on an answer that streams into a panel, once it is begun.

    Parameters
    ----------
    question : Question
        What to ask.
    place : PanelPlace
        Gets the turn; its candidate the state, the bundle and the facts.
    session : Session
        Its ledger gets the run.
    changed : callable
        Called from the run's threads whenever the candidate has changed.
    live : bool
        Whether there is a page to stream to.
    """
    candidate = place.candidate
    seen: shown.Shown = candidate.shown

    def opened(model_id: str) -> None:
        seen.live = model_id
        changed()

    def finished(bundle: dict[str, Any]) -> None:
        seen.bundle = bundle

    def view(stop: Stop) -> View:
        here = Transcript(finished, opened)
        if not live:
            return FinalView(here)
        model = str(question.params["model"])
        return LiveView(model, on_stop=stop, background=True, outlet=here)

    def ended(run: Run | None) -> None:
        seen.live, seen.stop = "", lambda: None
        seen.facts = shown.facts(run.entry) if run is not None else {}
        failed = run is None or run.error is not None
        if run is not None and isinstance(run.error, RunError) and run.error.shown:
            seen.bundle = words.card(seen.bundle)
        stopped = run is not None and run.outcome.stopped
        candidate.state = "failed" if failed else "stopped" if stopped else "done"
        changed()

    handle = Handle(question, place, session, view, ended)
    seen.stop = handle.stop
    return handle
