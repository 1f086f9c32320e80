"""The one type that holds an API key, and the removal of keys from text.

A secret shows in no repr, `vars()`, traceback or pickle. `reveal` is called in one place: where
the header is written as a request is sent.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

__all__ = ["Secret", "scrub"]

_KEY_SHAPE = re.compile(r"sk-ant-[A-Za-z0-9_-]{8,}")
_HIDDEN = "[key]"
_SHORTEST = 8  # characters: anything shorter is no key, and would be found in innocent text
_TAIL_FROM = 20  # characters: a tail of four tells nothing about a key that long


class Secret:
    """A text that is not shown.

    Parameters
    ----------
    value : str or object with ``get_secret_value()``
        The secret, or a pydantic ``SecretStr``.
    """

    __slots__ = ("reveal",)

    def __init__(self, value: Any) -> None:
        unwrap = getattr(value, "get_secret_value", None)
        text: str = unwrap() if unwrap else value
        self.reveal = lambda: text

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


def scrub(text: str, *secrets: Secret | None) -> str:
    """Return `text` with these secrets, and anything shaped like a key, taken out."""
    for secret in secrets:
        if secret is not None:
            for form in (secret.reveal(), secret.reveal().removeprefix("Bearer ")):
                text = text.replace(form, _HIDDEN) if len(form) >= _SHORTEST else text
    return _KEY_SHAPE.sub(_HIDDEN, text)
