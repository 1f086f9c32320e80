"""What must type-check: the client as its users write it."""

from typing import assert_type

from claude_nb.api.async_stream import AsyncStream
from claude_nb.api.client import Anthropic, AsyncAnthropic
from claude_nb.api.stream import Stream
from claude_nb.api.types import Message, MessageBatch, MessageTokensCount


def waiting(client: Anthropic) -> None:
    message = client.messages.create(
        model="m", max_tokens=1, messages=[{"role": "user", "content": "Hi"}], temperature=0.5
    )
    assert_type(message, Message)
    for block in message.content:
        if block.type == "text":
            assert_type(block.text, str)
        elif block.type == "thinking":
            assert_type(block.thinking, str)
    raw = client.messages.create(model="m", max_tokens=1, messages=[], stream=True)
    assert_type(raw, Stream)
    for event in raw:
        if event.type == "content_block_delta":
            assert_type(event.delta.text, str)
    with client.messages.stream(model="m", max_tokens=1, messages=[]) as stream:
        for text in stream.text_stream:
            assert_type(text, str)
        assert_type(stream.get_final_message(), Message)
        for derived in stream:
            if derived.type == "text":
                assert_type(derived.snapshot, str)
    count = client.messages.count_tokens(model="m", messages=[])
    assert_type(count, MessageTokensCount)
    for batch in client.messages.batches.list(limit=3):
        assert_type(batch, MessageBatch)


async def awaiting(client: AsyncAnthropic) -> None:
    message = await client.messages.create(model="m", max_tokens=1, messages=[])
    assert_type(message, Message)
    raw = await client.messages.create(model="m", max_tokens=1, messages=[], stream=True)
    assert_type(raw, AsyncStream)
    async with client.messages.stream(model="m", max_tokens=1, messages=[]) as stream:
        async for text in stream.text_stream:
            assert_type(text, str)
        assert_type(await stream.get_final_message(), Message)
    async for batch in client.messages.batches.list():
        assert_type(batch, MessageBatch)
    async for row in await client.messages.batches.results("b"):
        assert_type(row.custom_id, str)
