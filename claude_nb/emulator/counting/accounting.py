"""What a prompt costs: its tokens, cut into the segments that the prompt cache works with.

Pure. A segment is one tool, one system block or one content block; its digest covers everything
up to and including it, in the order tools, system, messages, so that equal digests mean equal
prefixes.

References
----------
Messages API, "Prompt caching": order of the prefix, what invalidates which level; "Token
counting": thinking of earlier turns is free, tools carry a preamble.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from claude_nb.emulator.counting import tokens
from claude_nb.emulator.task import blocks_of
from claude_nb.emulator.wire import JSON, dump, section
from claude_nb.models import ModelInfo

__all__ = ["Segment", "segments", "total"]

_BASE = 4  # tokens around every prompt
_PER_MESSAGE = 3  # tokens around every message
_PREAMBLES: tuple[tuple[tuple[str, ...], int, int], ...] = (
    # (models, tokens that tools cost once, the same if a call is forced)
    (("claude-opus-5",), 286, 406),
    (("claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-5"), 496, 588),
)
_PREAMBLE = (354, 474)
_UNCACHED = {"thinking", "redacted_thinking"}


@dataclass(frozen=True, slots=True)
class Segment:
    """One block of a prompt.

    Attributes
    ----------
    digest : bytes
        Of the whole prefix that ends here.
    tokens : int
        Of the whole prefix that ends here, on the model's scale.
    level : {"tools", "system", "messages"}
        Where it stands.
    ttl : {"", "5m", "1h"}
        Its cache breakpoint, "" for none.
    """

    digest: bytes
    tokens: int
    level: str
    ttl: str = ""


def total(params: JSON, model: ModelInfo) -> int:
    """Return the tokens of a whole prompt."""
    found = segments(params, model)
    return found[-1].tokens if found else 0


def segments(params: JSON, model: ModelInfo, salt: str = "") -> list[Segment]:
    """Return the segments of a valid request, in cache order.

    Parameters
    ----------
    params : dict
        Body of a request.
    model : ModelInfo
        Whose cache and whose token scale.
    salt : str
        Keeps workspaces apart.
    """
    digest, count, found = hashlib.sha256(f"{salt}/{model.id}".encode()), _BASE, list[Segment]()
    for level, block, cost, context in _pieces(params, model):
        plain = {name: value for name, value in block.items() if name != "cache_control"}
        digest.update(dump([level, context, plain]))
        count += cost
        ttl = _ttl(block.get("cache_control"))
        size = tokens.scaled(count, model.token_scale)
        found.append(Segment(digest.digest(), size, level, ttl))
    return _with_automatic(found, params)


def _ttl(control: Any) -> str:
    return str(cast("JSON", control).get("ttl") or "5m") if control else ""


def _with_automatic(found: list[Segment], params: JSON) -> list[Segment]:
    ttl = _ttl(params.get("cache_control"))
    if ttl and found and not found[-1].ttl:
        last = found[-1]
        found[-1] = Segment(last.digest, last.tokens, last.level, ttl)
    return found


Piece = tuple[str, Mapping[str, Any], int, Any]


def _pieces(params: JSON, model: ModelInfo) -> Iterator[Piece]:
    preamble = _preamble(params, model)
    for tool in cast("list[JSON]", params.get("tools") or []):
        yield "tools", tool, preamble + tokens.of_value(tool), None
        preamble = 0
    for block in blocks_of(params.get("system") or []):
        yield "system", block, tokens.of_value(block), params.get("speed")
    yield from _message_pieces(params)


def _message_pieces(params: JSON) -> Iterator[Piece]:
    context: Any = [
        params.get("tool_choice"),
        params.get("thinking"),
        section(params, "output_config").get("effort"),
    ]
    messages = cast("list[JSON]", params["messages"])
    current = _current_turn(messages)
    for n, message in enumerate(messages):
        around = _PER_MESSAGE
        for block in blocks_of(message["content"]):
            is_free = block.get("type") in _UNCACHED and n < current
            cost = 0 if is_free else tokens.of_value(block)
            yield "messages", block, around + cost, [message["role"], context]
            around, context = 0, None


def _current_turn(messages: list[JSON]) -> int:
    # the turn goes on through tool results; it began after the last question
    for n in range(len(messages) - 1, -1, -1):
        kinds = {block.get("type") for block in blocks_of(messages[n]["content"])}
        if messages[n]["role"] == "user" and kinds != {"tool_result"}:
            return n
    return 0


def _preamble(params: JSON, model: ModelInfo) -> int:
    is_forced = section(params, "tool_choice").get("type") in {"any", "tool"}
    for names, auto, forced in _PREAMBLES:
        if model.id.startswith(names) and not model.id.startswith("claude-opus-5-5"):
            return forced if is_forced else auto
    return _PREAMBLE[is_forced]
