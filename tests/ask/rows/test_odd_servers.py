"""What a gateway may answer to a row: an answer that came is kept, what is none fails typed."""

from __future__ import annotations

import pytest

from claude_nb.api.types import Message
from claude_nb.api.types.message import is_message, sound

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-6",
    "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 5, "output_tokens": 3},
}
BARE = {name: value for name, value in MESSAGE.items() if name not in {"usage", "model"}}


@pytest.mark.parametrize(
    "told",
    [
        MESSAGE,
        BARE,
        {**MESSAGE, "usage": None},
        {**MESSAGE, "usage": [1]},
        {**MESSAGE, "usage": {"input_tokens": "5", "output_tokens": None}},
        {**MESSAGE, "model": 5, "stop_reason": {}},
        {**MESSAGE, "content": None},
        {**MESSAGE, "content": []},
    ],
)
def test_an_answer_is_one_whatever_is_odd_about_it(told):
    message = Message.from_wire(told)
    assert is_message(message)
    counts = sound(message).usage.to_dict().values()
    assert all(isinstance(count, int) or count is None for count in counts)


@pytest.mark.parametrize("content", ["Hello", ["Hello"], [None], 7, {"text": "Hello"}])
def test_what_holds_no_blocks_is_no_message(content):
    assert not is_message(Message.from_wire({**MESSAGE, "content": content}))


def test_other_json_is_no_message():
    assert not is_message(Message.from_wire({"detail": "Not Found"}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("told", "text", "error"),
    [
        ({**MESSAGE, "usage": None}, "Hello", None),
        (BARE, "Hello", None),
        ({**MESSAGE, "content": "Hello"}, None, "AnthropicError: The server's reply is no message"),
        ({"detail": "Not Found"}, None, "AnthropicError: The server's reply is no message"),
    ],
)
def test_a_row_is_answered_or_fails_in_a_sentence(asking, monkeypatch, told, text, error):
    async def replied(*_):
        return Message.from_wire(told), {}

    monkeypatch.setattr("claude_nb.rows.sending.Sender._replied", replied)
    [answer] = asking("Say {{text}}", ["a"])
    assert answer.text == text
    assert (answer.error or "").startswith(error or "")
    assert bool(answer.error) == bool(error)
