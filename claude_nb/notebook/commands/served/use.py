"""``%claude use``: a server of this machine answers, or again what the environment says."""

from __future__ import annotations

from claude_nb.notebook import backend
from claude_nb.notebook.answer.amounts import count
from claude_nb.notebook.backend import local, using
from claude_nb.notebook.backend.using import Used
from claude_nb.notebook.commands import page
from claude_nb.notebook.session import Session

__all__ = ["run"]

_OFF = frozenset({"off", "none"})
_MOST = 30  # models in the list


def run(session: Session, words: str) -> None:
    """Use the server that is named; alone, say which answers and which could."""
    if not words:
        page.show(*_present(session))
    elif words.lower() in _OFF:
        using.put(session, None)
        page.show(page.paragraph(f"{_usual().capitalize()} answers again: ", _doctor()))
    else:
        used = local.chosen(words)
        using.put(session, used, _model(session, used))
        page.show(*_told(session, used))


def _usual() -> str:
    return "the built-in emulator" if backend.is_emulated() else "what the environment names"


def _doctor() -> page.Piece:
    return page.inline(page.code("%claude doctor"), page.soft(" tells which that is."))


def _model(session: Session, used: Used) -> str | None:
    """Return the model that cells are to ask from now on: one that is there and can answer."""
    now = getattr(session.settings, "model", None)
    if session.settings is None:
        return None
    if now in used.listed:
        return now
    talking = [name for name in used.listed if "embed" not in name.lower()]
    return (talking or list(used.listed))[0]


def _present(session: Session) -> list[page.Piece]:
    used: Used | None = session.using
    said = f"No server is chosen here, so {_usual()} answers."
    if used is not None:
        said = f"{used.name} answers, at {used.address}."
    offers = [server.told() for server in local.around()]
    none = "No server of this machine was found on the ports of " + ", ".join(
        kind.name for kind in local.KINDS
    )
    found = offers or [f"{none}; %claude use http://127.0.0.1:PORT names another."]
    return [page.paragraph(said), *(page.paragraph(page.soft(each)) for each in found)]


def _told(session: Session, used: Used) -> list[page.Piece]:
    default = getattr(session.settings, "model", "")
    rows = [
        (page.inline(page.code(name), *([" ", page.strong("default")] if name == default else [])),)
        for name in used.listed[:_MOST]
    ]
    many = count(len(used.listed), "model")
    more = f", of which {_MOST} stand here" if len(used.listed) > _MOST else ""
    return [
        page.paragraph(
            page.strong(f"{used.name} answers from now on"),
            page.soft(f", at {used.address}, with {many}{more}. It runs here, at no price."),
        ),
        page.table(page.columns("model"), rows),
        page.paragraph(
            page.soft("-m NAME asks another one, "),
            page.code("%claude use off"),
            page.soft(" goes back."),
        ),
    ]
