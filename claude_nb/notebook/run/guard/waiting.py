"""Which cells wait behind the running one: as the kernel's queue, a page or the file tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from claude_nb.notebook.page.gate import RefusedError, unpacked

__all__ = ["Answer", "Cell", "Page", "Told", "behind", "in_file", "is_waiting"]

_LARGEST = 50_000_000  # bytes of a notebook's file that is read
_ASKS = re.compile(r"^\s*%%claude(?!\w)|^\s*%claude\s", re.MULTILINE)


class Cell(BaseModel):
    """A code cell that asks.

    Attributes
    ----------
    id : str
        Its id; empty where it has none.
    source : str
        Its text, or the beginning of that.
    missing : int
        Characters of it that are not there.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True)

    id: str = ""
    source: str
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What waits.

    Attributes
    ----------
    at : datetime
        When the page looked, by its clock.
    cells : list of Cell or None
        Those that ask, in the notebook's order; None if the page does not know.
    """

    at: datetime
    cells: list[Cell] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: ``go``, ``cancel`` or ``gone``, and when by the page's clock."""

    word: str
    at: datetime | None = None


class Page(Protocol):
    """A page that can be asked about the cells that wait in it."""

    def waiting(self) -> Told | None:
        """Return what the page says that waits; None if there is none that hears this."""
        ...

    def ask(self, question: str) -> Answer:
        """Show a question, and return its answer."""
        ...

    def close(self) -> None:
        """Take all of it off the page."""


class _FileCell(BaseModel):
    id: str = ""
    cell_type: str = ""
    source: str | list[str] = ""


class _File(BaseModel):
    cells: Annotated[list[_FileCell], Field(max_length=100_000)]


_FILE = TypeAdapter(_File)


def is_waiting(kernel: Any) -> bool:
    """Whether more messages wait for the main shell of a kernel; False where that does not show.

    Notes
    -----
    Only for its main thread. One or two cells may have left the queue already, so that what waits
    behind the last but one cell is not seen.
    """
    try:
        stream = _stream(kernel)
        again = stream._rebuild_io_state  # noqa: SLF001 (found before anything is touched)
        found = bool(stream.socket.poll(0))
    except Exception:  # noqa: BLE001 (inner parts of ipykernel, which may change; also other kernels)
        return False
    again()  # a look takes the sign that something came: without it the stream would never read on
    return found


def _stream(kernel: Any) -> Any:
    """Return what the main thread reads its messages from."""
    thread = getattr(kernel, "shell_channel_thread", None)
    if thread is None:
        return kernel.shell_stream
    pair = thread.manager.get_shell_channel_to_subshell_pair(None)  # ipykernel 7: one reads for it
    return pair.to_stream


def in_file(path: str) -> list[Cell]:
    """Return the cells of a notebook's file that ask; none if it cannot be read."""
    try:
        if not path or Path(path).stat().st_size > _LARGEST:
            return []
        found = unpacked(_FILE, Path(path).read_bytes())
    except (OSError, RefusedError):
        return []
    code = [each for each in found.cells if each.cell_type == "code"]
    made = [Cell(id=each.id, source="".join(each.source)) for each in code]
    return [each for each in made if _ASKS.search(each.source)]


def behind(cells: list[Cell], cell: str, source: str) -> list[Cell]:
    """Return the cells behind the one of that id or text; none where it is not among them."""
    for number, each in enumerate(cells):
        if (cell and each.id == cell) or (not cell and each.source.strip() == source.strip()):
            return cells[number + 1 :]
    return []
