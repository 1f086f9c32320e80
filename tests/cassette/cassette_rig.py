"""Requests, replies and recordings for the tests of cassettes."""

from __future__ import annotations

import json
from dataclasses import replace

from claude_nb.api.wire import Headers, Request, Response
from claude_nb.cassette.asker import Counted

KEY = "sk-ant-canary-0123456789abcdef"
ASKED = {"model": "claude-sonnet-4-6", "max_tokens": 50}
JSON, STREAM = "application/json", "text/event-stream"
STOP = 'event: message_stop\ndata: {"type": "message_stop"}\n\n'


def params(text="Hello?", **more):
    return {**ASKED, "messages": [{"role": "user", "content": text}], **more}


def streamed(client, **asked):
    with client.messages.stream(**asked) as stream:
        return [event.type for event in stream], stream.get_final_message(), stream.response


def created(client, **asked):
    return client.messages.create(**asked)


def said(client, text="Hello?", **more):
    return client.messages.create(**params(text, **more)).content[0].text


def exchange(number):
    """Return a request, and a whole reply to it."""
    body = json.dumps(params(f"Question {number}?")).encode()
    request = Request("POST", "http://x/v1/messages", Headers(), body)
    return Response(200, Headers({"request-id": str(number)}), request, b'{"id": "m"}')


def replied(content_type, body):
    reply = exchange(1)
    headers = Headers({"content-type": content_type})
    return Response(200, headers, reply.request), body if isinstance(body, bytes) else body.encode()


def put(cassette, reply, content):
    cassette.ask(reply.request).keep(reply, [(0.0, content)])


def keep(cassette, *numbers):
    for number in numbers:
        reply = exchange(number)
        put(cassette, reply, reply.content)


def found(cassette, number):
    """Return what answers a request, as if it were the first of a run."""
    asked = cassette.ask(exchange(number).request)
    played = replace(asked, counted=Counted("", 1, set())).played()
    return None if played is None else int(played.headers["request-id"])
