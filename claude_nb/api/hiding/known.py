"""The one list of secrets that this process knows, and finding them in a text.

Clients add what they are given (`claude_nb.api.secret.Secret`); the environment says the rest
each time it is asked. The list keeps no secret alive.
"""

from __future__ import annotations

import os
import re
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from claude_nb.api.hiding.forms import encoded, parts, written
from claude_nb.api.hiding.names import says_secret
from claude_nb.api.hiding.shapes import KEYS

__all__ = ["HIDDEN", "Known", "add", "known"]

HIDDEN = "[key]"
_ADDRESS = re.compile(r"[A-Za-z][\w+.-]{0,40}://[^\s/:@]*:\S+@")


_live: dict[int, weakref.ref[Any]] = {}


def add(secret: Any) -> None:
    """Add a `Secret`, for as long as someone else holds it."""
    place, live = id(secret), _live

    def forget(dead: weakref.ref[Any]) -> None:
        if live.get(place) is dead:  # the place may belong to another by now
            del live[place]

    # one operation on a dict: no lock, which a fork could copy while it is held
    live[place] = weakref.ref(secret, forget)


class Known:
    """Secrets to be found in texts; shows none of them.

    Parameters
    ----------
    values : iterable of str
        The secrets; what is too short, or an ordinary word, is left out.
    """

    __slots__ = ("_forms",)

    def __init__(self, values: Iterable[str]) -> None:
        secrets = {part for value in {*values} for part in parts(value)}  # clients share keys
        plain = sorted({form for s in secrets for form in written(s)}, key=len, reverse=True)
        cores = sorted({core for s in secrets for core in encoded(s)}, key=len, reverse=True)
        self._forms: Callable[[], tuple[list[str], list[str]]] = lambda: (plain, cores)

    def hide(self, text: str) -> str:
        """Return the text with every secret replaced by ``[key]``, in whatever form it is."""
        plain, cores = self._forms()
        for form in plain:
            if form in text:
                text = text.replace(form, HIDDEN)
        for core in cores:
            if core in text:  # with the digits around it that tell a little, too
                text = re.sub(
                    rf"[\w+/-]{{0,2}}{re.escape(core)}[\w+/-]{{0,3}}={{0,2}}", HIDDEN, text
                )
        return text

    def scrub(self, text: str) -> str:
        """Return the text without these secrets, and without what has the shape of a key."""
        return KEYS.sub(HIDDEN, self.hide(text))


def known(*more: str) -> Known:
    """Return the secrets that the process knows now, and these."""
    return Known([*_alive(), *_environment(), *more])


def _alive() -> Iterator[str]:
    for reference in list(_live.values()):
        secret = reference()
        if secret is not None:
            yield secret.reveal()


def _environment() -> Iterator[str]:
    """Yield the values of variables that are named as secrets, and addresses with a password."""
    for name in list(os.environ):
        value = os.environ.get(name, "")  # another thread may have taken it away
        named = says_secret(name) and not value.startswith((os.sep, "./", "~/"))
        if named or _ADDRESS.match(value):
            yield value
