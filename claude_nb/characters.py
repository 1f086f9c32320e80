r"""Characters that hide, reorder or command: which they are, and how they are shown. Text to text.

They can hide code, turn text around or drive a terminal. In prose only what is never innocent is
shown by name; in code also what is merely invisible, which many scripts need in prose. What goes
into a cell to be run is asked most: there every character that nobody sees is an escape.

References
----------
Unicode Technical Report 36 (security); Unicode Character Database, Default_Ignorable_Code_Point.
"""

from __future__ import annotations

import re
import unicodedata

# fmt: off
__all__ = [
    "IN_CODE", "IN_PROSE", "SURROGATE", "bounded", "code_point", "escape_invisible", "hidden_in",
    "is_hidden", "joined_surrogates", "lone_surrogate", "normal", "one_line", "plain",
    "show_invisible", "without_surrogates",
]
# fmt: on

_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1, except tab and newline
# Reordering embeddings and overrides, isolates, and the invisible tag alphabet: never innocent.
_DECEPTIVE = r"\u061c\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\u2028\u2029\ufff9-\ufffb"
_SURROGATES = r"\ud800-\udfff"
_PAIRS = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
SURROGATE = re.compile(f"[{_SURROGATES}]")
# Marks, fillers, soft hyphens, private use.
_INVISIBLE = (
    r"\xad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200e\u200f\u2061-\u2065\u206a-\u206f"
    r"\u3164\ufeff\uffa0\ue000-\uf8ff"
)
_ZERO = r"\u200b-\u200d\u2060"  # joiners and breaks of no width
_SELECTORS = r"\u180b-\u180f\ufe00-\ufe0f\U000e0000-\U000e0fff"  # of variants: part of many emoji
_KINDS = frozenset({"Cc", "Cf", "Zl", "Zp", "Co", "Cn", "Cs"})  # the same and more, by category

# Emoji, Persian and Hindi are written with them. They deceive between letters that join nothing;
# in code also wherever else no script has them: not behind one of its characters.
_JOINS = (
    r"\u0590-\u200a\u2010-\u2027\u2030-\u205e\u20a0-\u3163\u3165-\ud7ff\uf900-\ufefe"
    r"\uff00-\uff9f\uffa1-\uffef\U00010000-\U0001ffff\U00020000-\U0003ffff"
)
_SPLIT = rf"(?<=[A-Za-z0-9])[{_ZERO}](?=[{_ZERO}]*[A-Za-z0-9])|(?<=[{_ZERO}])[{_ZERO}]"
_ASTRAY = rf"(?<![{_JOINS}])[{_ZERO}]|[{_ZERO}](?=[A-Za-z0-9_])"

IN_PROSE = re.compile(f"[{_CONTROLS}{_DECEPTIVE}{_SURROGATES}]|{_SPLIT}")
IN_CODE = re.compile(f"[{_CONTROLS}{_DECEPTIVE}{_SURROGATES}{_INVISIBLE}]|{_ASTRAY}")
_IN_CELLS = re.compile(f"[{_CONTROLS}{_DECEPTIVE}{_SURROGATES}{_INVISIBLE}{_ZERO}{_SELECTORS}]")

_MARK = r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARKS = re.compile(f"({_MARK}{{6}}){_MARK}+")


def is_hidden(char: str) -> bool:
    """Return whether a character is invisible or acts unseen; line breaks and tabs are not."""
    if char in "\n\t":
        return False
    return unicodedata.category(char) in _KINDS or _IN_CELLS.match(char) is not None


def hidden_in(text: str) -> set[str]:
    """Return the hidden characters that occur in a text; each kind is looked at once."""
    return {char for char in set(text) if is_hidden(char)}


def escape_invisible(char: str) -> str:
    """Return a character as Python writes it in a string: two, four or eight digits."""
    point = ord(char)
    if point > 0xFFFF:  # noqa: PLR2004 - what four digits can say
        return f"\\U{point:08x}"
    return f"\\u{point:04x}" if point > 0xFF else f"\\x{point:02x}"  # noqa: PLR2004 - two digits


def show_invisible(text: str) -> str:
    """Return `text` with an escape for each hidden character; still text, not HTML."""
    return text.translate({ord(char): escape_invisible(char) for char in hidden_in(text)})


def code_point(char: str) -> str:
    """Return what a character is called where it is shown by name: ``U+202E``."""
    return f"U+{ord(char):04X}"


def normal(text: str) -> str:
    """Return `text` with one kind of line end and no towers of combining marks."""
    return _MARKS.sub(r"\1", text.replace("\r\n", "\n").replace("\r", "\n"))


def plain(text: str) -> str:
    """Return `text` fit for a terminal: escape sequences and overrides shown by name."""
    return IN_PROSE.sub(lambda match: f"<{code_point(match[0])}>", normal(text))


def joined_surrogates(text: str) -> str:
    """Return `text` with pairs of surrogates as the characters they mean; halves stay."""
    return _PAIRS.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def without_surrogates(text: str) -> str:
    """Return `text` with a mark in the place of each half of a character."""
    return SURROGATE.sub("\ufffd", joined_surrogates(text))


def lone_surrogate(text: str) -> int | None:
    """Return where a surrogate stands that is none of a pair, or None: such text has no bytes."""
    found = SURROGATE.search(text)
    return found.start() if found else None


def one_line(text: str, limit: int) -> str:
    """Return `text` as one line of at most `limit` characters; a cut is marked with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def bounded(text: str, limit: int) -> str:
    """Return `text` cut after `limit` characters, and if it is, how long it was."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"
