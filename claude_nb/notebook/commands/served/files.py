"""``%claude files``: what the server keeps for this key, and how to have it forgotten."""

from __future__ import annotations

from itertools import islice
from typing import Any

from claude_nb.ask.errors import InputError
from claude_nb.characters import one_line
from claude_nb.notebook import backend
from claude_nb.notebook.answer.amounts import weight
from claude_nb.notebook.commands import page
from claude_nb.notebook.commands.served.asked import told
from claude_nb.notebook.session import Session

__all__ = ["run"]

_MOST = 50  # files listed
_NAME = 60  # characters of a file's name
_DELETE = "delete="


def run(session: Session, words: str) -> None:
    """List the files, or delete one."""
    with told():
        if words.startswith(_DELETE):
            _delete(session, words.removeprefix(_DELETE))
        elif words:
            raise InputError(
                f"%claude files takes nothing, or delete=ID; not {words:.80}. A question about "
                "files that begins so: %claude -- files …"
            )
        else:
            _list(session)


def _delete(session: Session, file_id: str) -> None:
    if not file_id:
        raise InputError("%claude files delete=ID: the id stands in the list of %claude files.")
    backend.connect(session).client.files.delete(file_id)
    session.uploads = {key: kept for key, kept in session.uploads.items() if kept != file_id}
    page.show(page.paragraph(page.code(file_id), " was deleted."))


def _list(session: Session) -> None:
    server = backend.connect(session)
    found = list(islice(server.client.files.list(limit=_MOST), _MOST + 1))
    if not found:
        page.show(page.paragraph("The server keeps no files for this key."))
        return
    columns = page.columns("file", "#size", "made", "kept until", "id")
    rows = [_row(file) for file in found[:_MOST]]
    more = [page.paragraph(page.soft(f"The newest {_MOST} are shown."))] if found[_MOST:] else []
    total = sum(int(file.size_bytes or 0) for file in found[:_MOST])
    line = page.paragraph(
        page.soft(f"{weight(total)} in all. %claude files delete=ID deletes one.")
    )
    page.show(page.table(columns, rows), line, *more)


def _row(file: Any) -> tuple[page.Piece | str, ...]:
    until = f"{file.expires_at:%Y-%m-%d %H:%M}" if file.expires_at else ""
    made = f"{file.created_at:%Y-%m-%d %H:%M}" if file.created_at else ""
    name = one_line(str(file.filename), _NAME)
    return name, weight(int(file.size_bytes or 0)), made, until, page.code(str(file.id))
