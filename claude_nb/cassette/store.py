"""A file of recorded exchanges: which are kept, and how they are found.

A text file of JSON Lines, one exchange a line, found by the key of its request
(`claude_nb.api.platforms.identity`), by the cell that asked, and by which of its equal requests it
was. It holds answers to messages and token counts that succeeded and are whole; no key, and of the
headers only what an answer needs. Anything else a client asks goes to the server as ever.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from claude_nb.api.calls import say
from claude_nb.api.platforms.identity import identity, key_of
from claude_nb.api.wire import Request, Response
from claude_nb.cassette import answers, made
from claude_nb.cassette.asker import Asker, Counted, Turns, asker
from claude_nb.cassette.file import UNFINISHED, CassetteError, CassetteFile
from claude_nb.cassette.miss import told
from claude_nb.cassette.notebook import ENDING, file_of
from claude_nb.cassette.played import Played, played
from claude_nb.cassette.said import holds_a_key
from claude_nb.cassette.tape import tape
from claude_nb.cassette.taped import HasKey, Heard, Place, Taped

__all__ = ["MODES", "Cassette", "CassetteError"]

MODES = ("auto", "record", "replay")
_MOST_NAMED = 3
_HERE = ("127.", "::1", "localhost")

ClientT = TypeVar("ClientT")


class Cassette:
    """A file of recorded answers.

    Parameters
    ----------
    path : str or Path
        The file, UTF-8; made with the first answer that is recorded, for its owner to read only.
        One that is there keeps its mode. A notebook (``.ipynb``) is only read: the answers are
        those that its outputs keep.
    mode : str, optional
        ``"auto"`` plays what is recorded, and asks and records what is not; ``"replay"`` never
        asks; ``"record"`` always asks, and records over what there was.
    errors : bool
        Whether the errors of a server are recorded too, and played: an answer to the same request
        that comes later takes the place of its error.
    speed : float
        How fast streams are played: 1 as they came, 2 twice as fast, 0 at once.

    Attributes
    ----------
    played : int
        Answers that were played so far.
    refused : int
        Answers that were not recorded, as they were refusals.
    asker : callable
        Returns who asks, so that equal requests of one are told apart.

    Raises
    ------
    CassetteError
        The mode or the speed is none, or the file is no cassette.

    Notes
    -----
    Equal requests are told apart: the first, the second and so on of a run of a cell, or of a
    script. Each has an answer of its own. What the emulator answered is played to another server's
    client in mode ``"replay"`` only: in ``"auto"`` the server is asked. A refusal is recorded in
    mode ``"record"`` only (and with `errors`): in ``"auto"`` it is asked again.

    Examples
    --------
    >>> from claude_nb import Anthropic
    >>> client = Anthropic(api_key="sk-ant-…", cassette="answers.jsonl")
    """

    def __init__(
        self, path: str | Path, mode: str = "auto", *, errors: bool = False, speed: float = 0
    ) -> None:
        if mode not in MODES:
            raise CassetteError(f"The mode is {mode!r}, but must be one of {', '.join(MODES)}.")
        if not 0 <= speed < float("inf"):
            raise CassetteError(f"The speed is {speed!r}, but must be 0 (at once) or more.")
        self.path: Path = Path(path)
        self.mode = mode
        self.errors = errors
        self.speed = speed
        self.played: int = 0
        self.refused: int = 0
        self._lock = threading.Lock()
        self.asker: Callable[[], Asker] = asker
        self._turns = Turns()
        self._used: set[Place] = set()
        self._warned: set[tuple[int, str]] = set()
        self._file = _file(self.path, mode)
        self._catch_up(hanging=True)

    def __len__(self) -> int:
        return len(self._file.taped)

    def __repr__(self) -> str:
        return f"Cassette({str(self.path)!r}, {self.mode!r}): {len(self)} answers"

    @property
    def damaged(self) -> dict[int, str]:
        """Why lines are no recorded answers and were skipped, by their numbers in the file."""
        return dict(self._file.damaged)

    @property
    def unit(self) -> str:
        """What the numbers of its answers count: ``line``, or ``cell`` of a notebook."""
        return self._file.unit

    def unused(self) -> list[Taped]:
        """Return what was neither played nor recorded since this was made, in the file's order."""
        with self._lock:
            known = self._file.taped.items()
            return [taped for place, taped in known if place not in self._used]

    def through(self, client: ClientT) -> ClientT:
        """Return a client, on the same connections, whose answers are recorded or played."""
        return cast("ClientT", cast("Any", client).via(self.wrap))

    def wrap(self, connector: Any) -> Any:
        """Return what sends in a connector's place; see `claude_nb.Anthropic.via`."""
        return tape(connector, store=self)

    def ask(self, request: Request) -> Asking | None:
        """Return a request as one to play or record; None if it is none of those.

        Raises
        ------
        CassetteError
            It would cancel or delete something, and nothing may be asked.
        """
        if self.mode == "replay" and made.is_changed(request):
            raise CassetteError(
                f"{self.path} is replayed, so nothing is asked: cancel or delete without the "
                "recording, or with mode auto."
            )
        if not answers.is_kept(request):
            return None
        known = identity(request)
        key = key_of(known)
        if made.is_looked_at(request):
            return Asking(self, request, known, key, Counted("", 0, set()))
        return Asking(self, request, known, key, self._turns.take(key, self.asker()))

    def find(self, asking: Asking, has_key: HasKey | None = None) -> Taped | None:
        """Return the recorded exchange, or None if the server is to be asked.

        Raises
        ------
        CassetteError
            There is none, and nothing may be asked.
        """
        if self.mode == "record":
            return None
        with self._lock:
            self._catch_up()
            found = self._file.find(asking.place)
            if found is not None and self._plays(found, asking.request, has_key):
                self.played += 1
                self._used.add(found.place)
                return found
        if self.mode == "replay":
            raise CassetteError(self._miss(asking))
        return None

    def _plays(self, found: Taped, request: Request, has_key: HasKey | None) -> bool:
        """Whether this is played: an error not if it is of this very run, which tries again.

        Nor what the emulator answered, where another server can be asked: it takes its place.
        """
        elsewhere = answers.is_emulated(found) and not _stays_here(request)
        if self.mode == "auto" and elsewhere and (has_key is None or has_key(request)):
            return False
        if self.mode == "auto" and made.is_upload(request):  # it may be gone from the server
            return False
        wanted = self.mode == "replay" or (self.errors and found.place not in self._used)
        return wanted or not answers.is_error(found)

    def _miss(self, asking: Asking) -> str:
        recorded: Sequence[Taped] = list(self._file.taped.values())
        known, unit = self._file.comparable(asking.known), self._file.unit
        return told(self.path, known, asking.place, recorded, self.damaged, unit=unit)

    def keep(self, asking: Asking, reply: Response, heard: Heard) -> bool:
        """Record an answer, if it is a whole one; a later one of the same place replaces it."""
        found = answers.taped(asking.key, asking.known, reply, heard)
        if found is None or not self._is_wanted(found):
            return False
        found = replace(found, n=asking.counted.number, cell=asking.counted.cell)
        if holds_a_key(found, *reply.request.private.values()):
            why = "An exchange that holds an API key was not recorded; a password counts as one."
            say(why)
            return False
        return self._write(found) and not answers.is_error(found)

    def _is_wanted(self, found: Taped) -> bool:
        if answers.is_error(found):
            return self.errors
        refused = answers.is_refusal(found) and not (self.errors or self.mode == "record")
        self.refused += refused
        return not refused

    def _write(self, found: Taped) -> bool:
        try:
            with self._lock:
                self._file.append(found)
                self._used.add(found.place)
        except (OSError, CassetteError) as problem:  # the answer itself is not lost for that
            say(f"The answer was not recorded: {problem}.")
            return False
        return True

    def _catch_up(self, *, hanging: bool = False) -> None:
        """Read what is new; warn of what is damaged, of a last line only if nobody writes there."""
        self._file.catch_up()
        known = self._warned if hanging else self._warned | {(self._file.hanging, UNFINISHED)}
        new = {each for each in self._file.damaged.items() if each not in known}
        if new:
            self._warned |= new
            say(_skipped(self.path, sorted(new), self.unit))


