"""How much work a text may be: counted, not timed, so that equal texts give equal HTML.

Work is counted in steps of the parser. What is more work than its length allows is shown as it
came, without formatting: nothing is lost, and nothing takes longer than a long text may.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

__all__ = ["LONGEST", "PARAGRAPH", "Tokens", "TooMuchError", "Work", "install"]

LONGEST = 2_000_000
"""Characters of a text beyond which it is not formatted."""

PARAGRAPH = 20_000
"""Characters of one paragraph, heading or cell beyond which it is not formatted."""

_FREE = 20_000  # units for a text of any length
_MOST = 600_000  # units for the longest one; each is about 10 microseconds
_MOST_BLOCKS = 300_000  # of them for its blocks, whose tokens are held together: 0.3 kB each
_BLOCK, _INLINE = 4, 2  # units of a step; a token of a block is one
_DEEPEST = 18  # levels of lists and quotes; a list is two. The parser drops what is below 20
_LINK = 2_000  # characters of an address, and of a title


class Tokens(list["Token"]):
    """The tokens of a text, which count as work."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work

    def append(self, token: Token, /) -> None:
        """Add a token.

        Raises
        ------
        TooMuchError
            There are too many.
        """
        self._work.spend(1)
        super().append(token)


class TooMuchError(Exception):
    """A text is more work to format than its length allows, or nested too deeply."""


@dataclass(slots=True)
class Work:
    """The work that a text is.

    Parameters
    ----------
    most : int
        Units that it may be.

    Attributes
    ----------
    spent : int
        Units that it was so far.
    """

    most: int
    spent: int = 0

    @classmethod
    def of(cls, text: str) -> Work:
        """Return the work that a text is worth, for what is in its blocks."""
        return cls(min(len(text) + _FREE, _MOST))

    @classmethod
    def of_blocks(cls, text: str) -> Work:
        """Return the work that its blocks are worth: no answer of a model has so many."""
        return cls(min(len(text) + _FREE, _MOST_BLOCKS))

    def spend(self, units: int) -> None:
        """Count work.

        Raises
        ------
        TooMuchError
            It is more than it may be.
        """
        self.spent += units
        if self.spent > self.most:
            raise TooMuchError


def install(md: MarkdownIt) -> None:
    """Have `md` count its steps in ``env["work"]``, and keep what it looks ahead short."""
    every = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.before("table", "work", _block, {"alt": every})
    md.inline.ruler.before("text", "work", _inline)
    skip = md.inline.skipToken

    def skipping(state: StateInline) -> None:
        state.env["work"].spend(1)
        skip(state)

    setattr(md.inline, "skipToken", skipping)  # noqa: B010 - a method, for a type checker
    helpers: Any = md.helpers
    setattr(md, "helpers", _Helpers(helpers))  # noqa: B010 - the same


def _block(state: StateBlock, _start: int, _end: int, _silent: bool) -> bool:  # noqa: FBT001
    if state.level >= _DEEPEST:
        raise TooMuchError
    state.env["work"].spend(_BLOCK)
    return False


def _inline(state: StateInline, _silent: bool) -> bool:  # noqa: FBT001
    state.env["work"].spend(_INLINE)
    return False


class _Helpers:
    """The parser's helpers for links, which look ahead no further than links are long."""

    def __init__(self, helpers: Any) -> None:
        self.parseLinkLabel: Callable[..., Any] = helpers.parseLinkLabel
        self._destination, self._title = helpers.parseLinkDestination, helpers.parseLinkTitle

    def parseLinkDestination(self, text: str, start: int, end: int) -> Any:  # noqa: N802
        """Parse an address, or what begins as one."""
        return self._destination(text, start, min(end, start + _LINK))

    def parseLinkTitle(self, text: str, start: int, end: int, *state: Any) -> Any:  # noqa: N802
        """Parse a title, or what begins as one."""
        return self._title(text, start, min(end, start + _LINK), *state)
