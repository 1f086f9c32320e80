"""PDFs, texts and notebooks -> document content blocks.

References
----------
Messages API: PDF support, citations (documents).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from claude_nb.notebook.errors import InputError
from claude_nb.notebook.values import cut

__all__ = ["from_text", "is_pdf", "notebook_text", "pdf", "url_block"]

MOST_PAGES = 600
MOST_CHARACTERS = 8_000_000  # beyond the context of every model, at four characters a token
_OUTPUT = 1000  # characters kept of each output of a notebook's cell
_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_ENCRYPTED = re.compile(rb"/Encrypt\s+\d+\s+\d+\s+R")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


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
    if _ENCRYPTED.search(data):
        raise InputError(f"{title} is protected by a password or rights: save it without.")
    pages = len(_PAGE.findall(data))  # compressed pages are not seen; the server counts those
    if pages > MOST_PAGES:
        raise InputError(f"{title} has {pages:,} pages; at most 600 can be sent. Send a part.")
    encoded = base64.b64encode(data).decode()
    source = {"type": "base64", "media_type": "application/pdf", "data": encoded}
    return {"type": "document", "source": source, "title": title}


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


def notebook_text(source: str, title: str) -> str:
    """Return a notebook file as text: each cell under a heading, with the text it put out.

    Parameters
    ----------
    source : str
        JSON of an ``.ipynb`` file, format 4. Pictures are left out; each output is cut at 1,000
        characters.
    title : str
        What to call it in an error.

    Raises
    ------
    InputError
        It is no such file.
    """
    try:
        cells = json.loads(source)["cells"]
        return "\n\n".join(part for n, cell in enumerate(cells, 1) for part in _cell(n, cell))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            f"{title} is no notebook of format 4: open it in Jupyter and save it again."
        ) from None


def _cell(number: int, cell: dict[str, Any]) -> Iterator[str]:
    yield f"## Cell {number} ({cell['cell_type']})\n\n{_joined(cell['source'])}"
    for output in cell.get("outputs", ()):
        text = _COLOURS.sub("", _output(output)).strip()
        if text:
            yield f"### Output of cell {number}\n\n{cut(text, _OUTPUT)}"


def _output(output: dict[str, Any]) -> str:
    if output["output_type"] == "error":
        return f"{output['ename']}: {output['evalue']}"
    return _joined(output.get("text") or output.get("data", {}).get("text/plain", ""))


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
