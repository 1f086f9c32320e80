"""What the page shows of a panel: keeps the widget's state and the saved output up to date."""

from __future__ import annotations

import contextvars
from typing import Any
from uuid import uuid4

from claude_nb.conversation import Exchange
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.live.publishing import publish, widget_bundle
from claude_nb.notebook.panel import commands, remembered, saved, shown
from claude_nb.notebook.panel.columns import label, seen
from claude_nb.notebook.panel.controls import controls
from claude_nb.notebook.panel.estimate import Estimator, Numbers
from claude_nb.notebook.panel.page import PanelWidget

__all__ = ["Screen"]

_NO_PAGE = "A panel: open this notebook in Jupyter and run this cell to use it."
_PAGES = 8  # most pages that show one panel at a time; a reloaded page is a new one


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
        self._saved: object = None
        self._context = contextvars.copy_context()
        self._estimator = Estimator(panel.session, self._counted)
        self._numbers: Numbers = {}
        self.echo: str = ""
        self._revision = 0
        self._taken: dict[str, int] = {}
        schema = controls(panel.session.models)
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
        self.refresh()
        publish(
            saved.bundle(list(self.panel.conversation), self.widget.panel), display_id=self._name
        )
        publish(
            {"text/plain": "", **widget_bundle(self.widget.model_id)},
            display_id=f"{self._name}-view",
        )

    def close(self) -> None:
        """Take it off the page."""
        if self.widget is not None:
            self.widget.close()

    # Towards the page.

    def refresh(self) -> None:
        """Bring page and saved output up to date with the panel."""
        if self.widget is None:
            return
        panel, widget = self.panel, self.widget
        fits, wished, models = panel.fits(), panel.options(), panel.session.models
        with widget.hold_sync():
            widget.controls = seen(panel.base(), wished, models)
            widget.columns = [
                seen(fitted, wished.changed(own), models)
                for fitted, own in zip(fits, panel.columns, strict=False)
            ]
            widget.taken = dict(self._taken)
            widget.turns = [self._exchange(exchange) for exchange in panel.conversation]
            widget.lines = self._lines()
            widget.numbers = {**self._numbers, **self._totals()}
            widget.draft = self._draft()
            widget.offer = _offer(self.offered)
        self._save()

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

    def _exchange(self, exchange: Exchange) -> dict[str, Any]:
        drawn = [(each.state, shown.of(each)) for each in exchange.candidates]
        others = [each.options for _, each in drawn]
        names = [label(each, others, self.panel.session.models) for each in others]
        return {
            "id": exchange.id,
            "prompt": exchange.prompt,
            "kept": exchange.kept,
            "takes": [
                {
                    "state": state,
                    "live": each.live,
                    "facts": each.facts,
                    "label": name if len(names) > 1 else "",
                }
                for (state, each), name in zip(drawn, names, strict=True)
            ],
        }

    def _lines(self) -> dict[str, Any]:
        chat = self.panel.conversation
        return {"at": chat.at, "of": len(chat.branches), "undoable": chat.undoable}

    def _totals(self) -> dict[str, Any]:
        exchanges = list(self.panel.conversation)
        facts = [shown.of(each).facts for one in exchanges for each in one.candidates]
        costs = [each["cost"] for each in facts if "cost" in each and not each.get("free")]
        known = [cost for cost in costs if cost is not None]
        kinds = ("input", "output", "read", "written", "thinking")
        totals = {kind: sum(each.get(kind, 0) for each in facts) for kind in kinds}
        return {**totals, "spent": sum(known) if known and len(known) == len(costs) else None}

    def _save(self) -> None:
        """Update the saved output, if what was said has changed since."""
        said = list(self.panel.conversation)
        state = [(exchange.id, exchange.kept, exchange.turn, exchange.running) for exchange in said]
        if state == self._saved:
            return
        if self._saved is not None or state:
            data = saved.bundle(said, self.widget.panel if self.widget else "")
            self._context.copy().run(publish, data, display_id=self._name, update=True)
        self._saved = state

    def html(self, name: str) -> None:
        """Send the page the answers of one exchange."""
        exchange = self.panel.conversation.find(name)
        if exchange is not None and self.widget is not None:
            bundles = [shown.of(each).bundle for each in exchange.candidates]
            pages = [bundle.get("text/html", "") for bundle in bundles]
            self.widget.tell(html=[name, pages])

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
