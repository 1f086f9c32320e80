"""Recording answers and playing them again: whole ones, found by their request, and no key."""

from __future__ import annotations

import asyncio
import json

import pytest

from claude_nb import Anthropic, AsyncAnthropic, BadRequestError, emulator
from claude_nb.cassette import REPLAYED_HEADER, Cassette, CassetteError

KEY = "sk-ant-canary-0123456789abcdef"
ASKED = {"model": "claude-sonnet-4-6", "max_tokens": 50}


def params(text="Hello?", **more):
    return {**ASKED, "messages": [{"role": "user", "content": text}], **more}


@pytest.fixture
def server():
    """Serve answers that count the questions: an answer that was not asked for is told apart."""
    asked = []

    def answer(request):
        asked.append(request)
        told = KEY if "key?" in str(request["messages"]) else "all"
        return f"Answer {len(asked)} \u2028 to {told}, “quoted”."

    with emulator.serve(tokens_per_second=0, answer=answer) as running:
        running.asked = asked
        yield running


@pytest.fixture
def path(tmp_path):
    return tmp_path / "answers.jsonl"


@pytest.fixture
def client(server, path):
    """Give a client that records and plays."""
    return Cassette(path).through(Anthropic(api_key=KEY, base_url=server.url))


def streamed(client, **asked):
    with client.messages.stream(**asked) as stream:
        return [event.type for event in stream], stream.get_final_message(), stream.response


def test_a_stream_is_played_event_by_event_as_it_was(client, server):
    first = streamed(client, **params())
    second = streamed(client, **params())
    assert len(server.asked) == 1
    assert first[:2] == second[:2]
    assert REPLAYED_HEADER not in first[2].headers
    assert second[2].headers[REPLAYED_HEADER] == "true"
    assert second[2].request_id == first[2].request_id


def test_other_forms_of_asking_have_answers_of_their_own(client, server):
    for _ in range(2):
        assert client.messages.create(**params()).content[0].text.startswith("Answer 1")
        assert streamed(client, **params())[1].content[0].text.startswith("Answer 2")
        counted = client.messages.count_tokens(model=ASKED["model"], messages=params()["messages"])
    assert counted.input_tokens > 0
    assert len(server.asked) == 2


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
def test_any_change_is_another_request(client, server, changed):
    client.messages.create(**params())
    client.messages.create(**{**params(), **changed})
    assert len(server.asked) == 2


def test_another_address_is_not(client, path, server):
    whole = client.messages.create(**params())
    elsewhere = Anthropic(api_key="other-key-0123456789", base_url="http://127.0.0.1:1")
    played = Cassette(path, "replay").through(elsewhere)
    assert played.messages.create(**params()).to_dict() == whole.to_dict()
    assert played.with_options(timeout=3).messages.create(**params()).id == whole.id
    assert len(server.asked) == 1


def test_replay_needs_no_key_and_never_asks(client, path, server, monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    client.messages.create(**params())
    played = Cassette(path, "replay").through(Anthropic(base_url=server.url))
    played.messages.create(**params())
    with pytest.raises(CassetteError) as caught:
        played.messages.create(**params("Who?"))
    said = str(caught.value)
    assert "answers.jsonl holds no answer to this request to claude-sonnet-4-6" in said
    assert '"Who?"' in said
    assert "1 are recorded" in said
    assert len(server.asked) == 1


def test_record_asks_always_and_the_last_answer_counts(server, path):
    recording = Cassette(path, "record").through(Anthropic(api_key=KEY, base_url=server.url))
    for _ in range(3):
        recording.messages.create(**params())
    played = Cassette(path, "replay").through(Anthropic(base_url=server.url))
    assert played.messages.create(**params()).content[0].text.startswith("Answer 3")


def test_of_the_headers_only_what_an_answer_needs_is_in_the_file(client, path):
    client.messages.create(**params(), extra_headers={"x-mine": "private"})
    text = path.read_text(encoding="utf-8")
    assert "canary" not in text
    assert "private" not in text
    kept = json.loads(text)
    assert set(kept["request"]) == {"path", "anthropic-version", "anthropic-beta", "body"}
    assert set(kept["headers"]) == {"content-type", "request-id", "x-claude-emulator"}


@pytest.mark.parametrize("text", [f"My key is {KEY}.", "What is my key?"])
@pytest.mark.parametrize("ask", [streamed, lambda client, **asked: client.messages.create(**asked)])
def test_an_exchange_that_holds_a_key_is_not_recorded(client, path, text, ask):
    with pytest.warns(UserWarning, match="holds an API key was not recorded"):
        ask(client, **params(text))
    assert not path.exists()


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
    assert len(Cassette(path)) == 0


def test_asyncio_plays_what_was_recorded_either_way(server, path):
    async def twice():
        made = Cassette(path).through(AsyncAnthropic(api_key=KEY, base_url=server.url))
        texts = []
        for _ in range(2):
            async with made.messages.stream(**params()) as stream:
                texts.append(await stream.get_final_text())
            texts.append((await made.messages.create(**params())).content[0].text)
        return texts

    first, second, *again = asyncio.run(twice())
    assert again == [first, second]
    blocking = Cassette(path, "replay").through(Anthropic(base_url=server.url))
    assert streamed(blocking, **params())[1].content[0].text == first


def test_a_file_changed_by_others_is_read_anew(client, server, path):
    client.messages.create(**params())
    path.unlink()
    client.messages.create(**params())
    assert len(server.asked) == 2
    other = Cassette(path)
    client.messages.create(**params("More?"))
    again = other.through(Anthropic(api_key=KEY, base_url=server.url))
    again.messages.create(**params("More?"))
    assert len(server.asked) == 3


def test_what_is_wrong_with_mode_or_file_is_said(path):
    with pytest.raises(CassetteError, match="must be one of auto, record, replay"):
        Cassette(path, "rewind")
    path.write_text('\n{"key": "x"}\n', encoding="utf-8")
    with pytest.raises(CassetteError, match=r"Line 2 of .* is no recorded answer"):
        Cassette(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(CassetteError, match="cannot be read"):
        Cassette(path)


def test_an_answer_is_not_lost_where_it_cannot_be_recorded(server, tmp_path):
    made = Cassette(tmp_path / "none" / "x.jsonl").through(
        Anthropic(api_key=KEY, base_url=server.url)
    )
    with pytest.warns(UserWarning, match="not recorded"):
        assert made.messages.create(**params()).content


def test_what_is_neither_message_nor_count_goes_to_the_server(client, path):
    assert client.models.list().data
    assert not path.exists()
