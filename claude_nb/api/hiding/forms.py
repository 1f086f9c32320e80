"""The forms in which a known secret comes back: as it is, escaped, quoted, encoded; pure."""

from __future__ import annotations

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

from claude_nb.api.hiding.values import is_ordinary

__all__ = ["encoded", "parts", "written"]

_SCHEME = re.compile(r"(?i)(?:bearer|basic|token|apikey|digest)\s+")
_PASSWORD = re.compile(r"[A-Za-z][\w+.-]{0,40}://[^\s/:@]*:(?P<password>\S+)@")
_PERCENT = re.compile(r"%[0-9A-F]{2}")


def parts(value: str) -> set[str]:
    """Return what of a value is secret: itself, and what stands in it behind ``Bearer`` or so."""
    found = {value, value.strip(), _SCHEME.sub("", value.strip(), count=1)}
    if address := _PASSWORD.match(value):
        found.add(address["password"])
    if ";" in value and "=" in value:
        found |= {part.partition("=")[2].strip() for part in value.split(";")}
    return {part for part in found if not is_ordinary(part)}


def written(value: str) -> set[str]:
    """Return a value as it is, in JSON, in Python, in HTML, in an address and in hexadecimal."""
    percent: set[str] = set()
    if _encodes(value):
        percent = {quote(value, safe=""), quote(value), quote_plus(value)}
    return {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(value)[1:-1].replace("/", "\\/"),
        json.dumps(json.dumps(value))[3:-3],
        repr(value)[1:-1],
        html.escape(value),
        *percent,
        *(_PERCENT.sub(lambda digits: digits[0].lower(), text) for text in percent),
        *(_octets(value).hex(), _octets(value).hex().upper()),
    }


def encoded(value: str) -> set[str]:
    """Return how base64 shows a value, wherever in the encoded text it begins."""
    cores: set[str] = set()
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + _octets(value)).decode()
        core = _certain(whole, before, len(_octets(value)))
        cores |= {core, core.replace("+", "-").replace("/", "_")}
    return cores


def _certain(whole: str, before: int, length: int) -> str:
    """Return the digits of base64 that depend on the value alone."""
    first = -(-before * 8 // 6)
    last = (before + length) * 8 // 6
    return whole[first:last]


def _octets(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def _encodes(value: str) -> bool:
    """Return whether a value can stand in an address: half a surrogate pair cannot."""
    return not any("\ud800" <= char <= "\udfff" for char in value)
