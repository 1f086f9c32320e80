"""Secrets known by what takes them: functions, commands, and files that write them apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_nb.api.hiding.literals import arguments
from claude_nb.api.hiding.names import surely
from claude_nb.api.hiding.values import is_opaque, stands_for_one

__all__ = ["in_callers"]

Span = tuple[int, int]

_TAKES_KEYS = re.compile(
    r"\b(?:Fernet|TOTP|HOTP|URLSafe(?:Timed)?Serializer|hmac\.(?:new|digest)|jwt\.(?:en|de)code"
    r"|set_password|fs\.(?:azure|s3a)\.[\w.-]{1,200}[\"'])(?:\(|,)\s{0,40}(?=[bfr]?\\{0,7}[\"'\w])"
)
_MADE = re.compile(  # ``Client("…")``, ``api.login("me", "…")``
    r"(?<!\w)(?P<name>[A-Z]\w{0,60}"
    r"|\w{0,40}(?:api|auth|authenticate|authorize|client|configure|connect|login|log_in|sign_in)"
    r"|(?:bot|client)\.(?:run|start))"
    r"\(\s{0,40}"
)
_MADE_OF_VALUES = re.compile(
    r".*(?:Bytes|BytesIO|Checksum|Commit|Digest|Error|Exception|Hash|ID|Id|Iteration|Warning)"
)
_KEY_ALONE = re.compile(r"(?:\d{6,12}:)?[A-Za-z0-9_+=~-]{16,400}|[A-Za-z0-9+/]{40}")
_ENCODED = re.compile(r"[A-Za-z0-9+/]{18,400}={1,2}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_OPENS = re.compile(r"(?i)api|auth|bot|client|connect|login|sdk|session")
_UNBROKEN = re.compile(r"[A-Za-z0-9+/=~]{14,}")  # names of models have shorter parts
_WORDY = re.compile(r"[A-Z]?[a-z]{3,}|\d{3,}")
_NAMED_VALUE = re.compile(r"=\s{0,8}[bfrBFRuU]{0,2}\\{0,7}[\"']{1,3}$")
_LOGS_IN = re.compile(
    r"\b(?:docker|podman|nerdctl|skopeo|buildah|az|oc|helm|cf)\b[^\n]{0,80}?\blogin\b[^\n]{0,200}?"
    r"[ \t]-p[ \t=]?[\"']?(?P<value>[^\s\"'`-][^\s\"'`]{2,400}+)"
)
_HANDED = re.compile(
    r"\b(?:(?:wandb|clearml|comet)[ \t]{1,8}login(?:[ \t]{1,8}--[\w-]{1,40}){0,4}"
    r"|snyk[ \t]{1,8}auth|add-authtoken"
    r"|redis-cli\b[^\n]{0,80}?[ \t]-a)[ \t]{1,8}[\"']?(?P<value>[^\s\"'`-][^\s\"'`]{7,400}+)"
)
_APART = re.compile(  # a name and its value with only a blank between: ``configure set … …``
    r"(?i)(?<![\w.-])(?P<name>[\w-]{0,60}(?:key|token|secret|password|passwd|pwd))[ \t]{1,4}"
    r"(?P<value>[\w+/=.~-]{12,400}+)(?![\w(:=*\[])"
)
_BELOW = re.compile(  # a block of YAML
    r"(?m)^[ \t-]{0,40}[\"']?(?P<name>[\w.-]{1,60})[\"']?:[ \t]{0,8}[|>][+-]?\d?[ \t]{0,8}\r?\n"
    r"[ \t]{1,40}(?P<value>[^\n]{1,400})"
)
_WORDS = re.compile(  # of a wallet
    r"(?i)(?:mnemonic|(?:seed|recovery)[_ -]?(?:phrase|words))\W{1,12}"
    r"(?P<value>(?:[a-z]{3,8}[ ,]{1,3}){11,23}[a-z]{3,8})(?![a-z])"
)
_COOKIES = re.compile(
    r"(?i)(?:set-)?cookie2?\\{0,7}[\"']?[ \t]{0,8}:[ \t]{0,8}[\"']?(?P<value>[^\n\"'<>]{1,4000}+)"
)
_LONGEST_KEY = 400
_HEX = re.compile(r"[0-9a-f]{24,}")
_COOKIE = re.compile(r"[\w.-]{1,80}=(?P<value>[^;\s]{8,2000}+)")


def in_callers(text: str) -> Iterator[Span]:
    """Yield where secrets stand that someone takes."""
    for found in _TAKES_KEYS.finditer(text):
        for value in arguments(text, found.end()):
            if value and is_opaque(text[value.start : value.end].rstrip("=")):
                yield value.start, value.end
    yield from _handed_to_clients(text)
    for form in (_LOGS_IN, _HANDED, _WORDS):
        for found in form.finditer(text):
            if not stands_for_one(found["value"]):
                yield found.span("value")
    yield from _named(text)
    for header in _COOKIES.finditer(text):
        for found in _COOKIE.finditer(text, *header.span("value")):
            if is_opaque(found["value"]):
                yield found.span("value")


def _handed_to_clients(text: str) -> Iterator[Span]:
    """Yield keys without a name, by their shape, in calls that make or open something."""
    for found in _MADE.finditer(text):
        if _MADE_OF_VALUES.fullmatch(found["name"]):
            continue
        for value in arguments(text, found.end()):
            opens = _OPENS.search(found["name"]) is not None
            if value and _is_key_alone(text, value.start, value.end, opens=opens):
                yield value.start, value.end


def _is_key_alone(text: str, start: int, end: int, *, opens: bool) -> bool:
    """Return whether a value can be nothing but a key; one that has a name is what that says.

    What is handed to what opens something (a client, a session) may be encoded, or a UUID.
    """
    if end - start > _LONGEST_KEY or _NAMED_VALUE.search(text[max(0, start - 24) : start]):
        return False
    body = text[start:end]
    if opens and (_UUID.fullmatch(body) or (_ENCODED.fullmatch(body) and _is_mixed(body))):
        return True
    runs = _UNBROKEN.findall(body) if _KEY_ALONE.fullmatch(body) else []
    return any(_is_random(run) for run in runs)


def _is_random(run: str) -> bool:
    """Return whether letters and digits are no words with numbers between: ``Report2024Final``."""
    if not _is_mixed(run) or sum(map(str.isdigit, run)) < 2:  # noqa: PLR2004
        return False
    return bool(_HEX.fullmatch(run)) or len(_WORDY.sub("", run)) * 2 > len(run)


def _named(text: str) -> Iterator[Span]:
    for found in _APART.finditer(text):
        if surely(found["name"]) and _is_mixed(found["value"]):
            yield found.span("value")
    for found in _BELOW.finditer(text):
        if surely(found["name"]) and not stands_for_one(found["value"], found["name"]):
            yield found.span("value")


def _is_mixed(value: str) -> bool:
    """Return whether a value without a sign before it is a key rather than a name of something."""
    kinds = (str.isupper, str.islower, str.isdigit)
    mixed = _HEX.fullmatch(value) or all(any(map(kind, value)) for kind in kinds)
    return bool(mixed) and is_opaque(value)
