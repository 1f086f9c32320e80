"""``%claude ledger``: where calls are written down, and whether those of this notebook are."""

from __future__ import annotations

from claude_nb.ask.errors import InputError
from claude_nb.notebook.commands import page
from claude_nb.notebook.ledger import accounts
from claude_nb.notebook.ledger.store import Store, StoreError
from claude_nb.notebook.session import Session

__all__ = ["run"]

_WORDS = ("on", "off", "forget")


def run(session: Session, words: str) -> None:
    """Show where the ledger is; or keep it for this notebook, or not, or forget what it holds."""
    kept, word = accounts.of(session), words.strip().lower()
    if word and word not in _WORDS:
        raise InputError(f"%claude ledger {words}: say {', '.join(_WORDS)}, or nothing.")
    store = kept.store
    if store is None:
        page.show(page.paragraph("No ledger is kept: CLAUDE_NB_LEDGER is off."))
        return
    if word and not kept.notebook:
        raise InputError(
            "Nobody says which notebook this is. CLAUDE_NB_NOTEBOOK names it, and "
            "CLAUDE_NB_LEDGER=off keeps nothing of any notebook."
        )
    try:
        page.show(_done(store, kept.notebook, word), _where(store))
    except StoreError as problem:
        raise InputError(f"The ledger cannot be used: {problem}.") from None


def _done(store: Store, notebook: str, word: str) -> page.Piece:
    if word == "forget":
        return page.paragraph(f"Forgotten: {store.forget(notebook):,} calls of this notebook.")
    if word:
        store.silence(notebook, silent=word == "off")
    if store.is_silent(notebook):
        on = page.code("%claude ledger on")
        return page.paragraph("Off: no call of this notebook is written down. ", on, " changes it.")
    off = page.code("%claude ledger off")
    said = "On: of each call its time, notebook, cell, model, tokens, cost and outcome are "
    return page.paragraph(said, "written down, and no text. ", off, " changes it.")


def _where(store: Store) -> page.Piece:
    calls = len(store.calls()) if store.path.exists() else 0
    return page.paragraph(page.code(str(store.path)), f": {calls:,} calls of all notebooks.")
