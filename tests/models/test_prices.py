"""Our prices against those of `genai-prices`, a table kept by others; its data come with it."""

from __future__ import annotations

import sys
from dataclasses import astuple, fields, replace
from datetime import UTC, datetime

import pytest
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import TieredPrices

from claude_nb.models import BUILT_IN, ModelInfo, Price

TABLE_DATE = datetime(2026, 11, 27, tzinfo=UTC)  # the day the model table is of
THEIR_NAMES = {
    "input": "input_mtok",
    "output": "output_mtok",
    "write_5m": "cache_write_mtok",
    "write_1h": "cache_write_1h_mtok",
    "read": "cache_read_mtok",
}

_UNLISTED = "They do not list it; the provider's page gives it the price of Fable of that number."
_SHORT = "They price prompts over 200,000 tokens, more than the model's window here takes."

# (model, which price) -> why ours is another, or why only one of the two tables has it
EXPLAINED: dict[tuple[str, str], str] = {
    **{("claude-mythos-5-1", kind): _UNLISTED for kind in THEIR_NAMES},
    **{("claude-mythos-5", kind): _UNLISTED for kind in THEIR_NAMES},
    **{("claude-sonnet-4-5-20250929", kind): _SHORT for kind in THEIR_NAMES},
}


def theirs(info: ModelInfo) -> dict[str, tuple[float, ...]]:
    """Return by kind (price, tokens from which a higher one holds, that one); {} if unlisted."""
    try:
        _, model = get_snapshot().find_provider_model(info.id, None, "anthropic", None)
    except LookupError:
        return {}
    prices = model.get_prices(TABLE_DATE)
    return {kind: _flat(getattr(prices, name)) for kind, name in THEIR_NAMES.items()}


def _flat(price: object) -> tuple[float, ...]:
    if not isinstance(price, TieredPrices):
        return (float(price),)
    return (
        float(price.base),
        *(float(n) for tier in price.tiers for n in (tier.start, tier.price)),
    )


def ours(info: ModelInfo) -> dict[str, tuple[float, ...]]:
    """Return our prices in the same form."""
    if info.price is None:
        return {}
    kinds = [field.name for field in fields(Price)]
    if info.long_price is None:
        return {kind: (price,) for kind, price in zip(kinds, astuple(info.price), strict=True)}
    pairs = zip(kinds, astuple(info.price), astuple(info.long_price), strict=True)
    return {kind: (short, info.long_from, long) for kind, short, long in pairs}


def differences() -> dict[tuple[str, str], tuple[object, object]]:
    """Return where the two differ: ours and theirs, None where one has no price."""
    pairs = ((info.id, kind, ours(info), theirs(info)) for info in BUILT_IN for kind in THEIR_NAMES)
    found = {(name, kind): (mine.get(kind), other.get(kind)) for name, kind, mine, other in pairs}
    return {place: (mine, other) for place, (mine, other) in found.items() if mine != other}


def unexplained() -> dict[tuple[str, str], tuple[object, object]]:
    return {place: pair for place, pair in differences().items() if place not in EXPLAINED}


def test_every_difference_of_price_is_explained():
    assert unexplained() == {}


def test_every_explanation_is_still_needed():
    assert set(EXPLAINED) - set(differences()) == set()


def test_nearly_all_prices_are_compared():
    known = [info for info in BUILT_IN if info.price and theirs(info)]
    assert len(known) >= 15
    assert {"claude-haiku-5-5", "claude-fable-5-2", "claude-mythos-5-2"} <= {i.id for i in known}


def test_a_wrong_price_and_a_stale_explanation_would_be_found(monkeypatch):
    row = BUILT_IN.get("claude-opus-5-5")
    wrong = replace(row, price=replace(row.price, read=0.4))
    rows = tuple(wrong if info.id == row.id else info for info in BUILT_IN)
    monkeypatch.setattr(sys.modules[__name__], "BUILT_IN", replace(BUILT_IN, rows=rows))
    assert unexplained() == {("claude-opus-5-5", "read"): ((0.4,), (0.2,))}
    monkeypatch.setitem(EXPLAINED, ("claude-opus-5-5", "input"), "not true any more")
    with pytest.raises(AssertionError):
        test_every_explanation_is_still_needed()
