"""claudette: ``python app_claudette.py URL``."""

# ruff: noqa: T201 - a program: it reports by printing, and sets its environment first

import os
import sys

os.environ["ANTHROPIC_BASE_URL"] = sys.argv[1]
os.environ["ANTHROPIC_API_KEY"] = "test-key"
from claudette import Chat, Client, contents

MODEL = "claude-haiku-4-5"
client = Client(MODEL)
assert "391" in contents(client("What is 17 * 23?", maxtok=500))
print("ok plain", client.use)
streamed = list(client("What is 17 * 23?", stream=True, maxtok=500))
assert len(streamed) > 5
print("ok streaming", len(streamed))
chat = Chat(MODEL, sp="You are helpful.")
chat("My name is Ada.")
assert "Ada" in contents(chat("What is my name?"))
print("ok conversation")


def get_weather(city: str) -> str:
    """Get the current weather for a city."""
    return f"21 degrees in {city}"


helper = Chat(MODEL, tools=[get_weather])
print([contents(reply) for reply in helper.toolloop("What's the weather in Paris?")])
assert any("21 degrees in Paris" in str(turn) for turn in helper.h)
print("ok tools")
