"""What a stream has cost so far, from its bytes as they pass; no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

from claude_nb.api.platforms.platform import ANTHROPIC
from claude_nb.api.platforms.sse import MAX_EVENT_BYTES
from claude_nb.models.spending.budget import Amount
from claude_nb.models.spending.quote import Quote, as_object, tokens_of

__all__ = ["Heard"]

_SHARE = 1.5  # more tokens than counted text has: models from 4.7 on have more for the same text


class Heard:
    """What arrived of one streamed answer.

    Parameters
    ----------
    quote : Quote
        Of its request.

    Attributes
    ----------
    is_whole : bool
        Whether the server has told what all of it took.
    """

    def __init__(self, quote: Quote) -> None:
        self._quote = quote
        self._decoder = ANTHROPIC.decoder(MAX_EVENT_BYTES)
        self._usage: dict[str, Any] = {}
        self._tokens = 0.0
        self.is_whole: bool = False
        self._is_refused = False

    def feed(self, chunk: bytes) -> None:
        """Take in what came."""
        for event in self._decoder.feed(chunk):
            try:
                self._take(as_object(from_json(event.data)))
            except ValueError:
                continue  # the reader of the stream says what is wrong with it

    def _take(self, event: Mapping[str, Any]) -> None:
        kind = event.get("type")
        if kind == "message_start":
            self._usage |= as_object(as_object(event.get("message")).get("usage"))
        elif kind == "message_delta":
            told = as_object(event.get("usage")).items()
            self._usage |= {name: value for name, value in told if value is not None}
            self.is_whole = True
        elif kind == "content_block_delta":
            texts = as_object(event.get("delta")).values()
            self._tokens += sum(tokens_of(each) for each in texts if isinstance(each, str))
        elif kind == "content_block_start":
            self._tokens += 1
        elif kind == "error":
            self._is_refused = not self._usage  # in the place of an answer

    @property
    def amount(self) -> Amount:
        """What it has cost so far, as far as that shows, or a little more; exact at its end."""
        if self.is_whole:
            return self._quote.told(self._usage)
        written = min(int(self._tokens * _SHARE), self._quote.written)
        if not self._usage:
            return self._quote.amount(written)
        return self._quote.told({**self._usage, "output_tokens": written})

    @property
    def cut_off(self) -> Amount:
        """What it cost, if nothing more is read; all it could, where not all of it shows."""
        if self._is_refused:
            return Amount()
        whole = self.is_whole or self._quote.shows_all
        return self.amount if whole else self._quote.amount()
