"""A client that waits, used from asyncio: pieces as they come, and nothing held once it is left."""

from __future__ import annotations

import asyncio
import threading

import pytest
from asked import KEY, PROMPT
from events import answer
from scripted_server import STALL, ScriptedServer, reply, sse, stream

from claude_nb.api.client import Anthropic
from claude_nb.api.sending.lent.threaded import Lent, Threaded
from claude_nb.errors import APIConnectionError, NotFoundError

WHOLE_STREAM = [sse(event) for event in answer("a", "b")]
HALF = WHOLE_STREAM[:3]


@pytest.fixture
def server():
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def waiting(server):
    with Anthropic(api_key=KEY, base_url=server.url, max_retries=0) as client:
        yield client


async def test_a_stream_comes_piece_by_piece(server, waiting):
    server.script(stream(*WHOLE_STREAM))
    async with waiting.awaited(Threaded).messages.stream(**PROMPT) as streamed:
        assert [piece async for piece in streamed.text_stream] == ["a", "b"]


async def test_who_leaves_a_silent_stream_closes_its_connection_at_once(server, waiting):
    server.script(stream(*HALF, STALL))
    async with waiting.awaited(Threaded).messages.stream(**PROMPT) as streamed:
        await anext(streamed.text_stream)
    assert await asyncio.to_thread(server.left.acquire, timeout=5)
    assert server.wait_until(lambda: threading.active_count() < 6)


async def test_a_task_that_is_cancelled_closes_its_connection(server, waiting):
    server.script(stream(*HALF, STALL))

    async def read():
        async with waiting.awaited(Threaded).messages.stream(**PROMPT) as streamed:
            async for _ in streamed.text_stream:
                began.set()

    began = asyncio.Event()
    task = asyncio.create_task(read())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(server.left.acquire, timeout=5)


async def test_what_fails_in_the_thread_is_raised_where_it_is_awaited(server, waiting):
    client = waiting.awaited(Threaded)
    server.script(reply(404, {"type": "error", "error": {"type": "not_found_error"}}))
    with pytest.raises(NotFoundError):
        await client.messages.create(**PROMPT)
    server.close()
    with pytest.raises(APIConnectionError):
        await client.messages.create(**PROMPT)


async def test_many_at_once_do_not_wait_for_each_other(server, waiting):
    server.script([0.2, *reply(200, {"type": "message", "content": []})])
    client = waiting.awaited(Threaded)
    asked = [client.messages.create(**PROMPT) for _ in range(30)]
    await asyncio.gather(*asked)
    assert server.accepted > len(asked) / 2  # who waits for another would take its connection


def test_closing_what_was_lent_closes_nothing_of_its_owners(server, waiting):
    server.script(reply(200, {"type": "message", "content": []}))
    lent = waiting.via(Lent)
    lent.close()
    assert lent.is_closed()
    assert not waiting.is_closed()
    waiting.messages.create(**PROMPT)
