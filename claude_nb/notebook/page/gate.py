"""The one gate in: what a page or a file says is an object of a known kind and size, or nothing.

Whoever reads a message gives the model that it must fit. What does not fit is one line in the log
``claude_nb``, which names the place and the problem and never the value: that may be a secret.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import from_json

from claude_nb.characters import one_line, show_invisible

__all__ = ["RefusedError", "Said", "refused", "said", "unpacked"]

_log = logging.getLogger("claude_nb")
_log.addHandler(logging.NullHandler())  # nothing on stderr unless logging is set up
_SHOWN = 60  # characters of each word in the log
_MOST = 3  # problems of one message that are named

T = TypeVar("T")


class Said(BaseModel):
    """What a page says: each field of exactly its type, none that is not known."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True
    )


class RefusedError(ValueError):
    """A message or a file is not what it must be.

    Parameters
    ----------
    problem : str
        What is wrong, without the value.
    kind : str
        Of the first problem, as pydantic names it.
    place : str
        Where that is; empty for the whole.
    most : int or None
        The bound that is exceeded.
    """

    def __init__(
        self, problem: str, kind: str = "", place: str = "", most: int | None = None
    ) -> None:
        super().__init__(problem)
        self.kind = kind
        self.place = place
        self.most = most


def said(kind: TypeAdapter[T], content: object, what: str) -> T:
    """Return what a page said, as an object.

    Parameters
    ----------
    kind : TypeAdapter
        What it must be.
    content : object
        What came: anything that JSON can say.
    what : str
        Names the sort of message in the log.

    Raises
    ------
    RefusedError
        It is anything else; that is logged.
    """
    try:
        return kind.validate_python(content)
    except (ValidationError, RecursionError) as error:
        problem = refused(error)
    _log.warning("%s from a page was refused: %s", what, problem)
    raise problem


def unpacked(kind: TypeAdapter[T], data: str | bytes) -> T:
    """Return what JSON from a file holds, as an object; nesting is bounded.

    Raises
    ------
    RefusedError
        It is no JSON, or anything else.
    """
    try:
        return kind.validate_python(from_json(data, allow_inf_nan=False))
    except (ValueError, RecursionError) as error:
        raise refused(error) from None


def refused(error: Exception) -> RefusedError:
    """Return what is wrong, of what pydantic found."""
    if not isinstance(error, ValidationError):
        return RefusedError("it is no JSON, or too deep")
    found = error.errors(include_url=False, include_context=True, include_input=False)
    first = found[0]
    named = [f"{_place(each['loc']) or 'all of it'}: {each['type']}" for each in found[:_MOST]]
    most = dict(first.get("ctx") or {}).get("max_length")
    more = [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
    return RefusedError("; ".join([*named, *more]), first["type"], _place(first["loc"]), most)


def _place(path: Sequence[Any]) -> str:
    words = [one_line(show_invisible(str(step)), _SHOWN) for step in path[-_MOST:]]
    return ".".join(words)
