"""Sentences of the magic as a panel says them: it has no options to type, and no cell to run."""

from __future__ import annotations

import re
from collections.abc import Mapping

from claude_nb.notebook.text.safe_html import proven, substituted

__all__ = ["card", "sentence"]

_FLAG = re.compile(r"^-a (?!takes )(data:\S*: )?")
_BARE = re.compile(r"^-a takes ")
_AGAIN = re.compile(r"\brun the cell again\b")
_FIRST = re.compile(r"\bRun the cell again\b")


def sentence(text: str) -> str:
    """Return why something cannot be done, without the flag of what was attached."""
    text = _BARE.sub("What is attached is ", _FLAG.sub(r"\1", text))
    return _FIRST.sub("Try again", _AGAIN.sub("try again", text))


def card(bundle: Mapping[str, str]) -> dict[str, str]:
    """Return an error card whose advice can be followed in a panel."""
    html = substituted(_AGAIN, "try again", proven(bundle["text/html"]))
    text = _AGAIN.sub("try again", bundle["text/plain"])
    return {
        "text/html": substituted(_FIRST, "Try again", html),
        "text/plain": _FIRST.sub("Try again", text),
    }
