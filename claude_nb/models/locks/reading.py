"""How a file of locks reads.

One that is there and cannot be followed locks everything: a mistake in it must not open what it was
written to close.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from typing import Any, cast

from claude_nb.models.locks.locks import EMULATOR, NONE, Lock, LockedError, Locks
from claude_nb.models.locks.places import Found, found
from claude_nb.models.spending.amounts import limits

__all__ = ["held"]


def held() -> Locks:
    """Return what is locked for this process.

    Raises
    ------
    LockedError
        A file is there and cannot be followed.
    """
    return _locks(files) if (files := found()) else NONE


@cache
def _locks(files: tuple[Found, ...]) -> Locks:
    return Locks(tuple(map(_lock, files)))


def _lock(file: Found) -> Lock:
    try:
        given = _values(file)
    except ValueError as problem:
        raise LockedError(
            f"Nothing may be asked here, for the locks in {file.path} cannot be followed: "
            f"{problem}. Only whoever runs this machine can mend that file."
        ) from None
    dollars, tokens = given.pop("budget", (None, None))
    return Lock(path=file.path, dollars=dollars, tokens=tokens, **given)


def _values(file: Found) -> dict[str, Any]:
    if file.problem:
        raise ValueError(file.problem)
    values = tomllib.loads(file.text)  # whose errors are ValueErrors as well
    for name in values:
        if name not in _VALUES:
            raise ValueError(f"{name!r:.80} is no lock; there are {', '.join(_VALUES)}")
    return {name: _VALUES[name](name, value) for name, value in values.items()}


def _names(name: str, value: Any) -> tuple[str, ...]:
    listed = cast("list[Any]", value) if isinstance(value, list) else []
    if not listed or not all(isinstance(each, str) and each.strip() for each in listed):
        raise ValueError(f'{name} must be a list of texts, such as ["…", "…"], and not empty')
    return tuple(each.strip() for each in listed)


def _servers(name: str, value: Any) -> tuple[str, ...]:
    addresses = _names(name, value)
    for each in addresses:
        if each != EMULATOR and not each.startswith(("https://", "http://")):
            raise ValueError(f"{each!r} is no server: write https://…, or {EMULATOR}")
    return addresses


def _budget(name: str, value: Any) -> tuple[float | None, int | None]:
    try:
        return limits(value)
    except (ValueError, AttributeError):
        raise ValueError(f'{name} must read like "$2", "200k tokens" or both') from None


def _switch(name: str, value: Any) -> bool:
    if value is True or value is False:
        return value
    raise ValueError(f"{name} must be true or false")


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip().isprintable():
        raise ValueError(f"{name} must be a line of text")
    return value.strip()


_VALUES: dict[str, Callable[[str, Any], Any]] = {
    "models": _names,
    "servers": _servers,
    "budget": _budget,
    "tools": _switch,
    "contact": _text,
}
