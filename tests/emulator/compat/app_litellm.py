"""litellm: ``python app_litellm.py URL``."""

# ruff: noqa: T201 - a program: it reports by printing, and sets its environment first

import json
import os
import sys

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm
from pydantic import BaseModel

litellm.telemetry = False
BASE = {
    "model": "anthropic/claude-haiku-4-5-20251001",
    "api_base": sys.argv[1],
    "api_key": "test-key",
}
ASK = [{"role": "user", "content": "What is 17 * 23?"}]
reply = litellm.completion(messages=ASK, max_tokens=500, temperature=0, **BASE)
assert "391" in reply.choices[0].message.content
assert reply.usage.completion_tokens > 0
print("ok plain")
chunks = list(litellm.completion(messages=ASK, max_tokens=500, stream=True, **BASE))
assert "391" in "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
assert len(chunks) > 10
print("ok streaming", len(chunks))
thought = litellm.completion(
    messages=ASK, max_tokens=3000, thinking={"type": "enabled", "budget_tokens": 1024}, **BASE
)
assert thought.choices[0].message.reasoning_content
print("ok thinking")
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the current weather for a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
WEATHER = [{"role": "user", "content": "What's the weather in Paris?"}]
called = litellm.completion(messages=WEATHER, tools=[TOOL], max_tokens=500, **BASE)
call = called.choices[0].message.tool_calls[0]
assert json.loads(call.function.arguments) == {"city": "Paris"}
turns = [
    *WEATHER,
    called.choices[0].message.model_dump(),
    {"role": "tool", "tool_call_id": call.id, "content": "21 degrees"},
]
final = litellm.completion(messages=turns, tools=[TOOL], max_tokens=500, **BASE)
assert "21 degrees" in final.choices[0].message.content
print("ok tools")


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


ADA = [{"role": "user", "content": "Ada is 36 years old"}]
typed = litellm.completion(messages=ADA, response_format=Person, max_tokens=500, **BASE)
assert json.loads(typed.choices[0].message.content) == {"name": "Ada", "age": 36}
print("ok structured")
try:
    litellm.completion(
        messages=ASK, max_tokens=500, num_retries=0, **{**BASE, "api_key": "invalid"}
    )
except litellm.AuthenticationError:
    print("ok errors")
