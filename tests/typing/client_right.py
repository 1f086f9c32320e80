"""What must type-check: the package as its users write it, through `import claude_nb` alone."""

from collections.abc import Iterator
from typing import assert_type

import pydantic

import claude_nb
from claude_nb.types import Message, MessageBatch, MessageTokensCount, ModelInfo, ParsedMessage


class City(pydantic.BaseModel):
    """What an answer is to hold."""

    name: str


@claude_nb.beta_tool
def weather(city: str) -> str:
    """Say what the weather is like."""
    return city


def waiting() -> None:
    client = claude_nb.Anthropic(api_key="k", max_retries=0)
    assert_type(client, claude_nb.Anthropic)
    message = client.messages.create(
        model="m", max_tokens=1, messages=[{"role": "user", "content": "Hi"}], temperature=0.5
    )
    assert_type(message, Message)
    for block in message.content:
        if block.type == "text":
            assert_type(block.text, str)
        elif block.type == "thinking":
            assert_type(block.thinking, str)
    raw = client.messages.create(
        model="m", max_tokens=1, messages=[], stream=True, include_pings=True
    )
    assert_type(raw, claude_nb.Stream)
    for event in raw:
        if event.type == "content_block_delta":
            assert_type(event.delta.text, str)
    whole = client.messages.create(model="m", max_tokens=1, messages=[], stream=False)
    assert_type(whole, Message)
    count = client.messages.count_tokens(model="m", messages=[])
    assert_type(count, MessageTokensCount)
    for batch in client.messages.batches.list(limit=3):
        assert_type(batch, MessageBatch)
    for model in client.models.list():
        assert_type(model, ModelInfo)


def either(client: claude_nb.Client, *, stream: bool) -> None:
    answer = client.messages.create(model="m", max_tokens=1, messages=[], stream=stream)
    assert_type(answer, Message | claude_nb.Stream)


def streaming(client: claude_nb.Anthropic) -> None:
    manager = client.messages.stream(model="m", max_tokens=1, messages=[], idle_timeout=5)
    assert_type(manager, claude_nb.MessageStreamManager)
    with manager as stream:
        assert_type(stream, claude_nb.MessageStream)
        for text in stream.text_stream:
            assert_type(text, str)
        assert_type(stream.get_final_message(), Message)
        for derived in stream:
            if derived.type == "text":
                assert_type(derived.snapshot, str)


def parsing(client: claude_nb.Anthropic) -> None:
    parsed = client.messages.parse(model="m", max_tokens=1, messages=[], output_format=City)
    assert_type(parsed, ParsedMessage[City])
    assert_type(parsed.parsed_output, City | None)
    cities = client.messages.parse(model="m", max_tokens=1, messages=[], output_format=list[City])
    assert_type(cities.parsed_output, list[City] | None)


def calling(client: claude_nb.Anthropic) -> None:
    assert_type(weather.name, str)
    runner = client.messages.tool_runner(
        model="m", max_tokens=1, messages=[], tools=[weather], max_iterations=3
    )
    assert_type(runner.until_done(), Message)


def failing(client: claude_nb.Anthropic) -> str | None:
    try:
        client.models.retrieve("m")
    except claude_nb.errors.RateLimitError as error:
        assert_type(error.status_code, int)
        return error.request_id
    except (claude_nb.APIConnectionError, claude_nb.errors.CompactionUnavailableError) as error:
        assert_type(error.partial_message, Message | None)
        return error.message
    except claude_nb.CMEKKeyDisabledError as error:
        return error.error_code
    return None


def around() -> None:
    with claude_nb.emulator.serve(tokens_per_second=0) as server:
        assert_type(server, claude_nb.emulator.Server)
        assert_type(server.url, str)
    panel = claude_nb.Panel(model="m")
    assert_type(panel, claude_nb.Panel)
    assert_type(claude_nb.Conversation("main").name, str)
    info = claude_nb.models.get("m")
    assert_type(info, claude_nb.models.ModelInfo | None)
    assert_type(claude_nb.__version__, str)


async def awaiting(client: claude_nb.AsyncAnthropic) -> None:
    message = await client.messages.create(model="m", max_tokens=1, messages=[])
    assert_type(message, Message)
    raw = await client.messages.create(model="m", max_tokens=1, messages=[], stream=True)
    assert_type(raw, claude_nb.AsyncStream)
    async with client.messages.stream(model="m", max_tokens=1, messages=[]) as stream:
        assert_type(stream, claude_nb.AsyncMessageStream)
        async for text in stream.text_stream:
            assert_type(text, str)
        assert_type(await stream.get_final_message(), Message)
    parsed = await client.messages.parse(model="m", max_tokens=1, messages=[], output_format=City)
    assert_type(parsed, ParsedMessage[City])
    runner = client.messages.tool_runner(model="m", max_tokens=1, messages=[], tools=[weather])
    assert_type(await runner.until_done(), Message)
    async for batch in client.messages.batches.list():
        assert_type(batch, MessageBatch)
    async for row in await client.messages.batches.results("b"):
        assert_type(row.custom_id, str)
    async for model in client.models.list():
        assert_type(model, ModelInfo)


def texts(events: claude_nb.Stream) -> Iterator[str]:
    for event in events:
        if event.type == "content_block_delta" and event.delta.type == "text_delta":
            yield event.delta.text
