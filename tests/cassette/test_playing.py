"""Recording answers and playing them again: in order, in either form, at their pace."""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from cassette_rig import JSON, KEY, STOP, STREAM, created, params, put, replied, said, streamed

from claude_nb import (
    Anthropic,
    AnthropicError,
    APIStatusError,
    AsyncAnthropic,
    BadRequestError,
    emulator,
)
from claude_nb.api.wire import Headers, Response
from claude_nb.cassette import REPLAYED_HEADER, Cassette, CassetteError
from claude_nb.cassette.asker import Asker

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def replayed(path):
    """Return what makes a client that nothing can answer but the cassette."""

    def make(mode="replay", **settings):
        return Cassette(path, mode, **settings).through(Anthropic(api_key="k", base_url=NOWHERE))

    return make


def test_a_stream_is_played_event_by_event_as_it_was(connect, server):
    first, second = streamed(connect(), **params()), streamed(connect(), **params())
    assert len(server.asked) == 1
    assert first[:2] == second[:2]
    assert REPLAYED_HEADER not in first[2].headers
    assert second[2].headers[REPLAYED_HEADER] == "true"
    assert second[2].request_id == first[2].request_id


@pytest.mark.parametrize("ask", [created, streamed])
@pytest.mark.parametrize("again", [created, streamed])
def test_what_was_asked_in_one_form_answers_the_other(connect, server, ask, again):
    def message(answer):
        return answer[1] if isinstance(answer, tuple) else answer

    thinking = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    asked = params("Which tool?", **thinking)
    asked["max_tokens"] = 2000
    first = message(ask(connect(), **asked))
    assert message(again(connect("replay"), **asked)).to_dict() == first.to_dict()
    assert len(server.asked) == 1


def test_a_count_of_tokens_is_another_question(connect, server):
    def count(client):
        return client.messages.count_tokens(
            model="claude-sonnet-4-6", messages=params()["messages"]
        )

    client = connect()
    answer, counted = created(client, **params()), count(client)
    client = connect("replay")
    assert count(client) == counted
    assert created(client, **params()).id == answer.id
    assert len(server.asked) == 1


@pytest.mark.parametrize("ask", [said, lambda c: streamed(c, **params())[1].content[0].text])
def test_equal_questions_of_a_run_have_answers_of_their_own_and_play_in_order(
    connect, replayed, server, ask
):
    client = connect()
    first = [ask(client) for _ in range(3)]
    assert len({*first}) == 3
    client = replayed()
    assert [ask(client) for _ in range(3)] == first
    with pytest.raises(CassetteError, match=r"Asked for the 4th time in this run, it was recorded"):
        ask(client)
    client = connect()  # goes on where the recording ends
    assert [ask(client) for _ in range(4)][:3] == first
    assert len(server.asked) == 4


@pytest.fixture
def cell(monkeypatch):
    """Return what says which cell runs now."""
    now = [Asker()]
    monkeypatch.setattr("claude_nb.cassette.store.asker", lambda: now[0])  # a new one's

    def run(name):
        now[0] = Asker(name, object())

    return run


def test_running_another_cell_or_one_again_shifts_nothing(connect, replayed, cell):
    client = connect("record")
    cell("a")
    in_a = [said(client) for _ in range(3)]
    cell("b")
    in_b = [said(client) for _ in range(2)]
    client, got = replayed(), {}
    for name, times in [("b", 2), ("a", 3), ("a", 3), ("b", 1), ("a", 2)]:
        cell(name)
        got = [said(client) for _ in range(times)]
        assert got == {"a": in_a, "b": in_b}[name][:times]


def test_a_cell_that_was_edited_has_the_answers_of_another(connect, replayed, cell):
    cell("a")
    client = connect()
    first = [said(client) for _ in range(2)]
    cell("edited")
    client = replayed()
    assert [said(client) for _ in range(2)] == first


def test_questions_at_the_same_time_are_told_apart(connect, replayed):
    with ThreadPoolExecutor(8) as pool:
        first = {*pool.map(said, [connect()] * 8)}
        assert len(first) == 8
        assert {*pool.map(said, [replayed()] * 8)} == first


def test_an_attempt_that_failed_is_not_counted(connect, replayed, server):
    server.faults.add(emulator.Fault("status", status=529))
    client = connect()
    first = [said(client), said(client)]
    client = replayed()
    assert [said(client), said(client)] == first


def test_a_stream_that_was_left_is_not_counted(connect, path):
    client = connect()
    with client.messages.stream(**params()):
        pass
    assert not path.exists()
    said(client)
    assert [taped.n for taped in Cassette(path).unused()] == [1]


