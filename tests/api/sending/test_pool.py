"""Connections: shared by threads, never by processes or event loops, and always given back."""

import asyncio
import gc
import multiprocessing
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from asked import KEY, PROMPT
from events import answer
from scripted_server import STALL, reply, sse, stream

from claude_nb import emulator
from claude_nb.api import errors
from claude_nb.api.client import Anthropic, AsyncAnthropic
from claude_nb.api.wire import Timeout

ON_EMULATOR = {**PROMPT, "model": "claude-haiku-4-5"}


def echo(request):
    """Answer with the text of the question."""
    return reply(200, {"id": request.json()["messages"][0]["content"]})


def ask(client, text):
    return client.messages.create(**{**PROMPT, "messages": [{"role": "user", "content": text}]}).id


@pytest.fixture
def sync_client(server, library):
    server.handler = echo
    with Anthropic(api_key=KEY, base_url=server.url, max_retries=0) as client:
        yield client


@pytest.mark.slow
def test_fifty_threads_share_one_client(sync_client):
    def work(number):
        return [ask(sync_client, f"{number}-{n}") == f"{number}-{n}" for n in range(20)]

    with ThreadPoolExecutor(50) as pool:
        assert all(all(right) for right in pool.map(work, range(50)))


def _child(client, name, pipe):
    pipe.send([ask(client, f"{name}-{n}") == f"{name}-{n}" for n in range(100)])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_with_a_warm_client_mixes_nothing_up(sync_client):
    assert ask(sync_client, "warm") == "warm"
    context = multiprocessing.get_context("fork")
    ends = [context.Pipe() for _ in range(3)]
    children = [
        context.Process(target=_child, args=(sync_client, f"child{n}", there))
        for n, (_, there) in enumerate(ends)
    ]
    for child in children:
        child.start()
    assert all(ask(sync_client, f"parent-{n}") == f"parent-{n}" for n in range(100))
    for here, _ in ends:
        assert here.poll(60)
        assert here.recv() == [True] * 100
    for child in children:
        child.join()


def test_one_async_client_over_three_loops(server, library):
    server.handler = echo
    client = AsyncAnthropic(api_key=KEY, base_url=server.url, max_retries=0)

    async def main(name):
        params = {**PROMPT, "messages": [{"role": "user", "content": name}]}
        answers = await asyncio.gather(*(client.messages.create(**params) for _ in range(10)))
        return {message.id for message in answers}

    assert [asyncio.run(main(name)) for name in "abc"] == [{"a"}, {"b"}, {"c"}]
    assert server.wait_until(lambda: server.open_connections == 0)


def test_an_async_client_is_closed_by_its_block(server, library):
    server.handler = echo

    async def main():
        async with AsyncAnthropic(api_key=KEY, base_url=server.url) as client:
            await client.messages.create(**PROMPT)
        assert server.wait_until(lambda: server.open_connections == 0)
        with pytest.raises(errors.APIConnectionError, match="closed"):
            await client.messages.create(**PROMPT)

    asyncio.run(main())


def test_an_async_client_dropped_in_a_cycle_is_closed(server, library):
    server.handler = echo

    async def main():
        async with AsyncAnthropic(api_key=KEY, base_url=server.url, max_retries=0) as client:
            await client.copy(max_connections=5).messages.create(**PROMPT)
            gc.collect()
            for _ in range(100):
                await asyncio.sleep(0.01)
                if server.open_connections == 0:
                    return True
        return False

    assert asyncio.run(main())


async def test_streams_left_open_give_a_clear_error(connect, server, driver):
    server.script(stream(sse(*answer("a")[:3]), STALL))
    client = connect(max_connections=20, timeout=Timeout(60, pool=0.1))
    held = []
    with pytest.raises(errors.ConnectionLimitError, match="close them"):  # noqa: PT012 - at some turn
        for _ in range(30):
            held.append(await client.messages.create(**PROMPT, stream=True))  # noqa: PERF401 - kept up to the error
    assert len(held) == 20
    await client.close()
    for s in held:
        await s.close()
    assert server.wait_until(lambda: server.open_connections == 0)


