"""Names that clouds and gateways give to models: which model of the table each one means; pure.

``us.anthropic.claude-sonnet-4-5-20250929-v1:0`` on Bedrock, ``claude-sonnet-4-5@20250929`` on
Google Cloud, ``bedrock/anthropic.claude-…`` and ``anthropic/claude-sonnet-4.6`` at gateways. They
are sent as they are; only what the model can do is looked up by the bare name.
"""

from __future__ import annotations

import re
from dataclasses import replace

from claude_nb.models.catalog import ModelInfo

__all__ = ["anything", "bare_name", "served_there"]

_VENDOR = re.compile(r"(?:[a-z]{2,6}(?:-[a-z]{2,6})?\.)?anthropic\.(?=claude-)")
_VERSION = re.compile(r"(?:-v\d+)?(?::\d+(?::\w+)?)?\Z")  # of Bedrock: -v1:0, -v2:0:200k
_MOVING = re.compile(r"@(?:default|latest)\Z")
_DATED = re.compile(r"@(\d{8})\Z")


def bare_name(name: str) -> str | None:
    """Return the name that the provider itself gives to a model; None if `name` is no cloud's.

    Parameters
    ----------
    name : str
        As a cloud or gateway calls it.
    """
    spoken = name.strip().lower()
    last = spoken.rpartition("/")[2]
    vendor = _VENDOR.match(last)
    short = _VERSION.sub("", last[vendor.end() :]) if vendor else last
    short = _DATED.sub(r"-\1", _MOVING.sub("", short))
    return short if short != spoken and short.startswith("claude-") else None


def served_there(info: ModelInfo, name: str) -> ModelInfo:
    """Return what is known of a model that somebody else serves under `name`.

    What it can do stays; prices, and the days on which it goes, are theirs to say.
    """
    kept = replace(info, id=name, aliases=(), lifecycle="active", retires=None, replacement=None)
    return replace(kept, price=None, long_price=None, long_from=None, fast_price=None)


def anything(name: str) -> ModelInfo:
    """Return a model of which nothing is known: it is assumed to take all that any model takes.

    How much it can read and write is not known either: its `context_window` is 0.
    """
    return ModelInfo(
        id=name,
        display_name=name,
        line="",
        context_window=0,
        max_output_tokens=10**9,
        thinking=("adaptive", "enabled", "disabled", "between_tools"),
        thinking_default="off",
        sampling=True,
        prefill=True,
        token_scale=1.0,
    )
