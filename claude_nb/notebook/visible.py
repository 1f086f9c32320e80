r"""Characters that nobody sees, made visible as escapes: ``\u202e``.

They can hide code, turn text around or send commands to a terminal. Knows text only, not where
it goes.

References
----------
Unicode Technical Report 36 (security); Unicode Character Database, Default_Ignorable_Code_Point.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["escape", "hidden_in", "is_hidden", "visible"]

_KINDS = frozenset({"Cc", "Cf", "Zl", "Zp", "Co", "Cn", "Cs"})
# drawn as nothing although letters or marks: fillers, joiners, variation selectors
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)


def is_hidden(char: str) -> bool:
    """Return whether a character is invisible or acts unseen; line breaks and tabs are not."""
    if char in "\n\t":
        return False
    return unicodedata.category(char) in _KINDS or _BLANK.match(char) is not None


def hidden_in(text: str) -> set[str]:
    """Return the hidden characters that occur in a text; each kind is looked at once."""
    return {char for char in set(text) if is_hidden(char)}


def escape(char: str) -> str:
    """Return a character as Python writes it in a string: two, four or eight digits."""
    point = ord(char)
    if point > 0xFFFF:  # noqa: PLR2004 - what four digits can say
        return f"\\U{point:08x}"
    return f"\\u{point:04x}" if point > 0xFF else f"\\x{point:02x}"  # noqa: PLR2004 - two digits


def visible(text: str) -> str:
    """Return `text` with an escape for each hidden character."""
    return text.translate({ord(char): escape(char) for char in hidden_in(text)})
