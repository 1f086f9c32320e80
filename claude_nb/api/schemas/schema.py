"""JSON schemas as the API's structured output takes them.

References
----------
Structured outputs, "JSON Schema limitations". What the API does not enforce goes into the
description, where the model can still read it.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Mapping
from typing import Any, cast

import pydantic

from claude_nb.api.schemas import typed_dicts
from claude_nb.api.schemas.askable import check_askable
from claude_nb.api.schemas.keyless import without_keys

__all__ = ["output_format_param", "transform_schema"]

Schema = dict[str, Any]

_NOTHING: Any = object()
_OF_A_DOCUMENT = frozenset({"$schema", "$id", "$comment"})
_SCALARS = ("string", "number", "boolean", "null")
_NUMBER = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_KEYWORDS: dict[str, tuple[str, ...]] = {  # what says something of values of one type only
    "object": ("properties", "required", "additionalProperties", "patternProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
    "string": ("format", "pattern", "minLength", "maxLength"),
    "number": _NUMBER,
    "integer": _NUMBER,
}

_FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"}
)


def output_format_param(output_format: Any) -> Schema:
    """Return ``output_config.format`` for a type whose values the answer is to hold.

    Raises
    ------
    TypeError
        It is a schema, not a type; or a type that has no JSON schema, or none that can be asked
        for. Says which part of it.
    """
    if isinstance(output_format, Mapping):
        raise TypeError(
            "output_format must be a type; pass a JSON schema as "
            "output_config={'format': {'type': 'json_schema', 'schema': ...}}."
        )
    schema = without_keys(_schema_of(output_format))
    check_askable(schema, _name_of(output_format))
    return {"type": "json_schema", "schema": transform_schema(schema)}


def _schema_of(output_format: Any) -> Schema:
    try:
        return _remembered(output_format)
    except TypeError:  # a type with metadata that has no hash
        return _made(output_format)


def _made(output_format: Any) -> Schema:
    try:
        return pydantic.TypeAdapter(typed_dicts.readable(output_format)).json_schema()
    except pydantic.errors.PydanticUndefinedAnnotation as error:
        problem = f"it names {error.name!r}, which is not defined. Run the cell that defines it."
    except (pydantic.errors.PydanticUserError, NameError) as error:
        problem = (
            "it names a type that is not defined. Run the cell that defines it, then its own."
            if isinstance(error, NameError) or error.code == "class-not-fully-defined"
            else "a type in it cannot be written as JSON. Use str, int, float, bool, list[str], a "
            "pydantic model, a dataclass or a TypedDict of such."
        )
    raise TypeError(f"{_name_of(output_format)} has no JSON schema: {problem}")


_remembered = functools.lru_cache(maxsize=256)(_made)


def _name_of(output_format: Any) -> str:
    is_generic = typing.get_origin(output_format) is not None
    return str(output_format if is_generic else getattr(output_format, "__name__", output_format))


def transform_schema(json_schema: Any) -> Schema:
    """Return the schema in the form the API enforces.

    Parameters
    ----------
    json_schema : dict or type
        A JSON schema, or a pydantic model.

    Raises
    ------
    ValueError
        A part of the schema says nothing about the type of its values.
    """
    if isinstance(json_schema, type):
        json_schema = cast("type[pydantic.BaseModel]", json_schema).model_json_schema()
    rest: Schema = _modern(json_schema)
    strict: Schema = {}
    if (definitions := rest.pop("$defs", None)) is not None:
        strict["$defs"] = _each(definitions)
    if (reference := rest.pop("$ref", None)) is not None:
        return _referring(reference, rest, strict)
    if isinstance(rest.get("type"), list) and not _has_literals(rest):
        rest = _alternatives(rest)
    kind = _take_kind(rest, strict)
    _take_words(rest, strict)
    _TAKERS.get(kind or "", _take_nothing)(rest, strict)
    if rest:
        _describe(rest, strict)
    return strict


def _modern(schema: Any) -> Schema:
    """Return a schema in today's words: without a dialect, with ``$defs`` for ``definitions``."""
    rest = {name: value for name, value in schema.items() if name not in _OF_A_DOCUMENT}
    if (older := rest.pop("definitions", None)) is not None:
        rest["$defs"] = {**older, **rest.get("$defs", {})}
    if isinstance(rest.get("items"), list):  # as it was before draft 2020-12
        rest["prefixItems"] = rest.pop("items")
    if rest.pop("nullable", False) and isinstance(rest.get("type"), str):  # as OpenAPI 3.0 has it
        rest["type"] = [rest["type"], "null"]
    return rest


