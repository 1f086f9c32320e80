"""What cannot be asked, or not be used as asked; how a cell shows it is decided elsewhere."""

from __future__ import annotations

__all__ = ["AnswerError", "InputError", "RefusedError"]


class InputError(ValueError):
    """What the person gave cannot be used; nothing was sent.

    Parameters
    ----------
    message : str
        What was wrong, what is allowed and what to do.
    """


class RefusedError(InputError):
    """The model would refuse what was asked for.

    Parameters
    ----------
    message : str
        As of `InputError`.
    fields : tuple of str
        The fields of the request at fault, as on the wire.
    """

    def __init__(self, message: str, fields: tuple[str, ...]) -> None:
        super().__init__(message)
        self.fields = fields


class AnswerError(ValueError):
    """The answer came, and cannot be used as asked."""
