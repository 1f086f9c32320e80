"""Which file of recorded answers a notebook uses, and how: as somebody said, or as one is found.

What a person said in the notebook comes first, then the environment. In CI a recording is replayed
by default, so that a forgotten run costs nothing. Files are sought from the folder in which the
session began, wherever a cell has gone since. Opens no file.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

__all__ = ["ENDING", "OFF", "Recording", "Surroundings", "chosen"]

ENDING = ".answers.jsonl"  # NAME.answers.jsonl stands beside NAME.ipynb


@dataclass(frozen=True, slots=True)
class Recording:
    """A file of recorded answers, and what is done with it.

    Attributes
    ----------
    path : Path
        Absolute, so that a change of the folder is none of the file.
    mode : str
        ``"auto"``, ``"record"`` or ``"replay"``; ``"off"`` for none.
    said_by : str
        Who said so, for people.
    ci : bool
        Whether it is replayed because this is CI.
    speed : float
        How fast streams are played; 0 at once.
    """

    path: Path
    mode: str
    said_by: str
    ci: bool = False
    speed: float = 0.0


OFF = Recording(Path(), "off", "%claude off")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is said outside of the notebook.

    Attributes
    ----------
    path, mode : str
        ``CLAUDE_NB_CASSETTE`` and ``CLAUDE_NB_CASSETTE_MODE``; empty if nobody says.
    speed : float
        ``CLAUDE_NB_CASSETTE_SPEED``.
    ci : bool
        Whether this is a run that nobody watches.
    notebook : str
        The notebook's file, as far as that is known.
    folder : Path
        In which the session began.
    known : dict of bool
        The session's: which files were there when CI was first asked about them.
    """

    path: str
    mode: str
    speed: float
    ci: bool
    notebook: str
    folder: Path
    known: dict[Path, bool] = field(default_factory=dict[Path, bool], compare=False)

    def was_there(self, path: Path) -> bool:
        """Whether a file is older than this session: what it records itself is none to replay."""
        return self.known.setdefault(path, path.exists())

    def beside(self) -> Path | None:
        """Return where the recording of this notebook stands, or would.

        Where nobody says what the notebook is called, the only recording in the folder is meant;
        None if there is none, or more than one.
        """
        if self.notebook.endswith(".ipynb"):
            return self._home() / f"{Path(self.notebook).stem}{ENDING}"
        there = sorted(self.folder.glob(f"*{ENDING}"))
        return there[0] if len(there) == 1 else None

    def _home(self) -> Path:
        """Return the notebook's folder: its name may be of another machine, or no whole path."""
        named = Path(self.notebook)
        return named.parent if named.is_absolute() and named.parent.is_dir() else self.folder

    def missing(self) -> str:
        """Say that there is nothing to replay, and what to do."""
        path = self.beside()
        sought = f"no file {path}" if path else f"not one file *{ENDING} in {self.folder}"
        return (
            f"CLAUDE_NB_CASSETTE_MODE is replay, and there is {sought} to replay: record it with "
            "%claude record, name another in CLAUDE_NB_CASSETTE, or take the mode away to ask."
        )


def chosen(told: Recording | None, around: Surroundings) -> Recording | None:
    """Return what is used; None if nothing is recorded or replayed.

    Parameters
    ----------
    told : Recording or None
        What a person said in the notebook.
    around : Surroundings
        What is said elsewhere.
    """
    if around.mode == "off":  # whatever the notebook says
        return None
    said = told or _said(around) or _found(around)
    if said is None or said.mode == "off":
        return None
    older = around.ci and around.was_there(said.path)
    if older and said.mode == "auto" and around.mode != "auto":
        said = replace(said, mode="replay", ci=True)
    return replace(said, speed=around.speed)


def _said(around: Surroundings) -> Recording | None:
    if not around.path:
        return None
    path = around.folder / Path(around.path).expanduser()
    return Recording(path, around.mode or "auto", "CLAUDE_NB_CASSETTE")


def _found(around: Surroundings) -> Recording | None:
    """Return the recording beside the notebook, where nothing is to be asked."""
    if around.mode != "replay" and (around.mode or not around.ci):
        return None
    path = around.beside()
    if path is None or not (path.exists() if around.mode else around.was_there(path)):
        return None
    who = "CLAUDE_NB_CASSETTE_MODE" if around.mode else "CI"
    return Recording(path, "replay", who, ci=not around.mode)
