"""A picture or a PDF, in whatever form a function returned it, -> its content block.

The kind is read from the bytes. Libraries are recognised by where a class comes from, never
imported.
"""

from __future__ import annotations

import base64
import io
import re
from typing import Any

from claude_nb.api.schemas.untyped import is_a, root_of

__all__ = ["picture"]

Block = dict[str, Any]
_KINDS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
)


def picture(value: Any) -> Block | None:
    """Return the block of a picture or a PDF; None for anything else."""
    data = _file(value)
    if data is None:
        return None
    if data.startswith(b"%PDF-"):
        return _source("document", "application/pdf", data)
    kind = next((kind for mark, kind in _KINDS if mark.match(data)), None)
    return _source("image", kind, data) if kind else None


def _file(value: Any) -> bytes | None:
    """Return the bytes of a file, if `value` is one or can be drawn as one."""
    if is_a(value, bytes, bytearray):
        return bytes(value)
    root = root_of(value)
    figure: Any = value if hasattr(value, "savefig") else getattr(value, "figure", None)
    if root in {"matplotlib", "seaborn"} and hasattr(figure, "savefig"):
        return _saved(figure.savefig, format="png", bbox_inches="tight")
    if root == "PIL" and hasattr(value, "save"):
        is_png = value.mode in {"1", "L", "LA", "P", "RGB", "RGBA"}
        return _saved((value if is_png else value.convert("RGB")).save, format="PNG")
    return _shown_as_png(value)


def _shown_as_png(value: Any) -> bytes | None:
    """Return what an object shows itself as; none of a class, or of one that shows nothing."""
    kind: Any = value.__class__
    show = getattr(kind, "_repr_png_", None)
    data: Any = show(value) if callable(show) else None
    if is_a(data, tuple):  # (data, metadata) is allowed
        data = data[0]
    if is_a(data, str):
        return base64.b64decode(data)
    return data if is_a(data, bytes) else None


def _saved(save: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    save(file, **options)
    return file.getvalue()


def _source(kind: str, media_type: str, data: bytes) -> Block:
    encoded = base64.b64encode(data).decode()
    return {
        "type": kind,
        "source": {"type": "base64", "media_type": media_type, "data": encoded},
    }
