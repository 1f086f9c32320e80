"""PDFs, texts and notebooks -> document content blocks.

References
----------
Messages API: PDF support, citations (documents).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic_core import from_json

from claude_nb.ask.attachments import wholeness
from claude_nb.ask.errors import InputError
from claude_nb.ask.values import cut

__all__ = ["Pdf", "from_text", "is_pdf", "notebook_text", "page_count", "pdf", "url_block"]

MOST_PAGES = 600
MOST_CHARACTERS = 8_000_000  # beyond the context of every model, at four characters a token
_OUTPUT = 1000  # characters kept of each output of a notebook's cell
_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_ENCRYPTED = re.compile(rb"/Encrypt\s+\d+\s+\d+\s+R")
_STREAM = re.compile(rb"\bstream\r?\n")
_END = re.compile(rb"\bendstream\b")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Pdf(dict[str, Any]):
    """The document block of a PDF, which knows its pages: counting them again takes a while."""

    pages: int = 0


def is_pdf(data: bytes) -> bool:
    """Return whether `data` is a PDF file (whose mark may stand a little behind its start)."""
    return b"%PDF-" in data[:1024]


def pdf(data: bytes, title: str) -> dict[str, Any]:
    """Return the document block of a PDF file.

    Raises
    ------
    InputError
        It is encrypted, or has more than 600 pages as far as can be seen.
    """
    mark = data.find(b"%PDF-")
    if data[:mark].strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise InputError(
            f"{title} begins with {mark:,} bytes that are no part of its PDF ({data[:30]!r}): "
            "download it again, or save it as PDF anew."
        )
    data = data[mark:]
    if wholeness.cut_off("application/pdf", data):
        raise InputError(
            f"{title} is a PDF that ends too early: it was cut off. Download it again."
        )
    structure = _structure(data)
    if _ENCRYPTED.search(structure):
        raise InputError(f"{title} is protected by a password or rights: save it without.")
    pages = len(_PAGE.findall(structure))
    if pages > MOST_PAGES:
        raise InputError(f"{title} has {pages:,} pages; at most 600 can be sent. Send a part.")
    encoded = base64.b64encode(data).decode()
    source = {"type": "base64", "media_type": "application/pdf", "data": encoded}
    document = Pdf({"type": "document", "source": source, "title": title})
    document.pages = pages
    return document


def page_count(document: dict[str, Any]) -> int:
    """Return how many pages of a document can be seen: the server alone counts compressed ones."""
    source = document.get("source") or {}
    if isinstance(document, Pdf) or source.get("type") != "base64":
        return getattr(document, "pages", 0)
    try:
        return len(_PAGE.findall(_structure(base64.b64decode(source["data"]))))
    except (KeyError, TypeError, ValueError):
        return 0


def _structure(data: bytes) -> bytes:
    """Return a PDF without its streams: a text may talk about pages and encryption."""
    kept, at = list[bytes](), 0
    while (begin := _STREAM.search(data, at)) and (end := _END.search(data, begin.end())):
        kept.append(data[at : begin.start()])
        at = end.end()
    return b"".join([*kept, data[at:]])


def url_block(url: str, title: str) -> dict[str, Any]:
    """Return the document block for a PDF that the server fetches."""
    return {"type": "document", "source": {"type": "url", "url": url}, "title": title}


def from_text(text: str, title: str) -> dict[str, Any]:
    """Return the document block of a text.

    Raises
    ------
    InputError
        It is blank, or longer than any model reads.
    """
    if not text.strip():
        raise InputError(f"{title} holds no text: there is nothing to send.")
    if len(text) > MOST_CHARACTERS:
        raise InputError(
            f"{title} has {len(text):,} characters; no model reads more than "
            f"{MOST_CHARACTERS:,}. Send a part of it."
        )
    source = {"type": "text", "media_type": "text/plain", "data": text}
    return {"type": "document", "source": source, "title": title}


Text = str | list[str]


class _Output(BaseModel):
    output_type: str
    ename: str = ""
    evalue: str = ""
    text: Text | None = None
    data: dict[str, Any] = {}


class _Cell(BaseModel):
    cell_type: str
    source: Text
    outputs: list[_Output] = []


class _Notebook(BaseModel):
    cells: list[_Cell]


def notebook_text(source: str, title: str) -> str:
    """Return a notebook file as text: each cell under a heading, with the text it put out.

    Parameters
    ----------
    source : str
        JSON of an ``.ipynb`` file, format 4; anyone may have written it. Pictures are left out;
        each output is cut at 1,000 characters.
    title : str
        What to call it in an error.

    Raises
    ------
    InputError
        It is no such file.
    """
    try:
        cells = _Notebook.model_validate(from_json(source)).cells
    except (ValueError, RecursionError):
        raise InputError(
            f"{title} is no notebook of format 4: open it in Jupyter and save it again."
        ) from None
    return "\n\n".join(part for n, cell in enumerate(cells, 1) for part in _cell(n, cell))


def _cell(number: int, cell: _Cell) -> Iterator[str]:
    yield f"## Cell {number} ({cell.cell_type})\n\n{_joined(cell.source)}"
    for output in cell.outputs:
        text = _COLOURS.sub("", _output(output)).strip()
        if text:
            yield f"### Output of cell {number}\n\n{cut(text, _OUTPUT)}"


def _output(output: _Output) -> str:
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    return _joined(output.text or output.data.get("text/plain", ""))


def _joined(text: object) -> str:
    """Return a text that a notebook may hold in pieces; empty if it is anything else."""
    pieces = text if isinstance(text, list) else [text]
    return "".join(piece for piece in pieces if isinstance(piece, str))
