"""Put a message together from the events of its stream. No I/O.

Text is kept as a list of pieces and joined when somebody looks, so that the work grows with the
length of the answer, not with its square. What is not known is kept, not judged.
"""

from __future__ import annotations

from typing import Any, cast

from claude_nb.api.types import Message
from claude_nb.api.types.json_text import read_partial_json

__all__ = ["BlockAccumulator", "MessageAccumulator", "partial_json"]

Json = dict[str, Any]

# the field of a delta that grows a block, and the block's own field it grows
_GROWS = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
_GROWN = {"text": "text", "thinking": "thinking", "partial_json": "input"}
_EMPTY: dict[str, type] = {"text": str, "thinking": str, "input": dict}
_WITHDRAWN = frozenset({"stop_details"})  # null there takes back what the start said
_NEW_BLOCKS: dict[str, Json] = {
    "thinking_delta": {"type": "thinking", "thinking": "", "signature": ""},
    "signature_delta": {"type": "thinking", "thinking": "", "signature": ""},
    "input_json_delta": {"type": "tool_use", "id": "", "name": "", "input": {}},
}


def partial_json(text: str) -> Any:
    """Return the value of JSON text that may be cut off, or None while there is no value.

    Raises
    ------
    ValueError
        The text is not the beginning of any JSON.
    """
    return read_partial_json(text) if text.strip() else None


class BlockAccumulator:
    """One content block: how it started, and the pieces that came after."""

    __slots__ = ("_joined", "_joined_pieces", "citations", "pieces", "start")

    def __init__(self, start: Json) -> None:
        self.start: Json = _growing(start)
        self.pieces: list[str] = []
        self.citations: list[Any] = []
        self._joined = ""
        self._joined_pieces = 0

    def grown(self, pieces: int | None = None) -> str:
        """Return the first `pieces` pieces (default: all) as one text."""
        wanted = len(self.pieces) if pieces is None else pieces
        if wanted < self._joined_pieces:
            return "".join(self.pieces[:wanted])
        if wanted > self._joined_pieces:
            self._joined += "".join(self.pieces[self._joined_pieces : wanted])
            self._joined_pieces = wanted
        return self._joined

    def add(self, delta: Json) -> None:
        """Grow by one delta; kinds that do not fit this block are left to the event's reader."""
        kind = delta.get("type")
        field = _GROWS.get(cast("str", kind))
        if field is not None:
            if _GROWN[field] in self.start:
                self.pieces.append(_text(delta[field]))
        elif kind == "signature_delta":
            self.start = {**self.start, "signature": delta["signature"]}
        elif kind == "citations_delta":
            self.citations.append(delta["citation"])
        elif kind == "compaction_delta":  # comes whole
            told = {name: value for name, value in delta.items() if name != "type"}
            self.start = {**self.start, **told}

    def as_json(self) -> Json:
        """Return the block so far.

        Raises
        ------
        ValueError
            The tool input is no JSON.
        """
        block = dict(self.start)
        if self.pieces:
            for field in ("text", "thinking"):
                if field in block:
                    block[field] = _text(block[field] or "") + self.grown()
                    break
            else:
                value = partial_json(self.grown())
                block["input"] = block["input"] if value is None else value
        if block.get("input", 0) in (None, ""):
            block["input"] = {}  # a call without arguments, as some servers write it
        if self.citations:
            block["citations"] = [*(block.get("citations") or ()), *self.citations]
        return block


class MessageAccumulator:
    """The message so far. Feed it decoded events in the order of the stream.

    Attributes
    ----------
    started, stopped : bool
        Whether the message has begun, and whether it is complete.
    blocks : dict
        Content blocks by index.
    head : dict
        All of the message but its content.
    """

    def __init__(self) -> None:
        self.started: bool = False
        self.stopped: bool = False
        self.blocks: dict[int, BlockAccumulator] = {}
        self.head: Json = {}

    def apply(self, event: Json) -> None:
        """Take in one decoded event.

        Raises
        ------
        KeyError, TypeError, ValueError
            The event is not shaped as the API shapes it.
        """
        kind = event.get("type")
        if kind == "content_block_delta":
            delta = event["delta"]
            block = self.blocks.get(event["index"])
            (self._open(event["index"], delta) if block is None else block).add(delta)
        elif kind == "content_block_start":
            self._begin(_index(event["index"]), _object(event["content_block"]))
        elif kind == "content_block_stop":
            _index(event["index"])
        elif kind == "message_delta":
            self._finish(event)
        elif kind == "message_start" and not self.started:
            self._start(_object(event["message"]))
        elif kind == "message_stop":
            self.stopped = True

    def snapshot(self) -> Message:
        """Return the message so far.

        Raises
        ------
        ValueError
            The input of a tool is no JSON.
        """
        blocks = [self.blocks[index].as_json() for index in sorted(self.blocks)]
        return Message.from_wire({**self.head, "content": blocks})

    def _start(self, message: Json) -> None:
        self.started = True
        self.head = {**message, "usage": dict(_object(message.get("usage") or {}))}
        content = cast("list[Any]", message.get("content") or [])
        for index, block in enumerate(content):
            self.blocks[index] = BlockAccumulator(_object(block))

    def _begin(self, index: int, block: Json) -> None:
        if index in self.blocks:  # as of a second message within the first: neither is to be lost
            raise ValueError(f"block {index} begins twice")
        self.blocks[index] = BlockAccumulator(block)
        if block.get("type") == "fallback":  # another model answers from here on
            model = _object(block.get("to") or {}).get("model")
            self.head.update({"model": model} if model else {})

    def _finish(self, event: Json) -> None:
        """Overwrite with the totals of a message_delta; what it does not say stays."""
        self.head.setdefault("usage", {})
        if event.get("context_management"):  # what was left out of the conversation
            self.head["context_management"] = event["context_management"]
        targets = ((self.head, "delta"), (self.head["usage"], "usage"))
        for target, source in targets:
            for name, value in _object(event.get(source) or {}).items():
                if value is not None or name not in target or name in _WITHDRAWN:
                    target[name] = value

    def _open(self, index: Any, delta: Json) -> BlockAccumulator:
        """Begin a block whose start never came, so that its deltas are not lost."""
        start = _NEW_BLOCKS.get(delta["type"], {"type": "text", "text": ""})
        self.blocks[_index(index)] = block = BlockAccumulator(dict(start))
        return block


def _growing(start: Json) -> Json:
    """Return the start of a block with the field that its deltas grow, also if it came without.

    Fields of other kinds that are null go: some servers write all that there are.
    """
    kind = str(start.get("type"))
    name = "input" if kind.endswith("tool_use") else kind
    if name not in _EMPTY:
        return start
    told = {each: value for each, value in start.items() if each not in _EMPTY or value is not None}
    return told if name in told else {**told, name: _EMPTY[name]()}


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, got {type(value).__name__}")
    return cast("Json", value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {type(value).__name__}")
    return value


def _index(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(f"expected an index, got {type(value).__name__}")
    return value
