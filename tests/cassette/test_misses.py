"""A request that nothing answers is told what comes nearest, and what differs."""

from __future__ import annotations

import json

import pytest
from cassette_rig import KEY, created, params

from claude_nb.api.wire import Headers, Request, Response
from claude_nb.cassette import Cassette, CassetteError

PATHS = {"/v1/messages", "/v1/messages/count_tokens"}


def request(body, headers=None, path="/v1/messages"):
    content = json.dumps(body).encode()
    return Request("POST", f"http://x{path}", Headers(headers or {}), content)


@pytest.fixture
def record(path):
    def record(*bodies, headers=None):
        for body in bodies:
            asked = request(body, headers)
            reply = Response(200, Headers(), asked, b'{"id": "m"}')
            Cassette(path).ask(asked).keep(reply, [(0.0, reply.content)])

    return record


@pytest.fixture
def miss(path):
    def miss(body, headers=None, endpoint="/v1/messages"):
        with pytest.raises(CassetteError) as caught:
            Cassette(path, "replay").ask(request(body, headers, endpoint)).played()
        return str(caught.value)

    return miss


def chat(*texts, **more):
    roles = ["user", "assistant"] * len(texts)
    messages = [{"role": role, "content": text} for role, text in zip(roles, texts, strict=False)]
    return {"model": "claude-sonnet-4-6", "max_tokens": 50, "messages": messages, **more}


LONG = "word " * 300
TOOL = {"name": "look", "input_schema": {"type": "object"}}
CHANGED = {
    "a setting": (
        chat("Hi", temperature=0.2),
        chat("Hi", temperature=0.3),
        "temperature 0.2 → 0.3",
    ),
    "a new setting": (chat("Hi"), chat("Hi", top_p=0.5), "top_p is new: 0.5"),
    "a setting that is gone": (chat("Hi", top_k=5), chat("Hi"), "top_k is gone: 5"),
    "the model": (
        chat("Hi"),
        chat("Hi") | {"model": "claude-haiku-4-5"},
        "model “claude-sonnet-4-6” → “claude-haiku-4-5”",
    ),
    "a turn before": (
        chat("Hi", "Hello!", "And?"),
        chat("Hi", "Hello.", "And?"),
        "turn 2 changed: “Hello!” → “Hello.”",
    ),
    "two things": (
        chat("Hi", "Hello!", "And?", temperature=0.2),
        chat("Hi", "Hello.", "And?", temperature=0.3),
        "temperature 0.2 → 0.3; turn 2 changed: “Hello!” → “Hello.”",
    ),
    "fewer turns": (chat("Hi", "Hello!", "And?"), chat("Hi"), "3 messages → 1"),
    "a long text, late": (
        chat(LONG + "end"),
        chat(LONG + "End"),
        "turn 1 changed: “…word word word word end” → “…word word word word End”",
    ),
    "a long text, early": (
        chat("This " + LONG),
        chat("That " + LONG),
        "turn 1 changed: “This word word word word word word word word word word word …” → “That",
    ),
    "the system prompt": (
        chat("Hi", system="Be brief."),
        chat("Hi", system="Be kind."),
        "system changed: “Be brief.” → “Be kind.”",
    ),
    "another tool": (
        chat("Hi", tools=[TOOL]),
        chat("Hi", tools=[{**TOOL, "name": "see"}]),
        "tools changed: “look” → “see”",
    ),
    "a tool's schema": (
        chat("Hi", tools=[TOOL]),
        chat("Hi", tools=[{**TOOL, "description": "Look."}]),
        "tools changed: look.",
    ),
    "blanks": (chat("a b"), chat("a  b"), "turn 1 changed: “a b” (in what does not show)"),
    "a picture": (
        chat([{"type": "image", "source": {"type": "base64", "data": "AAAA"}}]),
        chat([{"type": "image", "source": {"type": "base64", "data": "AAAB"}}]),
        "turn 1 changed:",
    ),
    "who speaks": (
        chat("Hi"),
        chat("Hi") | {"messages": [{"role": "assistant", "content": "Hi"}]},
        "turn 1 changed: “Hi” (in what does not show)",
    ),
}


@pytest.mark.parametrize(("recorded", "asked", "says"), CHANGED.values(), ids=CHANGED)
def test_a_miss_says_what_changed(record, miss, recorded, asked, says):
    record(recorded)
    said = miss(asked)
    assert "holds no answer to this request to claude-" in said
    assert "The one recording (line 1, " in said
    assert says in said
    assert len(said) < 700


def test_headers_that_matter_are_named(record, miss):
    record(chat("Hi"), headers={"anthropic-version": "2023-06-01"})
    said = miss(chat("Hi"), {"anthropic-version": "2026-10-21", "anthropic-beta": "x"})
    assert "anthropic-version “2023-06-01” → “2026-10-21”" in said
    assert "anthropic-beta “” → “x”" in said


def test_of_many_the_nearest_is_named(record, miss):
    record(*(chat(f"What is the capital of {land}?") for land in ("France", "Chad", "Peru")))
    record(chat("What is the capital of Chile?", temperature=0.5, system="Be brief.", top_p=0.5))
    said = miss(chat("What is the capital of Franca?"))
    assert (
        "The nearest of 4 recordings (line 1, “What is the capital of France?”) differs: " in said
    )
    assert (
        "turn 1 changed: “What is the capital of France?” → “What is the capital of Franca?”"
        in said
    )


def test_many_changes_are_cut(record, miss):
    record(chat("Hi", top_p=0.1, top_k=1, system="a", stop_sequences=["a"]))
    new = chat("Ho", top_p=0.2, top_k=2, system="b", stop_sequences=["b"], temperature=1) | {
        "max_tokens": 9
    }
    assert "; and 1 more." in miss(new)


def test_another_kind_of_request_is_not_the_nearest(record, miss):
    record(chat("Hi"))
    said = miss(chat("Hi"), endpoint="/v1/messages/count_tokens")
    assert "holds no answer to any request of this kind" in said


def test_an_empty_file_and_damaged_lines_are_told(path, record, miss):
    assert "It holds no answer to any request of this kind" in miss(chat("Hi"))
    record(chat("Hi"), chat("Ho"))
    text = path.read_text(encoding="utf-8").replace('{"role"', "{role", 1)
    path.write_text(text, encoding="utf-8")
    with pytest.warns(UserWarning, match="damaged"):
        assert "Damaged lines were skipped (1)" in miss(chat("Hi"))


def test_no_key_is_told(record, miss):
    record(chat("Hi"))
    assert "0123456789" not in miss(chat(f"My key is {KEY}, and {'x' * 100}{KEY}"))
    assert "0123456789" not in miss(chat("x" * 1995 + KEY))
    assert "0123456789" not in miss(chat("Hi", system=KEY))


@pytest.mark.parametrize("messages", ["x", [], {}, [5], [[]], None, [{"role": "user"}], {"x": 1}])
@pytest.mark.parametrize("recorded", [chat("Hi"), {"messages": None}, {"messages": [5]}, {}])
def test_a_missing_answer_is_said_whatever_was_asked(record, miss, messages, recorded):
    record(recorded)
    body = {"model": "m", "messages": messages, "new": 1}
    assert "holds no answer to this request to m" in miss(body)
    assert "holds no answer to this request: " in miss([messages])


def test_a_miss_asks_nobody(connect, server):
    created(connect(), **params())
    with pytest.raises(CassetteError):
        created(connect("replay"), **params("Who?"))
    assert len(server.asked) == 1
