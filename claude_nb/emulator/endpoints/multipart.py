"""The parts of a ``multipart/form-data`` body, as clients upload files.

References
----------
RFC 7578, and RFC 2046 section 5.1 for the boundary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from claude_nb.emulator.wire import bad_request

__all__ = ["Field", "fields"]

_MOST = 20  # parts of a form
_MOST_HEAD = 8_000  # bytes of a part's head


@dataclass(frozen=True, slots=True)
class Field:
    """One part of a form.

    Attributes
    ----------
    name : str
        Of the field.
    filename : str or None
        None for a field that is no file.
    media_type : str
        As the client names it, ``""`` if it does not.
    data : bytes
        Its value.
    """

    name: str
    filename: str | None
    media_type: str
    data: bytes


def fields(content_type: str, body: bytes) -> Iterator[Field]:
    """Yield the parts of a form.

    Parameters
    ----------
    content_type : str
        The request's, with its boundary.
    body : bytes
        The whole body.

    Raises
    ------
    ApiError
        400 for what is no such form.
    """
    boundary = _boundary(content_type)
    mark = b"\r\n--" + boundary
    at = 0 if body.startswith(mark[2:]) else body.find(mark) + 2
    if at == 1 or not boundary:
        raise _wrong("the boundary of Content-Type is not in the body")
    for _ in range(_MOST):
        at += len(mark) - 2
        if body[at : at + 2] == b"--":
            return
        end = body.find(mark, at)
        if end < 0:
            raise _wrong("it has no end")
        yield _field(body, at, end)
        at = end + 2
    raise _wrong(f"it has more than {_MOST} parts")


def _boundary(content_type: str) -> bytes:
    found = re.search(r'boundary="?([^";]{1,200})"?', content_type)
    return found[1].strip().encode() if found else b""


def _field(body: bytes, start: int, end: int) -> Field:
    split = body.find(b"\r\n\r\n", start, min(end, start + _MOST_HEAD))
    if split < 0:
        raise _wrong("a part has no head")
    try:
        name, filename, media_type = _told(_head(body[start:split].decode("utf-8", "replace")))
    except (ValueError, LookupError, UnicodeError):  # a character set, or what is no text in it
        raise _wrong("the head of a part cannot be read") from None
    return Field(name, filename, media_type, body[split + 4 : end])


def _told(head: Message) -> tuple[str, str | None, str]:
    """Return name, file name and media type."""
    name = head.get_param("name", header="content-disposition")
    media_type = head.get_content_type() if head["content-type"] else ""
    return str(name or ""), head.get_filename(), media_type


def _head(text: str) -> Message:
    head = Message()
    for line in text.split("\r\n"):
        name, _, value = line.partition(":")
        if value:
            head[name.strip()] = value.strip()
    return head


def _wrong(problem: str) -> Exception:
    return bad_request(f"The request body is not a valid multipart/form-data: {problem}")
