"""What went along with a question, to be seen with it: pictures small, all else by name and size.

It is made of what was sent, and of nothing else: who sees it knows that it went out. Names and
bytes may be anybody's: a picture is drawn anew, what cannot be is told of, and nothing is loaded.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, LiteralString, cast
from urllib.parse import urlsplit

from claude_nb.ask.attachments import pillow
from claude_nb.characters import one_line, plain
from claude_nb.notebook.answer.amounts import weight
from claude_nb.notebook.answer.blocks import SOFT
from claude_nb.notebook.text.safe_html import (
    EMPTY,
    IGNORED,
    SafeHtml,
    attribute,
    join,
    markup,
    visible_html,
)

__all__ = ["shown"]

_MOST = 8  # that are told of
_PICTURES = 4  # that are drawn
_BYTES = 6_000  # of one
_SIDES = (144, 96, 48)  # pixels, shown at half that; what is noise needs more bytes for each
_NAME = 60  # characters
_WORDS = {"image": "picture"}
_SIGNS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg"}
_ALL: LiteralString = (
    f'<div class="claude-nb-attached {IGNORED}" style="display:flex;flex-wrap:wrap;gap:4px 14px;'
    'align-items:center;margin:0 0 .6em">{}</div>'
)
_ONE: LiteralString = (
    f'<span style="{SOFT};display:inline-flex;align-items:center;gap:6px">{{}}'
    "<small>{}</small></span>"
)
_PICTURE: LiteralString = (
    '<img alt="" src="data:image/{};base64,{}" style="max-width:72px;max-height:72px;'
    'border-radius:4px;background:#fff">'
)
Block = Mapping[str, Any]


def shown(content: Any, names: Sequence[str] = ()) -> tuple[SafeHtml, str]:
    """Return what was attached to a question, as HTML and as plain text; empty for nothing.

    Parameters
    ----------
    content : str or list of blocks
        Of the user's turn, as it is sent.
    names : sequence of str
        What it was named by; used where each name became one block.
    """
    blocks = [] if isinstance(content, str) else [each for each in content if _is_attached(each)]
    if not blocks:
        return EMPTY, ""
    known = [PurePath(name).name for name in names] if len(names) == len(blocks) else []
    told = [_told(block, known[at] if known else "") for at, block in enumerate(blocks[:_MOST])]
    drawn = [_picture(block) if at < _PICTURES else EMPTY for at, block in enumerate(blocks)]
    parts = [
        markup(_ONE, each, visible_html(said)) for each, said in zip(drawn, told, strict=False)
    ]
    if (more := len(blocks) - len(told)) > 0:
        told.append(f"and {more:,} more")
        parts.append(markup(_ONE, EMPTY, visible_html(told[-1])))
    return markup(_ALL, join(parts)), plain(f"attached: {', '.join(told)}")


def _is_attached(block: Any) -> bool:
    return isinstance(block, dict) and cast("Block", block).get("type") not in {"text", None}


def _told(block: Block, name: str) -> str:
    """Return what it is: its name, and how much it is or where."""
    kind = str(block.get("type"))
    title = str(block.get("title") or name or _WORDS.get(kind, kind.replace("_", " ")))
    return " · ".join(filter(None, (one_line(title, _NAME), _size(block.get("source")))))


def _size(source: Any) -> str:
    """Return how much a source holds, or where it is."""
    if not isinstance(source, dict):
        return ""
    found = cast("Block", source)
    if url := found.get("url"):
        return f"at {one_line(_host(str(url)), _NAME)}"
    if file := found.get("file_id"):
        return f"as {one_line(str(file), _NAME)}"
    data = found.get("data") or ""
    many = len(data) * 3 // 4 if found.get("type") == "base64" else len(str(data).encode())
    return weight(many) if many else ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "an address"
    except ValueError:
        return "an address"


def _picture(block: Block) -> SafeHtml:
    """Return a small picture of what was sent; nothing where there is none, or it is not here."""
    source = block.get("source")
    data = cast("Block", source).get("data") if isinstance(source, dict) else None
    if block.get("type") != "image" or not isinstance(data, str):
        return EMPTY
    form, small = _small(data)
    return markup(_PICTURE, attribute(form), attribute(small)) if small else EMPTY


def _small(data: str) -> tuple[str, str]:
    """Return the form and the Base64 of a picture drawn anew, small; empty if that cannot be."""
    try:
        whole = base64.b64decode(data)
        tried = (pillow.smaller(whole, _BYTES, side) for side in _SIDES)
        made = next(filter(None, tried), None)
    except Exception:  # noqa: BLE001 (anything may be in a picture; it was sent, and is told of)
        made = None
    form = next((form for sign, form in _SIGNS.items() if made and made[0].startswith(sign)), "")
    return (form, base64.b64encode(made[0]).decode()) if made and form else ("", "")
