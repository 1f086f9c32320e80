"""Header fields as they can be sent: merged, their values checked, those of the sender apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from claude_nb.api import errors
from claude_nb.api.hiding.names import authenticates
from claude_nb.api.platforms import fitness
from claude_nb.api.secret import Secret

__all__ = ["is_secret", "merged"]

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def is_secret(name: str, value: Any) -> bool:
    """Return whether a header field identifies the sender."""
    return isinstance(value, Secret) or (isinstance(value, str) and authenticates(name, value))


def merged(layers: Iterator[Mapping[str, Any]]) -> tuple[dict[str, str], dict[str, Secret]]:
    """Return the fields of all layers, later ones winning whatever the case of their names.

    Parameters
    ----------
    layers : iterator of Mapping
        Values that are None stand for a field that is left out.

    Returns
    -------
    dict of str, dict of Secret
        The fields, and apart from them those that identify the sender; all can be sent.

    Raises
    ------
    DamagedCredentialsError
        A field that identifies the sender holds what no header can hold.
    UnsendableTextError
        Another one does, or a name is none.
    """
    fields: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            fields.pop(name.lower(), None)
            if value is not None:
                fields[name.lower()] = value
    private = {name: _secret(name, v) for name, v in fields.items() if is_secret(name, v)}
    public = {name: _text(name, str(v)) for name, v in fields.items() if name not in private}
    return public, private


def _secret(name: str, value: Any) -> Secret:
    secret = Secret.of(value) or Secret("")
    return fitness.header(secret, f"The header {name!r}")


def _text(name: str, value: str) -> str:
    text = value.strip(" \t\r\n")
    problem = fitness.problem(text, blanks=True)
    if _NAME.fullmatch(name) is None:
        raise errors.UnsendableTextError(
            f"{name!r} is no name of a header: it may hold letters, digits and signs such as - and "
            "_, and no blanks."
        )
    if problem:
        raise errors.UnsendableTextError(
            f"The header {name!r} cannot be sent: {problem}. Its value may hold printable ASCII "
            "characters only: leave the others out, or encode them."
        )
    return text