def _referring(reference: str, rest: Schema, strict: Schema) -> Schema:
    """Return a reference; what stands beside it, a description for example, is kept."""
    target = reference.replace("#/definitions/", "#/$defs/")
    if not rest:
        return {**strict, "$ref": target}
    strict["anyOf"] = [{"$ref": target}]
    _take_words(rest, strict)
    if rest:
        _describe(rest, strict)
    return strict


def _has_literals(rest: Schema) -> bool:
    choices: list[Any] = rest.get("enum") or []
    return "const" in rest or (bool(choices) and all(map(_is_primitive, choices)))


def _alternatives(rest: Schema) -> Schema:
    """Return a schema of several types as one schema for each."""
    words = {name: rest.pop(name) for name in ("description", "title", "$defs") if name in rest}
    kinds, default = rest.pop("type"), rest.pop("default", _NOTHING)
    told = {} if default is _NOTHING else {"default": default}
    variants = [{"type": kind, **_only_of(kind, rest)} for kind in kinds]
    return {**words, **told, **(variants[0] if len(variants) == 1 else {"anyOf": variants})}


def _only_of(kind: str, rest: Schema) -> Schema:
    """Return the keywords that say something of values of this type."""
    others = {name for other, names in _KEYWORDS.items() if other != kind for name in names}
    return {
        name: value
        for name, value in rest.items()
        if kind != "null" and (name in _KEYWORDS.get(kind, ()) or name not in others)
    }


def _each(schemas: Mapping[str, Any]) -> Schema:
    return {name: transform_schema(schema) for name, schema in schemas.items()}


def _take_kind(rest: Schema, strict: Schema) -> str | None:
    """Move what says which values are allowed, and return the type if that is all that says it."""
    kind = rest.pop("type", None)
    combined = {name: rest.pop(name, None) for name in ("anyOf", "oneOf", "allOf")}
    literal = _take_literals(rest, strict)
    for name, variants in combined.items():
        if isinstance(variants, list):
            kept = "allOf" if name == "allOf" else "anyOf"
            strict[kept] = [transform_schema(each) for each in cast("list[Any]", variants)]
            return None if literal else kind
    if literal:
        return None
    if kind is None:
        raise ValueError(
            "Schema must have a 'type', 'anyOf', 'oneOf' or 'allOf' field, or a 'const' or "
            "non-empty 'enum' of strings, numbers, booleans or null."
        )
    strict["type"] = kind
    return kind


def _take_literals(rest: Schema, strict: Schema) -> bool:
    choices: list[Any] = rest.get("enum") or []
    if choices and all(_is_primitive(each) for each in choices):
        strict["enum"] = list(choices)
        del rest["enum"]
    if "const" in rest and _is_primitive(rest["const"]):
        strict["const"] = rest.pop("const")
    return "enum" in strict or "const" in strict


def _is_primitive(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def _take_words(rest: Schema, strict: Schema) -> None:
    for name in ("description", "title"):
        if rest.get(name) is not None:
            strict[name] = rest[name]
        rest.pop(name, None)


def _take_object(rest: Schema, strict: Schema) -> None:
    strict["properties"] = _each(rest.pop("properties", {}))
    rest.pop("additionalProperties", None)
    strict["additionalProperties"] = False
    if (required := rest.pop("required", None)) is not None:
        strict["required"] = list(required)


def _take_string(rest: Schema, strict: Schema) -> None:
    if rest.get("format") in _FORMATS:
        strict["format"] = rest.pop("format")


def _take_array(rest: Schema, strict: Schema) -> None:
    items = rest.pop("items", None)
    if items is True or items == {}:
        strict["items"] = {"anyOf": [{"type": kind} for kind in _SCALARS]}
    elif isinstance(items, Mapping):
        strict["items"] = transform_schema(items)
    elif isinstance(places := rest.get("prefixItems"), list) and places:
        kinds = [transform_schema(place) for place in cast("list[Any]", places)]
        different = [kind for at, kind in enumerate(kinds) if kind not in kinds[:at]]
        strict["items"] = different[0] if len(different) == 1 else {"anyOf": different}
    if rest.get("minItems") in (0, 1):
        strict["minItems"] = rest.pop("minItems")


def _take_nothing(rest: Schema, strict: Schema) -> None:
    """Leave everything to the description."""


_TAKERS = {"object": _take_object, "string": _take_string, "array": _take_array}


def _describe(rest: Schema, strict: Schema) -> None:
    text = "{" + ", ".join(f"{name}: {value}" for name, value in rest.items()) + "}"
    before = strict.get("description")
    strict["description"] = f"{before}\n\n{text}" if before is not None else text
