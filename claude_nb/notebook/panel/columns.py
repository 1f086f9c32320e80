"""Columns to compare: each the panel's settings with some of its own; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claude_nb.ask.options import SETTINGS, Options
from claude_nb.characters import one_line
from claude_nb.models import ModelTable
from claude_nb.notebook.panel.fit import Fit, fit, limits

__all__ = ["MOST", "OWN", "label", "seen"]

MOST = 4
OWN = tuple(setting.name for setting in SETTINGS if setting.column)
"""The settings that a column can have of its own."""
_MOST_TEXT = 24  # characters of a value that fit a column's title


def seen(fitted: Fit, wished: Options, models: ModelTable) -> dict[str, Any]:
    """Return what a page needs to show controls for these settings.

    Parameters
    ----------
    fitted : Fit
        What can be sent.
    wished : Options
        What was set, refused or not.
    models : ModelTable
        What is known of the models.
    """
    lasting = {s.name: s.listed(getattr(wished, s.name)) for s in SETTINGS if s.lasting}
    return {
        "values": {**lasting, "model": models.resolve(wished.model)},
        "refused": fitted.refused,
        "choices": fitted.choices,
        "limits": limits(fitted.options, models),
    }


def label(options: Options, others: Sequence[Options], models: ModelTable) -> str:
    """Return what tells a column apart: its model, and what else is its own.

    Of a setting that the column's model does not take nothing is said.
    """
    refused = fit(options, models).refused
    said = [
        f"{name.replace('_', ' ')}{_said(getattr(options, name))}"
        for name in OWN
        if name not in {"model", *refused}
        and any(getattr(options, name) != getattr(other, name) for other in others)
    ]
    return " · ".join([_name(options.model, models), *said])


def _name(model: str, models: ModelTable) -> str:
    info = models.get(model)
    return info.display_name if info is not None else models.resolve(model)


def _said(value: Any) -> str:
    return ": default" if value in (None, "") else f" {one_line(str(value), _MOST_TEXT)}"
