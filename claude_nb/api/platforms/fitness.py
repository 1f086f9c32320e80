"""Whether a key can be one: what is mended without a word, and what is wrong with the rest.

Says which character stands where, and never what stands around it.
"""

from __future__ import annotations

import re
import unicodedata

from claude_nb.api import errors
from claude_nb.api.secret import Secret

__all__ = ["header", "key", "mended", "problem"]

_AROUND = " \t\r\n\v\f\x85\xa0\u2028\u2029\u200b\u200c\u200d\u2060\ufeff"  # blanks, seen or not
_SCHEME = re.compile(r"(?i)(?:authorization\s*[:=]\s*)?(?:bearer|x-api-key\s*[:=])[ \t]")
_ASSIGNS = re.compile(
    r"(?:(?:export|setx?|%?env)\s+|\$env:)?\w{0,60}(?:key|token)\s*=[^=]", re.IGNORECASE
)
_STANDS_FOR_ONE = re.compile(r"<[^<>]*>|\$\{?\w+\}?|\$env:\w+|%\w+%|\{{1,2}[^{}]*\}{1,2}")
_RULE = "A key is one word of ASCII letters, digits and signs"


def mended(secret: Secret) -> Secret:
    """Return the secret without blanks, line ends and one pair of straight quotes around it."""
    text = secret.reveal()
    bare = text.strip(_AROUND)
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "\"'`":
        bare = bare[1:-1].strip(_AROUND)
    return secret if bare == text else Secret(bare)


def key(secret: Secret, name: str) -> Secret:
    """Return the secret, which can be sent.

    Parameters
    ----------
    secret : Secret
        Mended already.
    name : str
        What to call it in a message.

    Raises
    ------
    DamagedCredentialsError
        It cannot be a key; the message says what is wrong with it, and shows nothing of it.
    """
    wrong = _whole(secret) or problem(secret.reveal())
    if wrong:
        raise errors.DamagedCredentialsError(
            f"{name} cannot be used: {wrong}. {_RULE}: copy it again from where it was made, "
            "without anything around it. Nothing was sent."
        )
    return secret


def header(secret: Secret, name: str) -> Secret:
    """Return the value of a header field, which can be sent and may hold blanks; see `key`."""
    value = mended(secret)
    wrong = problem(value.reveal(), blanks=True)
    if wrong:
        raise errors.DamagedCredentialsError(
            f"{name} cannot be sent: {wrong}. It may hold printable ASCII characters only: copy "
            "its value again from where it was made. Nothing was sent."
        )
    return value


def _whole(secret: Secret) -> str:
    """Return what was pasted along with a key."""
    text = secret.reveal()
    if _SCHEME.match(text):
        return 'it begins with the name of a header or with "Bearer", which is added by itself'
    if _STANDS_FOR_ONE.fullmatch(text):
        return "it only stands for a key, and was not replaced by one"
    if _ASSIGNS.match(text):
        return "it is a whole assignment (NAME=…): give only what stands behind the sign"
    return ""


def problem(text: str, *, blanks: bool = False) -> str:
    """Return what keeps a text from being sent in a header; empty if nothing does."""
    for place, char in enumerate(text, 1):
        if not ("!" <= char <= "~" or (blanks and char in " \t")):
            return f"character {place} is {_called(char)}"
    return ""


def _called(char: str) -> str:
    common = {" ": "a blank", "\n": "a line end", "\r": "a line end", "\t": "a tab"}
    name = unicodedata.name(char, "a character that does not print").lower()
    return f"{common.get(char, name)} (U+{ord(char):04X})"