def test_the_default_takes_as_many_connections_as_the_official_client():
    client = Anthropic(api_key="k")
    assert client._config.max_connections == 1000
    assert client.timeout.pool == 600.0


async def test_a_call_beyond_the_limit_waits_for_its_turn():
    with emulator.serve(answer=lambda _: "Hello.", tokens_per_second=0) as running:
        many = AsyncAnthropic(api_key=KEY, base_url=running.url, max_connections=8)
        async with many:
            calls = (many.messages.create(**ON_EMULATOR) for _ in range(40))
            assert len(await asyncio.gather(*calls)) == 40


@pytest.mark.slow
async def test_five_hundred_calls_at_once_are_all_answered_and_a_bad_one_harms_nobody():
    """Each takes two seconds of the emulator's pace, and all are open together."""
    with emulator.serve(answer=lambda _: "word " * 20, tokens_per_second=10) as running:
        async with AsyncAnthropic(api_key=KEY, base_url=running.url) as client:
            bad = client.messages.create(**{**ON_EMULATOR, "max_tokens": -1})
            calls = [client.messages.create(**ON_EMULATOR) for _ in range(500)]
            done = await asyncio.gather(bad, *calls, return_exceptions=True)
            assert isinstance(done[0], errors.BadRequestError)
            assert {type(each).__name__ for each in done[1:]} == {"Message"}
            assert (await client.messages.create(**ON_EMULATOR)).stop_reason == "end_turn"


@pytest.mark.slow
def test_calls_and_streams_leave_nothing_behind(server, library):
    """A short form of what `benchmarks/client_leaks.py` does 10,000 times."""
    process = psutil.Process()
    with Anthropic(api_key=KEY, base_url=server.url) as client:

        def work(calls, streams):
            server.handler = echo
            for n in range(calls):
                assert ask(client, str(n)) == str(n)
            server.requests.clear()
            server.script(stream(sse(*answer("a"))))
            for _ in range(streams):
                with client.messages.stream(**PROMPT) as s:
                    s.until_done()
            server.requests.clear()
            gc.collect()

        work(50, 20)
        descriptors = process.num_fds()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        work(300, 80)
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        assert grown < 100_000
        assert process.num_fds() <= descriptors
        assert server.accepted <= 3


def test_threads_that_race_for_the_first_call_end_up_with_one_pool(server, library):
    server.handler = echo
    with Anthropic(api_key=KEY, base_url=server.url) as client:
        barrier = threading.Barrier(8)

        def first(n):
            barrier.wait()
            return ask(client, str(n))

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(first, range(8))) == [str(n) for n in range(8)]
        assert len(client._connector._clients) == 1
        assert len(server.requests) == 8


def test_a_dropped_client_closes_its_connections_but_not_under_a_stream(server, library):
    server.script(stream(sse(*answer("a")[:3]), 0.2, sse(*answer("a")[3:])))
    events = Anthropic(api_key=KEY, base_url=server.url).messages.create(**PROMPT, stream=True)
    gc.collect()
    assert [event.type for event in events][-1] == "message_stop"
    del events
    gc.collect()
    assert server.wait_until(lambda: server.open_connections == 0)


def test_a_client_that_is_garbage_in_a_cycle_closes_its_connections_in_time(server, library):
    server.handler = echo
    gc.collect()
    gc.disable()
    try:
        client = Anthropic(api_key=KEY, base_url=server.url)
        cycle = [client]
        cycle.append(cycle)
        gc.collect(0)  # now the collector comes to the socket before it comes to the client
        assert ask(client, "a") == "a"
        del client, cycle
        gc.collect()  # a ResourceWarning here fails the test
    finally:
        gc.enable()
    assert server.wait_until(lambda: server.open_connections == 0)
