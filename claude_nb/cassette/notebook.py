"""The exchanges that the outputs of a notebook keep, in the place of a cassette's file.

The file is read once, and never written: what is asked meanwhile is held in memory, and the cells'
outputs keep it by themselves.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from claude_nb.cassette.file import CassetteError, CassetteFile, check_regular
from claude_nb.cassette.kept import comparable, read
from claude_nb.cassette.taped import Taped

__all__ = ["ENDING", "NotebookFile", "file_of"]

ENDING = ".ipynb"
_LARGEST = 200_000_000  # bytes


class _Output(BaseModel):
    metadata: dict[str, Any] = {}


class _Cell(BaseModel):
    outputs: list[_Output] = []


class _Notebook(BaseModel):
    cells: Annotated[list[_Cell], Field(max_length=100_000)]


_NOTEBOOK = TypeAdapter(_Notebook)


class NotebookFile(CassetteFile):
    """What a notebook's outputs keep; `line` of an exchange is the number of its cell."""

    unit = "cell"

    def catch_up(self) -> None:
        """Read the notebook, the first time.

        Raises
        ------
        CassetteError
            It cannot be read, or is no notebook.
        """
        if self._state is None:
            self._state = (0, 0, 0)
            try:
                self._read()
            except BaseException:
                self._state = None
                raise

    def append(self, taped: Taped) -> None:
        """Hold an exchange, for as long as this is used."""
        self._hold(replace(taped, line=0))

    def comparable(self, known: dict[str, Any]) -> dict[str, Any]:
        """Return a request's identity as outputs keep it."""
        return comparable(known)

    def _read(self) -> None:
        for number, cell in enumerate(_cells(self.path), 1):
            for value in _kept(cell):
                try:
                    found = read(value)
                except ValueError as problem:
                    self.damaged[number] = str(problem)
                    continue
                for taped in found:
                    self._hold(replace(taped, line=number))


def file_of(path: Path) -> CassetteFile:
    """Return the exchanges of a file, which may be a notebook; nothing is read yet."""
    return NotebookFile(path) if path.suffix == ENDING else CassetteFile(path)


def _cells(path: Path) -> list[_Cell]:
    check_regular(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise CassetteError(f"{path} is too large to be replayed: at most 200 MB.")
        return _NOTEBOOK.validate_python(from_json(path.read_bytes())).cells
    except OSError as problem:
        raise CassetteError(f"{path} cannot be read: {problem}") from None
    except (ValidationError, ValueError, RecursionError):
        raise CassetteError(f"{path} is no notebook: name one that Jupyter opens.") from None


def _kept(cell: _Cell) -> list[object]:
    ours = [each.metadata.get("claude_nb") for each in cell.outputs]
    known = [cast("dict[str, object]", each) for each in ours if isinstance(each, dict)]
    return [each["kept"] for each in known if "kept" in each]
