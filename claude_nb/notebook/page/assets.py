"""What a page is sent of the files in ``static``: a script with all it imports, and styles."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from claude_nb.notebook.page import constants, esm

__all__ = ["script", "style"]

_PACKAGE = Path(__file__).parents[2]  # a page's script may use one of the front-end extension
_STATIC = "notebook/static"
_EXTENSION = "labextension/static"  # the style of answers is there, which that brings to its pages
_SHARED = {name: getattr(constants, name) for name in constants.__all__}


@cache
def _read(name: str) -> str:
    return (_PACKAGE / name).read_text(encoding="utf-8")


def script(entry: str, **more: Any) -> str:
    """Return a script and what it imports as one ES module, with `more` among its constants."""
    return esm.join(f"{_STATIC}/{entry}", _read, {**_SHARED, **more})


def style(*names: str) -> str:
    """Return style sheets, joined, without comments and white space."""
    folders = (_EXTENSION if name == "answer.css" else _STATIC for name in names)
    read = (_read(f"{folder}/{name}") for folder, name in zip(folders, names, strict=True))
    text = re.sub(r"(?s)/\*.*?\*/", "", "".join(read))
    return esm.tight(" ".join(text.split()), " {", "{ ", " }", "} ", "; ", ", ", " > ")
