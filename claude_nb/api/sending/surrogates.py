"""Half of a surrogate pair: what no text may hold that is sent, and where it is; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from claude_nb.characters import SURROGATE, code_point

__all__ = ["half_of_a_pair"]


def half_of_a_pair(value: Any, name: str = "") -> str:
    """Return what is wrong with a value that holds half of a surrogate pair, and what to do.

    Parameters
    ----------
    value : JSON value
        What was to be sent.
    name : str, optional
        What it is called.
    """
    place, text = next(_places(value, name), ("the request", ""))
    found = SURROGATE.search(text)
    where = f"character {found.start() + 1}, {code_point(found[0])}" if found else "a name"
    return (
        f"{place} holds half of a surrogate pair ({where}), which is no character and cannot be "
        "sent; nothing was sent. It is left over where a text was cut inside an emoji or read "
        'with another encoding: text.encode(errors="replace").decode() puts a ? in its place.'
    )


def _places(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield the places of such texts, named as one would reach them: ``messages[0].content``."""
    if isinstance(value, str) and SURROGATE.search(value):
        yield name or "The text", value
    elif isinstance(value, list):
        for number, item in enumerate(cast("list[Any]", value)):
            yield from _places(item, f"{name}[{number}]")
    elif isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            if SURROGATE.search(key):
                yield f"A name in {name or 'the request'}", key
            yield from _places(item, f"{name}.{key}" if name else key)
