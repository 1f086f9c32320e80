"""``{{name}}`` in a prompt -> the value of that variable, as text or as a picture.

Double braces only, as in Anthropic's own workbench, so that JSON, code, ``$``, backslashes and
single braces stay as typed (`claude_nb.ask.braces`). Values are put in once and not looked through
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from claude_nb.ask import braces, names, values
from claude_nb.ask.attachments import documents, files, images
from claude_nb.ask.errors import InputError

__all__ = ["content", "interpolate", "system_template", "system_text", "user_content"]

Block = dict[str, Any]

_MOST_PICTURES = 600


def content(text: str, variables: Mapping[str, Any]) -> str | list[Block]:
    """Return a prompt with its variables put in, as the ``content`` of a user message.

    Parameters
    ----------
    text : str
        A prompt. ``{{name}}``, ``{{name.attr}}``, ``{{name[0]}}`` and ``{{name["key"]}}`` are
        replaced; all else stays.
    variables : Mapping
        The names that may be used; in a notebook, the kernel's namespace.

    Returns
    -------
    str or list of content blocks
        Blocks if a variable is a figure, an image or a PDF: it stands where it was named.

    Raises
    ------
    InputError
        A name, attribute, item or key does not exist (near names are offered), or a value
        cannot be sent.
    """
    parts = list(_parts(text, variables))
    if not all(isinstance(part, str) for part in parts):
        return list(_blocks(parts))
    whole = "".join(part for part in parts if isinstance(part, str))
    if text.strip() and not whole.strip():
        raise InputError(f"{text.strip():.80} is blank, so nothing is left to send.")
    return whole


def interpolate(text: str, variables: Mapping[str, Any]) -> str:
    """Return `content` where there may be no pictures, such as a system prompt.

    Raises
    ------
    InputError
        As `content`; also if a variable is a picture or a PDF.
    """
    whole = content(text, variables)
    if isinstance(whole, str):
        return whole
    raise InputError("Only text can stand here: put pictures and PDFs in the prompt, or use -a.")


def system_template(text: str | None) -> str:
    """Return the text that a ``-s`` value names, of the file for ``@file``, braces and all."""
    return files.read_text(text[1:].strip()) if text and text.startswith("@") else text or ""


def system_text(template: str, variables: Mapping[str, Any] | None) -> str:
    """Return the system prompt that a template makes; empty if that is.

    Parameters
    ----------
    template : str
        See `system_template`.
    variables : Mapping or None
        As for `content`; None leaves all braces as they are.

    Raises
    ------
    InputError
        As `interpolate`; also if it is blank, which the API refuses.
    """
    whole = template if variables is None else interpolate(template, variables)
    if template and not whole.strip():
        raise InputError(
            f"The system prompt {template[:80]!r} is blank: leave -s out, or say something in it."
        )
    return whole


def user_content(attached: Sequence[Block], prompt: str | list[Block]) -> str | list[Block]:
    """Return attachments and a prompt as one ``content``: what is asked about comes first."""
    if not attached:
        return prompt
    return [*attached, *(_blocks([prompt]) if isinstance(prompt, str) else prompt)]


def _parts(text: str, variables: Mapping[str, Any]) -> Iterator[str | Block]:
    """Yield the text between the fields and what the fields stand for, in order."""
    for before, path in braces.split(text, variables):
        yield before
        if path:
            yield from _named(path, names.lookup(path, variables))


def _named(path: str, value: Any) -> Iterator[str | Block]:
    name = f"{{{{{path}}}}}"
    if pictures := _all_media(value, name):
        yield from pictures
    else:
        yield _explained(name, lambda: values.text(value))


def _all_media(value: Any, name: str) -> list[Block]:
    """Return the blocks of a picture, a PDF or a collection of them; none for anything else."""
    if pictures := images.several(value, name):
        return pictures
    is_list = isinstance(value, list | tuple) and 0 < len(value) <= _MOST_PICTURES
    if is_list and not any(map(_is_pdf, value)):
        return []  # pictures alone are told above
    found = [_media(item, name) for item in (value if is_list else (value,))]
    media = [block for block in found if block is not None]
    return media if len(media) == len(found) else []


def _media(value: Any, name: str) -> Block | None:
    if isinstance(value, str):
        return None
    return documents.pdf(value, name) if _is_pdf(value) else images.of(value, name)


def _is_pdf(value: Any) -> bool:
    return isinstance(value, bytes) and documents.is_pdf(value)


def _explained(name: str, show: Callable[[], str]) -> str:
    try:
        return show()
    except InputError as problem:
        raise InputError(f"{name}: {problem}") from None


def _blocks(parts: Sequence[str | Block]) -> Iterator[Block]:
    """Join neighbouring texts into one text block each; the API refuses blank ones."""
    for is_text, group in groupby(parts, key=lambda part: isinstance(part, str)):
        if not is_text:
            yield from (part for part in group if isinstance(part, dict))
            continue
        text = "".join(part for part in group if isinstance(part, str))
        if text.strip():
            yield {"type": "text", "text": text}
