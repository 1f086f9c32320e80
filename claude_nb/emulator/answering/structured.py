"""Make JSON that fits a schema, with values from a text where it has them.

Used for structured output and for the input of tools. What the text does not say gets a plain
value of the right type. A schema of a few lines can ask for more values than a machine has room
for; so they are counted as they are made, and a schema that needs too many is filled a second
time with only what it requires, and refused if that is too much still.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

from claude_nb.emulator.answering.bounds import bounded
from claude_nb.emulator.answering.values import FORMATS, Values
from claude_nb.emulator.wire import JSON, bad_request, dump

__all__ = ["fill"]

_DEEPEST = 100  # levels of an instance
_MOST_REFS = 12  # followed from the top to a value: recursive schemas end here
_SPARING = 6  # references after which a schema is led to its end
_MOST_VALUES = 2_000
_MOST_TOLD = 500  # numbers of a list
_MOST_CHARACTERS = 200_000
_ANY_STRING = {"type", "title", "description"}  # keywords that leave a string free
_LARGEST = 10**300  # bounds of numbers beyond it are no numbers that anyone means


class _TooMuch(Exception):  # noqa: N818 - a finding, told as an ApiError
    """The instance would be too large."""


def fill(
    schema: Mapping[str, Any], text: str, path: str = "schema", missing: list[str] | None = None
) -> Any:
    """Return a value that fits `schema`.

    Parameters
    ----------
    schema : Mapping
        JSON schema: the keywords that the API supports, ``$ref`` into ``$defs`` included. What
        stands where a keyword needs something else is taken for absent.
    text : str
        Where values are looked for.
    path : str
        Names the schema in a refusal.
    missing : list of str, optional
        Gets the names of which the text says nothing.

    Raises
    ------
    ApiError
        400 if even the smallest instance has more than 2,000 values, 200,000 characters or 100
        levels, or if it has no end.
    """
    for is_sparing in (False, True):
        try:
            filler = _Filler(schema, text, is_sparing=is_sparing)
            found = filler.value(schema, "", 0, 0)
        except _TooMuch:
            continue
        if missing is not None:
            missing.extend(filler.missing)
        return found
    raise bad_request(
        f"{path}: Schema is too complex for compilation: what fits it has more than "
        f"{_MOST_VALUES:,} values or {_MOST_CHARACTERS:,} characters, or no end"
    )


class _Filler:
    def __init__(self, root: Mapping[str, Any], text: str, *, is_sparing: bool) -> None:
        self._root = root
        self._text = Values(text)
        self._is_sparing = is_sparing
        self._values_left = _MOST_VALUES
        self._characters_left = _MOST_CHARACTERS
        self._known: dict[str, Any] = {}
        self.missing = self._text.missing

    def value(self, schema: Any, name: str, depth: int, refs: int) -> Any:
        self._charge(1, len(name))
        if depth > _DEEPEST:
            raise _TooMuch
        spec, refs = self._resolved(_fields(schema), refs)
        spec = bounded(spec)
        for key in ("const", "default"):
            if key in spec:
                return self._given(spec[key])
        if options := _items(spec.get("enum")):
            self._charge(0, 10 * min(len(options), 500))  # each is looked for in the text
            return self._given(self._text.option(spec["enum"], name))
        for key in ("anyOf", "oneOf"):
            if options := _items(spec.get(key)):
                self._charge(0, len(options))  # a list that is read again and again counts so often
                return self.value(self._option(spec[key], refs), name, depth + 1, refs)
        if options := _items(spec.get("allOf")):
            self._charge(0, 2 * len(options))
            return self.value(self._union(spec["allOf"], refs), name, depth + 1, refs)
        return self._typed(spec, name, depth, refs) if isinstance(schema, dict) else None

    def _of(self, text: str) -> _Filler:
        """Return a filler of the same schema for a part of the text."""
        part = _Filler(self._root, text, is_sparing=True)
        part._values_left, part._characters_left = (
            self._values_left // 10,
            self._characters_left // 10,
        )
        return part

    def _charge(self, values: int, characters: int) -> None:
        self._values_left -= values
        self._characters_left -= characters
        if self._values_left < 0 or self._characters_left < 0:
            raise _TooMuch

    def _given(self, value: Any) -> Any:
        # every reference to it repeats it in the answer
        self._charge(0, len(value) if isinstance(value, str) else len(dump(value)))
        return value

    def _resolved(self, spec: JSON, refs: int) -> tuple[JSON, int]:
        while isinstance(ref := spec.get("$ref"), str):
            refs += 1
            if refs > _MOST_REFS:
                raise _TooMuch
            if ref not in self._known:
                self._known[ref] = _fields(_at(self._root, ref))
            spec = self._known[ref]
        return spec, refs

    def _option(self, options: list[Any], refs: int) -> Any:
        # near the bottom of a recursive schema take what ends it
        plain = [o for o in options if "$ref" not in _fields(o)]
        real = [o for o in options if o != {"type": "null"}]
        if self._is_sparing or refs > _SPARING:
            ends = [o for o in plain if o == {"type": "null"}]
            return (ends or plain or options)[-1]
        return (real or options)[0]

    def _union(self, parts: list[Any], refs: int) -> JSON:
        found = [self._resolved(_fields(part), refs)[0] for part in parts]
        if len(found) == 1:
            return found[0]
        merged: JSON = {"type": "object", "properties": {}, "required": []}
        for part in found:
            merged["properties"] |= _fields(part.get("properties"))
            merged["required"] += _items(part.get("required"))
        return merged

    def _typed(self, spec: JSON, name: str, depth: int, refs: int) -> Any:
        kind = spec.get("type", "object" if "properties" in spec else "string")
        if isinstance(kind, list):
            self._charge(0, len(cast("list[Any]", kind)))
            kind = next((item for item in cast("list[Any]", kind) if item != "null"), "null")
        match kind:
            case "object":
                return self._object(spec, depth, refs)
            case "array":
                return self._array(spec, name, depth, refs)
            case "integer" | "number":
                return self._number(spec, name, is_whole=kind == "integer")
            case "boolean":
                return self._text.boolean()
            case "null":
                return None
            case _:
                return self._string(spec, name)

    def _object(self, spec: JSON, depth: int, refs: int) -> JSON:
        properties = _fields(spec.get("properties"))
        self._charge(0, len(_items(spec.get("required"))))
        required = [name for name in _items(spec.get("required")) if isinstance(name, str)]
        names = required if self._is_sparing else [*properties, *required]
        return {
            name: self.value(properties.get(name, {}), name, depth + 1, refs)
            for name in dict.fromkeys(names)
        }

    def _array(self, spec: JSON, name: str, depth: int, refs: int) -> list[Any]:
        if places := _items(spec.get("prefixItems")):
            return [self.value(place, name, depth + 1, refs) for place in places]
        item = spec.get("items", {"type": "string"})
        least, most = _whole(spec.get("minItems"), 0), _whole(spec.get("maxItems"), 3)
        if least > _MOST_VALUES:
            raise _TooMuch
        fields = _fields(item)
        if fields.get("type") == "string" and fields.keys() <= _ANY_STRING:
            self._charge(max(least, 3), 0)
            found = self._text.items(
                name, max(least, most) if "maxItems" in spec else max(least, 50)
            )
            return found + [f"item {n + 1}" for n in range(len(found), least)]
        if fields.get("type") in ("integer", "number") and not (
            self._is_sparing or "enum" in fields
        ):
            is_whole = fields["type"] == "integer"
            told = self._text.numbers()[: _whole(spec.get("maxItems"), _MOST_TOLD)]
            if len(told) >= max(least, 1):
                self._charge(len(told), 0)
                found = [self._fitted(number, fields, is_whole=is_whole) for number in told]
                return list(dict.fromkeys(found)) if spec.get("uniqueItems") else found
        parts = self._text.parts() if "properties" in fields and not self._is_sparing else []
        if max(least, 1) <= len(parts) <= _whole(spec.get("maxItems"), _MOST_TOLD):
            self._charge(len(parts), 0)
            return [self._of(part).value(item, name, depth + 1, refs) for part in parts]
        wanted = max(least, 0 if self._is_sparing or refs > _SPARING else min(most, 1))
        if spec.get("uniqueItems") and wanted > 1:
            return self._different(fields, wanted)
        return [self.value(item, name, depth + 1, refs) for _ in range(wanted)]

    def _different(self, item: JSON, wanted: int) -> list[Any]:
        """Return values of a simple type of which no two are equal."""
        self._charge(wanted, 0)
        kind = bounded(item)
        if options := _items(kind.get("enum")):
            return options[:wanted]
        first = self._number({**kind, "type": "integer"}, "", is_whole=True)
        return [int(first) + number for number in range(wanted)]

    def _number(self, spec: JSON, name: str, *, is_whole: bool) -> float:
        return self._fitted(self._text.number(name), spec, is_whole=is_whole)

    def _fitted(self, text: str, spec: JSON, *, is_whole: bool) -> float:
        """Return the number that a text is, moved into a schema's bounds."""
        low, high = _range(bounded(spec), is_whole=is_whole)
        wanted = (float(text) if "." in text else int(text)) if text else max(low, 0)
        value = min(max(wanted, low), high)
        step = _bound(spec.get("multipleOf"), 0)
        if step > 0 and value % step:
            value = value - value % step + (step if value - value % step < low else 0)
        return int(value) if is_whole else value

    def _string(self, spec: JSON, name: str) -> str:
        kind = spec.get("format")
        if isinstance(kind, str) and kind in FORMATS:
            return self._text.formatted(kind, name)
        value = self._text.string(name)
        least = _whole(spec.get("minLength"), 0)
        if least > _MOST_CHARACTERS:
            raise _TooMuch
        value = value.ljust(least, ".")[: _whole(spec.get("maxLength"), max(least, len(value)))]
        self._charge(0, len(value))
        return value


