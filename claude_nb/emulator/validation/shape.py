"""A small language for the shapes of JSON, with the API's own words for what does not fit.

A shape is told what a value must look like; `Shape.check` raises `Misfit` with the path and the
problem, worded as the API words it. Knows nothing of messages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

# fmt: off
__all__ = [
    "Array", "Boolean", "Choice", "Either", "Integer", "Listed", "Misfit", "NotEmulated",
    "Nullable", "Number", "Record", "Shape", "String", "Switch", "Tagged",
]
# fmt: on


class Misfit(Exception):  # noqa: N818 - a finding, turned into an ApiError where it is reported
    """A value that does not have its shape."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)


class Shape(Protocol):
    """What a value must look like."""

    def check(self, value: Any, path: str) -> None:
        """Raise Misfit, naming `path`, if `value` does not fit."""
        ...


@dataclass(frozen=True, slots=True)
class NotEmulated:
    """What the API takes and the emulator does not: refused by name, instead of ignored."""

    def check(self, value: Any, path: str) -> None:
        """Raise Misfit unless `value` is null, which asks for nothing."""
        if value is not None:
            raise Misfit(path, "the claude_nb emulator does not support this field")


@dataclass(frozen=True, slots=True)
class String:
    """A string of `least` to `most` characters that matches `pattern`."""

    least: int = 0
    most: int | None = None
    pattern: str | None = None

    def check(self, value: Any, path: str) -> None:
        """Raise Misfit if `value` is no such string."""
        if not isinstance(value, str):
            raise Misfit(path, "Input should be a valid string")
        if len(value) < self.least:
            raise Misfit(path, f"String should have at least {_many(self.least, 'character')}")
        if self.most is not None and len(value) > self.most:
            raise Misfit(path, f"String should have at most {_many(self.most, 'character')}")
        if self.pattern is not None and not re.search(self.pattern, value):
            raise Misfit(path, f"String should match pattern '{self.pattern}'")


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `least` to `most`."""

    least: float | None = None
    most: float | None = None

    def check(self, value: Any, path: str) -> None:
        """Raise Misfit if `value` is no such number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Misfit(path, "Input should be a valid number")
        _check_range(value, self.least, self.most, path)


@dataclass(frozen=True, slots=True)
class Integer(Number):
    """A whole number from `least` to `most`."""

    def check(self, value: Any, path: str) -> None:
        """Raise Misfit if `value` is no such integer."""
        if isinstance(value, float) and not value.is_integer():
            raise Misfit(
                path, "Input should be a valid integer, got a number with a fractional part"
            )
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Misfit(path, "Input should be a valid integer")
        _check_range(value, self.least, self.most, path)


def _check_range(value: float, least: float | None, most: float | None, path: str) -> None:
    if least is not None and value < least:
        raise Misfit(path, f"Input should be greater than or equal to {least}")
    if most is not None and value > most:
        raise Misfit(path, f"Input should be less than or equal to {most}")


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""

    def check(self, value: Any, path: str) -> None:
        """Raise Misfit if `value` is neither."""
        if not isinstance(value, bool):
            raise Misfit(path, "Input should be a valid boolean")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some strings."""

    values: tuple[str, ...]

    def check(self, value: Any, path: str) -> None:
        """Raise Misfit if `value` is none of them."""
        if value not in self.values:
            *most, last = (f"'{item}'" for item in self.values)
            allowed = f"{', '.join(most)} or {last}" if most else last
            raise Misfit(path, f"Input should be {allowed}")


@dataclass(frozen=True, slots=True)
class Array:
    """A list of `item`, with `least` to `most` of them."""

    item: Shape
    least: int = 0
    most: int | None = None

    def check(self, value: Any, path: str) -> None:
        """Raise Misfit for the first item that does not fit."""
        if not isinstance(value, list):
            raise Misfit(path, "Input should be a valid list")
        items = cast("list[Any]", value)
        if len(items) < self.least:
            wanted = f"at least {_many(self.least, 'item')} after validation, not {len(items)}"
            raise Misfit(path, f"List should have {wanted}")
        if self.most is not None and len(items) > self.most:
            wanted = f"at most {_many(self.most, 'item')} after validation, not {len(items)}"
            raise Misfit(path, f"List should have {wanted}")
        for number, item in enumerate(items):
            self.item.check(item, _join(path, number))


@dataclass(frozen=True, slots=True)
class Record:
    """An object with these fields; unknown ones are refused unless `is_open`."""

    required: Mapping[str, Shape] = field(default_factory=dict[str, Shape])
    optional: Mapping[str, Shape] = field(default_factory=dict[str, Shape])
    is_open: bool = False

    def check(self, value: Any, path: str) -> None:
        """Raise Misfit for the first field that is missing, wrong or unknown."""
        if not isinstance(value, dict):
            raise Misfit(path, "Input should be a valid dictionary")
        fields = cast("dict[str, Any]", value)
        for name, shape in self.required.items():
            if name not in fields:
                raise Misfit(_join(path, name), "Field required")
            shape.check(fields[name], _join(path, name))
        for name, item in fields.items():
            if name in self.optional:
                self.optional[name].check(item, _join(path, name))
            elif name not in self.required and not self.is_open:
                raise Misfit(_join(path, name), "Extra inputs are not permitted")


@dataclass(frozen=True, slots=True)
class Tagged:
    """One of several records, told apart by ``type``; a missing type means `default`."""

    records: Mapping[str, Shape]
    default: str | None = None

    def check(self, value: Any, path: str) -> None:
        """Raise Misfit for an unknown tag, or from the record it names."""
        if not isinstance(value, dict):
            raise Misfit(path, "Input should be a valid dictionary")
        fields = cast("dict[str, Any]", value)
        tag = fields.get("type") or self.default
        if tag is None:
            raise Misfit(_join(path, "type"), "Field required")
        if not isinstance(tag, str) or tag not in self.records:
            known = ", ".join(f"'{name}'" for name in self.records)
            raise Misfit(
                path,
                f"Input tag '{tag}' found using 'type' does not match any of the expected tags: "
                f"{known}",
            )
        body = {name: item for name, item in fields.items() if name != "type"}
        self.records[tag].check(body, _join(path, tag))


@dataclass(frozen=True, slots=True)
class Either:
    """A string or a list; problems are told for the list, as the API does."""

    string: Shape
    array: Shape

    def check(self, value: Any, path: str) -> None:
        """Raise Misfit if `value` is neither."""
        (self.string if isinstance(value, str) else self.array).check(value, path)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, or an object where nothing can be listed."""

    array: Shape
    record: Shape

    def check(self, value: Any, path: str) -> None:
        """Raise Misfit if `value` is neither."""
        (self.record if isinstance(value, dict) else self.array).check(value, path)


@dataclass(frozen=True, slots=True)
class Switch:
    """True or false, or the things it is true for."""

    array: Shape

    def check(self, value: Any, path: str) -> None:
        """Raise Misfit if `value` is neither."""
        if not isinstance(value, bool):
            self.array.check(value, path)


@dataclass(frozen=True, slots=True)
class Nullable:
    """`shape` or null."""

    shape: Shape

    def check(self, value: Any, path: str) -> None:
        """Raise Misfit unless `value` is null or fits."""
        if value is not None:
            self.shape.check(value, path)


def _join(path: str, name: str | int) -> str:
    return f"{path}.{name}" if path else str(name)


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
