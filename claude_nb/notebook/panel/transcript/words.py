"""Sentences of the magic as a panel says them: it has no options to type, and no cell to run."""

from __future__ import annotations

import re

__all__ = ["sentence"]

_FLAG = re.compile(r"^-a (?!takes )(data:\S*: )?")
_BARE = re.compile(r"^-a takes ")
_AGAIN = re.compile(r"\brun the cell again\b")
_FIRST = re.compile(r"\bRun the cell again\b")


def sentence(text: str) -> str:
    """Return a sentence without the flag of what was attached, and without a cell to run."""
    text = _BARE.sub("What is attached is ", _FLAG.sub(r"\1", text))
    return _FIRST.sub("Try again", _AGAIN.sub("try again", text))
