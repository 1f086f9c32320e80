"""``{{name}}`` in a prompt -> the value of that variable, as text or as a picture.

Double braces only, as in Anthropic's own workbench, so that JSON, code, ``$``, backslashes and
single braces stay as typed. Values are put in once and not looked through again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from claude_nb.notebook import documents, files, images, names, values
from claude_nb.notebook.errors import InputError

__all__ = ["content", "interpolate", "system_text", "user_content"]

Block = dict[str, Any]

_FIELD = re.compile(rf"\{{\{{\s*({names.PATH})\s*\}}\}}")
_CALL = re.compile(rf"\{{\{{\s*(({names.NAME})[^{{}}()\n]*)\([^{{}}\n]*\}}\}}")
_MOST_PICTURES = 20  # in one list; more of them is a mistake sooner than a wish


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
    if all(isinstance(part, str) for part in parts):
        return "".join(part for part in parts if isinstance(part, str))
    return list(_blocks(parts))


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


def system_text(text: str, variables: Mapping[str, Any]) -> str:
    """Return the system prompt for a ``-s`` value.

    Parameters
    ----------
    text : str
        The text itself, or ``@file`` for the text of that file. Variables are put in, in both.
    variables : Mapping
        As for `content`.
    """
    if text.startswith("@"):
        text = files.read_text(text[1:].strip())
    return interpolate(text, variables)


def user_content(attached: Sequence[Block], prompt: str | list[Block]) -> str | list[Block]:
    """Return attachments and a prompt as one ``content``: what is asked about comes first."""
    if not attached:
        return prompt
    return [*attached, *(_blocks([prompt]) if isinstance(prompt, str) else prompt)]


def _parts(text: str, variables: Mapping[str, Any]) -> Iterator[str | Block]:
    """Yield the text between the fields and what the fields stand for, in order."""
    _refuse_calls(text, variables)
    end = 0
    for field in _FIELD.finditer(text):
        yield text[end : field.start()]
        yield from _named(field[1], names.lookup(field[1], variables))
        end = field.end()
    yield text[end:]


def _refuse_calls(text: str, variables: Mapping[str, Any]) -> None:
    for call in _CALL.finditer(text):
        if call[2] in variables:  # braces around anything else are somebody's code or template
            raise InputError(
                f"{call[0]:.80}: nothing is called in a prompt. Put the result in a variable "
                "first, and name that."
            )


def _named(path: str, value: Any) -> Iterator[str | Block]:
    name = f"{{{{{path}}}}}"
    items = value if isinstance(value, list | tuple) and len(value) <= _MOST_PICTURES else ()
    pictures = [_media(item, name) for item in items] or [_media(value, name)]
    if all(pictures):
        yield from (picture for picture in pictures if picture)
    else:
        yield _explained(name, lambda: values.text(value))


def _media(value: Any, name: str) -> Block | None:
    if isinstance(value, str):
        return None
    if isinstance(value, bytes) and documents.is_pdf(value):
        return documents.pdf(value, name)
    return images.of(value, name)


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
