"""The streams of the official SDK's own tests: here too each becomes the message that it makes.

The streams are not part of this project: `CLAUDE_NB_STREAMS` names the folder of their files. What
the SDK makes of each stands in ``tests/samples/sdk_finals.json``, as a digest, which
`test_compat_recorded.py` compares with the SDK itself.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import httpx
import pytest

from claude_nb import Anthropic, errors

pytestmark = [
    pytest.mark.streams,
    pytest.mark.skipif("CLAUDE_NB_STREAMS" not in os.environ, reason="CLAUDE_NB_STREAMS is unset"),
]

FOLDER = Path(os.environ.get("CLAUDE_NB_STREAMS", "."))
KNOWN = json.loads((Path(__file__).parents[2] / "samples" / "sdk_finals.json").read_text("utf-8"))
ASKED = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "x"}]}
# where the SDK fails, for the start of the stream has no usage
MENDED = {"missing_usage": "hi", "missing_usage_rich_delta": "hi", "usage_omitted": "Hello"}


def given(value):
    """Return JSON without fields that are null, which each client fills in as it likes."""
    if isinstance(value, dict):
        return {name: given(each) for name, each in value.items() if each is not None}
    return [given(each) for each in value] if isinstance(value, list) else value


def digest(message):
    return hashlib.sha256(json.dumps(given(message), sort_keys=True).encode()).hexdigest()


def final(name):
    body = (FOLDER / f"{name}.txt").read_bytes()
    reply = httpx.Response(200, content=body, headers={"content-type": "text/event-stream"})
    through = httpx.Client(transport=httpx.MockTransport(lambda _: reply))
    with (
        Anthropic(api_key="k", http_client=through, max_retries=0) as client,
        client.messages.stream(**ASKED) as stream,
    ):
        return stream.get_final_message()


def test_all_streams_are_here():
    assert {path.stem for path in FOLDER.glob("*.txt")} == {*KNOWN}
    assert len(KNOWN) == 19


@pytest.mark.parametrize("name", [name for name, known in KNOWN.items() if len(known) == 64])
def test_a_stream_becomes_the_message_that_the_sdk_makes_of_it(name):
    message = final(name).to_dict()
    assert digest(message) == KNOWN[name], json.dumps(message, indent=1)


@pytest.mark.parametrize("name", MENDED)
def test_a_stream_that_says_late_what_it_took_is_read_where_the_sdk_fails(name):
    assert KNOWN[name] == "AttributeError"
    message = final(name)
    assert message.content[0].text == MENDED[name]
    assert message.usage.output_tokens > 0


def test_tool_input_that_is_no_json_is_an_error_of_both():
    assert KNOWN["tool_use_invalid_json"] == "ValueError"
    with pytest.raises(errors.InvalidToolInputError) as raised:
        final("tool_use_invalid_json")
    assert isinstance(raised.value, ValueError)


def test_every_stream_has_a_test():
    named = {name for name, known in KNOWN.items() if len(known) != 64}
    assert named == {*MENDED, "tool_use_invalid_json"}
