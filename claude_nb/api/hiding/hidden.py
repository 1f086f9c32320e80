"""Take what looks like a key, token or password out of text that is shown, sent or kept.

Three ways, because none is enough: the secrets that this process knows, the shapes that providers
give their keys, and what stands where a secret belongs. What is hidden by mistake does little
harm; the text stays readable.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from claude_nb.api.hiding.assigned import assigned
from claude_nb.api.hiding.callers import in_callers
from claude_nb.api.hiding.lines import in_forms
from claude_nb.api.hiding.shapes import keys, pem
from claude_nb.api.hiding.tables import in_tables
from claude_nb.api.secret import HIDDEN, Secret, known

__all__ = ["hidden", "looks_secret", "secrets_in"]

Span = tuple[int, int]

_ESCAPE = re.compile(r"\\{1,16}[nrt\"']")
_PLAIN = {"n": "\n", "r": " ", "t": "\t"}


def _in_collections(text: str) -> Iterator[Span]:
    from claude_nb.api.hiding.gathered import in_collections  # noqa: PLC0415 (when it is asked)

    yield from in_collections(text)


_RULES = (pem, keys, in_forms, in_callers, assigned, _in_collections, in_tables)


def hidden(text: str, *secrets: Secret | None) -> str:
    """Return `text` with everything that looks like a key replaced by ``[key]``.

    Hide before cutting a text short: what is left of a key, or of a private key without its
    first line, is not recognised.

    Parameters
    ----------
    text : str
        May be of any length: the time is in proportion to it.
    *secrets : Secret
        To hide besides those the process knows.
    """
    text = known(*secrets).hide(text)
    spans = [*_found(text), *_in_escaped(text)]
    parts: list[str] = []
    done = 0
    for start, end in _merged(spans):
        parts += [text[done:start], HIDDEN]
        done = end
    return "".join([*parts, text[done:]])


def looks_secret(text: str) -> bool:
    """Return whether a part of `text` looks like a key, whether this process knows it or not."""
    return any(True for _ in _found(text)) or any(True for _ in _in_escaped(text))


def secrets_in(text: str) -> list[str]:
    """Return the parts of `text` that look like keys, to be taken out wherever else they stand."""
    return [text[start:end] for start, end in _merged([*_found(text), *_in_escaped(text)])]


def _found(text: str) -> Iterator[Span]:
    """Yield where a rule found a secret."""
    for rule in _RULES:
        yield from (span for span in rule(text) if span[0] < span[1])


def _in_escaped(text: str) -> Iterator[Span]:
    """Yield the same for a text in JSON or in a literal, as it is without its escapes."""
    plain: list[str] = []
    ends, shifts = [0], [0]
    done = length = 0
    for escape in _ESCAPE.finditer(text):
        char = escape[0][-1]
        plain += [text[done : escape.start()], _PLAIN.get(char, char)]
        length += escape.start() - done + 1
        done = escape.end()
        ends.append(length)
        shifts.append(done - length)
    for span in _found("".join([*plain, text[done:]])) if done else ():
        start, end = (at + shifts[bisect_right(ends, at) - 1] for at in span)
        yield start, end


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, those that meet as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
