"""`Panel`: the public door. Settings as traits, a prompt, and a chat that is asked and shown."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import traitlets

from claude_nb.notebook import question, threads
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.panel import saved
from claude_nb.notebook.panel.chat import Chat, Exchange, Take
from claude_nb.notebook.panel.columns import MOST, OWN, column
from claude_nb.notebook.panel.fields import namespace
from claude_nb.notebook.panel.fit import Fit
from claude_nb.notebook.panel.round_trips import RoundTrips
from claude_nb.notebook.panel.session import free_name, session
from claude_nb.notebook.panel.uploads import Uploads
from claude_nb.notebook.panel.values import SettingError, checked
from claude_nb.notebook.question import Question

__all__ = ["Panel"]

_OWN = frozenset({"prompt", "attach", "columns", "count"})


class Panel(RoundTrips):
    """An interactive panel: every control is a trait that code can read, set and observe.

    Parameters
    ----------
    **values
        Any lasting setting by its name (``model``, ``temperature``, ``think``, ``max_tokens``,
        ``stop`` or ``stop_sequences``, ``system``, ...), and ``prompt``, ``attach``, ``columns``
        and ``count``.

    Attributes
    ----------
    prompt : str
        What stands in the prompt's box.
    attach : list of str
        Files, addresses and variables that go with the next prompt.
    columns : list of dict
        Two to four columns to compare, each with settings of its own; empty to not compare.
    count : bool
        Whether the server counts the prompt's tokens while it is written.

    Raises
    ------
    SettingError
        A setting cannot have this value, or the model refuses it.

    Examples
    --------
    >>> from claude_nb import Panel
    >>> panel = Panel(temperature=0.2, stop_sequences=["END"])
    >>> panel  # in a notebook: shows it
    """

    prompt = traitlets.Unicode()
    attach = traitlets.List(traitlets.Unicode())
    columns = traitlets.List(traitlets.Dict(), maxlen=MOST)
    count = traitlets.Bool(default_value=True)

    def __init__(self, **values: Any) -> None:
        if not threads.AVAILABLE:
            raise InputError("The panel needs threads, which a web page lacks: use %%claude.")
        own = {name: values.pop(name) for name in _OWN & values.keys()}
        values.setdefault("chat", free_name(session().chats))
        super().__init__(**values)
        self.said = Chat()
        self.typed: dict[str, str] = {}
        self.uploads = Uploads()
        self.lock = threading.RLock()
        self._replies: list[Any] = []
        self._screen: Any = None
        for name, value in own.items():
            setattr(self, name, value)
        self._mirrored: set[str] = set()
        self._share()
        self.observe(self.refresh)

    def __repr__(self) -> str:
        return f"<Panel {self.chat!r}: {self.model}, {len(self.said)} turns>"

    @traitlets.validate("columns")
    def _check_columns(self, proposal: Mapping[str, Any]) -> list[dict[str, Any]]:
        columns = proposal["value"]
        if len(columns) == 1:
            raise SettingError(f"One column compares nothing: give 2 to {MOST}, or none.")
        for own in columns:
            if unknown := own.keys() - set(OWN):
                raise SettingError(
                    f"A column has no {', '.join(sorted(unknown))} of its own; it can have "
                    f"{', '.join(OWN)}."
                )
        return [{name: checked(name, value) for name, value in own.items()} for own in columns]

    # Showing.

    def show(self) -> None:
        """Display the panel in the running cell; it may be shown any number of times."""
        from claude_nb.notebook.panel.screen import Screen  # noqa: PLC0415 (imports anywidget)

        if self._screen is None:
            self._screen = Screen(self)
        self._screen.show()

    _ipython_display_ = show

    def close(self) -> None:
        """Stop what runs, take the panel off the page and delete its uploaded files."""
        self.cancel()
        if self._screen is not None:
            self._screen.close()
        self.uploads.close()

    # Asking.

    def send(self, text: str | None = None, *, instead_of: str = "") -> list[Any]:
        """Ask; the answer streams into the panel.

        Parameters
        ----------
        text : str, optional
            The prompt. Default: what stands in the prompt's box, which is emptied.
        instead_of : str
            The id of an exchange to ask anew: it and what came after it are kept as another
            line of the chat.

        Returns
        -------
        list of Reply
            A handle for each column: ``await`` it, or call its ``result()``.

        Raises
        ------
        InputError
            The prompt is empty or cannot be sent, or an answer is still coming.
        """
        with self.lock:
            if self.running:
                raise InputError("An answer is still coming: stop it first (panel.cancel()).")
            exchange = Exchange(
                prompt=self.prompt if text is None else text, fields=dict(self.typed)
            )
            self._adopt()
            asked = self._asked(exchange, instead_of)
            self._keep(exchange, instead_of)
            if text is None:
                self.prompt, self.attach = "", []
            return self._begin(asked)

    def _asked(self, exchange: Exchange, before: str) -> list[tuple[Question, Take]]:
        """Compose a question for each column; whatever is wrong is raised before any is sent."""
        if not exchange.prompt.strip():
            raise InputError("The prompt is empty: write something to ask.")
        fits = self.fits()
        exchange.takes = [Take(values=fitted.values) for fitted in fits]
        exchange.kept = 0 if len(fits) == 1 else None
        return [
            (self.question(exchange.prompt, take.values, exchange.id, before), take)
            for take in exchange.takes
        ]

    def _keep(self, exchange: Exchange, instead_of: str) -> None:
        if instead_of:
            if self.said.find(instead_of) is None:
                raise InputError("That turn is gone: ask at the end instead.")
            self.said.branch(instead_of, inclusive=False)
        self.said.add(exchange)

    def _begin(self, asked: list[tuple[Question, Take]]) -> list[Any]:
        from claude_nb.notebook.panel.reply import Reply  # noqa: PLC0415 (imports the client)

        live = self._screen is not None and self._screen.live
        self._replies = [
            Reply(made, session(), take, self.refresh, live=live) for made, take in asked
        ]
        for reply in self._replies:
            reply.begin()
        self.refresh()
        return list(self._replies)

    def question(
        self, text: str, values: Mapping[str, Any], name: str = "", before: str = ""
    ) -> Question:
        """Return the question that `text` is with these settings, as the magic would ask it.

        Raises
        ------
        InputError
            Something in it cannot be used.
        """
        shell = session().shell
        variables = shell.user_ns if shell is not None else {}
        return question.compose(
            {**values, "attach": list(self.attach)},
            text,
            variables=namespace(self.typed, variables),
            chats={self.chat: self.said.history(before, self.chat)},
            cell=name or "next",
        )

    def fits(self) -> list[Fit]:
        """Return what each column asks with; one if nothing is compared."""
        wished = self.settings()
        return [column(wished, own) for own in self.columns or [{}]]

    def base(self) -> Fit:
        """Return what is asked with where nothing is compared."""
        return column(self.settings(), {})

    @property
    def running(self) -> bool:
        """Whether an answer is still coming."""
        return any(not reply.done for reply in self._replies)

    def cancel(self) -> None:
        """Stop what is coming, at once; what has come is kept."""
        for reply in self._replies:
            reply.stop()

    # The chat.

    def undo(self) -> None:
        """Take the last turn back into the prompt's box, or bring back what was cleared."""
        self._idle()
        self._adopt()
        exchange = self.said.undo()
        if exchange is not None:
            self.prompt = exchange.prompt
        self.refresh()

    def clear(self) -> None:
        """Forget what was said; `undo` brings it back until something else is said."""
        self._idle()
        self._adopt()
        self.said.clear()
        self.refresh()

    def branch(self, name: str) -> None:
        """Begin another line of the chat behind the exchange of that id."""
        self._idle()
        self.said.branch(name)
        self.refresh()

    def _idle(self) -> None:
        if self.running:
            raise InputError("An answer is still coming: stop it first.")

    # Keeping page and session up to date.

    def refresh(self, *_: object) -> None:
        """Bring page and session up to date with the chat and the settings."""
        with self.lock:
            self._share()
            if self._screen is not None:
                self._screen.refresh()

    def _share(self) -> None:
        """Let ``%%claude -c NAME`` go on with this chat, and take over what it added."""
        self._adopt()
        chat = self.said.history(name=self.chat)
        self._mirrored = {turn.cell for turn in chat.turns}
        session().chats[self.chat] = chat

    def _adopt(self) -> None:
        """Take over the turns that cells have added to a chat of this name."""
        chat = session().chats.get(self.chat)
        for turn in chat.turns if chat is not None else ():
            if turn.cell not in self._mirrored:
                asked = saved.prompt_of(turn)
                self.said.add(Exchange(prompt=asked, takes=[saved.shown(turn)], id=turn.cell))
                self._mirrored.add(turn.cell)
