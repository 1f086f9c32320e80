"""`Panel`: the public door. Settings as traits, a prompt, and a chat that is asked and shown."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from claude_nb import threads
from claude_nb.ask.errors import InputError
from claude_nb.ask.fields import fields, namespace
from claude_nb.ask.options import Options
from claude_nb.ask.question import Question, compose
from claude_nb.ask.server_tools import mcp_servers, memory, with_named
from claude_nb.conversation import Candidate, Conversation, Exchange
from claude_nb.notebook import backend, session
from claude_nb.notebook.answer import attached
from claude_nb.notebook.panel import shown
from claude_nb.notebook.panel.carried.portable import Portable
from claude_nb.notebook.panel.columns import MOST, OWN
from claude_nb.notebook.panel.fit import Fit, fit
from claude_nb.notebook.panel.foreign import WAITS, Foreign
from claude_nb.notebook.panel.reply import PanelPlace, reply
from claude_nb.notebook.panel.screen import Screen
from claude_nb.notebook.panel.shown import Shown
from claude_nb.notebook.panel.transcript.tools import listed, normal
from claude_nb.notebook.panel.uploads import Uploads
from claude_nb.notebook.panel.values import SettingError, checked
from claude_nb.notebook.run import containers
from claude_nb.notebook.run.context.attachable import attachable
from claude_nb.notebook.run.context.gather import cell_of, seen_by

__all__ = ["Panel"]

_OWN = frozenset({"prompt", "attach", "columns", "count", "tools"})


class Panel(Portable):
    """An interactive panel: every control is a trait that code can read, set and observe.

    Parameters
    ----------
    **values
        Any lasting setting by its name (``model``, ``temperature``, ``think``, ``max_tokens``,
        ``stop`` or ``stop_sequences``, ``system``, ...), and ``prompt``, ``attach``, ``columns``,
        ``count`` and ``tools``.

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
    tools : list
        Functions that the model may call, or their names in the notebook; also ``"f,g"``, as
        ``--tools`` takes them. No page can set it.
    conversation : Conversation
        What was said; the very chat that cells go on with by its name.

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

    columns: traitlets.List[dict[str, Any]] = traitlets.List(traitlets.Dict(), maxlen=MOST)
    count: traitlets.Bool[bool, bool | int] = traitlets.Bool(default_value=True)
    tools: Any = traitlets.Union([traitlets.List(), traitlets.Unicode()])

    def __init__(self, **values: Any) -> None:
        if not threads.AVAILABLE:
            raise InputError("The panel needs threads, which a web page lacks: use %%claude.")
        self.session: session.Session = session.current()
        own = {name: values.pop(name) for name in _OWN & values.keys()}
        values.setdefault("chat", self.session.free_name())
        super().__init__(**values)
        self.typed: dict[str, str] = {}
        self._foreign = Foreign()
        self._editing = ""
        self._closed = False
        self.uploads: Uploads = Uploads()
        self._handles: list[Any] = []
        self._screen: Screen | None = None
        for name, value in own.items():
            setattr(self, name, value)
        self.conversation: Conversation = self._watched(Conversation(self.chat))
        self.observe(self._goes_on, "chat")
        self.observe(self.refresh)

    def __repr__(self) -> str:
        return f"<Panel {self.chat!r}: {self.model}, {len(self.conversation)} turns>"

    @property
    def lock(self) -> threading.RLock:
        """Held while the panel or its chat changes."""
        return self.conversation.lock

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

    @traitlets.validate("tools")
    def _check_tools(self, proposal: Mapping[str, Any]) -> list[Any]:
        return normal(proposal["value"])

    @traitlets.validate("mcp", "memory")
    def _check_place(self, proposal: Mapping[str, Any]) -> str | None:
        """Refuse what is no server and no folder where it is typed, and not when it is sent."""
        value = proposal["value"]
        tried = Options().changed({proposal["trait"].name: value or None})
        try:
            if tried.mcp:
                mcp_servers(str(with_named(tried, self.session.servers).mcp))
            memory(tried, self.session.models)
        except InputError as problem:
            raise SettingError(str(problem).removeprefix("--")) from None
        return value or None

    # Showing.

    def show(self) -> None:
        """Display the panel in the running cell; it may be shown any number of times.

        Raises
        ------
        InputError
            It was closed.
        """
        if self._closed:
            raise InputError(
                "This panel was closed. A new one goes on with its chat: "
                f"Panel(chat={self.chat!r})."
            )
        if self._screen is None:
            self._screen = Screen(self)
        self._screen.show()

    _ipython_display_ = show

    def refresh(self, *_: object) -> None:
        """Bring the page up to date with the chat and the settings."""
        if self._screen is not None:
            with self.lock:
                self._screen.refresh()

    def close(self) -> None:
        """Stop what runs, take the panel off the page and delete its uploaded files."""
        self._closed = True
        for handle in self._handles:  # not what another panel asked
            handle.stop()
        self.conversation.watchers.discard(self)
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
        list of Handle
            One for each column: ``await`` it, or call its ``result()``.

        Raises
        ------
        InputError
            The prompt is empty or cannot be sent, or an answer is still coming.
        """
        with self.lock:
            if text is not None:
                return self._send(Exchange(prompt=text), instead_of)
            self._check_box()
            handles = self._send(Exchange(prompt=self.prompt), instead_of)
            self.prompt, self.attach = "", []
            self._foreign = Foreign()
            return handles

    def again(self, name: str) -> list[Any]:
        """Ask the prompt of the exchange of that id once more; see `send`.

        What came from a file, or from a cell with its variables put in, is asked as it stands.
        """
        with self.lock:
            exchange = self.conversation.find(name)
            if exchange is None:
                return []
            return self._send(Exchange(prompt=exchange.prompt, verbatim=exchange.verbatim), name)

    def _send(self, exchange: Exchange, instead_of: str) -> list[Any]:
        self._idle("stop it first (panel.cancel()).")
        if instead_of and self.conversation.find(instead_of) is None:
            raise InputError("That turn is gone: ask at the end instead.")
        self._handles = handles = self._begun(exchange, self._asked(exchange, instead_of))
        self.conversation.add(exchange, instead_of)
        return handles

    def _asked(self, exchange: Exchange, before: str) -> list[Question]:
        """Compose a question for each column; whatever is wrong is raised before any is sent."""
        if not exchange.prompt.strip():
            raise InputError("The prompt is empty: write something to ask.")
        fits = self.fits()
        exchange.candidates = [
            Candidate(state="running", shown=Shown(fitted.options)) for fitted in fits
        ]
        exchange.kept = 0 if len(fits) == 1 else None
        questions = [
            self.question(exchange.prompt, fitted.options, before, verbatim=exchange.verbatim)
            for fitted in fits
        ]
        sent = attached.shown(questions[0].asked["content"], questions[0].options.attach)
        exchange.candidates[0].shown.asked = sent
        return questions

    def _begun(self, exchange: Exchange, asked: Sequence[Question]) -> list[Any]:
        backend.connect(self.session, asynchronous=True)  # or nothing at all is begun
        live = self._screen is not None and self._screen.live
        handles = [
            reply(
                question,
                PanelPlace(self.conversation, exchange, candidate),
                self.session,
                self.refresh,
                live=live,
            )
            for question, candidate in zip(asked, exchange.candidates, strict=True)
        ]
        for handle in handles:
            handle.begin()
        return handles

    def question(
        self,
        text: str,
        options: Options,
        before: str = "",
        *,
        verbatim: bool = False,
        sees: bool = True,
    ) -> Question:
        """Return the question that `text` is with these options, as the magic would ask it.

        It sees the notebook's cells, if it is to, unless `sees` is false.

        Raises
        ------
        InputError
            Something in it cannot be used.
        """
        alone = options.no_history
        container = ("", "") if alone else self.conversation.container(before)
        names, functions = listed(self.tools)
        return compose(
            with_named(
                options.changed({"attach": self.attach, "tools": names}), self.session.servers
            ),
            text,
            variables=namespace(self.typed, {**self.session.variables, **functions}),
            history=[] if alone else self.conversation.messages(before),
            models=self.session.models,
            verbatim=verbatim,
            container=containers.usable(container),
            context=seen_by(self, options, before) if sees else None,
            shown=attachable(self.session, cell_of(self)),
            locks=self.session.locks,
        )

    def drafted(self) -> Question:
        """Return the question that stands in the box, to be counted.

        Raises
        ------
        InputError
            It cannot be asked, or nobody has looked at it yet: counting sends it.
        """
        if self._foreign.waits(self.prompt):
            raise InputError(WAITS)
        self._check_box()
        return self.question(self.prompt, self.fits()[0].options)

    # The box, as a page has it.

    def take_draft(
        self, text: str, typed: Mapping[str, str], *, instead_of: str = "", pasted: bool = False
    ) -> None:
        """Let the box hold what a page says that it holds.

        Parameters
        ----------
        text : str
            The prompt.
        typed : Mapping
            What was typed in for its variables.
        instead_of : str
            The id of the exchange whose prompt is being changed.
        pasted : bool
            Whether the text was pasted, and not touched since.
        """
        if instead_of != self._editing:
            self._editing = instead_of
            self._comes_back(self.conversation.find(instead_of))
        self._foreign.look(text, typed)
        if pasted:
            self._foreign.paste(text, typed)
        self.typed = dict(typed)
        self.prompt = text

    def recall(self, name: str) -> None:
        """Put the prompt of the exchange of that id into the box; it stays where it is, too."""
        with self.lock:
            exchange = self.conversation.find(name)
            if exchange is not None:
                self._comes_back(exchange)
                self.prompt = exchange.prompt

    def _comes_back(self, exchange: Exchange | None) -> None:
        """Let an earlier prompt be in the box."""
        if exchange is not None and exchange.verbatim:
            self._foreign.earlier(exchange.prompt)

    def _check_box(self) -> None:
        """Raise `InputError` if a variable would be filled in that nobody here has typed."""
        if not self.raw:
            self._foreign.check(self.prompt, self.typed)

    def fields(self) -> list[dict[str, Any]]:
        """Return the variables of the prompt in the box, as fields to fill in."""
        if self.raw:
            return []  # nothing is filled in
        return fields(self.prompt, self.session.variables, self._foreign.names)

    def fits(self) -> list[Fit]:
        """Return what each column asks with; one if nothing is compared."""
        return [self.base(own) for own in self.columns or [{}]]

    def base(self, own: Mapping[str, Any] | None = None) -> Fit:
        """Return what is asked with, or what a column with settings of its `own` asks with."""
        wished = self.options().changed(own or {})
        return fit(wished, self.session.models, self.session.locks)

    @property
    def running(self) -> bool:
        """Whether an answer is still coming."""
        return self.conversation.running

    def cancel(self) -> None:
        """Stop what is coming, at once; what has come is kept."""
        for exchange in self.conversation:
            for candidate in exchange.candidates:
                shown.of(candidate).stop()

    # The chat.

    def undo(self) -> None:
        """Take the last turn back into the prompt's box, or bring back what was cleared."""
        with self.lock:
            self._idle()
            exchange = self.conversation.undo()
            if exchange is not None:
                self._comes_back(exchange)
                self.prompt = exchange.prompt

    def clear(self) -> None:
        """Forget what was said; `undo` brings it back until something else is said."""
        with self.lock:
            self._idle()
            self.conversation.clear()

    def branch(self, name: str) -> None:
        """Begin another line of the chat behind the exchange of that id."""
        with self.lock:
            self._idle()
            self.conversation.fork(name)

    def _idle(self, advice: str = "stop it first.") -> None:
        if self.running:
            raise InputError(f"An answer is still coming: {advice}")

    def _watched(self, otherwise: Conversation) -> Conversation:
        """Return the session's chat of this panel's name, which is `otherwise` if it is new."""
        chat = self.session.chats.setdefault(self.chat, otherwise)
        chat.watchers.add(self)
        return chat

    def _goes_on(self, _: object) -> None:
        """Go on with the chat that has the new name; a new one begins with what is here."""
        self.conversation.watchers.discard(self)
        there = self.session.chats.get(self.chat)
        new = self.conversation.renamed(self.chat) if there is None else there
        self.conversation = self._watched(new)
