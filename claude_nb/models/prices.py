"""What an answer costs, from what the server reports of it.

Everything that is billed is either counted or makes the price unknown: a sum that leaves something
out would be taken for the whole.

References
----------
Pricing page of the Messages API documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Protocol, cast

from claude_nb.models.catalog import BATCHED, IN_THE_US, WEB_SEARCH, ModelInfo, Price

__all__ = ["Told", "price_of"]

_FREE = frozenset({"web_fetch_requests"})  # its pages are billed as tokens
_PLACES = {"global": 1.0, "not_available": 1.0, "us": IN_THE_US}
_TIERS = {"standard": 1.0, "batch": BATCHED}
Usage = Mapping[str, Any]


class Told(Protocol):
    """The usage object of an answer."""

    def to_dict(self) -> Any:
        """Return what the server said."""
        ...


def price_of(info: ModelInfo, usage: Usage | Told, *, batch: bool = False) -> float | None:
    """Return the price in US dollars, or None if something in it is not known.

    Parameters
    ----------
    info : ModelInfo
        The model that answered.
    usage : Mapping or Usage
        The ``usage`` of its answer: tokens by kind, searches, speed, tier and place.
    batch : bool
        Whether the request ran in a batch, where the usage does not say so itself.
    """
    told = usage if isinstance(usage, Mapping) else cast("Usage", usage.to_dict())
    count, searches = _token_counts(told), _searches(told)
    price = _price(info, told, sum(count.values()) - count["output"])
    share = _share(told, batch=batch)
    if price is None or searches is None or share is None or _has_hidden_parts(told):
        return None
    tokens = sum(count[field.name] * getattr(price, field.name) for field in fields(price))
    return tokens / 1e6 * share + searches * WEB_SEARCH


def _price(info: ModelInfo, usage: Usage, prompt: int) -> Price | None:
    speed = usage.get("speed") or "standard"
    if speed != "standard":
        return info.fast_price if speed == "fast" else None
    is_long = info.long_from is not None and prompt > info.long_from
    return info.long_price if is_long and info.long_price else info.price


def _share(usage: Usage, *, batch: bool) -> float | None:
    """Return what part of the list price is asked; None for a tier or place of unknown price."""
    tier = str(usage.get("service_tier") or "standard")
    tier = "batch" if batch and tier == "standard" else tier
    place = str(usage.get("inference_geo") or "global")
    is_odd = tier == "batch" and usage.get("speed") == "fast"  # batches have no fast mode
    if tier not in _TIERS or place not in _PLACES or is_odd:
        return None
    return _TIERS[tier] * _PLACES[place]


def _searches(usage: Usage) -> int | None:
    """Return the number of web searches; None if another tool has a price of its own."""
    used = _object(usage.get("server_tool_use"))
    others = used.keys() - _FREE - {"web_search_requests"}
    return None if any(used[name] for name in others) else _number(used, "web_search_requests")


def _has_hidden_parts(usage: Usage) -> bool:
    """Return whether there is more that is billed: other passes, a cache of unknown lifetime."""
    kept = _object(usage.get("cache_creation"))
    if any(kept[name] for name in kept.keys() - _LIFETIMES):
        return True
    passes = usage.get("iterations") or ()
    return any(_object(one).get("type") != "message" for one in passes)


def _token_counts(usage: Usage) -> dict[str, int]:
    split = _object(usage.get("cache_creation"))
    write_1h = _number(split, "ephemeral_1h_input_tokens")
    whole = _number(split, "ephemeral_5m_input_tokens") + write_1h
    written = max(_number(usage, "cache_creation_input_tokens"), whole)
    return {
        "input": _number(usage, "input_tokens"),
        "output": _number(usage, "output_tokens"),
        "write_5m": written - write_1h,
        "write_1h": write_1h,
        "read": _number(usage, "cache_read_input_tokens"),
    }


_LIFETIMES = {"ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"}


def _number(counts: Usage, name: str) -> int:
    return int(counts.get(name) or 0)


def _object(value: Any) -> Usage:
    return cast("Usage", value) if isinstance(value, Mapping) else {}