def _at(root: Mapping[str, Any], ref: str) -> Any:
    found: Any = root
    for step in ref.removeprefix("#").strip("/").split("/"):
        if step:
            found = _fields(found).get(step.replace("~1", "/").replace("~0", "~"), {})
    return found


def _fields(value: Any) -> JSON:
    return cast("JSON", value) if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _whole(value: Any, default: int) -> int:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return max(0, int(value)) if is_number else default


def _range(spec: JSON, *, is_whole: bool) -> tuple[float, float]:
    low = _bound(spec.get("minimum"), -_LARGEST)
    high = _bound(spec.get("maximum"), _LARGEST)
    above, below = spec.get("exclusiveMinimum"), spec.get("exclusiveMaximum")
    if is_whole:
        low, high = math.ceil(low), math.floor(high)
        low = max(low, math.floor(_bound(above, -_LARGEST)) + 1)
        return low, min(high, math.ceil(_bound(below, _LARGEST)) - 1)
    if _bound(above, -_LARGEST) >= low:
        edge = min(high, _bound(below, _LARGEST))
        low = _bound(above, -_LARGEST)
        low = low + 1 if low + 1 < edge else (low + edge) / 2
    if _bound(below, _LARGEST) <= high:
        high = _bound(below, _LARGEST)
        high = max(low, high - 1) if high - 1 > low else (low + high) / 2
    return low, high


def _bound(value: Any, default: float) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return default
    if abs(value) > _LARGEST:
        raise _TooMuch
    return value
