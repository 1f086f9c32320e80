"""What the page shows of a panel: keeps the widget's state and the saved output up to date."""

from __future__ import annotations

import contextvars
from typing import Any
from uuid import uuid4

from claude_nb.conversation import Exchange
from claude_nb.notebook import backend
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.live.publishing import publish, widget_bundle
from claude_nb.notebook.panel import commands, remembered, saved, shown
from claude_nb.notebook.panel.columns import seen
from claude_nb.notebook.panel.controls import controls
from claude_nb.notebook.panel.estimate import Estimator, Numbers
from claude_nb.notebook.panel.page import PanelWidget
from claude_nb.notebook.panel.transcript.lines import forks
from claude_nb.notebook.panel.transcript.pieces import Pieces
from claude_nb.notebook.panel.transcript.rest import AtRest
from claude_nb.notebook.panel.transcript.tools import listed

__all__ = ["Screen"]

_NO_PAGE = "A panel: open this notebook in Jupyter and run this cell to use it."
_PAGES = 8  # most pages that show one panel at a time; a reloaded page is a new one
_PUSHED = 4  # pieces that are sent unasked at a time; of more, a page asks for what it draws
_REST = 3.0  # seconds without news until the output is published, where no page writes it


class Screen:
    """The page's side of a panel, as the kernel knows it.

    Parameters
    ----------
    panel : Panel
        What is shown.

    Attributes
    ----------
    live : bool
        Whether there is a front end that shows widgets.
    echo : str
        The prompt as the page last had it; what differs from it is put into the page's box.
    """

    def __init__(self, panel: Any) -> None:
        self.panel = panel
        self.live: bool = Environment.read().display == "live"
        self.offered: list[Exchange] = []
        self._name = uuid4().hex
        self._pieces = Pieces(panel.session.models)
        self._order: list[tuple[str, int]] = []  # the chat as the page was last told it
        self._published: list[tuple[str, int]] = []  # the chat that the output holds
        self._is_held = False
        self._rest = AtRest(self._publish, _REST)
        self._context = contextvars.copy_context()
        self._estimator = Estimator(panel.session, self._counted)
        self._numbers: Numbers = {}
        self.echo: str = ""
        self._revision = 0
        self._taken: dict[str, int] = {}
        schema = controls(panel.session.models, panel.session.locks)
        widget = PanelWidget(self._heard, schema=schema) if self.live else None
        self.widget: PanelWidget | None = widget

    def _heard(self, content: Any) -> None:
        commands.run(self.panel, self, content)

    def show(self) -> None:
        """Display the transcript that is saved, and the widget that takes its place while live."""
        cell = self.panel.session.cell
        self._context = contextvars.copy_context()  # the kernel finds the cell's message there
        self.offered = remembered.earlier(cell, self.panel)
        if self.widget is None:
            publish(
                saved.bundle(list(self.panel.conversation), "", _NO_PAGE), display_id=self._name
            )
            return
        self.widget.cell = cell
        publish(saved.bundle([], self.widget.panel), self._mark(), display_id=self._name)
        self._order, self._published = [], []
        self.refresh()
        publish(
            {"text/plain": "", **widget_bundle(self.widget.model_id)},
            display_id=f"{self._name}-view",
        )

    def _mark(self) -> dict[str, Any]:
        """Return the metadata by which a page finds the output that it writes."""
        return {"claude_nb": {"panel": self.widget.panel}} if self.widget is not None else {}

    def close(self) -> None:
        """Take it off the page; what was said stays there as output."""
        self._rest.cancel()
        if self.widget is not None:
            self._publish()
            self.widget.close()

    # Towards the page.

    def refresh(self) -> None:
        """Bring the page up to date with the panel, and soon the saved output."""
        if self.widget is None:
            return
        panel, widget = self.panel, self.widget
        said, before = list(panel.conversation), self._order
        self._order, new = self._pieces.look(said)
        if new and len(new) <= _PUSHED:
            widget.tell(pieces=self._pieces.told(new))  # before the order that names them
        fits, wished, models = panel.fits(), panel.options(), panel.session.models
        with widget.hold_sync():
            widget.controls = {**seen(panel.base(), wished, models), **self._tools()}
            widget.columns = [
                seen(fitted, wished.changed(own), models)
                for fitted, own in zip(fits, panel.columns, strict=False)
            ]
            widget.taken = dict(self._taken)
            widget.turns = [list(each) for each in self._order]
            widget.running = any(exchange.running for exchange in said)
            widget.lines = self._lines()
            widget.numbers = {**self._numbers, **self._totals()}
            widget.draft = self._draft()
            widget.offer = _offer(self.offered)
            widget.emulated = backend.is_emulated()
        if before != self._order and not self._is_held:
            self._rest.news()

    def _tools(self) -> dict[str, Any]:
        """Return what can be chosen from, and what only Python can set."""
        functions, _ = listed(self.panel.tools)
        names = functions.split(",") if functions else []
        return {"servers": list(self.panel.session.servers), "functions": names}

    def take(self, page: str, change: int) -> None:
        """Note up to which of its changes a page's settings are taken in, with the next refresh.

        The page shows what the person did until then: the kernel's state may be from before that.
        """
        self._taken.pop(page, None)
        self._taken[page] = change
        while len(self._taken) > _PAGES:
            del self._taken[next(iter(self._taken))]

    def _draft(self) -> dict[str, Any]:
        prompt = self.panel.prompt
        self._revision += prompt != self.echo
        self.echo = prompt
        return {"prompt": prompt, "revision": self._revision, "attach": list(self.panel.attach)}

    def _lines(self) -> dict[str, Any]:
        chat = self.panel.conversation
        return {"forks": forks(chat.branches, chat.at), "undoable": chat.undoable}

    def _totals(self) -> dict[str, Any]:
        exchanges = list(self.panel.conversation)
        facts = [shown.of(each).facts for one in exchanges for each in one.candidates]
        costs = [each["cost"] for each in facts if "cost" in each and not each.get("free")]
        known = [cost for cost in costs if cost is not None]
        kinds = ("input", "output", "read", "written", "thinking")
        totals = {kind: sum(each.get(kind, 0) for each in facts) for kind in kinds}
        return {**totals, "spent": sum(known) if known and len(known) == len(costs) else None}

    # The saved output.

    def held(self) -> None:
        """Leave the output to the page, which puts it into the file whenever that is written."""
        self._is_held = True
        self._rest.cancel()

    def _publish(self) -> None:
        """Publish what was said as output, if that is not what stands there."""
        with self.panel.lock:
            if self.widget is None or self._order == self._published:
                return
            data = saved.bundle(list(self.panel.conversation), self.widget.panel)
            where = {"display_id": self._name, "update": True}
            self._context.copy().run(publish, data, self._mark(), **where)
            self._published = self._order

    def hand_over(self, names: list[str]) -> None:
        """Send the page those of these exchanges that there are."""
        wanted = frozenset(names)
        found = [each for each in self.panel.conversation if each.id in wanted]
        if self.widget is not None and found:
            self.widget.tell(pieces=self._pieces.told(found))

    def say(self, text: str, *, problem: bool = False) -> None:
        """Show one line to the person."""
        if self.widget is not None:
            self.widget.tell(note=text, problem=problem)

    # Counting.

    def estimate(self) -> None:
        """Have the prompt counted, and tell the page."""
        panel = self.panel
        if not panel.count or not panel.prompt.strip():
            self._counted({})
            return
        self._estimator.ask(panel.drafted)

    def _counted(self, numbers: Numbers) -> None:
        with self.panel.lock:
            self._numbers = numbers
            if self.widget is not None:
                self.widget.numbers = {**numbers, **self._totals()}


def _offer(exchanges: list[Exchange]) -> str:
    if not exchanges:
        return ""
    number = len(exchanges)
    return f"Go on with the earlier chat ({number} {'turn' if number == 1 else 'turns'})"
