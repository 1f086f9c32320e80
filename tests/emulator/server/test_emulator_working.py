"""Others are answered while one call is worked on, and a call is not worked on for ever."""

from __future__ import annotations

import asyncio
import json
import threading

import httpx
import pytest
from emulator_requests import HEADERS, ask

import claude_nb.emulator
from claude_nb.emulator import Limits, ManualClock
from claude_nb.emulator.server.working import Workers


@pytest.fixture
def gate():
    """Give an answer that is not finished until the test lets it go."""

    class Gate:
        entered = threading.Event()
        opened = threading.Event()

        def __call__(self, request):
            if request["messages"][0]["content"] != "wait":
                return None
            self.entered.set()
            assert self.opened.wait(60)
            return "done"

    made = Gate()
    made.entered, made.opened = threading.Event(), threading.Event()
    yield made
    made.opened.set()


def post(server, text, **more):
    url = f"{server.url}/v1/messages"
    return httpx.post(url, json=ask(text, **more), headers=HEADERS, timeout=60)


def in_background(call, *args, **more):
    found = []
    thread = threading.Thread(target=lambda: found.append(call(*args, **more)))
    thread.start()
    return thread, found


@pytest.mark.parametrize("stream", [False, True])
def test_another_call_is_answered_while_one_is_worked_on(gate, stream):
    with claude_nb.emulator.serve(tokens_per_second=0, answer=gate) as server:
        thread, found = in_background(post, server, "wait", stream=stream)
        assert gate.entered.wait(60)
        assert "391" in post(server, "What is 17 * 23?", stream=stream).text
        assert not found
        gate.opened.set()
        thread.join(60)
        assert "done" in found[0].text


def test_a_call_that_takes_too_long_is_a_timeout_and_the_server_lives(gate):
    limits = Limits(answer_time=0)  # over before the gate opens, which it does not
    with claude_nb.emulator.serve(tokens_per_second=0, answer=gate, limits=limits) as server:
        reply = post(server, "wait")
        assert reply.status_code == 504
        assert reply.json()["error"] == {"type": "timeout_error", "message": "Request timed out"}
        assert reply.headers["x-should-retry"] == "false"
        assert reply.headers["x-claude-emulator"]
        assert not gate.opened.is_set()
        batches = f"{server.url}/v1/messages/batches"  # they have a time of their own
        assert httpx.get(batches, headers=HEADERS).json()["data"] == []


def test_others_are_answered_while_the_results_of_a_batch_are_computed(gate):
    clock = ManualClock()
    with claude_nb.emulator.serve(tokens_per_second=0, answer=gate, clock=clock) as server:
        batches = f"{server.url}/v1/messages/batches"
        jobs = [
            {"custom_id": f"job{n}", "params": ask(text)} for n, text in enumerate(["wait", "hi"])
        ]
        made = httpx.post(batches, json={"requests": jobs}, headers=HEADERS).json()
        clock.advance(10)
        url = f"{batches}/{made['id']}/results"
        thread, found = in_background(httpx.get, url, headers=HEADERS, timeout=60)
        assert gate.entered.wait(60)
        assert "391" in post(server, "What is 17 * 23?").text
        gate.opened.set()
        thread.join(60)
        lines = [json.loads(line) for line in found[0].text.splitlines()]
        assert sorted(line["custom_id"] for line in lines) == ["job0", "job1"]
        assert {line["result"]["type"] for line in lines} == {"succeeded"}


def test_a_batch_entry_that_cannot_be_answered_is_an_errored_one():
    schema = {"type": "object", "properties": {"x": {"type": "array", "minItems": 10**9}}}
    tools = [{"name": "f", "input_schema": {**schema, "required": ["x"]}}]
    jobs = [
        {"custom_id": "large", "params": ask(tools=tools, tool_choice={"type": "any"})},
        {"custom_id": "small", "params": ask()},
    ]
    clock = ManualClock()
    with claude_nb.emulator.serve(tokens_per_second=0, clock=clock) as server:
        batches = f"{server.url}/v1/messages/batches"
        made = httpx.post(batches, json={"requests": jobs}, headers=HEADERS).json()
        clock.advance(10)
        lines = httpx.get(f"{batches}/{made['id']}/results", headers=HEADERS).text.splitlines()
    types = {line["custom_id"]: line["result"]["type"] for line in map(json.loads, lines)}
    assert types == {"large": "errored", "small": "succeeded"}


def test_work_that_is_given_up_keeps_its_place_until_it_ends():
    async def scene():
        workers, opened, ran = Workers(1), threading.Event(), []
        with pytest.raises(TimeoutError):
            await workers.run(opened.wait, 0.01)
        with pytest.raises(TimeoutError):
            await workers.run(lambda: ran.append("too early"), 0.01)
        assert not ran
        opened.set()
        assert await workers.run(lambda: "next", 60) == "next"

    asyncio.run(scene())


def test_what_work_raises_is_raised_where_it_is_awaited():
    async def scene():
        workers = Workers(1)
        with pytest.raises(ZeroDivisionError):
            await workers.run(lambda: 1 / 0, 60)
        assert await workers.run(lambda: 1, 60) == 1

    asyncio.run(scene())
