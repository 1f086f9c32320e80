"""Take what looks like a key, token or password out of text that is shown or sent.

Three ways, because none is enough: the values that the environment calls secret, shapes that
providers give their keys, and what is assigned to a name that says so. What is hidden by mistake
does little harm; the text stays readable.
"""

from __future__ import annotations

import os
import re

from claude_nb.api.credentials import Credentials
from claude_nb.api.secret import scrub

__all__ = ["hidden"]

_HIDDEN = "[key]"
_SHORTEST = 8  # characters of a value worth hiding
_KINDS = r"(?:api|access|secret|private|auth)[_-]?key|token|secret|passw(?:or)?d"
_NAMED = re.compile(rf"(?i)(?:^|_)(?:{_KINDS}|key|pass|credentials?)$")
_SHAPES = re.compile(
    r"sk-[A-Za-z0-9_-]{16,}"
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|hf_[A-Za-z0-9]{20,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{30,}|xox[a-z]-[\w-]{10,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)(\s+)[\w.+/=~-]{8,}")
_IN_URL = re.compile(r"(?<=://)([^\s/:@]*):[^\s/@]+(?=@)")
_ASSIGNED = re.compile(
    rf"""(?ix) (\b[\w-]*(?:{_KINDS})\w*["']?\]?\s*[:=]\s*) (["']) (?!\2)(?:(?!\2)[^\n])+ \2"""
)


def hidden(text: str) -> str:
    """Return `text` with everything that looks like a key replaced by ``[key]``."""
    for value in _environment():
        text = text.replace(value, _HIDDEN)
    text = scrub(text, *Credentials().secrets)
    text = _SHAPES.sub(_HIDDEN, text)
    text = _BEARER.sub(rf"\1\2{_HIDDEN}", text)
    text = _IN_URL.sub(rf"\1:{_HIDDEN}", text)
    return _ASSIGNED.sub(rf"\1\2{_HIDDEN}\2", text)


def _environment() -> list[str]:
    """Return the values of variables that are named as secrets, the longest first."""
    values = {
        value
        for name, value in os.environ.items()
        if _NAMED.search(name) and len(value) >= _SHORTEST and not value.startswith(os.sep)
    }
    return sorted(values, key=len, reverse=True)