@pytest.mark.parametrize(
    "changed",
    [
        {"temperature": 0.5},
        {"system": "Be brief."},
        {"extra_headers": {"anthropic-version": "2026-10-21"}},
        {"extra_headers": {"anthropic-beta": "something-2026"}},
        {"messages": [{"role": "user", "content": "Hello!"}]},
    ],
)
def test_a_change_is_another_request(connect, server, changed):
    created(connect(), **params())
    created(connect(), **{**params(), **changed})
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"temperature": 1},
        {"metadata": {"user_id": "somebody"}},
        {"timeout": 7},
        {"extra_headers": {"x-mine": "1"}},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello?"}]}]},
    ],
)
def test_what_cannot_change_the_answer_is_the_same_request(connect, server, changed):
    asked = params(temperature=1.0)
    created(connect(), **asked)
    created(connect().with_options(max_retries=7), **{**asked, **changed})
    assert len(server.asked) == 1


def test_another_address_is_the_same_request_and_replay_needs_no_key(
    connect, replayed, monkeypatch
):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    whole = created(connect(), **params())
    assert created(replayed(), **params()).to_dict() == whole.to_dict()
    assert created(replayed().with_options(timeout=3), **params()).id == whole.id


def test_record_asks_always_and_the_last_answer_counts(connect, replayed):
    for _ in range(3):
        said(connect("record"))
    assert said(replayed()).startswith("Answer 3")


def test_of_the_headers_only_what_an_answer_needs_is_in_the_file(client, path):
    client.messages.create(**params(), extra_headers={"x-mine": "private"})
    text = path.read_text(encoding="utf-8")
    assert "canary" not in text
    assert "private" not in text
    kept = json.loads(text)
    assert set(kept["request"]) == {"path", "anthropic-version", "anthropic-beta", "body"}
    assert set(kept["headers"]) == {"content-type", "request-id", "x-claude-emulator"}


def test_what_is_not_whole_is_not_recorded(client, server, path):
    with emulator.serve(tokens_per_second=20) as slow:
        left = client.with_options(base_url=slow.url)
        with left.messages.stream(**params("Write a story.")) as stream:
            next(iter(stream.text_stream))
    with pytest.raises(BadRequestError):
        client.messages.create(**{**params(), "temperature": 7})
    server.faults.add(emulator.Fault("cut", after=4))
    with pytest.raises(Exception, match=r"ended|closed|incomplete"):
        streamed(client, **params("Cut?"))
    assert not path.exists()


def test_errors_are_recorded_if_that_is_asked_for_and_played_without_a_wait(
    connect, replayed, path
):
    wrong = {**params(), "temperature": 7}
    with pytest.raises(BadRequestError) as first:
        created(connect(errors=True), **wrong)
    for _ in range(2):
        with pytest.raises(BadRequestError) as caught:
            created(replayed(), **wrong)
        assert str(caught.value) == str(first.value)
    with pytest.raises(BadRequestError):
        created(connect(errors=False), **wrong)  # asked again
    assert len(Cassette(path)) == 1


def test_an_error_that_was_overcome_is_replaced_by_the_answer(connect, replayed, server):
    server.faults.add(emulator.Fault("status", status=529))
    text = said(connect(errors=True))
    assert said(replayed()) == text


def test_an_error_that_would_be_tried_again_is_played_once(connect, replayed, server):
    server.faults.add(emulator.Fault("status", status=529))
    with pytest.raises(APIStatusError):
        said(connect(errors=True).with_options(max_retries=0))
    told = []
    with pytest.raises(APIStatusError):
        said(replayed().with_options(on_retry=told.append))
    assert not told


def answer_that_ends(reason, *, stream):
    if not stream:
        return JSON, json.dumps({"id": "m", "type": "message", "stop_reason": reason})
    told = {"type": "message_delta", "delta": {"stop_reason": reason}}
    return STREAM, f"event: message_delta\ndata: {json.dumps(told)}\n\n{STOP}"


@pytest.mark.parametrize("stream", [True, False])
def test_a_refusal_is_recorded_by_record_only(path, stream):
    cassette = Cassette(path)
    put(cassette, *replied(*answer_that_ends("refusal", stream=stream)))
    assert not path.exists()
    assert cassette.refused == 1
    put(Cassette(path, "record"), *replied(*answer_that_ends("refusal", stream=stream)))
    assert len(Cassette(path)) == 1


@pytest.mark.parametrize("reason", ["end_turn", "max_tokens", "tool_use", "pause_turn", "new"])
@pytest.mark.parametrize("stream", [True, False])
def test_any_other_end_is_recorded(path, reason, stream):
    put(Cassette(path), *replied(*answer_that_ends(reason, stream=stream)))
    assert len(Cassette(path)) == 1


