"""llm with llm-anthropic: ``python app_llm.py URL``."""

# ruff: noqa: T201 - a program: it reports by printing, and sets its environment first

import os
import sys

os.environ["ANTHROPIC_BASE_URL"] = sys.argv[1]
import llm

model = llm.get_model("claude-haiku-4.5")
model.key = "test-key"
if hasattr(model, "base_url"):
    model.base_url = sys.argv[1]
streamed = list(model.prompt("What is 17 * 23?", stream=True))
assert "391" in "".join(streamed)
assert len(streamed) > 10
print("ok streaming", len(streamed))
plain = model.prompt("What is 17 * 23?", stream=False, system="Be brief.")
assert "391" in plain.text()
assert plain.usage().output > 0
print("ok plain", plain.usage())
chat = model.conversation()
chat.prompt("My name is Ada.").text()
assert "Ada" in chat.prompt("What is my name?").text()
print("ok conversation")
schema = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
assert '"age": 36' in model.prompt("Ada is 36", schema=schema).text()
print("ok schema")


def get_weather(city: str) -> str:
    """Get the current weather for a city."""
    return f"21 degrees in {city}"


answer = model.chain("What's the weather in Paris?", tools=[get_weather]).text()
assert "21 degrees in Paris" in answer
print("ok tools")
