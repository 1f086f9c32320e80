"""``-a X`` -> the content blocks that go before the prompt.

X is a variable, a file or the address of an image or PDF. What a file is, its bytes say. The
server fetches addresses; nothing is downloaded here.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, cast
from urllib.parse import SplitResult, unquote, unquote_to_bytes, urlsplit
from urllib.request import url2pathname

from claude_nb.ask import names, values
from claude_nb.ask.attachments import documents, files, images, pillow
from claude_nb.ask.attachments.kinds import other_kind
from claude_nb.ask.errors import InputError
from claude_nb.characters import without_surrogates

__all__ = ["Shown", "blocks"]

Block = dict[str, Any]
Shown = Callable[[str], list[Block]]
"""What a notebook shows, by its name: ``last-plot``, ``In[5]``; nothing for all other names."""

MOST_ENCODED = 31 * 1024 * 1024  # a request may have 32 MB; the rest is for the conversation
_TABLE = 200_000  # characters of a data frame or other value: about 50,000 tokens
_NAME = re.compile(rf"(?:\{{{{1,2}}\s*)?({names.PATH})(?:\s*\}}{{1,2}})?")
_IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
# possessive: what is a comment in one reading is none that begins earlier or ends later in another
_SVG = re.compile(
    r"\s*+(?:(?:<\?xml|<!DOCTYPE svg)[^>]*+>\s*+|(?><!--.*?-->)\s*+)*+<svg\b", re.DOTALL
)
_LOCAL = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104 - recognised, not bound


def blocks(
    items: Iterable[str], variables: Mapping[str, Any], shown: Shown | None = None
) -> list[Block]:
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
    shown : callable, optional
        Knows the outputs, errors and cells of the notebook that asks.

    Raises
    ------
    InputError
        Nothing has that name, or it cannot be sent; says why and what can.
    """
    found = [block for item in items for block in _found(item.strip(), variables, shown)]
    sources = [block.get("source") for block in found]  # that of a search result is its address
    size = sum(len(each.get("data", "")) for each in sources if isinstance(each, dict))
    if size > MOST_ENCODED:
        raise InputError(
            f"The attachments have {size / 2**20:.0f} MB together; a request takes 32 MB. "
            "Attach fewer, or make images smaller."
        )
    return found


def _found(item: str, variables: Mapping[str, Any], shown: Shown | None) -> list[Block]:
    return (shown(item) if shown is not None else []) or _blocks(item, variables)


def _blocks(item: str, variables: Mapping[str, Any]) -> list[Block]:
    if not item:
        raise InputError("-a takes a file, an address or the name of a variable.")
    kind, address = _address(item)
    if address:
        return [_from_url(kind, address)]
    if item.lower().startswith("data:"):
        return [_from_data(item)]
    if re.match(r"(?!file:)[a-z][a-z0-9+.-]+://", item, re.IGNORECASE):
        raise InputError(
            f"-a {item:.100}: nothing is fetched from there: download it, and attach that."
        )
    if item.lower().startswith("file:"):
        item = _local(item)
    path = _NAME.fullmatch(item)
    if path and (path[1] in variables or item.startswith("{")):
        return _from_value(names.lookup(path[1], variables, f"-a {path[1]}"), path[1])
    if files.exists(item) or not (path and _first(path[1]) in variables):
        return [_from_file(item, variables)]
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
    parts, host = _split(address)
    if parts.username or parts.password:
        raise InputError("An address with a user name or password is not sent: attach the file.")
    if host in _LOCAL:
        raise InputError(f"Claude cannot reach {host}: attach the file instead.")
    title = PurePosixPath(unquote(parts.path)).name or host
    suffix = PurePosixPath(title).suffix.lower()
    if kind == "image" or (not kind and suffix in _IMAGE_SUFFIXES):
        return images.url_block(address)
    if kind == "pdf" or suffix == ".pdf":
        return documents.url_block(address, title)
    raise InputError(
        f"-a {address:.100}: only images and PDFs can be sent by address, and this one's ending "
        "does not say which. Write image:https://… or pdf:https://…, or attach a file."
    )


def _local(address: str) -> str:
    """Return the path that a ``file:`` address names."""
    parts, host = _split(address)
    if host and host not in _LOCAL:
        raise InputError(f"-a {address:.100} is on another machine: download it, and attach that.")
    return url2pathname(parts.path)


