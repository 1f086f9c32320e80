"""Characters cut in two between the deltas of a stream: halves are held back until they are whole.

A server that cuts text by UTF-16 units sends half of an emoji, an escape of a surrogate, in one
delta and the other half in the next. Neither has bytes of its own; a half that stays alone becomes
U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from claude_nb.api.types.json_text import whole_characters

__all__ = ["Halves"]

Json = dict[str, Any]

_LEADS = re.compile(r"[\ud800-\udbff]\Z")
_GROWS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "input_json_delta": "partial_json",
}


class Halves:
    """Holds back halves of characters until they are whole.

    Attributes
    ----------
    held : dict
        What is held back: of a block, half a character and the kind of its delta.
    """

    def __init__(self) -> None:
        self.held: dict[Any, tuple[str, str]] = {}

    def mended(self, event: Json) -> Iterator[Json]:
        """Yield an event with whole characters; at the end of its block what was held before it."""
        index, kind = event.get("index"), event.get("type")
        if kind == "content_block_delta":
            yield whole_characters({**event, "delta": self._grown(index, event["delta"])})
            return
        if kind == "content_block_stop" and index in self.held:
            _, name = self.held.pop(index)
            delta = {"type": name, _GROWS[name]: "\ufffd"}
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield whole_characters(event)

    def _grown(self, index: Any, delta: Json) -> Json:
        """Return a delta with what was held back before its text, less a half at its end."""
        name = delta["type"]
        field = _GROWS.get(name)
        if field is None:
            return delta
        text = self.held.pop(index, ("", ""))[0] + delta[field]
        if _LEADS.search(text):
            self.held[index] = (text[-1], name)
            text = text[:-1]
        return {**delta, field: text}