@dataclass(frozen=True, slots=True)
class Asking:
    """One request on its way, and its place in the file."""

    cassette: Cassette
    request: Request
    known: dict[str, Any]
    key: str
    counted: Counted

    @property
    def place(self) -> Place:
        """Where its answer belongs."""
        return self.key, self.counted.cell, self.counted.number

    def played(self, has_key: HasKey | None = None) -> Played | None:
        """Return the recorded answer, or None if the server is to be asked."""
        try:
            found = self.cassette.find(self, has_key)
        except BaseException:
            self.give_up()
            raise
        if found is None:
            return None
        if answers.is_error(found):
            self.give_up()
        return played(found, stream=self._streams, speed=self.cassette.speed)

    @property
    def _streams(self) -> bool:
        body = self.known["body"]
        return isinstance(body, dict) and cast("dict[str, Any]", body).get("stream") is True

    def keep(self, reply: Response, heard: Heard) -> None:
        """Record an answer, if it is a whole one."""
        if not self.cassette.keep(self, reply, heard):
            self.give_up()

    def give_up(self) -> None:
        """No answer came that is kept: the next equal request has the same place."""
        self.counted.give_back()


def _file(path: Path, mode: str) -> CassetteFile:
    if path.suffix == ENDING and mode == "record":
        raise CassetteError(
            f"{path} is a notebook, whose cells keep their answers by themselves: "
            "%config ClaudeMagics.keep = True. To record, name another file: answers.jsonl."
        )
    return file_of(path)


def _stays_here(request: Request) -> bool:
    """Whether this may be the emulator's, which is called on its own machine only."""
    return (urlsplit(request.url).hostname or "").startswith(_HERE)


def _skipped(path: Path, damaged: Sequence[tuple[int, str]], unit: str) -> str:
    """Say which lines of a file were skipped."""
    said = "; ".join(f"{unit} {number}: {why}" for number, why in damaged[:_MOST_NAMED])
    more = f"; and {len(damaged) - _MOST_NAMED} more" if len(damaged) > _MOST_NAMED else ""
    out = ", tidy in its place takes them out" * (unit == "line")
    return (
        f"{path} has damaged {unit}s, which were skipped ({said}{more}). "
        f"`claude-nb cassette check {path}` lists them{out}."
    )
