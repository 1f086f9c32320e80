"""``%claude batches``: batches of this key, how far each is, and how to cancel one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from claude_nb.ask.errors import InputError
from claude_nb.notebook import backend
from claude_nb.notebook.commands import page
from claude_nb.notebook.commands.served.asked import told
from claude_nb.notebook.session import Session

__all__ = ["run"]

_MOST = 30  # batches listed
_CANCEL = "cancel="
_COLLECTED = (
    "The claude_nb.map call, or the cell with --each and --batch, that sent a batch finds it when "
    "it is run again, in any kernel, and collects what is done."
)


def run(session: Session, words: str) -> None:
    """List the batches, tell of one, or cancel one."""
    with told():
        if words.startswith(_CANCEL):
            _cancel(session, words.removeprefix(_CANCEL))
        elif words:
            _tell(session, words)
        else:
            _list(session)


def _batches(session: Session) -> Any:
    return backend.connect(session).client.messages.batches


def _list(session: Session) -> None:
    found = list(islice(_batches(session).list(limit=_MOST), _MOST + 1))
    if not found:
        page.show(page.paragraph("The server knows of no batches of this key."))
        return
    columns = page.columns("batch", "state", "#requests", "#done", "#failed", "made", "until")
    more = [page.paragraph(page.soft(f"The newest {_MOST} are shown."))] if found[_MOST:] else []
    hint = page.soft(f"%claude batches ID tells of one, cancel=ID ends it. {_COLLECTED}")
    rows = [_row(batch) for batch in found[:_MOST]]
    page.show(page.table(columns, rows), page.paragraph(hint), *more)


def _row(batch: Any) -> tuple[page.Piece | str, ...]:
    counts = batch.request_counts
    numbers = (_total(counts), counts.succeeded, _failed(counts))
    times = (_at(batch.created_at), _at(batch.expires_at))
    return page.code(str(batch.id)), _state(batch), *(f"{each:,}" for each in numbers), *times


def _tell(session: Session, name: str) -> None:
    batch = _one(_batches(session).retrieve, name)
    counts = batch.request_counts
    kinds = ("processing", "succeeded", "errored", "canceled", "expired")
    told = ", ".join(f"{getattr(counts, kind):,} {kind}" for kind in kinds if getattr(counts, kind))
    verb = "has" if batch.processing_status == "ended" else "is"
    lines = [
        page.paragraph(page.code(str(batch.id)), f" {verb} {_state(batch)}: {told or 'empty'}."),
        page.paragraph(f"Made {_at(batch.created_at)}, {_until(batch)}."),
        page.paragraph(page.soft(_COLLECTED)),
    ]
    page.show(*lines)


def _cancel(session: Session, name: str) -> None:
    if not name:
        raise InputError("%claude batches cancel=ID: the id stands in the list of %claude batches.")
    batches = _batches(session)
    before = _one(batches.retrieve, name)
    if before.processing_status == "ended":
        page.show(page.paragraph(page.code(name), " has ended already: nothing was cancelled."))
        return
    batch = _one(batches.cancel, name)
    said = " is being cancelled: what is done is done and is paid for, the rest is not asked."
    page.show(page.paragraph(page.code(str(batch.id)), said))


def _one(call: Callable[[str], Any], name: str) -> Any:
    try:
        return call(name)
    except ValueError:  # an id that cannot be one in an address
        raise InputError(
            f"{name:.80} is no batch: the ids stand in the list of %claude batches."
        ) from None


def _total(counts: Any) -> int:
    return counts.processing + counts.succeeded + _failed(counts)


def _failed(counts: Any) -> int:
    return counts.errored + counts.canceled + counts.expired


def _state(batch: Any) -> str:
    state = str(batch.processing_status)
    return "being cancelled" if state == "canceling" else state.replace("_", " ")


def _until(batch: Any) -> str:
    if batch.ended_at is not None:
        return f"ended {_at(batch.ended_at)}"
    hours = (batch.expires_at - datetime.now(UTC)).total_seconds() / 3600
    return f"to be done by {_at(batch.expires_at)} (in {max(0.0, hours):.0f} hours)"


def _at(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"
