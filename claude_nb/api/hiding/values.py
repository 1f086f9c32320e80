"""What a value looks like: a secret, a word, or something that only stands for one; pure."""

from __future__ import annotations

import re

from claude_nb.api.hiding.names import parts_of, strength

__all__ = [
    "is_opaque",
    "is_ordinary",
    "is_reference",
    "is_sentence",
    "is_word",
    "stands_for_one",
]

SHORTEST = 8  # characters: anything shorter would be found in innocent text
_WORD = 12  # letters: a longer single word is no ordinary one
_RUN = 20  # letters without a break: no word is that long
_LOOKED_AT = 200  # characters of a value that tell what it is
_DIGITS = 12  # a shorter number may be an amount or a date

_ONE_WORD = re.compile(r"[A-Za-z]?[a-z]*|[A-Z]+")
_NUMBERED = re.compile(r"[A-Za-z]+(?:[ _.-][A-Za-z]+)*[ _.-]\d{1,4}|[A-Z]+(?:[_-][A-Z]+)*\d{0,3}")
_ATTRIBUTE = re.compile(r"[A-Za-z_]\w{0,30}(?:\.[A-Za-z_]\w{0,30})+")
_PATH = re.compile(r"(?:[A-Za-z]:|\.{1,2}|~)?[\\/][\w.\\/ -]*|[\w./\\-]+\.[a-z]\w{1,4}")
_PARTITION = re.compile(r"(?:[A-Za-z]\w{0,40}+=[\w.-]{1,40}+(?:/|$))++")
_DATED = re.compile(r"[\d\s:./TZ+-]+")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_SENTENCE = re.compile(r"\S+\s(?:.{0,4000}\S)?[.!?:]\s*|\S+: ", re.DOTALL)
_TYPE = re.compile(r"(?:\w+\.)?(?:str|string|bytes|bool|int|u?int\d+|float\d*|object|any|text)")
_MARKED = re.compile(r"[!#$%^&*+=?~|@]")
_CHANGES = re.compile(r"[a-z](?=[A-Z])|[A-Z](?=[a-z])")

_FIELD = re.compile(
    r"\$?\{[^{}]{0,200}\}|%\(\w{1,40}\)[sdr]|%[sdr]\b|\$[A-Z][A-Z0-9_]{0,80}(?![a-z])|<[^<>]{0,80}>"
)
_SCHEME = re.compile(r"(?i)^\s*(?:bearer|basic|token|apikey|digest)?\s*$")
_BLANKS = re.compile(r"(?i)(?:your|insert|enter|replace|put)[ _-]|[x*\u2022.]{3,}$")
_EMPTY_WORDS = frozenset(
    {
        *("", "...", "\u2026", "[key]", "false", "none", "null", "nil", "true", "undefined"),
        *(
            "changeme",
            "dummy",
            "emulator",
            "example",
            "optional",
            "placeholder",
            "redacted",
            "required",
        ),
    }
)


def is_ordinary(value: str) -> bool:
    """Return whether a value would be found in innocent text: too short, a word, a number."""
    text = value.strip()
    if len(text) < SHORTEST or (text.isdigit() and len(text) < _DIGITS):
        return True
    return bool(_ONE_WORD.fullmatch(text)) and len(text) < _WORD


def is_word(value: str) -> bool:
    """Return whether a value is one word or a sign, as the tokens of a language are."""
    text = value.strip()
    return len(text) < 4 or (len(text) < _WORD and bool(_ONE_WORD.fullmatch(text)))  # noqa: PLR2004


def is_sentence(value: str) -> bool:
    """Return whether a value is a sentence, or a question to whoever types one."""
    return bool(_SENTENCE.fullmatch(value))


def is_opaque(value: str) -> bool:
    """Return whether a value reads like a key and not like a word, name, path or date."""
    value = value[:_LOOKED_AT]
    if len(value) < SHORTEST or any(map(str.isspace, value)):
        return False
    readable = (_NUMBERED, _PATH, _PARTITION, _DATED, _TYPE)
    if any(form.fullmatch(value) for form in readable) or _ADDRESS.match(value):
        return False
    letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    if _ATTRIBUTE.fullmatch(value) and (len(value) < 2 * _RUN or not digits):
        return False
    if letters and (digits or _MARKED.search(value[:-1])):
        return True
    changes = len(_CHANGES.findall(value))
    return changes * 3 > len(value) or (value.isalpha() and value.islower() and len(value) >= _RUN)


def is_reference(value: str) -> bool:
    """Return whether unquoted text is rather a variable, or stands for a value to be put in."""
    return stands_for_one(value) or value[:1] in "{<" or bool(_names(value.lstrip("$")))


def stands_for_one(value: str, name: str = "") -> bool:
    """Return whether a value only stands for a secret: a field, a blank to fill in, a name.

    Parameters
    ----------
    value : str
        Without quotes.
    name : str, optional
        Of the value: one that says no more is none.
    """
    text = value[:_LOOKED_AT].strip()
    if text.lower() in _EMPTY_WORDS or parts_of(text) == parts_of(name) != []:
        return True
    if _SCHEME.match(_FIELD.sub("", text)):
        return True
    blank = _BLANKS.match(text.strip("<[{")) and not any(map(str.isdigit, text))
    return bool(blank) or _is_special(text) or _is_name(text)


def _is_special(text: str) -> bool:
    """Return whether this is a word in brackets, as tokenizers have them: ``[PAD]``, ``</s>``."""
    return (text[:1], text[-1:]) in {("<", ">"), ("[", "]"), ("{", "}")} and len(text) < _RUN


def _is_name(text: str) -> bool:
    """Return whether a value is the name of a variable: ``OPENAI_API_KEY``."""
    return text.isupper() and text.isidentifier() and bool(_names(text))


def _names(text: str) -> int:
    return strength(text.rpartition(".")[2]) if text.replace(".", "").isidentifier() else 0
