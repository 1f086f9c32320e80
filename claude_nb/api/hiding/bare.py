"""What stands without quotes behind the name of a secret: where it is a value, and where code.

Settings, shells, connection strings and what objects print write values bare, as Python writes
the names of variables. What stands around tells which it is; where that tells nothing, only what
reads like a key is taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from claude_nb.api.hiding.names import MAYBE, is_password
from claude_nb.api.hiding.values import is_opaque, is_reference, is_word

__all__ = ["Place", "bare", "holds_settings"]

Span = tuple[int, int]

_PIN, _NO_SWITCH = 4, 6  # characters of a number, and of a word, that are worth hiding
_LINE = 300  # characters before a name in which its line is looked for
_SHELL = re.compile(
    r"\s*(?:>>> |\.\.\. |In \[\d{1,6}\]: ?)?\s*(?:-{1,6}> \d{1,6} )?"
    r"(?:[!%]|\$ |(?:export|setx?|env|ENV|ARG|declare|local|readonly)[ \t])"
    r"|.{0,280}[ \t!](?:export|--env|-e)[ \t=]{1,4}$"
)
_SETTINGS = re.compile(
    r"(?m)^%%(?:writefile|file)\b[^\n]{0,200}"
    r"(?:\.(?:ya?ml|env|ini|cfg|conf|toml|properties)|netrc|pgpass|credentials)\b"
    r"|^\[[\w. -]{1,60}\]$"
)
_UP_TO_SEMICOLON = re.compile(r"[^;\"'\n]{1,200}+")
_UP_TO_BLANK = re.compile(r"[^\s\"'`]{1,400}+")
_VALUE = re.compile(r"[^\s\"'`,;&<>(){}\[\]|]{1,400}+")
_IN_ADDRESS = re.compile(r"[^&\s\"'<>#`;]{1,400}+")
_NEXT_PAIR = re.compile(r"[ \t]{1,4}\w{1,40}=|\\{0,7}[\"'>`]|&\w{1,40}=")
_PAIR_BEFORE = re.compile(r"(?:^|[\s\"'<(])[\w.]{1,40}=[^\s,()\"']{1,100}[ \t]{1,4}$")
_LINE_END = re.compile(r"[ \t]{0,8}(?:#[^\n]{0,200})?(?:\\n|\n|$)")
_STARTS_LINE = re.compile(r"[\s\"'-]*(?:\d{1,4}[:|]? )?\s*(?:\w{1,40}[.:]){0,6}$")
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*")
_KINDS = frozenset(
    {
        *("any", "array", "bool", "bytes", "callable", "char", "correct", "dict", "empty"),
        *("expired", "expected", "file", "float", "function", "hidden", "incorrect", "int"),
        *("invalid", "iterable", "list", "mapping", "mismatch", "missing", "number", "object"),
        *("path", "sequence", "set", "str", "string", "text", "tuple", "unknown", "unset"),
        *("varchar", "wrong"),
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """A name that says it is a secret, and where it stands.

    Attributes
    ----------
    text : str
        All of the text.
    start, end : int
        Where in it the name is.
    name : str
        The name.
    strength : int
        How surely it says so.
    settings : bool
        Whether the text is, or holds, a file of settings.
    listed : list of int
        One number: up to where a list was looked through, so that no list in it is once more.
    """

    text: str
    start: int
    end: int
    name: str
    strength: int
    settings: bool = False
    listed: list[int] = field(default_factory=lambda: [0])

    @property
    def line(self) -> str:
        """What stands before the name on its line, as far as it matters."""
        return self.text[max(0, self.start - _LINE) : self.start].rpartition("\n")[2]

    def touches(self, at: int) -> bool:
        """Return whether the value at this place follows its sign without a blank."""
        return self.text[at - 1] == "="


def holds_settings(text: str) -> bool:
    """Return whether a text is, or holds, a file of settings."""
    return _SETTINGS.search(text) is not None


def bare(place: Place, at: int, sign: str) -> Iterator[Span]:
    """Yield where the value is, if it is one.

    Parameters
    ----------
    place : Place
        The name.
    at : int
        Where the value would begin.
    sign : str
        What is between them.
    """
    if sign not in {"=", ":", "=>", ":="} or "\n" in place.text[place.start : at]:
        return
    forms = (_address, _shell, _connection, _pairs) if sign == "=" else ()
    for form in forms:
        span = form(place, at)
        if span is not None:
            value = place.text[span[0] : span[1]]
            if not is_reference(value) and (_is_sure(place, value) or is_opaque(value)):
                yield span
            return
    span = _setting(place, at, sign)
    if span is not None:
        yield span


def _is_sure(place: Place, value: str) -> bool:
    """Return whether the name alone tells: a token may be one of a language."""
    return place.strength > MAYBE and not (place.name.lower() == "token" and is_word(value))


def _address(place: Place, at: int) -> Span | None:
    """In the query of an address: up to the next parameter."""
    inside = place.line.endswith(("?", "&", "&amp;", "\\u0026"))
    found = _IN_ADDRESS.match(place.text, at) if inside else None
    return found.span() if found else None


def _shell(place: Place, at: int) -> Span | None:
    """On a line for a shell, or of a magic that sets variables: up to a blank."""
    inside = place.touches(at) and _SHELL.match(place.line)
    found = _UP_TO_BLANK.match(place.text, at) if inside else None
    return found.span() if found else None


def _connection(place: Place, at: int) -> Span | None:
    """In a connection string: up to a semicolon."""
    found = _UP_TO_SEMICOLON.match(place.text, at) if place.touches(at) else None
    if found is None or "(" in found[0]:
        return None
    behind = place.text[found.end() : found.end() + 1]
    inside = place.line.rstrip().endswith(";") and " = " not in found[0]
    return found.span() if behind == ";" or inside else None


def _pairs(place: Place, at: int) -> Span | None:
    """Among pairs without commas, in quotes, or in what an object prints of itself."""
    found = _VALUE.match(place.text, at) if place.touches(at) else None
    if found is None:
        return None
    among = _NEXT_PAIR.match(place.text, found.end()) or _PAIR_BEFORE.search(place.line[-160:])
    return found.span() if among else None


def _setting(place: Place, at: int, sign: str) -> Span | None:
    """Anywhere else: what reads like a key; in files of settings, and alone on a line, more."""
    found = _VALUE.match(place.text, at)
    if found is None or place.text[found.end() : found.end() + 1] in {"(", "["}:
        return None
    value = found[0].rstrip(".:")
    if is_reference(value) or not (is_opaque(value) or _is_set(place, at, value, sign)):
        return None
    return at, at + len(value)


def _is_set(place: Place, at: int, value: str, sign: str) -> bool:
    """Return whether a line sets this name and does nothing else."""
    alone = _STARTS_LINE.fullmatch(place.line) and _LINE_END.match(place.text, at + len(value))
    if place.strength == MAYBE or not alone or value.lower() in _KINDS:
        return False
    if value.isdigit():
        return is_password(place.name) and len(value) >= _PIN
    if place.settings:
        return True
    if sign == "=" and place.touches(at) and _CONSTANT.fullmatch(place.name):
        return len(value) >= _NO_SWITCH and not value.startswith("/")
    return sign == ":" and is_password(place.name) and value.islower() and len(value) >= _NO_SWITCH
