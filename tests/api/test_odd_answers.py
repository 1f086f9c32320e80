"""Answers that say success and are none, streams that hold two: a typed error, nothing lost."""

import logging
import warnings

import pytest
from asked import PROMPT
from events import answer
from scripted_server import error_body, reply, sse, stream

from claude_nb.api import errors

KINDS = {
    "overloaded_error": errors.OverloadedError,
    "rate_limit_error": errors.RateLimitError,
    "authentication_error": errors.AuthenticationError,
    "something_new": errors.APIStatusError,
}


@pytest.mark.parametrize("kind", KINDS)
async def test_an_error_with_a_status_of_success_is_that_error(connect, server, kind):
    server.script(reply(200, error_body(kind, "busy")))
    client = connect()
    for call in (
        lambda: client.messages.create(**PROMPT),
        lambda: client.messages.count_tokens(model="m", messages=PROMPT["messages"]),
    ):
        with pytest.raises(KINDS[kind], match="busy") as caught:
            await call()
        assert caught.value.api_message == "busy"
        assert caught.value.type == kind


@pytest.mark.parametrize("late", [False, True], ids=["within", "after"])
async def test_a_second_message_in_a_stream_is_an_error_that_keeps_the_first(connect, server, late):
    first = answer("first")[: None if late else -2]
    server.script(stream(sse(*first, *answer("second"))))
    with pytest.raises(errors.MalformedStreamError, match="block 0 begins twice") as caught:
        async with connect().messages.stream(**PROMPT) as s:
            await s.get_final_message()
    assert caught.value.partial_message.content[0].text == "first"


async def test_a_hook_that_fails_hurts_no_call_where_warnings_are_errors(connect, server, caplog):
    def hook(_):
        raise RuntimeError("boo")

    server.script(reply(200, {"id": "m"}))
    client = connect(on_call=hook)
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING, "claude_nb"):
        warnings.simplefilter("error")
        for _ in range(2):
            assert (await client.messages.create(**PROMPT)).id == "m"
    assert [r.getMessage() for r in caplog.records] == [
        "on_call raised RuntimeError: boo (told once)"
    ]
