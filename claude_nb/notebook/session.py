"""What is known of one kernel's use of Claude; magic, commands and panels share it.

All of it belongs to the shell, so that nothing is left in modules: chats, the ledger of runs, the
server that answers, the last failures, and what was proposed for cells.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from weakref import WeakValueDictionary

from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.getipython import get_ipython

from claude_nb.ask.errors import InputError
from claude_nb.ask.options import SETTINGS, Options
from claude_nb.models import BUILT_IN, ModelTable
from claude_nb.notebook.ledger.kept import Shelf

if TYPE_CHECKING:  # %load_ext stays quick
    from claude_nb.cassette.recording import Recording
    from claude_nb.conversation import Conversation
    from claude_nb.models.locks.locks import Locks
    from claude_nb.notebook.ledger.entries import Entry

__all__ = ["CellFailure", "Change", "Changes", "Session", "current", "of"]

_ATTRIBUTE = "_claude_nb_session"  # of the shell
_CHANGES = 50  # that can still be accepted
_CALLED = ("run_cell_magic", "run_line_magic")  # by what IPython makes of a magic


@dataclass(slots=True, eq=False, repr=False)
class CellFailure:
    """An error of a person's code.

    Attributes
    ----------
    error : BaseException
        What was raised, with its traceback.
    source : str
        The cell that raised it, as typed; empty if that is not known.
    cell : str
        Its id; empty where the front end sends none.
    """

    error: BaseException
    source: str = ""
    cell: str = ""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)  # each costs %load_ext time
class Change:
    """What a cell could become, if the person wants it.

    Attributes
    ----------
    cell : str
        Its id.
    before, after : str
        Its text when the change was made, and what is to stand in its place.
    placed : bool
        Whether the new text was put into the next cell, too.
    mark : str
        Names the change, to its own kernel only; nobody can guess it.
    """

    cell: str
    before: str
    after: str
    placed: bool
    mark: str = field(default_factory=lambda: uuid4().hex)


class Changes:
    """The last changes that were shown; any thread may ask for one."""

    def __init__(self) -> None:
        self._kept: dict[str, Change] = {}

    def add(self, change: Change) -> None:
        """Keep one more; the oldest makes room."""
        kept = [*self._kept.values(), change][-_CHANGES:]
        self._kept = {each.mark: each for each in kept}

    def marked(self, marks: Iterable[str]) -> list[Change]:
        """Return those with these marks."""
        kept = self._kept
        return [kept[mark] for mark in marks if mark in kept]


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError:  # it was deleted
        return Path()


@dataclass(eq=False, repr=False, match_args=False)  # each costs %load_ext time
class Session:
    """The state of one shell.

    Attributes
    ----------
    shell : InteractiveShell or None
        Runs the cells; None in a script.
    settings : object or None
        Holds each lasting option's default as an attribute: the magic, where it is loaded.
    chats : dict of Conversation
        By name.
    ledger : list of Entry
        One for each run that was answered or failed, oldest first.
    last_error : BaseException or None
        What the last run that failed raised.
    failure : CellFailure or None
        The last Python error of the notebook that is no error of ours.
    given : dict
        The defaults that ``%claude set`` was told, by name.
    proposals : dict of str
        The code proposed last for the cell behind each cell.
    changes : Changes
        What cells could become, as it was shown.
    panels : WeakValueDictionary
        The panel that each cell shows, by the cell's id.
    models : ModelTable
        What is known of the models of the server that answers, its own report included.
    backends : dict
        The server that answers, by kind of client, for one environment and recording.
    using : Used or None
        What ``claude_nb.use`` or ``%claude use`` was told; None for what the environment says.
    recording : Recording or None
        What ``%claude record`` and its like were told.
    cassette : (Recording, Cassette) or None
        The file of answers that is open.
    folder : Path
        In which the session began: ``%cd`` makes a recording no other one.
    recordings : dict of bool
        Which files of answers were there before the session recorded any in them.
    questions : (object, int)
        The execution of a cell that asked last, and how many questions it asked before.
    places : Iterator of int
        Numbers the questions of cells.
    answered : dict of int
        By chat and cell, the newest of its questions that was answered.
    uploads : dict of str
        The id of each file that was put up, by server and content.
    accounts : Accounts or None
        The ledger's file and the notebook's budget.
    keeper : Keeper or None
        Keeps the chats by themselves, where that is set.
    guard : Guard or None
        Asks before many prompts are sent.
    turns : Turns or None
        Counts the equal requests of each cell whose output keeps its answers.
    kept : Shelf
        The last answers of cells, and those that are coming.
    rows : Store or None
        Where answers of the built-in emulator to rows are: in memory, as they cost nothing.
    outputs : Outputs or None
        What its cells were and showed; None where the magic was never loaded.
    pages : Pages or None
        Those that tell a notebook's cells.
    numbered : dict of str
        What names the question of a cell, by the cell's number.
    paces : dict
        How fast rows are asked, by server with key, and model: all runs share one.
    """

    shell: Any = None
    settings: Any = None
    chats: dict[str, Conversation] = field(default_factory=dict)
    ledger: list[Entry] = field(default_factory=list)
    last_error: BaseException | None = None
    failure: CellFailure | None = None
    given: dict[str, Any] = field(default_factory=dict[str, Any])
    proposals: dict[str, str] = field(default_factory=dict[str, str])
    changes: Changes = field(default_factory=Changes)
    panels: WeakValueDictionary[str, Any] = field(default_factory=WeakValueDictionary[str, Any])
    models: ModelTable = BUILT_IN
    backends: dict[tuple[object, bool], Any] = field(default_factory=dict[tuple[object, bool], Any])
    using: Any = None
    recording: Recording | None = None
    cassette: tuple[Recording, Any] | None = None
    folder: Path = field(default_factory=_here)
    recordings: dict[Path, bool] = field(default_factory=dict[Path, bool])
    questions: tuple[object, int] = (None, 0)
    places: Iterator[int] = field(default_factory=count)
    answered: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    uploads: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    accounts: Any = None
    keeper: Any = None
    guard: Any = None
    turns: Any = None
    kept: Shelf = field(default_factory=Shelf)
    rows: Any = None
    outputs: Any = None
    pages: Any = None
    numbered: dict[int | None, str] = field(default_factory=dict[int | None, str])
    paces: dict[tuple[str, str], Any] = field(default_factory=dict[tuple[str, str], Any])

    @property
    def variables(self) -> Mapping[str, Any]:
        """The names that prompts may use: the notebook's, and of a function that asks its own."""
        if self.shell is None:
            return {}
        local = _callers_own(self.shell)
        return ChainMap(local, self.shell.user_ns) if local else self.shell.user_ns

    def defaults(self) -> Options:
        """Return the options as they are where a cell does not give them."""
        values = {s.name: getattr(self.settings, s.name, s.default) for s in SETTINGS}
        return Options(**values)

    @property
    def servers(self) -> Mapping[str, str]:
        """The addresses of the MCP servers that ``%config`` names, by name."""
        return getattr(self.settings, "mcp_servers", None) or {}

    @property
    def source(self) -> str:
        """The running cell; empty where nobody says."""
        said = (self.parent.get("content") or {}).get("code")
        kept: list[Any] = getattr(self.shell, "user_ns", {}).get("_ih") or [""]
        return str(said or kept[-1])

    @property
    def locks(self) -> Locks:
        """What whoever runs the machine allows, the same for all of a process.

        Raises
        ------
        InputError
            It is written down and cannot be followed.
        """
        from claude_nb.models.locks import reading  # noqa: PLC0415 (not at %load_ext)

        try:
            return reading.held()
        except reading.LockedError as problem:
            raise InputError(str(problem)) from None

    def free_name(self) -> str:
        """Return a name for a panel's chat that no chat has: ``panel``, ``panel-2`` and so on."""
        number, name = 1, "panel"
        while name in self.chats:
            number += 1
            name = f"panel-{number}"
        return name

    # The running cell.

    @property
    def parent(self) -> Mapping[str, Any]:
        """The message that the running cell came in; empty without a kernel."""
        return self.shell.get_parent() if hasattr(self.shell, "get_parent") else {}

    @property
    def is_captured(self) -> bool:
        """Whether what is displayed now is kept by someone who takes no updates of it.

        So do ``%%capture``, an `ipywidgets.Output` (also that of ``interact``), and the log that
        gets what a widget's callback displays.
        """
        if isinstance(getattr(self.shell, "display_pub", None), CapturingDisplayPublisher):
            return True
        header = self.parent.get("header") or {}
        if header.get("msg_type") == "comm_msg":
            return True
        widgets = getattr(sys.modules.get("ipywidgets.widgets.widget"), "_instances", {})
        taken = [getattr(each, "msg_id", "") for each in list(widgets.values())]
        return bool(header) and header.get("msg_id") in taken

    @property
    def cell(self) -> str:
        """The id of the running cell; empty where the front end sends none."""
        return str((self.parent.get("metadata") or {}).get("cellId") or "")

    @property
    def number(self) -> int | None:
        """The running cell's number; the shell's own count is one ahead on newer IPython."""
        running = getattr(getattr(self.shell, "displayhook", None), "exec_result", None)
        return getattr(running, "execution_count", None)

    @property
    def execution(self) -> object:
        """What tells this execution of a cell from all others."""
        return (self.parent.get("header") or {}).get("msg_id") or self.shell.execution_count

    def cell_key(self, text: str) -> str:
        """Return what identifies the running cell: its id, else a hash of its `text`."""
        return self.cell or hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]

    def question_key(self, text: str) -> str:
        """Return what names a turn: of several questions in one cell, each is a turn of its own."""
        execution, before = self.questions
        before = before + 1 if execution == self.execution else 0
        self.questions = (self.execution, before)
        key = self.cell_key(text)
        self.numbered[self.number] = key
        return f"{key}/{before + 1}" if before else key


def _callers_own(shell: Any) -> dict[str, Any]:
    """Return the local variables of the function that called a magic; none for a cell."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_name not in _CALLED:
        frame = frame.f_back
    caller = frame.f_back if frame is not None else None
    if caller is None or caller.f_locals is shell.user_ns or caller.f_locals is caller.f_globals:
        return {}
    return dict(caller.f_locals)


def of(shell: Any) -> Session:
    """Return the session of a shell; it begins when it is first asked for."""
    if _ATTRIBUTE not in vars(shell):
        setattr(shell, _ATTRIBUTE, Session(shell))
    return vars(shell)[_ATTRIBUTE]


def current() -> Session:
    """Return the session of the running shell, or the one of this process without a shell."""
    shell = get_ipython()
    return _alone() if shell is None else of(shell)


@cache
def _alone() -> Session:
    return Session()
