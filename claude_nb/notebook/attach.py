"""``-a X`` -> the content blocks that go before the prompt.

X is a variable, a file or the address of an image or PDF. What a file is, its bytes say. The
server fetches addresses; nothing is downloaded here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from claude_nb.notebook import documents, files, images, names, values
from claude_nb.notebook.errors import InputError

__all__ = ["blocks"]

Block = dict[str, Any]

MOST_IMAGES = 600
MOST_ENCODED = 31 * 1024 * 1024  # a request may have 32 MB; the rest is for the conversation
_TABLE = 200_000  # characters of a data frame or other value: about 50,000 tokens
_NAME = re.compile(rf"(?:\{{\{{\s*)?({names.PATH})(?:\s*\}}\}})?")
_IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_LOCAL = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104 - recognised, not bound
_ADVICE = (
    (b"PK\x03\x04", "a zip or Office file: save it as PDF, or as text"),
    (b"\xd0\xcf\x11\xe0", "an old Office file: save it as PDF, or as text"),
    (b"BM", "a BMP image: save it as PNG"),
    (b"II*\0", "a TIFF image: save it as PNG"),
    (b"MM\0*", "a TIFF image: save it as PNG"),
    (b"\x1f\x8b", "a gzip file: unpack it first"),
)


def blocks(items: Iterable[str], variables: Mapping[str, Any]) -> list[Block]:
    """Return one content block for each attachment, in order.

    Parameters
    ----------
    items : iterable of str
        Each the name of a variable (``fig``, ``results["plot"]``), the path of a file (image,
        PDF, notebook or text), or an http(s) address of an image or PDF; ``image:`` or
        ``pdf:`` before an address says which, where its ending does not. A plain name is a
        variable before it is a file; ``./name`` is the file.
    variables : Mapping
        The kernel's namespace.

    Raises
    ------
    InputError
        Nothing has that name, or it cannot be sent; says why and what can.
    """
    found = [_block(item.strip(), variables) for item in items]
    pictures = sum(block["type"] == "image" for block in found)
    if pictures > MOST_IMAGES:
        raise InputError(f"{pictures} images are attached; a request takes at most 600.")
    size = sum(len(block["source"].get("data", "")) for block in found)
    if size > MOST_ENCODED:
        raise InputError(
            f"The attachments have {size / 2**20:.0f} MB together; a request takes 32 MB. "
            "Attach fewer, or make images smaller."
        )
    return found


def _block(item: str, variables: Mapping[str, Any]) -> Block:
    if not item:
        raise InputError("-a takes a file, an address or the name of a variable.")
    kind, address = _address(item)
    if address:
        return _from_url(kind, address)
    path = _NAME.fullmatch(item)
    if path and (path[1] in variables or item.startswith("{{")):
        return _from_value(names.lookup(path[1], variables, f"-a {path[1]}"), path[1])
    if files.path(item).exists() or not (path and _first(path[1]) in variables):
        return _from_file(item, variables)
    try:
        value = names.lookup(path[1], variables, path[1])
    except InputError as problem:
        raise InputError(f"-a {item}: there is no such file, and {problem}") from None
    return _from_value(value, path[1])


def _first(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _address(item: str) -> tuple[str, str]:
    """Split ``pdf:https://…`` into kind and address; both empty if it is no address."""
    match = re.fullmatch(r"(?:(image|pdf):)?(https?://\S+)", item, re.IGNORECASE)
    return ((match[1] or "").lower(), match[2]) if match else ("", "")


def _from_url(kind: str, address: str) -> Block:
    parts = urlsplit(address)
    if parts.username or parts.password:
        raise InputError("An address with a user name or password is not sent: attach the file.")
    if (parts.hostname or "") in _LOCAL:
        raise InputError(f"Claude cannot reach {parts.hostname}: attach the file instead.")
    title = PurePosixPath(unquote(parts.path)).name or str(parts.hostname)
    suffix = PurePosixPath(title).suffix.lower()
    if kind == "image" or (not kind and suffix in _IMAGE_SUFFIXES):
        return images.url_block(address)
    if kind == "pdf" or suffix == ".pdf":
        return documents.url_block(address, title)
    raise InputError(
        f"-a {address:.100}: only images and PDFs can be sent by address, and this one's ending "
        "does not say which. Write image:https://… or pdf:https://…, or attach a file."
    )


def _from_value(value: Any, name: str) -> Block:
    if isinstance(value, Path):
        return _from_file(str(value), {})
    picture = None if isinstance(value, str) else images.of(value, name)
    if picture:
        return picture
    if isinstance(value, bytes | bytearray):
        return _from_bytes(bytes(value), name)
    return documents.from_text(values.text(value, _TABLE), name)


def _from_file(item: str, variables: Mapping[str, Any]) -> Block:
    try:
        data = files.read(item)
    except InputError as problem:
        hint = names.did_you_mean(item, variables) if item.isidentifier() else ""
        missing = f" There is no variable {item!r} either.{hint}" if item.isidentifier() else ""
        raise InputError(f"-a: {problem}{missing}") from None
    return _from_bytes(data, files.path(item).name)


def _from_bytes(data: bytes, name: str) -> Block:
    if images.media_type(data):
        return images.block(data, name)
    if documents.is_pdf(data):
        return documents.pdf(data, name)
    for mark, advice in _ADVICE:
        if data.startswith(mark) and b"\0" in data:
            raise InputError(
                f"{name} is {advice}. Images (PNG, JPEG, GIF, WebP), PDFs and text can be sent."
            )
    text = files.decode(data, name)
    is_notebook = name.lower().endswith(".ipynb")
    return documents.from_text(documents.notebook_text(text, name) if is_notebook else text, name)
