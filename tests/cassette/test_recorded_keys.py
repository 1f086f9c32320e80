"""No key gets into a recording, in whichever form and place."""

from __future__ import annotations

import json
from base64 import b64encode
from textwrap import wrap
from urllib.parse import quote

import pytest
from cassette_rig import KEY, STOP, created, params, put, streamed

from claude_nb import Anthropic
from claude_nb.api.wire import Headers, Response
from claude_nb.cassette import Cassette


@pytest.mark.parametrize("text", [f"My key is {KEY}.", "What is my key?"])
@pytest.mark.parametrize("ask", [streamed, created])
def test_an_exchange_that_holds_a_key_is_not_recorded(client, path, text, ask):
    with pytest.warns(UserWarning, match="holds an API key was not recorded"):
        ask(client, **params(text))
    assert not path.exists()


def test_the_key_of_an_error_is_not_recorded(connect, path):
    with pytest.warns(UserWarning, match="not recorded"), pytest.raises(Exception, match="temp"):
        created(connect(errors=True), **params(f"My key is {KEY}.", temperature=7))
    assert not path.exists()


ODD = "gateway/key+7f3a 9c1e"  # of no form that would be known without the client


@pytest.mark.parametrize(
    "given",
    [
        {"api_key": ODD.replace(" ", "")},
        {"auth_token": ODD.replace(" ", "")},
        {"api_key": "k", "default_headers": {"x-gateway-token": ODD}},
        {"api_key": "k", "default_query": {"api_key": ODD}},
    ],
)
@pytest.mark.parametrize("echo", [str, quote, lambda key: b64encode(key.encode()).decode(), repr])
def test_a_key_of_any_form_that_a_stream_echoes_in_pieces_is_not_recorded(given, echo, path):
    key = next(v for v in [*given.get("default_headers", {}).values(), *given.values()] if v != "k")
    key = key if isinstance(key, str) else key["api_key"]
    events = [
        f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n"
        for kind, more in [
            ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": piece}})
            for piece in wrap(f"You said {echo(key)}, I think.", 3, drop_whitespace=False)
        ]
    ]
    client = Anthropic(base_url="http://127.0.0.1:1", **given)
    request = client.context.builder.build("POST", "/v1/messages", {"model": "x"})
    reply = Response(200, Headers({"content-type": "text/event-stream"}), request)
    with pytest.warns(UserWarning, match="not recorded"):
        put(Cassette(path), reply, "".join([*events, STOP]).encode())
    assert not path.exists()