def test_a_ping_behind_the_end_is_none(path):
    ping = 'event: ping\ndata: {"type": "ping"}\n\n'
    put(Cassette(path), *replied(STREAM, ping + STOP + ping))
    assert len(Cassette(path)) == 1


NO_ANSWERS = {
    "a page": ("text/html", "<html>Sign in to this network</html>"),
    "a page that says it is JSON": (JSON, "<html>Sign in to this network</html>"),
    "an error": (JSON, '{"type": "error", "error": {"type": "overloaded_error", "message": "x"}}'),
    "an error of a gateway": (JSON, '{"error": "out of credit"}'),
    "a list": (JSON, "[1]"),
    "nothing": (JSON, ""),
    "torn JSON": (JSON, '{"id": "m", '),
    "deep JSON": (JSON, "[" * 100_000),
    "no text": (JSON, b'{"id": "\xff"}'),
    "an error in a stream": (STREAM, f"event: error\ndata: {{}}\n\n{STOP}"),
    "a stream without an end": (STREAM, "event: message_start\ndata: {}\n\n"),
    "a stream of an error": (STREAM, "event: error\ndata: {}\n\n"),
    "only pings": (STREAM, "event: ping\ndata: {}\n\n"),
}


@pytest.mark.parametrize(("content_type", "body"), NO_ANSWERS.values(), ids=NO_ANSWERS)
@pytest.mark.parametrize("mode", ["auto", "record"])
def test_what_is_no_answer_is_not_recorded(path, content_type, body, mode):
    put(Cassette(path, mode), *replied(content_type, body))
    assert not path.exists()


def test_asyncio_plays_what_was_recorded_either_way(server, path):
    async def run():
        made = Cassette(path).through(AsyncAnthropic(api_key=KEY, base_url=server.url))
        async with made.messages.stream(**params()) as stream:
            texts = [await stream.get_final_text()]
        return [*texts, (await made.messages.create(**params())).content[0].text]

    first = asyncio.run(run())
    assert asyncio.run(run()) == first
    assert len(server.asked) == 2
    blocking = Cassette(path, "replay").through(Anthropic(base_url=server.url))
    assert streamed(blocking, **params())[1].content[0].text == first[0]


def test_two_cassettes_each_record_what_passes(server, tmp_path):
    paths = [tmp_path / "inner.jsonl", tmp_path / "outer.jsonl"]

    async def ask():
        client = AsyncAnthropic(api_key=KEY, base_url=server.url)
        for path in paths:
            client = Cassette(path).through(client)
        await client.with_options(max_connections=7).messages.create(**params())

    asyncio.run(ask())
    assert [len(Cassette(path)) for path in paths] == [1, 1]


# ---- pace


@pytest.fixture
def clock(monkeypatch):
    """Give the seconds that players wait, which pass at once."""
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    blocking = SimpleNamespace(sleep=waits.append, monotonic=time.monotonic)
    monkeypatch.setattr("claude_nb.cassette.tape.time", blocking)
    monkeypatch.setattr("claude_nb.cassette.tape.asyncio", SimpleNamespace(sleep=sleep))
    return waits


def heard_at(path, *seconds):
    """Record a stream whose pieces came at these times."""
    pieces = [
        'event: content_block_delta\ndata: {"type": "content_block_delta", "index": 0, "delta": '
        f'{{"type": "text_delta", "text": "{number}"}}}}\n\n'
        for number in range(len(seconds) - 1)
    ]
    reply, _ = replied(STREAM, "")
    heard = list(zip(seconds, [*(piece.encode() for piece in pieces), STOP.encode()], strict=True))
    Cassette(path).ask(reply.request).keep(reply, heard)
    return reply.request


@pytest.mark.parametrize(("speed", "factor"), [(1, 1), (2, 0.5), (0.5, 2)])
def test_a_stream_is_played_at_its_pace(path, clock, speed, factor):
    request = heard_at(path, 0.5, 0.75, 1.0, 2.0)
    events = Cassette(path, "replay", speed=speed).ask(request).played().events
    assert [wait for wait, _ in events] == [0.5 * factor, 0.25 * factor, 0.25 * factor, factor]


def test_at_once_nobody_waits(path, clock):
    request = heard_at(path, 0.5, 0.75, 1.0, 2.0)
    events = Cassette(path, "replay").ask(request).played().events
    assert [wait for wait, _ in events] == [0] * 4
    assert json.loads(path.read_text(encoding="utf-8"))["pace"] == [500, 250, 250, 1000]


