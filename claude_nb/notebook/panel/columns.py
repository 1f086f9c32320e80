"""Columns to compare: each the panel's settings with some of its own; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from claude_nb import models
from claude_nb.notebook.panel.fit import Fit, fit, limits
from claude_nb.notebook.panel.values import everything
from claude_nb.notebook.settings import BY_NAME

__all__ = ["MOST", "OWN", "column", "label", "seen"]

MOST = 4
OWN = ("model", "temperature", "think", "max_tokens", "system")
"""The settings that a column can have of its own."""

Values = Mapping[str, Any]


def column(values: Values, own: Values) -> Fit:
    """Return what a column asks with."""
    return fit(everything({**values, **own}))


def seen(fitted: Fit, wished: Values) -> dict[str, Any]:
    """Return what a page needs to show controls for these settings.

    Parameters
    ----------
    fitted : Fit
        What can be sent.
    wished : Mapping
        What was set, refused or not.
    """
    return {
        "values": {**wished, "model": models.resolve(wished["model"])},
        "refused": fitted.refused,
        "choices": fitted.choices,
        "limits": limits(fitted.values),
    }


def label(values: Values, others: Sequence[Values]) -> str:
    """Return what tells a column apart: its model, and what else is its own."""
    own = [name for name in OWN[1:] if any(values[name] != other[name] for other in others)]
    said = [_said(name, values[name]) for name in own]
    return " · ".join([models.resolve(values["model"]), *said])


def _said(name: str, value: Any) -> str:
    word = BY_NAME[name].name.replace("_", " ")
    if value is None or value == "":
        return f"{word}: default"
    text = " ".join(str(value).split())
    return f"{word} {text if len(text) <= 24 else text[:23] + '…'}"  # noqa: PLR2004 (fits a line)