def _from_data(item: str) -> Block:
    """Return the block of what a ``data:`` address holds."""
    head, comma, text = item[5:].partition(",")
    if not comma:
        raise InputError("-a data:…: such an address has a comma before its data.")
    encoded = head.lower().rstrip().endswith(";base64")
    data = unquote_to_bytes(text)
    try:
        data = base64.b64decode(data + b"=" * (-len(data) % 4), validate=True) if encoded else data
    except ValueError:
        raise InputError(f"-a data:{head:.60},…: what follows is no base64.") from None
    if not data:
        raise InputError(f"-a data:{head:.60},… is empty: there is nothing to send.")
    return _from_bytes(data, "the data: address")


def _split(address: str) -> tuple[SplitResult, str]:
    """Return the parts of an address, and its host."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError as problem:
        raise InputError(f"-a {address:.100} is no address: {problem}.") from None
    return parts, host


def _from_value(value: Any, name: str) -> list[Block]:
    if paths := _paths(value):
        return [_from_file(str(path), {}) for path in paths]
    if found := _results(value):
        return found
    if pictures := images.several(value, name):
        return pictures
    picture = None if isinstance(value, str) else images.of(value, name)
    if picture:
        return [picture]
    if isinstance(value, bytes | bytearray | memoryview | io.BytesIO):
        data = value.getvalue() if isinstance(value, io.BytesIO) else bytes(value)
        return [_from_bytes(data, name, variable=True)]
    return [documents.from_text(_text(value, name), name)]


def _paths(value: Any) -> list[Path]:
    items = cast("list[Any]", list(value) if isinstance(value, list | tuple) else [value])
    return items if all(isinstance(item, Path) for item in items) else []


def _results(value: Any) -> list[Block]:
    """Return the blocks of what `claude_nb.search_result` made, one or a list of them."""
    items = cast("list[Any]", value if isinstance(value, list) else [value])
    return items if items and all(map(_is_result, items)) else []


def _is_result(value: Any) -> bool:
    return isinstance(value, dict) and cast("Block", value).get("type") == "search_result"


def _text(value: Any, name: str) -> str:
    try:
        return values.text(value, _TABLE)
    except InputError as problem:
        raise InputError(f"-a {name}: {problem}") from None


def _from_file(item: str, variables: Mapping[str, Any]) -> Block:
    try:
        data = files.read(item)
    except InputError as problem:
        hint = names.did_you_mean(item, variables) if item.isidentifier() else ""
        missing = f" There is no variable {item!r} either.{hint}" if item.isidentifier() else ""
        raise InputError(f"-a: {problem}{missing}") from None
    return _from_bytes(data, without_surrogates(files.path(item).name))


def _from_bytes(data: bytes, name: str, *, variable: bool = False) -> Block:
    if images.media_type(data):
        return images.block(data, name)
    if documents.is_pdf(data):
        return documents.pdf(data, name)
    kind = other_kind(data)
    if kind is not None:
        if kind.picture and (png := pillow.converted(data)):
            return images.block(png, name)
        raise InputError(
            f"{name} is {kind.name}: {kind.advice}. Images (PNG, JPEG, GIF, WebP), PDFs and text "
            "can be sent."
        )
    _check_suffix(data, name)
    text = files.decode(data, name, variable=variable)
    if _SVG.match(text):
        return _as_code(documents.from_text(text, name), name)
    is_notebook = name.lower().endswith(".ipynb")
    return documents.from_text(documents.notebook_text(text, name) if is_notebook else text, name)


def _check_suffix(data: bytes, name: str) -> None:
    """Refuse a file whose name says picture or PDF, and whose content does not."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in (*_IMAGE_SUFFIXES, ".pdf"):
        page = data[:1000].lstrip().lower().startswith((b"<!doctype html", b"<html"))
        found = "a web page, as servers send it for what they do not have" if page else "text"
        raise InputError(f"{name} is no {suffix[1:].upper()}: it holds {found}. Get it again.")


def _as_code(block: Block, name: str) -> Block:
    """Return the document of a drawing that goes as its code, which is said."""
    noted = images.Noted(block)
    noted.note = f"{name} goes as its code, not as a picture: for that, save it as PNG"
    return noted
