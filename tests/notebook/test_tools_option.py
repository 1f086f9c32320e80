import functools

import pytest

from claude_nb.api.tools import beta_tool
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.tools import function_tools


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
    ("nameless", "no plain name; write it with def"),
    ("weather,again", "two tools are called weather"),
    ("weather()", "--tools weather(): give the name of a function; nothing is called here"),
    ("sudden", "its parameters cannot be described to the model"),
    (" , ", "--tools takes names of functions"),
]


@pytest.mark.parametrize(("listed", "words"), WRONG)
def test_what_is_no_tool_is_explained(listed, words):
    with pytest.raises(InputError) as caught:
        function_tools(listed, NAMES)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
