"""The base of all response objects: built without validation, nothing the server said is lost.

A server may add fields, blocks, events and values at any time, so an answer is never refused
for its shape. Fields that are missing read as None (or their default), fields that are new are
kept as attributes. Where everybody reads on without asking, in the text of a block and the usage of
a message, null and what is missing read as an empty one of the type.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Literal, Self, TypeVar, Union, cast, get_args, get_origin

import pydantic
from pydantic import ConfigDict, PrivateAttr

__all__ = ["BaseModel", "Empty", "ResponseModel", "build", "one_of"]

Empty = Mapping[str, Callable[[], Any]]
Converter = Callable[[Any], Any]
ModelT = TypeVar("ModelT", bound="BaseModel")
_MISSING: Any = object()


class BaseModel(pydantic.BaseModel):
    """A response object. Unknown fields are attributes too (`model_extra`)."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="allow", defer_build=True, protected_namespaces=()
    )
    _empty: ClassVar[Empty] = {}
    """Makers of what fields hold that were not sent, or as null, and are never None."""

    @classmethod
    def from_wire(cls, data: Mapping[str, Any]) -> Self:
        """Return the object for decoded JSON, without validating it.

        Parameters
        ----------
        data : Mapping
            A JSON object as the server sent it.
        """
        return build(cls, data)

    @classmethod
    def construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """Return an object of these values, without validating them."""
        built = build(cls, values)
        if _fields_set is not None:
            object.__setattr__(built, "__pydantic_fields_set__", _fields_set)
        return built

    def to_dict(self, *, mode: Literal["json", "python"] = "python", **options: Any) -> Any:
        """Return the fields that were set, as plain data (by default: only what was sent)."""
        options = {"exclude_unset": True, "warnings": False, **_dump_options(options)}
        return self.model_dump(mode=mode, **options)

    def to_json(self, *, indent: int | None = 2, **options: Any) -> str:
        """Return the fields that were set as JSON text, `indent` spaces a level."""
        return json.dumps(self.to_dict(mode="json", **options), indent=indent, ensure_ascii=False)


class ResponseModel(BaseModel):
    """The whole body of a reply; knows the id of the request it answers."""

    _request_id: str | None = PrivateAttr(default=None)


def _dump_options(options: dict[str, Any]) -> dict[str, Any]:
    renamed = {"use_api_names": "by_alias"}
    return {renamed.get(name, name): value for name, value in options.items()}


@dataclass(frozen=True, slots=True)
class _Plan:
    """How to build one class: a converter (or None) and a default for each field."""

    converters: dict[str, Converter | None]
    defaults: dict[str, Any]
    private: dict[str, Any]
    empty: tuple[tuple[str, Callable[[], Any]], ...]


def build(cls: type[ModelT], data: Mapping[str, Any]) -> ModelT:
    """Return an object of `cls` holding `data`, nested objects built as well."""
    plan = _plan(cls)
    values: dict[str, Any] = {}  # in the order in which they came: so they are sent back
    extra: dict[str, Any] = {}
    converters = plan.converters
    for key, value in data.items():
        convert = converters.get(key, _MISSING)
        if convert is _MISSING:
            extra[key] = value
        else:
            values[key] = value if convert is None or value is None else convert(value)
    for name, value in plan.defaults.items():
        if name not in values:
            values[name] = value
    given = set(data)
    for name, make in plan.empty:
        if values[name] is None:
            values[name] = made = make()
            if made == "":
                given.add(name)  # what has no text of its own is sent back with an empty one
    built = cls.__new__(cls)
    assign = object.__setattr__
    assign(built, "__dict__", values)
    assign(built, "__pydantic_extra__", extra)
    assign(built, "__pydantic_fields_set__", given)
    assign(built, "__pydantic_private__", plan.private.copy() or None)
    return built


@cache
def _plan(cls: type[BaseModel]) -> _Plan:
    fields = cls.model_fields
    return _Plan(
        converters={name: _converter(field.annotation) for name, field in fields.items()},
        defaults={
            name: None if field.is_required() else field.get_default(call_default_factory=True)
            for name, field in fields.items()
        },
        private={name: item.get_default() for name, item in cls.__private_attributes__.items()},
        empty=tuple(cls._empty.items()),  # pyright: ignore[reportPrivateUsage] - of this module
    )


def _converter(annotation: Any) -> Converter | None:
    """Return what turns JSON into this annotation, or None where JSON is already right."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return _union(args)
    if origin is list:
        return _list(_converter(args[0]))
    if annotation is datetime:
        return _moment
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _model(annotation)
    return None


def _model(cls: type[BaseModel]) -> Converter:
    return lambda value: build(cls, cast("Any", value)) if isinstance(value, dict) else value


def _list(item: Converter | None) -> Converter | None:
    if item is None:
        return None

    def convert(value: Any) -> Any:
        return [item(one) for one in cast("list[Any]", value)] if isinstance(value, list) else value

    return convert


def _union(members: tuple[Any, ...]) -> Converter | None:
    """Return a converter for a union: of models, of lists, or of either and plain values."""
    if any(isinstance(one, type) and issubclass(one, BaseModel) for one in members):
        return one_of(members)
    others = (_converter(one) for one in members if one is not type(None))
    return next((one for one in others if one is not None), None)


def one_of(members: tuple[Any, ...]) -> Converter:
    """Return a converter that picks the member by its ``type``, else the one open to any type."""
    models = [one for one in members if isinstance(one, type) and issubclass(one, BaseModel)]
    tagged = {tag: one for one in models for tag in _tags(one)}
    fallback = next((one for one in models if not _tags(one)), BaseModel)
    lists = next((_converter(one) for one in members if get_origin(one) is list), None)

    def convert(value: Any) -> Any:
        if isinstance(value, dict):
            data = cast("dict[str, Any]", value)
            kind = data.get("type")
            return build(tagged.get(kind, fallback) if isinstance(kind, str) else fallback, data)
        return lists(value) if lists is not None else value

    return convert


def _tags(cls: type[BaseModel]) -> tuple[str, ...]:
    field = cls.model_fields.get("type")
    if field is None or get_origin(field.annotation) is not Literal:
        return ()
    return get_args(field.annotation)


def _moment(value: Any) -> Any:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value  # kept as it came: a date of a new form is no reason to lose an answer
