"""Blocks that a stream tells in ways of their own: summaries of earlier turns, another model."""

from __future__ import annotations

from claude_nb.api.streaming.accumulator import MessageAccumulator

HEAD = {"id": "m", "role": "assistant", "model": "claude-a", "content": [], "usage": {}}


def put_together(*events):
    message = MessageAccumulator()
    message.apply({"type": "message_start", "message": dict(HEAD)})
    for event in events:
        message.apply(event)
    return message.snapshot()


def start(**block):
    return {"type": "content_block_start", "index": 0, "content_block": block}


def test_a_summary_comes_in_one_delta_with_what_only_the_server_can_read():
    delta = {"type": "compaction_delta", "content": "They greeted.", "encrypted_content": "ZQ=="}
    message = put_together(
        start(type="compaction", content=None, encrypted_content=None),
        {"type": "content_block_delta", "index": 0, "delta": delta},
    )
    assert message.content[0].to_dict() == {**delta, "type": "compaction"}


def test_the_model_is_the_one_that_answered():
    block = {"type": "fallback", "from": {"model": "claude-a"}, "to": {"model": "claude-b"}}
    assert put_together(start(**block)).model == "claude-b"
    assert put_together(start(type="fallback", to=None)).model == "claude-a"


def test_why_it_ended_is_what_is_said_last_also_where_that_is_nothing():
    def ended(delta):
        message = MessageAccumulator()
        head = {**HEAD, "stop_details": {"type": "refusal"}}
        message.apply({"type": "message_start", "message": head})
        message.apply({"type": "message_delta", "delta": delta})
        return message.snapshot().stop_details

    assert ended({"stop_reason": "end_turn", "stop_details": None}) is None
    assert ended({"stop_reason": "refusal"}) is not None
