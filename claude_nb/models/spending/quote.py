"""The most that a request can cost, before it is sent: its input estimated high, all its output.

Nobody but the server counts tokens exactly, so an estimate here is never meant to be too low: three
letters a token, any other byte one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from claude_nb.api.platforms.paths import BATCHES, MESSAGES, endpoint
from claude_nb.api.types.message import counted
from claude_nb.api.wire import Request
from claude_nb.models.lookup import ModelTable
from claude_nb.models.spending.budget import Amount

__all__ = ["Quote", "as_object", "is_charged", "quote", "quotes", "tokens_of"]

Json = Mapping[str, Any]
Cost = Callable[[Json], float | None]

_TOKEN = re.compile(rb"[A-Za-z]{1,3}|[^A-Za-z]")
_IMAGE = 5_000  # tokens, a little more than the largest image
_PAGE, _PAGE_BYTES = 3_000, 1_000  # tokens of a page of a PDF, and the fewest bytes that hold one
_DOCUMENT = 1_000_000  # tokens of one that is elsewhere: cut down to what the model can hold
_FRAME, _TOOLS = 50, 800  # tokens that the server adds, and those for using tools
_USES, _READ = 10, 30_000  # of a server's tool: how often, and tokens read each time
_SERVER_TOOLS = ("web_search", "web_fetch", "code_execution")
_BILLED_AS = ("speed", "inference_geo")
_COUNTS = (
    *("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"),
)
_LEAST = 256  # tokens that an answer must be able to have, to be worth asking for


@dataclass(frozen=True, slots=True)
class Quote:
    """What one request can cost.

    Attributes
    ----------
    cost : callable
        Usage -> dollars, or None where a price is not known.
    usage : Mapping
        What is billed beside tokens, as usage says it.
    read, written : int
        The most tokens of its input, and of its output.
    cached : str
        The kind of usage that its input may be billed as, if it goes into the prompt cache.
    shows_all : bool
        Whether all that is generated arrives, so that it can be measured as it comes.
    """

    cost: Cost
    usage: Json
    read: int
    written: int
    cached: str = ""
    shows_all: bool = True

    def amount(self, written: int | None = None, read: int | None = None) -> Amount:
        """Return what it costs with so many tokens; by default the most."""
        read = self.read if read is None else read
        written = self.written if written is None else min(written, self.written)
        return self._priced(
            {**self.usage, **self._input(read), "output_tokens": written}, read + written
        )

    def _input(self, read: int) -> Json:
        if self.cached == "1h":
            return {"cache_creation": {"ephemeral_1h_input_tokens": read}}
        return {"cache_creation_input_tokens" if self.cached else "input_tokens": read}

    def _priced(self, usage: Json, tokens: int) -> Amount:
        dollars = self.cost(usage)
        return Amount(dollars or 0.0, tokens, tokens if dollars is None else 0)

    def least(self) -> Amount | None:
        """Return what an answer of use costs that is stopped in time; None if it must be whole."""
        return self.amount(_LEAST) if self.shows_all else None

    def told(self, usage: Json) -> Amount:
        """Return what an answer cost, whose usage the server told."""
        known = counted(usage)
        return self._priced(known, sum(known.get(kind) or 0 for kind in _COUNTS))

    def counted(self, read: int) -> Quote:
        """Return the same for an input that the server has counted."""
        return replace(self, read=read)


def tokens_of(text: str | bytes) -> int:
    """Return how many tokens a text has at most, nearly always."""
    data = text.encode(errors="replace") if isinstance(text, str) else text
    return sum(1 for _ in _TOKEN.finditer(data))


def is_charged(request: Request) -> bool:
    """Return whether a request may cost something."""
    return request.method == "POST" and endpoint(request.url) in {MESSAGES, BATCHES}


def quotes(request: Request, models: ModelTable) -> list[Quote]:
    """Return what a request can cost: one quote for each answer; none if it is free."""
    if not is_charged(request):
        return []
    body = as_object(json.loads(request.content))
    if endpoint(request.url) == MESSAGES:
        return [quote(body, models)]
    return [quote(as_object(each.get("params")), models, batch=True) for each in _batched(body)]


def _batched(body: Json) -> list[Json]:
    return _objects(body.get("requests"))


def quote(body: Json, models: ModelTable, *, batch: bool = False) -> Quote:
    """Return what one answer can cost, to a request with this body."""
    model = str(body.get("model", ""))
    info, uses = models.get(model), _uses(body)
    scale = info.token_scale if info is not None else 1.5
    window = (info.context_window if info is not None else None) or _DOCUMENT
    read = math.ceil(scale * sum(_parts(body))) + _FRAME + _TOOLS * bool(body.get("tools"))
    read += uses * _READ
    written = body.get("max_tokens")
    billed = {name: body[name] for name in _BILLED_AS if body.get(name)}
    searches = {"server_tool_use": {"web_search_requests": uses}} if uses else {}
    return Quote(
        cost=lambda usage: models.cost(model, usage, batch=batch),
        usage={**billed, **searches},
        read=min(read, window),
        written=written if isinstance(written, int) else window,
        cached=_cached(body),
        shows_all=not (batch or uses or _thinks(body)) and body.get("stream") is True,
    )


def _parts(value: Any) -> Iterator[int]:
    """Yield the tokens of all that a request holds: names and texts, and what its files take."""
    if isinstance(value, Mapping):
        known = as_object(value)
        if known.get("type") in {"image", "document"} and "source" in known:
            yield _file(known)
            known = {name: each for name, each in known.items() if name != "source"}
        for name, each in known.items():
            yield len(name) // 3 + 1
            yield from _parts(each)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _parts(each)
    else:
        yield tokens_of(value if isinstance(value, str) else str(value))


def _file(block: Json) -> int:
    if block["type"] == "image":
        return _IMAGE
    source = as_object(block["source"])
    data = source.get("data")
    if not isinstance(data, str):
        return sum(_parts(source["content"])) if source.get("type") == "content" else _DOCUMENT
    if source.get("type") == "text":
        return tokens_of(data)
    return _PAGE * (1 + len(data) * 3 // 4 // _PAGE_BYTES)


def _uses(body: Json) -> int:
    """Return how often the server may use tools of its own, which read what nobody can count."""
    tools = _objects(body.get("tools"))
    served = [each for each in tools if str(each.get("type", "")).startswith(_SERVER_TOOLS)]
    return sum(each["max_uses"] if _is_count(each) else _USES for each in served)


def _is_count(tool: Json) -> bool:
    return isinstance(tool.get("max_uses"), int)


def _thinks(body: Json) -> bool:
    thinking = as_object(body.get("thinking"))
    return thinking.get("type", "disabled") != "disabled"


def _cached(body: Json) -> str:
    """Return for how long parts of the input are kept; empty if they are not."""
    found = set(_lifetimes(body))
    return "1h" if "1h" in found else "5m" if found else ""


def _lifetimes(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in as_object(value).items():
            if name == "cache_control" and isinstance(each, Mapping):
                yield str(as_object(each).get("ttl") or "5m")
            yield from _lifetimes(each)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _lifetimes(each)


def _objects(value: Any) -> list[Json]:
    return [as_object(each) for each in cast("list[Any]", value)] if isinstance(value, list) else []


def as_object(value: Any) -> Json:
    """Return a JSON object, or an empty one for anything else."""
    return cast("Json", value) if isinstance(value, Mapping) else {}
