"""Make JSON that fits a schema, with values from a text where it has them.

Used for structured output and for the input of tools. The values come from the prompt by kind
and by name (an e-mail address for ``email``, a number near the property's name for integers);
what the prompt does not say gets a plain value of the right type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from claude_nb.emulator.skills import words
from claude_nb.emulator.wire import JSON

__all__ = ["fill"]

_DEEPEST = 12  # recursive schemas end here
_NAME = r"[A-Z][\w'-]+(?: [A-Z][\w'-]+)*"
_FORMATS = {
    "email": (r"[\w.+-]+@[\w-]+\.[\w.]+", "person@example.com"),
    "uri": (r"https?://\S+", "https://example.com/"),
    "date": (r"\d{4}-\d{2}-\d{2}", "2026-01-01"),
    "date-time": (r"\d{4}-\d{2}-\d{2}T[\d:]+Z?", "2026-01-01T00:00:00Z"),
    "time": (r"\d{2}:\d{2}(?::\d{2})?", "12:00:00"),
    "duration": (r"P[\dTHMSDWY.]+", "PT1H"),
    "uuid": (
        r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "00000000-0000-4000-8000-000000000000",
    ),
    "ipv4": (r"\d{1,3}(?:\.\d{1,3}){3}", "192.0.2.1"),
    "ipv6": (r"[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}", "2001:db8::1"),
    "hostname": (r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", "example.com"),
}
_BY_NAME = (  # property name -> where such a value stands in a prompt
    (r"e?mail", _FORMATS["email"][0]),
    (r"url|link|website", _FORMATS["uri"][0]),
    (r"date|day|when", _FORMATS["date"][0]),
    (r"phone", r"\+?\d[\d ()-]{6,}\d"),
    (r"city|location|place|country|town|destination", rf"\b(?:in|at|to|from|for|near) ({_NAME})"),
    (r"name|person|author|customer", rf"(?:(?:called|named|name is|I am|I'm|[Mm]eet) )({_NAME})"),
    (r"name|person|author|customer|city|location|place", rf"(?<![.!?] )(?<!^)\b({_NAME})"),
    (r"name|person|author|customer", rf"({_NAME})"),
)
_YES = re.compile(r"\b(yes|true|please|want|urgent|is|are|does|can)\b", re.IGNORECASE)
_NO = re.compile(r"\b(no|not|never|false|without|don't|doesn't|isn't)\b", re.IGNORECASE)


def fill(schema: Mapping[str, Any], text: str) -> Any:
    """Return a value that fits `schema`.

    Parameters
    ----------
    schema : Mapping
        JSON schema: the keywords that the API supports, ``$ref`` into ``$defs`` included.
    text : str
        Where values are looked for.
    """
    return _Filler(schema, text).value(schema, "", 0)


class _Filler:
    def __init__(self, root: Mapping[str, Any], text: str) -> None:
        self._root = root
        self._text = text
        self._numbers = re.findall(
            r"(?<![\w.])-?\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", text)
        )
        self._used = 0

    def value(self, schema: Any, name: str, depth: int) -> Any:
        if not isinstance(schema, dict) or depth > _DEEPEST:
            return None
        spec = self._resolved(cast("JSON", schema))
        for key in ("const", "default"):
            if key in spec:
                return spec[key]
        if spec.get("enum"):
            return self._choice(cast("list[Any]", spec["enum"]))
        for key in ("anyOf", "oneOf"):
            if spec.get(key):
                return self.value(self._option(spec[key], depth), name, depth + 1)
        if spec.get("allOf"):
            return self.value(_union(spec["allOf"]), name, depth + 1)
        return self._typed(spec, name, depth)

    def _resolved(self, spec: JSON) -> JSON:
        found: Any
        ref = spec.get("$ref")
        if not isinstance(ref, str):
            return spec
        found = self._root
        for step in ref.removeprefix("#").strip("/").split("/"):
            if step and isinstance(found, dict):
                found = cast("JSON", found).get(step, {})
        return cast("JSON", found)

    def _option(self, options: list[Any], depth: int) -> Any:
        # near the bottom of a recursive schema take what ends it
        plain = [o for o in options if "$ref" not in cast("JSON", o)]
        real = [o for o in options if o != {"type": "null"}]
        return (plain or options)[-1] if depth > _DEEPEST // 2 else (real or options)[0]

    def _typed(self, spec: JSON, name: str, depth: int) -> Any:
        kind = spec.get("type", "object" if "properties" in spec else "string")
        if isinstance(kind, list):
            kind = next((item for item in cast("list[str]", kind) if item != "null"), "null")
        match kind:
            case "object":
                properties = cast("JSON", spec.get("properties") or {})
                return {key: self.value(item, key, depth + 1) for key, item in properties.items()}
            case "array":
                return self._array(spec, name, depth)
            case "integer" | "number":
                number = self._number(name, spec)
                return int(number) if kind == "integer" else number
            case "boolean":
                return bool(_YES.search(self._text)) and not _NO.search(self._text)
            case "null":
                return None
            case _:
                return self._string(spec, name)

    def _array(self, spec: JSON, name: str, depth: int) -> list[Any]:
        item = spec.get("items", {"type": "string"})
        least, most = int(spec.get("minItems", 0)), int(spec.get("maxItems", 3))
        if isinstance(item, dict) and cast("JSON", item).get("type") == "string":
            found = words.keywords(self._text, most=max(least, min(most, 3)))
            return found + ["item"] * (least - len(found))
        wanted = max(least, 0 if depth > _DEEPEST // 2 else 1)
        return [self.value(item, name, depth + 1) for _ in range(wanted)]

    def _choice(self, options: list[Any]) -> Any:
        lower = self._text.lower()
        return next((o for o in options if str(o).lower() in lower), options[0])

    def _number(self, name: str, spec: JSON) -> float:
        near = re.search(
            rf"{re.escape(name)}\D{{0,20}}(-?\d+(?:\.\d+)?)", self._text, re.IGNORECASE
        )
        text = near.group(1) if near and name else ""
        if not text and self._used < len(self._numbers):
            text = self._numbers[self._used]
            self._used += 1
        low = float(spec.get("minimum", spec.get("exclusiveMinimum", -1) + 1))
        high = float(spec.get("maximum", "inf"))
        return min(max(float(text or 0), low), high) if text else max(low, 0.0)

    def _string(self, spec: JSON, name: str) -> str:
        pattern, default = _FORMATS.get(str(spec.get("format")), ("", ""))
        if pattern:
            found = re.search(pattern, self._text)
            return found.group() if found else default
        value = self._by_name(name) or words.quote(self._text, 120) or name or "text"
        return value[: int(spec.get("maxLength", len(value)))]

    def _by_name(self, name: str) -> str:
        stated = re.search(
            rf"\b{re.escape(name)}\s*(?:is|:|=)\s*[\"“]?(.+?)(?= and |[\n,;.\"”]|$)",
            self._text,
            re.IGNORECASE,
        )
        if stated and name:
            return stated.group(1).strip()
        for names, pattern in _BY_NAME:
            if re.search(names, name, re.IGNORECASE):
                found = re.search(pattern, self._text)
                if found:
                    return found.group(found.lastindex or 0)
        return ""


def _union(parts: list[Any]) -> JSON:
    merged: JSON = {"type": "object", "properties": {}}
    for part in parts:
        if isinstance(part, dict):
            merged["properties"] |= cast("JSON", part).get("properties") or {}
    return merged
