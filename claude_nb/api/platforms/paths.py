"""Where the calls of the API live, below the base URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

__all__ = ["BATCHES", "COUNT_TOKENS", "FILES", "MESSAGES", "MODELS", "endpoint", "item"]

_VERSION = "/v1"
MESSAGES = f"{_VERSION}/messages"
COUNT_TOKENS = f"{MESSAGES}/count_tokens"
BATCHES = f"{MESSAGES}/batches"
MODELS = f"{_VERSION}/models"
FILES = f"{_VERSION}/files"


def item(collection: str, name: str, value: str, action: str = "") -> str:
    """Return the path of one of `collection`, and of what is done to it.

    Parameters
    ----------
    collection, action : str
        Path of all, and what follows the item (``"/cancel"``).
    name, value : str
        The parameter that names the item, and what was given for it.

    Raises
    ------
    ValueError
        It is empty, so the path would lead elsewhere.
    """
    given: Any = value
    if given and not isinstance(given, str):
        raise TypeError(f"`{name}` must be a text, such as an id, and not {given!r:.80}.")
    if not value:
        raise ValueError(f"Expected a non-empty value for `{name}` but received {value!r}")
    return f"{collection}/{quote(value, safe='')}{action}"


def endpoint(url: str) -> str:
    """Return the path of a URL without what stands before the API's own (a gateway's prefix)."""
    path = urlsplit(url).path
    _, found, rest = path.rpartition(f"{_VERSION}/")
    return f"{found}{rest}" if found else path
