"""What a server refuses a command, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from claude_nb.api.errors import AnthropicError
from claude_nb.notebook.answer.failure import RunError, describe

__all__ = ["told"]


@contextmanager
def told() -> Iterator[None]:
    """Let a command fail with what went wrong and what to do, in place of the client's error."""
    try:
        yield
    except AnthropicError as error:
        raise RunError(describe(error, ""), shown=False) from error
