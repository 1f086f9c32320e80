"""The emulator through its real port, as any HTTP client sees it."""

from __future__ import annotations

import httpx
import pytest

import claude_nb.emulator

HEADERS = {"x-api-key": "test-key", "anthropic-version": "2023-06-01"}


def ask(text: str, **more: object) -> dict[str, object]:
    message = {"role": "user", "content": text}
    return {"model": "claude-sonnet-4-6", "max_tokens": 1024, "messages": [message], **more}


@pytest.fixture
def server():
    with claude_nb.emulator.serve(tokens_per_second=0) as running:
        yield running


@pytest.fixture
def client(server):
    with httpx.Client(base_url=server.url, headers=HEADERS) as http:
        yield http


def test_a_message_is_answered_and_marked_as_emulated(client):
    reply = client.post("/v1/messages", json=ask("What is 17 * 23?"))
    assert reply.status_code == 200
    assert reply.headers["x-claude-emulator"].startswith("claude_nb/")
    assert reply.headers["request-id"].startswith("req_")
    text = reply.json()["content"][0]["text"]
    assert "391" in text
    assert "mulated" in text


def test_streamed_text_equals_the_plain_reply(client):
    plain = client.post("/v1/messages", json=ask("Write a haiku about tea")).json()
    streamed = client.post("/v1/messages", json=ask("Write a haiku about tea", stream=True))
    data = [line[6:] for line in streamed.text.split("\n") if line.startswith("data: ")]
    pieces = [httpx.Response(200, text=item).json() for item in data]
    text = "".join(
        item["delta"]["text"] for item in pieces if item["type"] == "content_block_delta"
    )
    assert text == plain["content"][0]["text"]
    assert pieces[0]["type"] == "message_start"
    assert pieces[-1] == {"type": "message_stop"}


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "x-api-key header is required"),
        ({"x-api-key": "invalid"}, "invalid x-api-key"),
        ({"authorization": "Bearer my-invalid-key"}, "invalid bearer token"),
    ],
)
def test_a_key_is_needed(server, headers, message):
    reply = httpx.post(f"{server.url}/v1/messages", json=ask("hi"), headers=headers)
    assert reply.status_code == 401
    assert reply.json()["error"] == {"type": "authentication_error", "message": message}
