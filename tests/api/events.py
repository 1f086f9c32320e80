"""Events of the Messages API for tests, shortest form first."""

from __future__ import annotations

from typing import Any

START = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-test",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 11, "output_tokens": 1, "cache_read_input_tokens": 4},
    },
}
STOP = {"type": "message_stop"}
PING = {"type": "ping"}


def begin(index: int = 0, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int = 0, **fields: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": fields}


def text(piece: str, index: int = 0) -> dict[str, Any]:
    return delta(index, type="text_delta", text=piece)


def end(index: int = 0) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def finish(reason: str = "end_turn", **usage: Any) -> dict[str, Any]:
    return {
        "type": "message_delta",
        "delta": {"stop_reason": reason, "stop_sequence": None},
        "usage": {"output_tokens": 9, **usage},
    }


def text_block(*pieces: str, index: int = 0) -> list[dict[str, Any]]:
    return [begin(index, type="text", text=""), *(text(p, index) for p in pieces), end(index)]


def answer(*pieces: str) -> list[dict[str, Any]]:
    """Return the events of an answer with one text block."""
    return [START, *text_block(*pieces), finish(), STOP]


THINKING = [
    begin(0, type="thinking", thinking="", signature=""),
    delta(0, type="thinking_delta", thinking="Let me "),
    delta(0, type="thinking_delta", thinking="see."),
    delta(0, type="signature_delta", signature="sig=="),
    end(0),
]

TOOL = [
    begin(2, type="tool_use", id="toolu_1", name="weather", input={}),
    delta(2, type="input_json_delta", partial_json=""),
    delta(2, type="input_json_delta", partial_json='{"city": "Par'),
    delta(2, type="input_json_delta", partial_json='is", "days": [1, 2'),
    delta(2, type="input_json_delta", partial_json="]}"),
    end(2),
]

CITATION = {
    "type": "char_location",
    "cited_text": "x",
    "document_index": 0,
    "document_title": None,
    "start_char_index": 0,
    "end_char_index": 1,
}

CITED = [
    begin(1, type="text", text="", citations=[]),
    delta(1, type="text_delta", text="As said"),
    delta(1, type="citations_delta", citation=CITATION),
    end(1),
]

EVERYTHING = [
    START,
    *THINKING,
    PING,
    *CITED,
    *TOOL,
    begin(3, type="redacted_thinking", data="b64"),
    end(3),
    begin(4, type="hologram", rays=7),
    delta(4, type="ray_delta", rays=1),
    end(4),
    {"type": "weather_report", "sky": "blue"},
    finish("tool_use", output_tokens_details={"thinking_tokens": 3}),
    STOP,
]
