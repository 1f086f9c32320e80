"""JSON schemas as the API's structured output takes them.

References
----------
Structured outputs, "JSON Schema limitations". What the API does not enforce goes into the
description, where the model can still read it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, cast

import pydantic

__all__ = ["output_format_param", "transform_schema"]

Schema = dict[str, Any]

_FORMATS = frozenset(
    {
        "date-time",
        "time",
        "date",
        "duration",
        "email",
        "hostname",
        "uri",
        "ipv4",
        "ipv6",
        "uuid",
    }
)


def output_format_param(output_format: Any) -> Schema:
    """Return ``output_config.format`` for a type whose values the answer is to hold.

    Raises
    ------
    TypeError
        It is a schema, not a type, or a type pydantic cannot describe.
    """
    if isinstance(output_format, Mapping):
        raise TypeError(
            "output_format must be a type; pass a JSON schema as "
            "output_config={'format': {'type': 'json_schema', 'schema': ...}}."
        )
    return {"type": "json_schema", "schema": transform_schema(_schema_of(output_format))}


@functools.lru_cache(maxsize=256)
def _schema_of(output_format: Any) -> Schema:
    try:
        return pydantic.TypeAdapter(output_format).json_schema()
    except pydantic.errors.PydanticUserError as error:
        problem = str(error).partition("\n")[0]
    raise TypeError(f"output_format={output_format!r} has no JSON schema: {problem}")


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
    rest: Schema = dict(json_schema)
    strict: Schema = {}
    if (definitions := rest.pop("$defs", None)) is not None:
        strict["$defs"] = _each(definitions)
    if (reference := rest.pop("$ref", None)) is not None:
        return {**strict, "$ref": reference}
    kind = _take_kind(rest, strict)
    for name in ("description", "title"):
        if rest.get(name) is not None:
            strict[name] = rest[name]
        rest.pop(name, None)
    _TAKERS.get(kind or "", _take_nothing)(rest, strict)
    if rest:
        _describe(rest, strict)
    return strict


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
    if (items := rest.pop("items", None)) is not None:
        strict["items"] = transform_schema(items)
    if rest.get("minItems") in (0, 1):
        strict["minItems"] = rest.pop("minItems")


def _take_nothing(rest: Schema, strict: Schema) -> None:
    """Leave everything to the description."""


_TAKERS = {"object": _take_object, "string": _take_string, "array": _take_array}


def _describe(rest: Schema, strict: Schema) -> None:
    text = "{" + ", ".join(f"{name}: {value}" for name, value in rest.items()) + "}"
    before = strict.get("description")
    strict["description"] = f"{before}\n\n{text}" if before is not None else text
