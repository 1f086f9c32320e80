"""What the page must know to draw the controls; all of it from the one list of settings; pure."""

from __future__ import annotations

from typing import Any

from claude_nb import models
from claude_nb.models import ModelInfo
from claude_nb.notebook.panel.columns import MOST, OWN
from claude_nb.notebook.panel.values import NAMES
from claude_nb.notebook.settings import BY_NAME, Setting

__all__ = ["schema"]

_LABELS = {
    "top_p": "Top P",
    "top_k": "Top K",
    "think": "Thinking",
    "hide_thinking": "Hide thinking",
    "stop": "Stop sequences",
    "system": "System prompt",
    "cache": "Cache this",
    "option": "Other parameters",
    "no_history": "Ask by itself",
    "quiet": "No numbers below answers",
    "no_stream": "Show only whole answers",
    "chat": "Chat name",
}
_FIRST = ("temperature", "think", "max_tokens", "stop", "system", "cache")


def schema() -> dict[str, Any]:
    """Return the controls, the models, and which controls columns have."""
    return {
        "controls": [_control(BY_NAME[name]) for name in NAMES if name != "model"],
        "models": [_model(info) for info in models.all_models()],
        "columns": {"own": list(OWN), "most": MOST},
    }


def _control(setting: Setting) -> dict[str, Any]:
    return {
        "name": setting.name,
        "label": _LABELS.get(setting.name, setting.name.replace("_", " ").capitalize()),
        "help": setting.help.replace("--think", "thinking"),
        "kind": setting.kind,
        "low": setting.low,
        "high": setting.high,
        "step": setting.step,
        "choices": list(setting.choices),
        "default": list(setting.default) if setting.kind in {"texts", "stops"} else setting.default,
        "first": setting.name in _FIRST,
    }


def _model(info: ModelInfo) -> dict[str, Any]:
    price = info.price
    return {
        "id": info.id,
        "name": info.display_name,
        "price": f"${price.input:g} in · ${price.output:g} out" if price else "price unpublished",
        "takes": " · ".join(_takes(info)),
        "lifecycle": "" if info.lifecycle == "active" else info.lifecycle,
        "window": info.context_window,
    }


def _takes(info: ModelInfo) -> list[str]:
    kinds = {"temperature": info.sampling, "budget": "enabled" in info.thinking}
    kinds["effort"] = bool(info.efforts)
    kinds["thinking off"] = "disabled" in info.thinking
    return [name for name, taken in kinds.items() if taken]
