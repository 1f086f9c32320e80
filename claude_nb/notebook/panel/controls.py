"""What the page must know to draw the controls; all of it from the one list of options; pure."""

from __future__ import annotations

from typing import Any

from claude_nb.ask.options import SETTINGS, Options, Setting
from claude_nb.models import ModelInfo, ModelTable
from claude_nb.models.locks.locks import NONE, Locks
from claude_nb.notebook.panel.columns import MOST, OWN
from claude_nb.notebook.traits import LASTING

__all__ = ["controls", "used"]


_LISTED = frozenset({"anthropic", "emulator"})  # of whom the list tells what answers would cost


def controls(models: ModelTable, locks: Locks = NONE) -> dict[str, Any]:
    """Return the controls, the models that may be asked, and which controls columns have."""
    return {
        "controls": [_control(setting) for setting in LASTING if setting.name != "model"],
        "models": [_model(each, models) for each in models.all_models() if locks.allows(each.id)],
        "columns": {"own": list(OWN), "most": MOST},
    }


def _control(setting: Setting) -> dict[str, Any]:
    return {
        "name": setting.name,
        "label": setting.label,
        "help": setting.help.replace("--think", "thinking"),
        "kind": setting.kind,
        "low": setting.low,
        "high": setting.high,
        "step": setting.step,
        "choices": list(setting.choices),
        "default": setting.listed(setting.default),
        "first": setting.first,
        "part": setting.part,
        "alone": setting.alone,
    }


def used(options: Options) -> list[str]:
    """Return what the provider's tools that these options ask for are called."""
    tools = [setting for setting in SETTINGS if setting.part == "tools"]
    return [setting.label for setting in tools if getattr(options, setting.name)]


def _model(info: ModelInfo, models: ModelTable) -> dict[str, Any]:
    return {
        "id": info.id,
        "name": info.display_name,
        "price": _price(info, models),
        "takes": " · ".join(_takes(info)),
        "lifecycle": "" if info.lifecycle == "active" else info.lifecycle,
        "window": info.context_window,
    }


def _price(info: ModelInfo, models: ModelTable) -> str:
    """Return the list price; whoever else serves a model has a price of their own."""
    if models.provider not in _LISTED:
        return "price not known here"
    price = info.price
    return f"${price.input:g} in · ${price.output:g} out" if price else "price unpublished"


def _takes(info: ModelInfo) -> list[str]:
    kinds = {"temperature": info.sampling, "budget": "enabled" in info.thinking}
    kinds["effort"] = bool(info.efforts)
    kinds["thinking off"] = "disabled" in info.thinking
    return [name for name, taken in kinds.items() if taken]
