"""Publish a display: a place that a page fills, then the output that stays there.

Both share a display id, so that the second replaces the first where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

from IPython.display import publish_display_data

from claude_nb.notebook.answer import render

__all__ = ["Home", "Outlet", "Output", "publish", "widget_bundle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where in a notebook an answer belongs, for a page that lost it.

    Attributes
    ----------
    mark : str
        Names the answer.
    number : int or None
        The cell's execution count.
    asked : datetime
        When it was asked for.
    """

    mark: str = ""
    number: int | None = None
    asked: datetime = field(default_factory=lambda: datetime.now().astimezone())


class Outlet(Protocol):
    """Where an answer is shown while it comes, and kept when it is whole."""

    def show(self, model_id: str) -> None:
        """Show the widget of that id."""

    def keep(self, bundle: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        """Put the final output there."""


class Output:
    """An output of the running cell.

    Parameters
    ----------
    title : str
        Who answers.
    home : Home, optional
        Where else it can be asked for.
    """

    def __init__(self, title: str = "", home: Home | None = None) -> None:
        self._title = title
        self._home = home or Home()
        self._display_id = uuid4().hex
        self._is_shown = False

    def show(self, model_id: str) -> None:
        """Show a widget, for as long as an answer streams; a saved file says what it is without."""
        publish(*self.unfinished(model_id), display_id=self._display_id)
        self._is_shown = True

    def unfinished(self, model_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return data and metadata of the output that shows a widget while an answer comes."""
        mark = {"claude_nb": {"unfinished": self._home.mark}} if self._home.mark else {}
        return {**self._sentence(), **widget_bundle(model_id)}, mark

    def _sentence(self) -> dict[str, str]:
        facts = [self._title, f"asked {self._home.asked:%Y-%m-%d %H:%M}"]
        if self._home.mark:
            number = "" if self._home.number is None else f" {self._home.number}"
            facts.append(f"while its kernel runs, %claude last{number} shows it")
        return render.unfinished_bundle(" · ".join(filter(None, facts)))

    def keep(self, bundle: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        """Publish a bundle, in the widget's place if one was shown."""
        publish(bundle, metadata, display_id=self._display_id, update=self._is_shown)
        self._is_shown = True


def widget_bundle(model_id: str) -> dict[str, Any]:
    """Return the MIME bundle that shows the widget of that id."""
    view = {"version_major": 2, "version_minor": 0, "model_id": model_id}
    return {"application/vnd.jupyter.widget-view+json": view}


def publish(
    bundle: Mapping[str, Any],
    metadata: Mapping[str, Any] | None = None,
    *,
    display_id: str = "",
    update: bool = False,
) -> None:
    """Publish a MIME bundle in the running cell, or in the place of an earlier one.

    Parameters
    ----------
    bundle : Mapping
        Data by MIME type.
    metadata : Mapping, optional
        Of the output, as the notebook file keeps it.
    display_id : str
        Names the place; empty for an output that will not be replaced.
    update : bool
        Whether to replace what was published under `display_id`.
    """
    where = {"display_id": display_id} if display_id else {}
    publish_display_data(dict(bundle), dict(metadata or {}), transient=where, update=update)
