"""What of a question and its answer goes back to the server with the next question; pure.

What the server's own tools returned goes back as it came: citations, signatures and what only the
server can read are checked there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["Param", "answer_param", "blocks_of", "exchanged", "text_of"]

Param = Mapping[str, Any]

_SERVER_CALLS = ("server_tool_use", "mcp_tool_use")
_SERVER_KEEPS = ("compaction", "container_upload", "mcp_tool_listing")
_THOUGHTS = ("thinking", "redacted_thinking")
_HALVES = {"tool_use": "id", "tool_result": "tool_use_id"}


def text_of(message: Param) -> str:
    """Return the text of a message."""
    blocks = blocks_of(message)
    return "\n\n".join(block["text"] for block in blocks if block.get("type") == "text")


def blocks_of(message: Param) -> Sequence[Param]:
    """Return the content blocks of a message."""
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def answer_param(content: Sequence[Any]) -> Param | None:
    """Return an answer as the assistant turn to send back, or None if nothing is left of it.

    Where the server's own tools were called, the turn is what came: what they returned, citations
    and signatures, unchanged. Of other answers only text is kept: the server ignores the thinking
    of earlier turns, and refuses a thinking block that was cut and has no signature, a tool call
    without its tool, and blank text.
    """
    kept = _kept(content)
    return {"role": "assistant", "content": kept} if kept else None


def _kept(content: Sequence[Any], before: Sequence[Any] = ()) -> list[Any]:
    """Return the blocks of an answer that go back, without the client's own calls.

    A call of a server's tool may stand in what came `before` the server paused.
    """
    served = _served([*before, *content])
    return [
        block if served else _as_sent(block)
        for block in content
        if id(block) in served
        or (block.get("type") == "text" and (block.get("text") or "").strip())
        or (served and block.get("type") in _THOUGHTS and (block.get("signature") or _data(block)))
    ]


def _data(block: Param) -> bool:
    return block["type"] == "redacted_thinking" and bool(block.get("data"))


def _as_sent(block: Param) -> Param:
    """Return a text without the fields that say nothing; any other block as it came."""
    if block.get("type") != "text":
        return block
    return {
        name: value
        for name, value in block.items()
        if name in {"type", "text"} or (name == "citations" and value)
    }


def _served(content: Sequence[Any]) -> set[int]:
    """Return which blocks are of the server's tools: calls with results, and what it keeps."""
    called = {block.get("id") for block in content if block.get("type") in _SERVER_CALLS}
    given = {block.get("tool_use_id") for block in content if _is_server_result(block)}
    whole = called & given
    return {
        id(block)
        for block in content
        if (block.get("type") in _SERVER_CALLS and block.get("id") in whole)
        or (_is_server_result(block) and block.get("tool_use_id") in whole)
        or block.get("type") in _SERVER_KEEPS
    }


def _is_server_result(block: Param) -> bool:
    kind = str(block.get("type"))
    return kind.endswith("_tool_result") and kind != "tool_result"


def exchanged(asked: Param, steps: Sequence[Param], last: Sequence[Any]) -> tuple[Param, ...]:
    """Return what a question and its answer are in the history; empty if no answer is left.

    Parameters
    ----------
    asked : message param
        The user's turn.
    steps : sequence of message params
        What was sent after it: answers that called tools, and the results of the calls.
    last : sequence of content blocks
        The answer that came to all of that; empty if none came.

    Returns
    -------
    tuple of message params
        It ends with an answer. Calls stand with their results; a call that has none is left out,
        as the server refuses it.
    """
    said: list[Param] = []
    for at, step in enumerate(steps):
        around = [*steps[max(at - 1, 0) : at], *steps[at + 1 : at + 2]]
        _add(said, step["role"], _paired(step, around))
    paused = blocks_of(steps[-1]) if steps and steps[-1]["role"] == "assistant" else ()
    _add(said, "assistant", _kept(last, paused))
    while said and (said[-1]["role"] == "user" or _calls(said[-1])):
        answer = answer_param(said.pop()["content"])
        said += [answer] if answer is not None else []
    whole = [each if each["role"] == "user" else _whole(each) for each in said]
    return (asked, *(each for each in whole if each["content"])) if said else ()


def _whole(message: Param) -> Param:
    """Return an answer without calls of the server's tools that have no result, and the reverse."""
    blocks = blocks_of(message)
    served = _served(blocks)
    kept = [each for each in blocks if id(each) in served or not _is_of_server(each)]
    return {**message, "content": kept}


def _is_of_server(block: Param) -> bool:
    return block.get("type") in _SERVER_CALLS or _is_server_result(block)


def _add(said: list[Param], role: str, blocks: Sequence[Any]) -> None:
    """Put blocks behind what was said last, as the server joins messages of one role."""
    if said and said[-1]["role"] == role:
        blocks = [*said.pop()["content"], *blocks]
    if blocks:
        said.append({"role": role, "content": list(blocks)})


def _paired(step: Param, around: Sequence[Param]) -> list[Any]:
    """Return the texts of a step, and the calls and results whose other half is beside it."""
    blocks = blocks_of(step)
    other = {_call_of(block) for message in around for block in _of_tools(message)}
    serves = any(_is_of_server(block) for block in blocks)
    return [
        block if serves else _as_sent(block)
        for block in blocks
        if (block.get("type") == "text" and (block.get("text") or "").strip())
        or (block.get("type") in _HALVES and _call_of(block) in other)
        or _is_of_server(block)
        or block.get("type") in _SERVER_KEEPS
        or (serves and block.get("type") in _THOUGHTS and (block.get("signature") or _data(block)))
    ]


def _of_tools(message: Param) -> list[Any]:
    return [block for block in blocks_of(message) if block.get("type") in _HALVES]


def _call_of(block: Param) -> Any:
    return block.get(_HALVES[block["type"]])


def _calls(message: Param) -> bool:
    return any(block["type"] == "tool_use" for block in _of_tools(message))
