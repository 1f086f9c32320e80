"""Secrets in forms of their own: addresses, headers, command lines, files of passwords."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from claude_nb.api.hiding.literals import arguments, literal
from claude_nb.api.hiding.names import surely
from claude_nb.api.hiding.values import is_opaque, stands_for_one

__all__ = ["in_forms"]

Span = tuple[int, int]

_USER = re.compile(r"://(?P<user>[^\s/:@\"'<>`]{0,100}):(?P<rest>[^\s\"'<>`]{1,400}+)")
_PORT = re.compile(r"\d{1,5}(?:[/?#]|$)")
_ALONE = re.compile(r"://(?P<value>[^\s/:@\"'<>`]{8,400}+)@")
_QUERY = re.compile(
    r"(?i)(?:[?&]|&amp;|\\u0026)(?:sig|signature|x-amz-(?:signature|credential|security-token)"
    r"|x-goog-(?:signature|credential)|code|assertion|hmac|jwt)=(?P<value>[^&\s\"'<>#`\\;]{6,2000}+)"
)
_SCHEME = re.compile(r"(?i)\b(?:bearer|basic)(?:[ \t]|%20|\+){1,8}(?P<value>[\w.+/=~%-]{8,4000}+)")
_HEADER = re.compile(
    r"(?i)(?<![\w-])(?P<name>(?:proxy-)?authorization|(?:set-)?cookie2?"
    r"|[\w-]{0,40}(?:api-?key|token|secret))"
    r"\\{0,7}[\"']?[ \t]{0,8}:[ \t]{0,8}(?:(?:bearer|basic|token|apikey|digest|bot)[ \t]{1,8})?"
    r"(?P<value>[^\s\"'\\,;<>{}()\[\]]{1,4000}+)(?P<behind>[^\n\"']?)"
)
_USER_FLAG = re.compile(
    r"(?<![\w-])(?:-u|--(?:proxy-)?user)[ \t=]{0,4}\\{0,7}[\"']?"
    r"(?P<user>[^\s:\"'$]{0,100}):(?P<value>[^\s\"'`]{1,400}+)"
)
_FLAG = re.compile(
    r"(?<![\w-])--?(?P<name>[A-Za-z][\w-]{1,60})(?:[ \t]{1,8}|=)"
    r"(?P<value>[^\s\"'`\-=][^\s\"'`]{0,2000}+)"
)
_QUOTED_FLAG = re.compile(
    r"(?<![\w-])--?(?P<name>[A-Za-z][\w-]{1,60})(?:[ \t]{1,8}|=)(?=\\{0,7}[\"'])"
)
_SHORT_FLAG = re.compile(
    r"\b(?:mysql\w{0,10}|sshpass|mariadb\w{0,10})\b[^\n]{0,200}?[ \t]-p[ \t]?[\"']?"
    r"(?P<value>[^\s\"'`-][^\s\"'`]{2,400}+)"
)
_SET = re.compile(
    r"(?<![\w%])(?:%(?:set_)?env|setx)[ \t]{1,8}(?P<name>\w{1,80})[ \t]{1,8}"
    r"[\"']?(?P<value>[^\s\"'`=][^\n\"'`]{0,2000})"
)
_NETRC = re.compile(
    r"\b(?:login|machine|default)[ \t]{1,8}(?!=)\S{1,200}\s{1,8}"
    r"(?:account[ \t]{1,8}\S{1,200}\s{1,8})?"
    r"password[ \t]{1,8}(?P<value>\S{1,400})"
)
_PGPASS = re.compile(
    r"(?m)(?<![\w.:*-])(?P<host>[\w.*-]{1,200}+):(?:\d{2,5}|\*):[^:\s]{1,100}:[^:\s]{1,100}:"
    r"(?P<value>[^\s\"']{1,400}+)"
)
_SQL = re.compile(r"(?i)\bidentified[ \t]{1,8}by[ \t]{1,8}(?:password[ \t]{1,8})?(?=\\{0,7}[\"'])")
_MARKUP = re.compile(
    r"<(?P<name>[A-Za-z][\w.:-]{1,60})(?:[ \t][^<>\n]{0,200})?>(?P<value>[^<>\n]{1,400})</"
)
_PROSE = re.compile(
    r"(?i)(?<![\w-])(?P<name>(?:(?:api|access|secret|auth|private)[ ])?"
    r"[\w-]{0,40}(?:key|token|secret|password|passphrase|pwd))[ \t]{1,4}"
    r"(?:is|was|of|to|for \S{1,60})[: \t]{1,4}[\"'`]?(?P<value>[^\s\"'`,;()]{8,400}+)"
)
_LOGIN = re.compile(r"(?i)\b(?:login|authenticate|connect|auth)\(\s{0,40}(?=\\{0,7}[\"'\w])")
_TUPLE = re.compile(
    r"(?<![\w.,=(])(?P<names>[\w.]{1,60}(?:[ \t]{0,4},[ \t]{0,4}[\w.]{1,60}){1,6})[ \t]{0,8}="
    r"[ \t]{0,8}\(?(?=[bfr]?\\{0,7}[\"'\w])"
)


def in_forms(text: str) -> Iterator[Span]:
    """Yield where secrets stand that are known by what stands around them."""
    for rule in (_addresses, _queries, _schemes, _flags, _quoted, _files, _named, _logins, _tuples):
        yield from rule(text)


def _addresses(text: str) -> Iterator[Span]:
    """Passwords, which may hold ``/`` and ``@``, and keys in the place of the user."""
    for found in _USER.finditer(text):
        end = found["rest"].rfind("@")
        password = found["rest"][: max(end, 0)]
        if password and not _PORT.match(password) and not stands_for_one(password):
            yield found.start("rest"), found.start("rest") + end
    for found in _ALONE.finditer(text):
        if is_opaque(found["value"]) or found["value"].lower().endswith(":x-oauth-basic"):
            yield found.span("value")


def _queries(text: str) -> Iterator[Span]:
    for found in _QUERY.finditer(text):
        if not stands_for_one(found["value"]):
            yield found.span("value")


def _schemes(text: str) -> Iterator[Span]:
    """Behind ``Bearer``; header fields that say who asks."""
    for found in _SCHEME.finditer(text):
        if is_opaque(found["value"].rstrip(".")) and not stands_for_one(found["value"]):
            yield found.span("value")
    for found in _HEADER.finditer(text):
        if _is_header(text, found):
            yield found.span("value")


def _is_header(text: str, found: re.Match[str]) -> bool:
    value = found["value"]
    if stands_for_one(value, found["name"]) or value.startswith(("$", "%")):
        return False
    before = text[max(0, found.start() - 24) : found.start()]
    handed = re.search(r"(?:-H|--header)[ \t=]{0,4}[\"']?$", before) is not None
    return handed or is_opaque(value)


def _flags(text: str) -> Iterator[Span]:
    """On command lines: ``-u me:…``, ``--password …``."""
    for found in _USER_FLAG.finditer(text):
        if not stands_for_one(found["value"]) and not found["value"].isdigit():
            yield found.span("value")
    for found in _FLAG.finditer(text):
        value = found["value"]
        if (
            surely(found["name"])
            and not stands_for_one(value, found["name"])
            and not value.isupper()
        ):
            yield found.span("value")
    for found in _SHORT_FLAG.finditer(text):
        yield found.span("value")


def _quoted(text: str) -> Iterator[Span]:
    """Find the same in quotes, and what users of databases are identified by."""
    for form in (_QUOTED_FLAG, _SQL):
        for found in form.finditer(text):
            value = literal(text, found.end())
            named = form is _SQL or surely(found["name"])
            if value and named and not stands_for_one(text[value.start : value.end]):
                yield value.start, value.end


def _files(text: str) -> Iterator[Span]:
    """Lines of ``.netrc`` and ``.pgpass``."""
    for form in (_NETRC, _PGPASS):
        for found in form.finditer(text):
            begins = found.start() == 0 or text[found.start() - 1] in "\n\"'"
            sure = form is _NETRC or begins or is_opaque(found["value"])
            if sure and not stands_for_one(found["value"]):
                yield found.span("value")


def _named(text: str) -> Iterator[Span]:
    """Magics that set variables, elements of XML, sentences."""
    tests: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
        (_SET, lambda value: not value.startswith("$")),
        (_MARKUP, lambda value: not value.isspace()),
        (_PROSE, lambda value: is_opaque(value.rstrip("."))),
    )
    for form, test in tests:
        for found in form.finditer(text):
            value = found["value"]
            if surely(found["name"]) and test(value) and not stands_for_one(value, found["name"]):
                yield found.span("value")


def _logins(text: str) -> Iterator[Span]:
    """Arguments of ``login("me", "…")`` that read like keys."""
    for found in _LOGIN.finditer(text):
        for value in arguments(text, found.end()):
            if value and is_opaque(text[value.start : value.end]):
                yield value.start, value.end


def _tuples(text: str) -> Iterator[Span]:
    """Values of ``user, password = "me", "…"``."""
    for found in _TUPLE.finditer(text):
        names = [name.strip() for name in found["names"].split(",")]
        values = list(arguments(text, found.end()))
        if len(values) < len(names):
            continue  # ``token, url="…"``: one argument of a call behind another
        for name, value in zip(names, values, strict=False):
            if value and surely(name) and not stands_for_one(text[value.start : value.end]):
                yield value.start, value.end
