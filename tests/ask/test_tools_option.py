import functools
import math

import pandas as pd
import PIL.Image
import pytest

from claude_nb.api.schemas.tools import ToolError, beta_tool
from claude_nb.ask.attachments import images
from claude_nb.ask.errors import InputError
from claude_nb.ask.functions import function_tools


def weather(city: str, days: int = 1) -> str:
    """Tell the weather.

    Parameters
    ----------
    city : str
        Where.
    days : int
        How many days ahead.
    """
    return f"{city}: sun for {days}"


async def search(query: str) -> list[str]:
    """Search the library."""
    return [query]


class Desk:
    """Has a method that may be a tool."""

    def ring(self, times: int) -> str:
        """Ring the bell."""
        return "ring" * times


def sudden(handle: "Unknown") -> str:  # noqa: F821 - as when a cell was not run yet
    return str(handle)


NAMES = {
    "weather": weather,
    "search": search,
    "desk": Desk(),
    "made": beta_tool(weather, name="forecast"),
    "again": functools.wraps(weather)(lambda city: city),
    "nameless": lambda x: x,
    "Desk": Desk,
    "number": 1,
    "sudden": sudden,
}


def test_functions_become_tools_in_order():
    tools = function_tools("weather, search desk.ring,made", NAMES)
    assert [tool.name for tool in tools] == ["weather", "search", "ring", "forecast"]
    assert tools[0].description == "Tell the weather."
    properties = tools[0].input_schema["properties"]
    assert properties["city"]["description"] == "Where."
    assert tools[0].input_schema["required"] == ["city"]
    assert tools[0].call({"city": "Bonn"}) == "Bonn: sun for 1"
    assert tools[2].call({"times": 2}) == "ringring"


WRONG = [
    ("wether", "--tools wether: there is no variable 'wether'. Did you mean weather?"),
    ("desk.rung", "a Desk has no attribute 'rung'. Did you mean ring?"),
    ("number", "int is no function"),
    ("Desk", "type is no function"),
    ("nameless", "is no name of a tool, which has letters from a to z"),
    ("weather,again", "two tools are called weather"),
    ("weather()", "--tools weather(): give the name of a function; nothing is called here"),
    ("sum", "--tools sum: sum is Python's own and no variable."),
    ("sudden", "its parameters cannot be described to the model"),
    (" , ", "--tools takes names of functions"),
]


@pytest.mark.parametrize(("listed", "words"), WRONG)
def test_what_is_no_tool_is_explained(listed, words):
    with pytest.raises(InputError) as caught:
        function_tools(listed, NAMES)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


class Finder:
    """Finds things."""

    async def __call__(self, query: str) -> str:
        return query


def lines(frame: pd.DataFrame, most: int = 1) -> pd.DataFrame:
    """Return the first lines."""
    return frame.head(most)


def drawn():
    """Draw."""
    return ["a picture", PIL.Image.new("RGB", (4, 3))]


MORE = {
    **NAMES,
    "finder": Finder(),
    "lines": lines,
    "two": functools.partial(lines, most=2),
    "kept": functools.cache(weather),
    "drawn": drawn,
    "math": math,
    "largest": max,
    "table": pd.DataFrame({"a": [1, 2, 3]}),
    "made": beta_tool(lines, name="first_lines"),
    "connected": lambda connection: connection,
}


def test_what_can_be_called_is_called_by_its_own_name_or_by_its_variables():
    tools = function_tools("finder lines kept drawn math.sqrt made", MORE)
    assert [t.name for t in tools] == ["finder", "lines", "weather", "drawn", "sqrt", "first_lines"]
    assert function_tools("two", MORE)[0].name == "lines"


@pytest.mark.parametrize(("name", "count"), [("lines", 1), ("two", 2), ("made", 1)])
def test_a_frame_is_named_from_the_notebook_and_told_as_a_table(name, count):
    (tool,) = function_tools(name, MORE)
    told = tool.content(tool.call({"frame": "table"}))
    assert told.splitlines()[0] == "|  | a |"
    assert len(told.splitlines()) == 2 + count
    with pytest.raises(ToolError, match="There is no DataFrame named 'tabel'; there are: table"):
        tool.call({"frame": "tabel"})


def test_pictures_are_told_as_they_are_attached():
    (tool,) = function_tools("drawn", MORE)
    text, image = tool.content(tool.call({}))
    assert text == {"type": "text", "text": "a picture"}
    assert image == images.of(PIL.Image.new("RGB", (4, 3)), "it")
    assert tool.content(image) == [image]


def test_what_does_not_tell_its_parameters_is_explained():
    with pytest.raises(InputError) as caught:
        function_tools("largest", MORE)
    assert "max does not tell its parameters. Write a function with def" in str(caught.value)
