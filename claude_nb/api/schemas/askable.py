"""What a schema asks for that the API cannot give: found before it is sent, and named.

Structured output fills in the fields that a schema names. Where a schema leaves the fields open,
the server would take it and answer ``{}``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

__all__ = ["check_askable"]

_OPEN = (
    "may have any keys, and the API fills in only fields that are named. Name them in a model, "
    "or use a list of objects with a key and a value."
)
_ANY = "may be anything, so there is nothing to ask for. Give it a type, such as str or list[str]."
_FIXED = (
    "is one of several lists or objects, and the API can choose only among strings, numbers, "
    "booleans and null. Use such values."
)
_UNTYPED = "does not say what it holds. Give it a 'type', such as 'string' or 'object'."
_COMBINED = ("anyOf", "oneOf", "allOf")
_TELLING = frozenset({"type", "$ref", "enum", "const", *_COMBINED})
_WORDS = frozenset({"title", "description", "default", "examples", "deprecated"})
_SHAPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "type": ((str, list), "a type's name or a list of such"),
    "properties": (Mapping, "a dict of a schema for each name"),
    "required": (list, "a list of names"),
    "enum": (list, "a list of values"),
    "items": ((Mapping, list, bool), "a schema"),
    "$defs": (Mapping, "a dict of schemas"),
    "definitions": (Mapping, "a dict of schemas"),
    **dict.fromkeys(("prefixItems", *_COMBINED), (list, "a list of schemas")),
}
_TYPES = frozenset({"string", "number", "integer", "boolean", "null", "object", "array"})
Schema = Mapping[str, Any]
Place = tuple[str, ...]


def check_askable(schema: Schema, name: str) -> None:
    """Refuse a schema with a part that the API cannot fill in.

    Parameters
    ----------
    schema : Mapping
        A JSON schema, as pydantic or a person wrote it.
    name : str
        What to call all of it.

    Raises
    ------
    TypeError
        Names the first such part, and what to use instead.
    """
    for place, problem in _Walk(schema).problems(schema, ()):
        raise TypeError(f"{'.'.join(map(str, place)) or name} {problem}")


class _Walk:
    """Goes through a schema, each definition once, where it is first used."""

    def __init__(self, root: Schema) -> None:
        given = {**_defined(root, "definitions"), **_defined(root, "$defs")}
        self._definitions = {str(name): part for name, part in given.items()}
        self._seen: set[str] = set()

    def problems(self, schema: Any, place: Place) -> Iterator[tuple[Place, str]]:
        """Yield what cannot be asked for, and where it stands."""
        if not isinstance(schema, Mapping):
            yield place, _ANY if schema is True else "is no schema: a schema is a dict."
            return
        known = cast("Schema", schema)
        problem = _problem(known, place)
        if problem:
            yield place, problem
        yield from self._referred(known.get("$ref"), place)
        yield from self._inside(known, place)

    def _referred(self, reference: Any, place: Place) -> Iterator[tuple[Place, str]]:
        if reference is None:
            return
        name = str(reference).rpartition("/")[2]
        if name not in self._definitions:
            yield place, f"refers to {reference!r}, which is not among its $defs. Add it there."
        elif name not in self._seen:
            self._seen.add(name)
            yield from self.problems(self._definitions[name], place)

    def _inside(self, schema: Schema, place: Place) -> Iterator[tuple[Place, str]]:
        for name, part in _defined(schema, "properties").items():
            yield from self.problems(part, (*place, name))
        items = schema.get("items")
        if isinstance(items, Mapping) and items:  # items of any kind are asked for as scalars
            yield from self.problems(items, place)
        for name in ("items", "prefixItems", *_COMBINED):
            several = schema.get(name)
            for part in cast("list[Any]", several) if isinstance(several, list) else []:
                yield from self.problems(part, place)


def _defined(root: Schema, name: str) -> Schema:
    found = root.get(name)
    return cast("Schema", found) if isinstance(found, Mapping) else {}


def _problem(schema: Schema, place: Place) -> str:
    """Return what is wrong with this part itself; empty if nothing is."""
    for name, (kind, words) in _SHAPES.items():
        if name in schema and not isinstance(schema[name], kind):
            return f"is no JSON schema: its {name!r} must be {words}."
    kinds: Any = schema.get("type", [])
    unknown = {str(each) for each in ([kinds] if isinstance(kinds, str) else kinds)} - _TYPES
    if unknown:
        return f"has no type of JSON: {min(unknown)!r}. There are: {', '.join(sorted(_TYPES))}."
    if place and not schema.keys() & _TELLING:
        return _UNTYPED if schema.keys() - _WORDS else _ANY
    if _is_open(schema, kinds):
        return _OPEN
    return _FIXED if _is_fixed(schema) else ""


def _is_open(schema: Schema, kinds: Any) -> bool:
    if schema.get("patternProperties") or schema.get("additionalProperties"):
        return True
    is_closed = schema.get("additionalProperties") is False
    told = any(name in schema for name in ("properties", "enum", "const", *_COMBINED))
    return (kinds == "object" or "object" in kinds) and not told and not is_closed


def _is_fixed(schema: Schema) -> bool:
    values = [*(schema.get("enum") or ()), *([schema["const"]] if "const" in schema else ())]
    return any(isinstance(value, list | tuple | Mapping) for value in values)
