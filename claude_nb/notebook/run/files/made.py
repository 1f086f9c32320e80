"""Files that code made at the provider: told below the answer, and to be had with `download()`."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, LiteralString

from claude_nb.characters import one_line, plain
from claude_nb.notebook.answer.amounts import weight
from claude_nb.notebook.text.safe_html import SafeHtml, attribute, join, markup, visible_html
from claude_nb.private import open_private

__all__ = ["MadeFile", "collected", "shown"]

_MOST = 10  # files of an answer that are looked at
_MOST_BYTES = 200_000  # of a picture that is shown, and saved with the notebook
_MOST_PICTURES = 3
_SECONDS = 15
_NAME = 80  # characters of a name that are shown
_PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_IMAGE: LiteralString = (
    '<p><img alt="{}" src="data:{};base64,{}" style="max-width:100%;max-height:30em"></p>'
)


class MadeFile:
    """A file that a tool of the server made.

    Attributes
    ----------
    id, name : str
        Of the file.
    size : int or None
        Bytes, if they are known.
    """

    def __init__(self, client: Any, file_id: str) -> None:
        self._client = client
        self.id: str = file_id
        self.name: str = file_id
        self.size: int | None = None
        self._data: bytes | None = None

    def __repr__(self) -> str:
        told = "" if self.size is None else f", {weight(self.size)}"
        return f"<MadeFile {self.name!r}{told}>"

    def read(self) -> bytes:
        """Return its content."""
        if self._data is None:
            self._data = self._client.files.download(self.id).read()
        return self._data or b""

    def download(self, path: str | Path | None = None) -> Path:
        """Write it into a file and return where that is.

        Parameters
        ----------
        path : str or Path, optional
            Where to; a folder gets a file of its own name. Without one, the working folder. A
            file that is there is not replaced then, but stands beside the new one.
        """
        target = Path(path).expanduser() if path is not None else Path()
        if path is None or target.is_dir():
            target = _free(target / _own_name(self.name))
        if self._data is not None:
            with open_private(target, "wb") as file:
                file.write(self._data)
        else:
            self._client.files.download(self.id).write_to_file(target)
        return target

    def look(self) -> None:
        """Ask what it is called and how large it is."""
        known = self._client.files.retrieve_metadata(self.id, timeout=_SECONDS)
        self.name, self.size = str(known.filename), int(known.size_bytes)

    def picture(self) -> tuple[str, bytes] | None:
        """Return its media type and bytes, if it is a picture small enough to be shown."""
        if self.size is None or self.size > _MOST_BYTES:
            return None
        if not self.name.lower().endswith((".png", ".jpg", ".jpeg", ".gif")):
            return None
        data = self.read()
        kinds = (kind for begin, kind in _PICTURES.items() if data.startswith(begin))
        kind = next(kinds, None)
        return (kind, data) if kind else None


def collected(message: Any, client: Any) -> list[MadeFile]:
    """Return the files that an answer's tools made, as far as the server tells of them."""
    ids = dict.fromkeys(_ids(message))
    files = [MadeFile(client, file_id) for file_id in ids]
    for file in files[:_MOST]:
        try:
            file.look()
        except Exception:  # noqa: BLE001 (the answer is there, whatever became of its files)
            break
    return files


def _ids(message: Any) -> list[str]:
    blocks = [block.to_dict() for block in message.content]
    results = [block.get("content") for block in blocks if "tool_use_id" in block]
    parts = [part.get("content") for part in results if isinstance(part, dict)]
    listed = [item for part in parts if isinstance(part, list) for item in part]
    return [str(i["file_id"]) for i in listed if isinstance(i, dict) and i.get("file_id")]


def shown(files: Sequence[MadeFile]) -> list[tuple[SafeHtml, str]]:
    """Return how files are told below an answer: a line, and the pictures among them."""
    if not files:
        return []
    names = [_told(file) for file in files[:_MOST]]
    more = f", and {len(files) - _MOST} more" if len(files) > _MOST else ""
    first = f"_.files[0].download() saves {'it' if len(files) == 1 else 'the first'}"
    text = plain(f"Files: {', '.join(names)}{more} · {first}")
    line = markup("<p>{}</p>", visible_html(text))
    return [*_pictures(files), (line, text)]


def _told(file: MadeFile) -> str:
    name = one_line(file.name, _NAME)
    return name if file.size is None else f"{name} ({weight(file.size)})"


def _pictures(files: Sequence[MadeFile]) -> list[tuple[SafeHtml, str]]:
    found: list[SafeHtml] = []
    for file in files[:_MOST]:
        try:
            picture = file.picture()
        except Exception:  # noqa: BLE001 (as above)
            break
        if picture is not None and len(found) < _MOST_PICTURES:
            data = attribute(base64.b64encode(picture[1]).decode())
            name = attribute(one_line(file.name, _NAME))
            found.append(markup(_IMAGE, name, attribute(picture[0]), data))
    return [(join(found), "")] if found else []


def _own_name(name: str) -> str:
    """Return the last part of a name, which can lead nowhere else."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    kept = "".join(c if c.isprintable() and c not in '<>:"|?*' else "_" for c in last).strip(". ")
    return kept or "file"


def _free(path: Path) -> Path:
    """Return a path that nothing has: with a number where something has the name."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found
