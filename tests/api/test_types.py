"""Response objects: built without validation, complete, and plain data again when asked."""

import copy
import json
import pickle

import pytest

from claude_nb.api import types
from claude_nb.api.sending.requests import NOT_GIVEN, omit
from claude_nb.api.types import Message, TextBlock, UnknownBlock, Usage, WebSearchToolResultBlock
from claude_nb.api.types.message import counted
from claude_nb.api.types.stream_events import InputJsonEvent, TextEvent, ThinkingEvent
from claude_nb.api.wire import Headers
from claude_nb.conversation.sent_back import exchanged
from claude_nb.types.message_create_params import MessageCreateParamsNonStreaming
from claude_nb.types.messages import MessageBatch
from claude_nb.types.messages.batch_create_params import Request

BODY = {
    "id": "m",
    "type": "message",
    "role": "assistant",
    "model": "x",
    "content": [
        {"type": "text", "text": "hi", "citations": [{"type": "new_location", "z": 1}]},
        {
            "type": "web_search_tool_result",
            "tool_use_id": "t",
            "content": [{"type": "r", "url": "u"}],
        },
        {
            "type": "web_search_tool_result",
            "tool_use_id": "t",
            "content": {"type": "e", "error_code": "c"},
        },
        {"type": "hologram", "rays": {"a": 1}},
    ],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 1, "output_tokens": 2, "novel": [1]},
    "novel": {"a": 1},
}


def test_everything_that_came_is_there_and_comes_out_again():
    message = Message.from_wire(BODY)
    assert message.to_dict() == BODY
    assert json.loads(message.to_json()) == BODY
    assert message.to_json(indent=None).startswith('{"id": "m"')
    assert message.novel == {"a": 1}
    assert message.usage.novel == [1]
    assert message.content[0].citations[0].z == 1
    assert isinstance(message.content[1], WebSearchToolResultBlock)
    assert message.content[1].content[0].url == "u"
    assert message.content[2].content.error_code == "c"
    assert isinstance(message.content[3], UnknownBlock)
    assert message.to_param() == {"role": "assistant", "content": BODY["content"]}


def test_copies_are_equal_and_travel():
    message = Message.from_wire(BODY)
    for again in (pickle.loads(pickle.dumps(message)), copy.deepcopy(message)):  # noqa: S301 - our own
        assert again == message
        assert again.to_dict() == BODY


def test_what_is_missing_reads_as_none_and_wrong_shapes_are_kept():
    message = Message.from_wire({"content": "text", "usage": [1], "stop_details": None})
    assert (message.id, message.content, message.usage, message.stop_details) == (
        None,
        "text",
        [1],
        None,
    )
    assert Message.from_wire({"content": [3, {"type": 5}]}).content[0] == 3
    assert Message.from_wire({"content": [{"type": ["odd"]}]}).content[0].type == ["odd"]


@pytest.mark.parametrize("sent", [{}, {"usage": None, "content": None}], ids=["left out", "null"])
def test_usage_and_content_that_were_not_told_are_empty_ones(sent):
    message = Message.from_wire({"id": "m", **sent})
    assert (message.content, message.to_param()["content"]) == ([], [])
    assert isinstance(message.usage, Usage)
    assert (message.usage.output_tokens, message.usage.to_dict()) == (None, {})
    told = {"usage": {}, "content": []} if sent else {}
    assert message.to_dict() == {"id": "m", **told}
    message.usage.input_tokens = 5
    assert Message.from_wire(sent).usage.input_tokens is None


@pytest.mark.parametrize("sent", [{}, {"text": None, "thinking": None}])
def test_blocks_without_text_have_an_empty_one(sent):
    content = [{**sent, "type": "text"}, {**sent, "type": "thinking", "signature": "s"}]
    text, thinking = Message.from_wire({"content": content}).content
    assert (text.text, thinking.thinking) == ("", "")
    assert (text.to_dict()["text"], thinking.to_dict()["thinking"]) == ("", "")


def test_validation_is_there_for_who_wants_it():
    message = Message.model_validate(BODY)
    assert isinstance(message.content[0], TextBlock)
    assert isinstance(message.content[3], UnknownBlock)
    assert message.content[3].rays == {"a": 1}


def test_objects_can_be_made_without_validation():
    usage = Usage.construct(input_tokens="many")
    assert (usage.input_tokens, usage.to_dict()) == ("many", {"input_tokens": "many"})
    assert Usage.construct(_fields_set=set(), input_tokens=1).to_dict() == {}
    assert usage.to_dict(mode="python", use_api_names=True) == {"input_tokens": "many"}


def test_events_made_by_hand_have_empty_snapshots():
    assert TextEvent(text="a").snapshot == ThinkingEvent(thinking="a").snapshot == ""
    assert InputJsonEvent(partial_json="{").snapshot == {}


def test_types_have_the_places_that_the_official_sdk_gives_them():
    assert Request(custom_id="a", params=MessageCreateParamsNonStreaming(model="m")) == {
        "custom_id": "a",
        "params": {"model": "m"},
    }
    assert MessageBatch is types.MessageBatch


def test_header_names_have_no_case():
    headers = Headers([("X-A", "1"), ("x-a", "2"), ("B", "3")])
    assert headers["x-A"] == "1, 2"
    assert "X-a" in headers
    assert 3 not in headers
    assert (len(headers), list(headers)) == (2, ["x-a", "b"])
    assert dict(pickle.loads(pickle.dumps(Headers({"Cookie": "c", "a": "b"})))) == {  # noqa: S301 - our own
        "cookie": "[secret]",
        "a": "b",
    }


def test_what_was_not_given_is_false_and_says_so():
    assert not NOT_GIVEN
    assert repr(NOT_GIVEN) == "NOT_GIVEN"
    assert not omit


def test_counts_that_are_none_are_as_if_they_had_not_been_told():
    told = {
        "input_tokens": "12",
        "output_tokens": 3,
        "cache_read_input_tokens": None,
        "speed": "fast",
        "cache_creation_input_tokens": -1,
        "novel_tokens": 1.5,
        "huge_tokens": 10**30,
        "server_tool_use": "x",
        "cache_creation": {"ephemeral_1h_input_tokens": [1]},
        "novel": {},
        "output_tokens_details": {"thinking_tokens": 2},
    }
    assert counted(told) == {
        "output_tokens": 3,
        "cache_read_input_tokens": None,
        "speed": "fast",
        "cache_creation": {},
        "novel": {},
        "output_tokens_details": {"thinking_tokens": 2},
    }


def test_what_is_sent_back_keeps_the_order_in_which_it_came():
    searched = {
        "id": "srvtoolu_1",
        "name": "web_search",
        "type": "server_tool_use",
        "input": {"query": "tides", "a": 1},
    }
    told = {"type": "web_search_result", "url": "https://a.example", "encrypted_content": "x"}
    cited = {"url": "https://a.example", "type": "web_search_result_location", "title": "Tides"}
    wire = [
        searched,
        {"tool_use_id": "srvtoolu_1", "content": [told], "type": "web_search_tool_result"},
        {"citations": [cited], "text": "Twice a day.", "type": "text"},
    ]
    content = Message.from_wire({"content": wire}).content
    (_, sent) = exchanged({"role": "user", "content": "?"}, [], [one.to_dict() for one in content])
    assert json.dumps(sent["content"]) == json.dumps(wire)
