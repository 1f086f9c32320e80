"""What the page shows of a panel: keeps the widget's state and the saved output up to date."""

from __future__ import annotations

import contextvars
from typing import Any
from uuid import uuid4

from claude_nb.notebook import views
from claude_nb.notebook.panel import commands, remembered, saved
from claude_nb.notebook.panel.chat import Exchange, Take
from claude_nb.notebook.panel.columns import label, seen
from claude_nb.notebook.panel.estimate import Estimator, Numbers
from claude_nb.notebook.panel.page import PanelWidget
from claude_nb.notebook.panel.schema import schema
from claude_nb.notebook.panel.session import cell_id

__all__ = ["Screen"]

_NO_PAGE = "A panel: open this notebook in Jupyter and run this cell to use it."
_PAGES = 8  # most pages that show one panel at a time; a reloaded page is a new one
_VIEW = "application/vnd.jupyter.widget-view+json"


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
        self.live = views.is_live()
        self.offered: list[Exchange] = []
        self._name = uuid4().hex
        self._saved: object = None
        self._context = contextvars.copy_context()
        self._estimator = Estimator(self._counted)
        self._numbers: Numbers = {}
        self.echo = ""
        self._revision = 0
        self._taken: dict[str, int] = {}
        self.widget = PanelWidget(self._heard, schema=schema()) if self.live else None

    def _heard(self, content: Any) -> None:
        commands.run(self.panel, self, content)

    def show(self) -> None:
        """Display the transcript that is saved, and the widget that takes its place while live."""
        cell = cell_id()
        self._context = contextvars.copy_context()  # the kernel finds the cell's message there
        self.offered = remembered.earlier(cell, self.panel)
        if self.widget is None:
            _publish(saved.bundle(list(self.panel.said), "", _NO_PAGE), self._name)
            return
        self.widget.cell = cell
        self.refresh()
        _publish(saved.bundle(self._ended(), self.widget.panel), self._name)
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        _publish({_VIEW: view, "text/plain": ""}, f"{self._name}-view")

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
        fits, wished = panel.fits(), panel.settings()
        with widget.hold_sync():
            widget.controls = seen(panel.base(), wished)
            widget.columns = [
                seen(fitted, {**wished, **own})
                for fitted, own in zip(fits, panel.columns, strict=False)
            ]
            widget.taken = dict(self._taken)
            widget.turns = [self._turn(exchange) for exchange in panel.said]
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
        return {
            "prompt": prompt,
            "revision": self._revision,
            "attach": list(self.panel.attach),
        }

    def _turn(self, exchange: Exchange) -> dict[str, Any]:
        others = [take.values for take in exchange.takes]
        return {
            "id": exchange.id,
            "prompt": exchange.prompt,
            "kept": exchange.kept,
            "takes": [_take(take, others) for take in exchange.takes],
        }

    def _lines(self) -> dict[str, Any]:
        said = self.panel.said
        return {"at": said.at, "of": len(said.lines), "undoable": said.undoable}

    def _totals(self) -> dict[str, Any]:
        takes = [take for exchange in self.panel.said for take in exchange.takes]
        costs = [take.facts["cost"] for take in takes if take.facts.get("cost") is not None]
        kinds = ("input", "output", "read", "written", "thinking")
        totals = {kind: sum(take.facts.get(kind, 0) for take in takes) for kind in kinds}
        return {**totals, "spent": sum(costs) if costs else None}

    def _ended(self) -> list[Exchange]:
        return [exchange for exchange in self.panel.said if not exchange.running]

    def _save(self) -> None:
        """Update the saved output, if what was said has changed since."""
        ended = self._ended()
        state = [(exchange.id, exchange.kept) for exchange in ended]
        if state == self._saved:
            return
        if self._saved is not None or state:
            data = saved.bundle(ended, self.widget.panel if self.widget else "")
            self._context.copy().run(_publish, data, self._name, update=True)
        self._saved = state

    def html(self, name: str) -> None:
        """Send the page the answers of one exchange."""
        exchange = self.panel.said.find(name)
        if exchange is not None and self.widget is not None:
            pages = [take.bundle.get("text/html", "") for take in exchange.takes]
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
        fitted = panel.fits()[0]
        self._estimator.ask(lambda: panel.question(panel.prompt, fitted.values))

    def _counted(self, numbers: Numbers) -> None:
        with self.panel.lock:
            self._numbers = numbers
            if self.widget is not None:
                self.widget.numbers = {**numbers, **self._totals()}


def _take(take: Take, others: list[dict[str, Any]]) -> dict[str, Any]:
    name = label(take.values, others) if len(others) > 1 else ""
    return {"state": take.state, "live": take.live, "facts": take.facts, "label": name}


def _offer(exchanges: list[Exchange]) -> str:
    if not exchanges:
        return ""
    number = len(exchanges)
    return f"Go on with the earlier chat ({number} {'turn' if number == 1 else 'turns'})"


def _publish(bundle: dict[str, Any], name: str, *, update: bool = False) -> None:
    from IPython.display import publish_display_data  # noqa: PLC0415 (only in a shell)

    publish_display_data(bundle, transient={"display_id": name}, update=update)
