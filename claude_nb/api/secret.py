"""The one type that holds an API key, and the removal of keys from text.

A secret shows in no repr, `vars()`, traceback or pickle. It is revealed where the header is
written as a request is sent, and to be looked for in what is shown, logged or kept: while it
lives, it is on the list of `claude_nb.api.hiding.known`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from claude_nb.api.hiding import known as hiding
from claude_nb.api.hiding.known import HIDDEN, Known

__all__ = ["HIDDEN", "Secret", "known", "scrub"]

_TAIL_FROM = 20  # characters: a tail of four tells nothing about a key that long


class Secret:
    """A text that is not shown.

    Parameters
    ----------
    value : str or object with ``get_secret_value()``
        The secret, or a pydantic ``SecretStr``.

    Raises
    ------
    TypeError
        It is no text.
    """

    __slots__ = ("__weakref__", "reveal")

    def __init__(self, value: Any) -> None:
        unwrap = getattr(value, "get_secret_value", None)
        text: Any = unwrap() if unwrap else value
        if not isinstance(text, str):
            raise TypeError(f"A key is a text (str), not {type(text).__name__}.")
        self.reveal: Callable[[], str] = lambda: text
        hiding.add(self)

    @classmethod
    def of(cls, value: Any) -> Secret | None:
        """Return `value` as a secret; None if there is none."""
        if value is None or isinstance(value, Secret):
            return value
        return cls(value)

    @property
    def tail(self) -> str:
        """The last four characters, for telling keys apart; empty for a short secret."""
        text = self.reveal()
        return text[-4:] if len(text) >= _TAIL_FROM else ""

    def __repr__(self) -> str:
        return "Secret('**********')"

    def __bool__(self) -> bool:
        return bool(self.reveal())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash(Secret)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("An API key cannot be pickled; make the client anew where it is needed.")


def known(*secrets: Secret | None) -> Known:
    """Return what the process knows of secrets now, with these."""
    return hiding.known(*(secret.reveal() for secret in secrets if secret is not None))


def scrub(text: str, *secrets: Secret | None) -> str:
    """Return `text` without the secrets the process knows, these, and what is shaped like a key.

    For what a server says: it keeps JSON what it is. For text that people wrote there is
    `claude_nb.api.hiding.hidden`.
    """
    return known(*secrets).scrub(text)
