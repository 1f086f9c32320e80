"""Files the person names: read whole, with errors that help.

Owns what a path may be (``~`` is understood), near names for one that is missing, and text in
any Unicode encoding with a byte order mark, or UTF-8.
"""

from __future__ import annotations

import codecs
import difflib
import errno
import os
import stat
from pathlib import Path

from claude_nb.ask.attachments import encodings
from claude_nb.ask.errors import InputError

__all__ = ["MOST_BYTES", "decode", "exists", "path", "read", "read_text"]

MOST_BYTES = 24 * 1024 * 1024  # fills a request, which may have 32 MB, once base64 is added
_NOTHING = (errno.ENOENT, errno.ENOTDIR, errno.EINVAL)  # the last: a name that Windows forbids
_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def path(name: str) -> Path:
    """Return the path that `name` stands for; ``~`` is the home folder."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)


def exists(name: str) -> bool:
    """Return whether there is something of that name; a name that none can have has nothing."""
    try:
        return path(name).exists()
    except OSError:  # it is too long
        return False


def read(name: str) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    InputError
        There is no such file (near names are offered), it cannot be read, it is empty, or it
        is too large for a request.
    """
    file = path(name)
    try:
        found = _found(file)
        if found is None or not stat.S_ISREG(found.st_mode):
            raise InputError(_missing(file, name))
        if found.st_size > MOST_BYTES:
            raise InputError(_too_large(name, found.st_size))
        data = file.read_bytes()
    except OSError as problem:
        raise InputError(f"{name:.200} cannot be read: {problem.strerror}.") from None
    if not data:
        raise InputError(f"{name} is empty: there is nothing to send.")
    return data


def _found(file: Path) -> os.stat_result | None:
    """Return what the system tells of a file; None if there is nothing of that name.

    Since Python 3.14 `Path.is_file` says the same of what nobody may look at.
    """
    try:
        return file.stat()
    except ValueError:  # a null character
        return None
    except OSError as problem:
        if problem.errno in _NOTHING:
            return None
        raise


def read_text(name: str) -> str:
    """Return a file's text; see `read` and `decode`."""
    return decode(read(name), name)


def decode(data: bytes, name: str, *, variable: bool = False) -> str:
    """Return bytes as text: UTF-8, or what their byte order mark says.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        What to call it.
    variable : bool
        Whether that is the name of a variable.

    Raises
    ------
    InputError
        They are no such text.
    """
    encoding = next((kind for mark, kind in _MARKS if data.startswith(mark)), "utf-8-sig")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as problem:
        where = f"byte {problem.start:,} is {data[problem.start]:#04x}"
        advice = "" if b"\0" in data else encodings.advice(data, name, variable=variable)
        raise InputError(
            f"{name} is not UTF-8 text ({where}). {advice or 'Save it as UTF-8.'}"
        ) from None
    if "\0" in text:
        raise InputError(f"{name} is a binary file, not text.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _too_large(name: str, size: int) -> str:
    return f"{name} has {size / 2**20:,.0f} MB; a request takes files of 24 MB. Send a part of it."


def _missing(file: Path, name: str) -> str:
    if file.is_dir():
        return f"{name} is a folder: name one file in it{_some(file)}."
    if file.exists():
        return f"{name} is not an ordinary file."
    if any(sign in file.name for sign in "*?["):
        return (
            f"{name} stands for several files: put list(Path({str(file.parent)!r}).glob("
            f"{file.name!r})) into a variable, and attach that."
        )
    if not file.parent.is_dir():
        return f"There is no file {name}: the folder {file.parent} does not exist."
    near = _near(file)
    hint = f"Did you mean {' or '.join(near)}?" if near else "Check its name and its folder."
    return f"There is no file {name} in {_folder(file)}. {hint}"


def _folder(file: Path) -> str:
    return "the working folder" if str(file.parent) == "." else str(file.parent)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError:
        return []


def _some(folder: Path) -> str:
    names = _names(folder)
    return f", such as {names[0]}" if names else " (it is empty)"


def _near(file: Path) -> list[str]:
    """Return names in the same folder that look alike, whatever their case and suffix."""
    names = {name.lower(): name for name in _names(file.parent)}
    wanted = file.name.lower()
    near = difflib.get_close_matches(wanted, names, n=3)
    stems = difflib.get_close_matches(Path(wanted).stem, [Path(low).stem for low in names], n=3)
    alike = [low for stem in stems for low in names if Path(low).stem == stem]
    return [names[low] for low in dict.fromkeys([*near, *alike])][:3]
