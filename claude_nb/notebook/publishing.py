"""Publish one display: a place that a page fills, then the output that stays there.

Both share a display id, so that the second replaces the first where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["placeholder", "publish"]


def placeholder(model_id: str) -> dict[str, Any]:
    """Return the bundle that shows a widget, for as long as an answer streams."""
    return {
        "text/plain": "Claude is answering…",
        "application/vnd.jupyter.widget-view+json": {
            "version_major": 2,
            "version_minor": 0,
            "model_id": model_id,
        },
    }


def publish(
    bundle: Mapping[str, Any],
    display_id: str = "",
    metadata: Mapping[str, Any] | None = None,
    *,
    update: bool = False,
) -> None:
    """Publish a MIME bundle in the running cell, or in the place of an earlier one.

    Parameters
    ----------
    bundle : Mapping
        Data by MIME type.
    display_id : str
        Names the place; empty for an output that will not be replaced.
    metadata : Mapping, optional
        Of the output, as the notebook file keeps it.
    update : bool
        Whether to replace what was published under `display_id`.
    """
    from IPython.display import publish_display_data  # noqa: PLC0415 (only in a shell)

    where = {"display_id": display_id} if display_id else {}
    publish_display_data(dict(bundle), dict(metadata or {}), transient=where, update=update)
