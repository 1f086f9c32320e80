"""chatlas: ``python app_chatlas.py URL``."""

# ruff: noqa: T201, D101 - a program: it reports by printing, and sets its environment first

import sys

from chatlas import ChatAnthropic
from pydantic import BaseModel


def chat(**more):
    kwargs = {"base_url": sys.argv[1]}
    return ChatAnthropic(model="claude-haiku-4-5", api_key="test-key", kwargs=kwargs, **more)


class Person(BaseModel):
    name: str
    age: int


def get_weather(city: str) -> str:
    """Get the current weather for a city."""
    return f"21 degrees in {city}"


talk = chat(system_prompt="Be brief.")
assert "391" in str(talk.chat("What is 17 * 23?", echo="none"))
pieces = list(talk.stream("Write a haiku about tea", echo="none"))
assert len(pieces) > 5
print("ok streaming", len(pieces))
assert chat().chat_structured("My name is Ada and I am 36", data_model=Person).age == 36
print("ok structured")
helper = chat()
helper.register_tool(get_weather)
assert "21 degrees in Paris" in str(helper.chat("What's the weather in Paris?", echo="none"))
print("ok tools")
