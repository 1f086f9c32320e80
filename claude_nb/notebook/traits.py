"""The options as traits: what ``%config ClaudeMagics`` shows, and a panel's settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from claude_nb.ask.options import SETTINGS, THINK_WORDS, Kind, Setting

__all__ = ["LASTING", "as_traits"]

LASTING = tuple(setting for setting in SETTINGS if setting.lasting)


def as_traits() -> dict[str, traitlets.TraitType[Any, Any]]:
    """Return one configurable trait for each lasting setting, by name."""
    return {setting.name: _trait(setting) for setting in LASTING}


def _trait(setting: Setting) -> traitlets.TraitType[Any, Any]:
    default = setting.listed(setting.default)
    trait = _TRAITS[setting.kind](
        setting, default_value=default, allow_none=default is None, help=setting.help
    )
    return trait.tag(config=True)


def _texts(_: Setting, **common: Any) -> Any:
    return traitlets.List(traitlets.Unicode(), **common)


def _choice(setting: Setting, **common: Any) -> Any:
    words = traitlets.Enum(setting.choices)
    if not setting.counted:
        return traitlets.Enum(setting.choices, **common)
    return traitlets.Union([words, traitlets.Int(min=1)], **common)


_TRAITS: dict[Kind, Callable[..., Any]] = {
    "number": lambda s, **kw: traitlets.Float(min=s.low, max=s.high, **kw),
    "integer": lambda s, **kw: traitlets.Int(min=s.low, max=s.high, **kw),
    "flag": lambda _, **kw: traitlets.Bool(**kw),
    "texts": _texts,
    "stops": _texts,
    "think": lambda _, **kw: traitlets.Union([traitlets.Int(), traitlets.Enum(THINK_WORDS)], **kw),
    "choice": _choice,
    "text": lambda _, **kw: traitlets.Unicode(**kw),
    "servers": lambda _, **kw: traitlets.Unicode(**kw),
}
