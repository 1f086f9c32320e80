"""Whatever can be called is a tool, or one sentence says why not."""

from __future__ import annotations

import asyncio
import functools
import json
import math
import operator
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import pytest

from claude_nb.api.schemas.results import gathered, is_pending
from claude_nb.api.schemas.tools import FunctionTool, ToolError

if TYPE_CHECKING:
    from nowhere import Missing


class Search:
    """Searches."""

    def __call__(self, query: str, most: int = 3) -> str:
        """Search the shelf.

        Args:
            query: what for
        """
        return f"{query} {most}"

    async def later(self, query: str) -> str:
        """Search later."""
        return query


class Waiting:
    """Answers later."""

    async def __call__(self, query: str) -> str:
        return query


@functools.cache
def successor(n: int) -> int:
    """Return the next."""
    return n + 1


def spread(a: int, *rest: float, key: str = "k", **more: int) -> Any:
    return a, rest, key, more


def ordered(a, /, b=2, *rest):
    return a, b, rest


async def numbers(most: int):
    """Yield numbers."""
    for n in range(most):
        yield n


async def asleep(seconds: float = 0):
    """Sleep."""
    await asyncio.sleep(seconds)
    return "slept"


class Row(TypedDict):
    """A row."""

    name: str


def kept(rows: list[Row], one: Row | None = None) -> int:
    return len(rows)


@dataclass
class Point:
    """A place."""

    x: int


def moved(point: Point) -> int:
    return point.x + 1


def linked(query: str, connection: sqlite3.Connection | None = None) -> str:
    return f"{query} {connection}"


CALLED = [
    (successor, {"n": "1"}, 2),
    (Search(), {"query": "a"}, "a 3"),
    (Search().later, {"query": "a"}, "a"),
    (Waiting(), {"query": "a"}, "a"),
    (functools.partial(asleep, 0), {}, "slept"),
    (functools.partial(spread, 1, key="secret"), {"z": 2}, (1, (), "secret", {"z": 2})),
    (spread, {"a": 1, "rest": [2, 3], "z": 4}, (1, (2.0, 3.0), "k", {"z": 4})),
    (ordered, {"a": 1, "rest": [5]}, (1, 2, (5,))),
    (ordered, {"a": 1, "b": 3}, (1, 3, ())),
    (numbers, {"most": 3}, [0, 1, 2]),
    (math.sqrt, {"x": 4}, 2.0),
    (operator.add, {"a": 1, "b": 2}, 3),
    (str.upper, {"self": "a"}, "A"),
    (moved, {"point": {"x": 1}}, 2),
    (kept, {"rows": [{"name": "a"}]}, 1),
    (linked, {"query": "a"}, "a None"),
    (lambda x: x, {"x": 1}, 1),
]


@pytest.mark.parametrize(("function", "given", "value"), CALLED)
def test_what_can_be_called_is_called(function, given, value):
    tool = FunctionTool(function)
    json.dumps(tool.to_dict())
    assert tool.input_schema["type"] == "object"
    got = tool.call(given)
    assert (asyncio.run(gathered(got)) if is_pending(got) else got) == value


def test_what_a_partial_settles_is_not_told():
    tool = FunctionTool(functools.partial(spread, key="secret"))
    assert tool.name == "spread"
    assert set(tool.input_schema["properties"]) == {"a", "rest"}
    assert "secret" not in json.dumps(tool.to_dict())


def test_an_object_tells_what_its_call_does():
    tool = FunctionTool(Search())
    assert (tool.name, tool.description) == ("Search", "Search the shelf.")
    assert tool.input_schema["properties"]["query"]["description"] == "what for"
    assert [FunctionTool(f).is_async for f in (Waiting(), Search().later, Search())] == [1, 1, 0]


@pytest.mark.parametrize("nothing", [{}, "", None])
def test_a_call_without_arguments_may_come_in_several_ways(nothing):
    assert asyncio.run(FunctionTool(asleep).call(nothing)) == "slept"


TABLE, SHORT = pd.DataFrame({"a": [1, 2]}), pl.DataFrame({"a": [1]})
ROW = np.arange(3)


def measured(  # noqa: PLR0917 (as people write them)
    frame: pd.DataFrame,
    other: pl.DataFrame | None = None,
    array: npt.ArrayLike = (),
    exact: npt.NDArray[np.float64] | None = None,
    several: list[pd.DataFrame] | None = None,
    number: np.int64 = 1,
) -> list[Any]:
    """Measure."""
    lengths = [len(each) for each in (frame, other or [], array, several or [])]
    return [*lengths, exact is ROW, number]


def test_a_frame_or_an_array_is_given_by_its_name():
    tool = FunctionTool(measured)
    told = tool.input_schema["properties"]
    assert told["frame"]["description"] == "The name of a variable that holds a DataFrame."
    assert (told["frame"]["type"], told["array"]["type"]) == ("string", "string")
    assert told["number"]["type"] == "integer"
    given = {"frame": "TABLE", "array": "ROW", "exact": "ROW", "several": ["TABLE"], "number": 4}
    assert tool.call(given) == [2, 0, 3, 1, True, 4]
    assert tool.call({"frame": "TABLE", "exact": None}) == [2, 0, 0, 0, False, 1]


@pytest.mark.parametrize("name", ["nobody", "SHORT", "__name__", 3, {"a": 1}])
def test_a_name_that_holds_no_frame_is_told_with_those_that_do(name):
    with pytest.raises(ToolError, match=r"There is no DataFrame named .*; there are: .*TABLE"):
        FunctionTool(measured).call({"frame": name})


def unknown(x: Missing) -> None: ...
def held(connection: sqlite3.Connection) -> None: ...
def nested(connections: list[sqlite3.Connection]) -> None: ...
def called(back: Search) -> None: ...


REFUSED = [
    (max, "max does not tell its parameters. Write a function with def that calls it."),
    (unknown, "unknown names the type 'Missing', which is not defined. Run the cell"),
    (held, "A model cannot write the parameter 'connection', a Connection. Use types such as"),
    (nested, "A model cannot write the parameter 'connections', a list"),
    (called, "'back', a Search. Use types such as str, int, list[str]"),
]


@pytest.mark.parametrize(("function", "words"), REFUSED)
def test_what_cannot_be_described_is_named(function, words):
    with pytest.raises(TypeError) as caught:
        FunctionTool(function)
    assert words in str(caught.value)
    assert "pydantic_core" not in str(caught.value)
    assert "errors.pydantic.dev" not in str(caught.value)
