"""The memory tool: a folder of this machine in which the model keeps notes; no path leaves it.

References
----------
Messages API, "Memory tool" (``memory_20250818``): its commands, and paths below ``/memories``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from claude_nb.api.schemas.tools import FunctionTool, ToolError
from claude_nb.private import open_private

__all__ = ["MEMORY_TYPE", "MemoryTool", "memory_tool"]

MEMORY_TYPE = "memory_20250818"
_ROOT = "memories"
_MOST_CHARACTERS = 100_000  # of a file that is read or written
_MOST_LISTED = 500  # files of a folder
_FORBIDDEN = frozenset('\\:*?"<>|')  # what Windows takes for a drive, a stream or a pattern


class MemoryTool(FunctionTool[Any]):
    """A tool that reads and writes notes in one folder.

    Parameters
    ----------
    folder : str or path
        Where the notes are; made when the first one is written.
    type : str
        The version of the tool.

    Raises
    ------
    NotADirectoryError
        There is something of that name, and it is no folder.
    """

    def __init__(self, folder: str | os.PathLike[str], type: str = MEMORY_TYPE) -> None:  # noqa: A002 - the API's name for it
        self.folder: Path = Path(folder).expanduser().absolute()
        if self.folder.exists() and not self.folder.is_dir():
            raise NotADirectoryError(f"{folder} is no folder, and notes are kept in one.")
        self.type: str = type
        super().__init__(self._run, name="memory", input_schema={"type": "object"})

    def to_dict(self) -> dict[str, Any]:
        """Return the tool as a request holds it."""
        return {"type": self.type, "name": self.name}

    to_param = to_dict

    def call(self, input: Any) -> Any:  # noqa: A002 - the API's name for it
        """Do what the model asks for.

        Raises
        ------
        ToolError
            It cannot be done; the model is told why.
        """
        if not isinstance(input, Mapping):
            raise ToolError("Input must be an object.")
        return self._run(**cast("dict[str, Any]", {**input}))

    def _run(self, **given: Any) -> str:
        command = str(given.get("command"))
        if command not in _COMMANDS:
            raise ToolError(
                f"There is no command {command:.40}; there are: {', '.join(_COMMANDS)}."
            )
        try:
            return _COMMANDS[command](self, given)
        except (OSError, UnicodeError, ValueError) as problem:
            raise ToolError(f"{command} failed: {_reason(problem)}.") from None

    # Commands; each returns what the model is told.

    def view(self, given: Mapping[str, Any]) -> str:
        """Return a file with its lines numbered, or the files of a folder."""
        place = self._place(given, "path")
        if place == self.folder and not place.exists():
            return f"There are no notes yet in {_text(given, 'path')}."
        if place.is_dir():
            return "\n".join([f"Files in {_text(given, 'path')}:", *self._listed(place)])
        lines = self._read(place).split("\n")
        first, last = _range(given.get("view_range"), len(lines))
        numbered = enumerate(lines[first - 1 : last], first)
        return "\n".join(f"{number:6}\t{line}" for number, line in numbered)

    def create(self, given: Mapping[str, Any]) -> str:
        """Write a file anew."""
        place = self._place(given, "path", is_file=True)
        self._write(place, _text(given, "file_text"))
        return f"{_text(given, 'path')} was written."

    def edit(self, given: Mapping[str, Any]) -> str:
        """Put a text in the place of another that is there once."""
        place = self._place(given, "path", is_file=True)
        text, old = self._read(place), _text(given, "old_str")
        found = text.count(old) if old else 0
        if found != 1:
            raise ToolError(f"old_str must be in the file exactly once; it is there {found} times.")
        self._write(place, text.replace(old, _text(given, "new_str", "")))
        return f"{_text(given, 'path')} was edited."

    def insert(self, given: Mapping[str, Any]) -> str:
        """Put a text behind a line."""
        place = self._place(given, "path", is_file=True)
        lines, at = self._read(place).split("\n"), given.get("insert_line")
        if not isinstance(at, int) or isinstance(at, bool) or not 0 <= at <= len(lines):
            raise ToolError(f"insert_line must be from 0 to {len(lines)}.")
        lines[at:at] = _text(given, "insert_text").removesuffix("\n").split("\n")
        self._write(place, "\n".join(lines))
        return f"{_text(given, 'path')} was edited."

    def delete(self, given: Mapping[str, Any]) -> str:
        """Delete a file or a folder."""
        place = self._place(given, "path", is_file=True)
        if place.is_dir():
            _emptied(place)
            place.rmdir()
        else:
            place.unlink()
        return f"{_text(given, 'path')} was deleted."

    def rename(self, given: Mapping[str, Any]) -> str:
        """Move a file or a folder."""
        old = self._place(given, "old_path", is_file=True)
        new = self._place(given, "new_path", is_file=True)
        if new.exists():
            raise ToolError(f"{_text(given, 'new_path')} exists already.")
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)
        return f"{_text(given, 'old_path')} is {_text(given, 'new_path')} now."

    # Paths and files.

    def _place(self, given: Mapping[str, Any], name: str, *, is_file: bool = False) -> Path:
        """Return the place in the folder that a path names; nothing else is a path.

        A link would lead out of the folder, wherever in the path it stands.
        """
        said = _text(given, name)
        parts = said.removeprefix("/").rstrip("/").split("/")
        if not said.startswith("/") or parts[0] != _ROOT or not all(map(_is_plain, parts)):
            raise ToolError(f"{said:.200} is no path below /{_ROOT}: write /{_ROOT}/name.md.")
        if is_file and len(parts) == 1:
            raise ToolError(f"/{_ROOT} itself stays: name something in it.")
        place = self.folder
        for part in parts[1:]:
            place /= part
            if place.is_symlink() or getattr(place, "is_junction", bool)():
                raise ToolError(f"{said:.200} leads out of /{_ROOT}.")
        return place

    def _listed(self, folder: Path) -> list[str]:
        found = sorted(_files(folder))[: _MOST_LISTED + 1]
        shown = [f"/{_ROOT}/{place.relative_to(self.folder).as_posix()}" for place in found]
        more = ["..."] if len(found) > _MOST_LISTED else []
        return [*shown[:_MOST_LISTED], *more] or ["(none)"]

    def _read(self, place: Path) -> str:
        if not place.is_file():
            raise ToolError("There is no such file.")
        if place.stat().st_size > 4 * _MOST_CHARACTERS:
            raise ToolError("The file is too large to be read.")
        return place.read_text(encoding="utf-8")

    def _write(self, place: Path, text: str) -> None:
        if len(text) > _MOST_CHARACTERS:
            raise ToolError(f"A file has at most {_MOST_CHARACTERS:,} characters.")
        if place.exists() and not place.is_file():
            raise ToolError("It is a folder.")
        data = text.encode("utf-8")
        place.parent.mkdir(parents=True, exist_ok=True)
        with open_private(place, "wb") as file:
            file.write(data)


def memory_tool(folder: str | os.PathLike[str]) -> MemoryTool:
    """Return a tool with which the model keeps notes in a folder, for ``tool_runner``.

    Parameters
    ----------
    folder : str or path
        Where the notes are; made when the first one is written. No path leaves it.
    """
    return MemoryTool(folder)


def _is_plain(part: str) -> bool:
    """Tell whether a part of a path is an ordinary name on every system."""
    is_name = bool(part) and part.strip(". ") != "" and part == part.rstrip(". ")
    return is_name and part.isprintable() and not _FORBIDDEN & set(part)


def _text(given: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = given.get(name, default)
    if not isinstance(value, str):
        raise ToolError(f"{name} must be given, as a text.")
    return value


def _range(given: Any, most: int) -> tuple[int, int]:
    """Return the first and last line of a ``view_range``; -1 is the last of the file."""
    if given is None:
        return 1, most
    if (
        not isinstance(given, list)
        or [type(item) for item in cast("list[Any]", given)] != [int] * 2
    ):
        raise ToolError("view_range is two line numbers.")
    first, last = cast("list[int]", given)
    return max(first, 1), most if last == -1 else last


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for top, folders, names in os.walk(folder):  # which follows no link
        folders[:] = [each for each in folders if not (Path(top) / each).is_symlink()]
        found += [Path(top) / name for name in names if not (Path(top) / name).is_symlink()]
    return found


def _emptied(folder: Path) -> None:
    """Delete what is in a folder; of a link the link, not what it leads to."""
    for top, folders, names in os.walk(folder, topdown=False):
        for name in names:
            (Path(top) / name).unlink()
        for name in folders:
            inner = Path(top) / name
            inner.unlink() if inner.is_symlink() else inner.rmdir()


def _reason(problem: Exception) -> str:
    """Return what went wrong without the path of this machine."""
    return getattr(problem, "strerror", None) or type(problem).__name__


_COMMANDS: dict[str, Callable[[MemoryTool, Mapping[str, Any]], str]] = {
    "view": MemoryTool.view,
    "create": MemoryTool.create,
    "str_replace": MemoryTool.edit,
    "insert": MemoryTool.insert,
    "delete": MemoryTool.delete,
    "rename": MemoryTool.rename,
}
