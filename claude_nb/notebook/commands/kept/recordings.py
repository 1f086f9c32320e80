"""``%claude record``, ``replay``, ``auto``, ``off`` and ``recordings``: answers kept in a file.

Each shows one line on what is done from now on. Where outputs are to be the same in every run, it
tells nothing that changes from one to the next.
"""

from __future__ import annotations

import os
from pathlib import Path

from claude_nb.ask.errors import InputError
from claude_nb.cassette import Cassette, recording
from claude_nb.cassette.nearest import question, shown
from claude_nb.cassette.notebook import ENDING
from claude_nb.notebook import backend
from claude_nb.notebook.commands import page
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.ledger import accounts
from claude_nb.notebook.session import Session

__all__ = ["auto", "off", "record", "recordings", "replay"]

_DOES = {
    "record": "Recording: every question is asked, and its answer kept in ",
    "replay": "Replaying: nothing is asked, and every answer comes from ",
    "auto": "Auto: what is recorded is replayed, anything else asked and kept in ",
}
_NOTEBOOK = "notebook"  # the word for this one
_MOST = 50  # recordings that are listed


def record(session: Session, words: str) -> None:
    """Ask everything, and record it."""
    _use(session, "record", words)


def replay(session: Session, words: str) -> None:
    """Ask nothing: answers come from the file."""
    _use(session, "replay", words)


def auto(session: Session, words: str) -> None:
    """Replay what is recorded; ask and record anything else."""
    _use(session, "auto", words)


def off(session: Session, words: str) -> None:
    """Neither record nor replay."""
    del words
    session.recording, session.cassette = recording.OFF, None
    page.show(page.paragraph("Off: questions are asked, and nothing is recorded."))


def recordings(session: Session, words: str) -> None:
    """Show what is recorded, and what of it nobody asked for."""
    del words
    environment = Environment.read()
    now = _used(session, environment)
    if now is None:
        example = page.code("%claude auto answers.jsonl")
        page.show(page.paragraph("Nothing is recorded or replayed. ", example, " begins it."))
        return
    cassette = backend.cassette(session, now)
    page.show(_status(session, now, environment), _counted(cassette), *_unused(cassette))


def _use(session: Session, mode: str, words: str) -> None:
    """Use the file that is named, else the one in use, else the one beside the notebook."""
    environment = Environment.read()
    path = _path(session, environment, words.strip())
    if path.suffix == ENDING and not path.exists():
        raise InputError(f"There is no notebook {_short(path)}: save it, or say where it is.")
    if mode == "replay" and not path.exists():
        raise InputError(
            f"There is no file {_short(path)} to replay. %claude record {_short(path)} makes it."
        )
    if mode != "replay":
        _check_folder(path)
    if path.suffix == ENDING:  # read anew, with what was saved since
        session.cassette = None
        session.backends.clear()
    before, session.recording = (
        session.recording,
        recording.Recording(path, mode, f"%claude {mode}"),
    )
    now = _used(session, environment)
    if now is None:
        said = "Off, as CLAUDE_NB_CASSETTE_MODE says: nothing is recorded or replayed."
        page.show(page.paragraph(said))
        return
    try:
        cassette = backend.cassette(session, now)  # a file that cannot be used is said at once
        _check_kept(cassette)
    except InputError:
        session.recording = before
        if path.suffix == ENDING:
            session.cassette = None
        raise
    page.show(_status(session, now, environment))


def _check_folder(path: Path) -> None:
    """Refuse a file at once that no answer could be kept in: it would be told after it was paid."""
    if not path.parent.is_dir():
        folder = _short(path.parent)
        raise InputError(f"There is no folder {folder}: make it first, or name a file elsewhere.")
    if not path.exists() and not os.access(path.parent, os.W_OK):
        raise InputError(f"{_short(path)} cannot be made there: name a file elsewhere.")


def _check_kept(cassette: Cassette) -> None:
    if cassette.unit == "cell" and not len(cassette):
        raise InputError(
            f"No output of {_short(cassette.path)} keeps its answer: say %config "
            "ClaudeMagics.keep = True, run its cells and save it."
        )


def _used(session: Session, environment: Environment) -> recording.Recording | None:
    return recording.chosen(session.recording, backend.surroundings(session, environment))


def _path(session: Session, environment: Environment, words: str) -> Path:
    if words == _NOTEBOOK:
        return _notebook(session)
    if words:
        return Path(words.strip("\"'")).expanduser().absolute()
    now = _used(session, environment)
    found = now.path if now is not None else backend.surroundings(session, environment).beside()
    if found is None:
        raise InputError("Say which file: %claude record answers.jsonl")
    return found


def _notebook(session: Session) -> Path:
    named = accounts.of(session).notebook
    if not named:
        raise InputError(
            "It is not known where this notebook's file is: name it, %claude replay lesson.ipynb."
        )
    return Path(named)


def _short(path: Path) -> str:
    """Return a path as people type it: from the current folder where it is in there."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _status(session: Session, now: recording.Recording, environment: Environment) -> page.Piece:
    told = session.recording or now
    mode = now.mode if environment.timed else told.mode
    if mode == "auto" and now.path.suffix == ENDING:
        kept = page.code(_short(now.path))
        return page.paragraph("Auto: what ", kept, " keeps is replayed, anything else asked.")
    ci = "" if not (now.ci and environment.timed) else " (as CI is set)"
    return page.paragraph(_DOES[mode], page.code(_short(now.path)), f"{ci}.")


def _counted(cassette: Cassette) -> page.Piece:
    facts = [f"{len(cassette)} recorded", f"{cassette.played} replayed so far"]
    facts += [f"{cassette.refused} refused and not kept"] * bool(cassette.refused)
    facts += [f"{len(cassette.damaged)} damaged lines skipped"] * bool(cassette.damaged)
    return page.paragraph(", ".join(facts), ".")


def _unused(cassette: Cassette) -> list[page.Piece]:
    unused = cassette.unused()
    if not unused and not len(cassette):
        return []
    if not unused:
        return [page.paragraph("All of them were used in this session.")]
    rows = [(str(each.line), shown(question(each.request))) for each in unused[:_MOST]]
    more = [page.soft(f"and {len(unused) - _MOST} more")] * (len(unused) > _MOST)
    said = "Not used in this session" + (
        ", and perhaps by nobody any more:" if cassette.played else ":"
    )
    return [
        page.paragraph(said),
        page.table(page.columns(f"#{cassette.unit}", "asked"), rows),
        *more,
    ]
