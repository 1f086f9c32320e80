"""pydantic-ai: ``python app_pydantic_ai.py URL``."""

# ruff: noqa: T201, D101 - a program: it reports by printing, and sets its environment first

import asyncio
import sys

from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

provider = AnthropicProvider(api_key="test-key", base_url=sys.argv[1])
model = AnthropicModel("claude-haiku-4-5", provider=provider)


class Person(BaseModel):
    name: str
    age: int


async def main():
    agent = Agent(model, system_prompt="Be brief.")
    result = await agent.run("What is 17 * 23?")
    assert "391" in result.output
    print("ok plain", result.usage)
    async with agent.run_stream("Write a haiku about tea") as stream:
        pieces = [piece async for piece in stream.stream_text(delta=True, debounce_by=None)]
    assert len(pieces) > 5
    print("ok streaming", len(pieces))
    typed = await Agent(model, output_type=Person).run("My name is Ada and I am 36")
    assert typed.output == Person(name="Ada", age=36)
    print("ok output type")

    helper = Agent(model)

    @helper.tool_plain
    def get_weather(city: str) -> str:
        """Get the current weather for a city."""
        return f"21 degrees in {city}"

    answer = await helper.run("What's the weather in Paris?")
    assert "21 degrees in Paris" in answer.output
    print("ok tools")


asyncio.run(main())