def test_clients_wait_between_events(server, path, clock):
    with emulator.serve(tokens_per_second=500) as slow:
        recording = Cassette(path, "record").through(Anthropic(api_key=KEY, base_url=slow.url))
        streamed(recording, **params("Tell me about rain."))
    played = Cassette(path, "replay", speed=1).through(Anthropic(base_url=NOWHERE))
    streamed(played, **params("Tell me about rain."))
    pace = json.loads(path.read_text(encoding="utf-8"))["pace"]
    assert clock == [wait / 1000 for wait in pace if wait]
    once = [*clock]

    async def ask():
        client = Cassette(path, "replay", speed=1).through(AsyncAnthropic(base_url=NOWHERE))
        async with client.messages.stream(**params("Tell me about rain.")) as stream:
            await stream.until_done()

    asyncio.run(ask())
    assert clock == once * 2


# ---- what is not for it


def test_an_answer_is_not_lost_where_it_cannot_be_recorded(server, tmp_path):
    made = Cassette(tmp_path / "none" / "x.jsonl").through(
        Anthropic(api_key=KEY, base_url=server.url)
    )
    with pytest.warns(UserWarning, match="not recorded"):
        assert made.messages.create(**params()).content


def test_what_is_neither_message_nor_count_goes_to_the_server(client, path):
    assert client.models.list().data
    assert not path.exists()


def test_what_is_wrong_with_mode_or_speed_is_said(path):
    with pytest.raises(CassetteError, match="must be one of auto, record, replay"):
        Cassette(path, "rewind")
    for speed in (-1, float("inf"), float("nan")):
        with pytest.raises(CassetteError, match="must be 0"):
            Cassette(path, speed=speed)


@pytest.mark.parametrize("body", ["", "x", "[" * 100_000, "5", "[]", "null"])
@pytest.mark.parametrize("ask", [streamed, created])
def test_a_recording_whose_body_is_damaged_raises_an_error_of_ours(
    client, path, replayed, body, ask
):
    ask(client, **params())
    kept = json.loads(path.read_text(encoding="utf-8"))
    kept = {name: value for name, value in kept.items() if name not in {"answer", "stream"}}
    path.write_text(json.dumps({**kept, "body": body}) + "\n", encoding="utf-8")
    with pytest.raises(AnthropicError):
        ask(replayed(), **params())


def test_what_was_not_used_is_listed(connect, path):
    client = connect()
    said(client, "One?")
    said(client, "Two?")
    cassette = Cassette(path, "replay")
    said(cassette.through(Anthropic(base_url=NOWHERE)), "Two?")
    assert [taped.request["body"]["messages"][0]["content"] for taped in cassette.unused()] == [
        "One?"
    ]
    assert cassette.played == 1


# ---- given to a client


def test_a_client_takes_a_path_or_a_cassette(server, path):
    with Anthropic(api_key=KEY, base_url=server.url, cassette=path) as client:
        first = [said(client), said(client.with_options(timeout=5))]
    assert len(server.asked) == 2
    kept = Cassette(path, "replay")
    with Anthropic(base_url=NOWHERE, cassette=kept) as client:
        assert [said(client), said(client.with_options(base_url=server.url))] == first
    assert kept.played == 2


def test_a_copy_can_have_another_cassette_or_none(server, path, tmp_path):
    with Anthropic(api_key=KEY, base_url=server.url, cassette=str(path)) as client:
        said(client)
        said(client.with_options(cassette=None))
        said(client.with_options(cassette=tmp_path / "other.jsonl"))
    assert [len(Cassette(each)) for each in (path, tmp_path / "other.jsonl")] == [1, 1]
    assert len(server.asked) == 3


def test_an_asyncio_client_takes_one_too(server, path):
    async def ask():
        async with AsyncAnthropic(api_key=KEY, base_url=server.url, cassette=path) as client:
            return (await client.messages.create(**params())).id

    assert asyncio.run(ask()) == asyncio.run(ask())
    assert len(server.asked) == 1


def test_what_the_emulator_answered_is_not_played_to_another_server_s_client(
    client, path, monkeypatch
):
    """A class records with the emulator; whoever has a key is answered by the model."""
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    class Model:
        closed = False

        def send(self, request, *, stream):
            assert not stream
            reply = {"content": [{"type": "text", "text": "By the model."}]}
            return Response(200, Headers(), request, json.dumps(reply).encode()), None

    def elsewhere(mode):
        real = Anthropic(api_key="k", base_url="https://api.example")
        return Cassette(path, mode).through(real.via(lambda _: Model()))

    emulated = said(client)
    assert said(elsewhere("replay")) == emulated
    keyless = Anthropic(base_url="https://api.example", cassette=Cassette(path))
    assert said(keyless) == emulated
    assert said(elsewhere("auto")) == "By the model."
    assert said(elsewhere("replay")) == "By the model."
