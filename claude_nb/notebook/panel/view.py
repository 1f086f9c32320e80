"""The magic's live view, inside a panel: the panel says where it is shown and what is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from claude_nb.notebook.live import LiveView
from claude_nb.notebook.views import FinalView

__all__ = ["PanelView", "Silent"]


class PanelView(LiveView):
    """An answer as it streams into a panel.

    Parameters
    ----------
    title : str
        The model's name.
    on_stop : callable
        Stops the run.
    on_open : callable
        Gets the id of the widget that shows the answer.
    on_finish : callable
        Gets the bundle that takes the live view's place.
    """

    def __init__(
        self,
        title: str,
        *,
        on_stop: Callable[[], object],
        on_open: Callable[[str], object],
        on_finish: Callable[[dict[str, Any]], object],
    ) -> None:
        super().__init__(title, on_stop=on_stop, background=True)
        self._on_open = on_open
        self._on_finish = on_finish

    def _place(self, model_id: str) -> None:
        self._on_open(model_id)

    def _replace(self, bundle: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        del metadata  # the transcript keeps its own
        self._on_finish(dict(bundle))


class Silent(FinalView):
    """Shows nothing while an answer comes: for a panel that no page shows."""

    def __init__(self, on_finish: Callable[[dict[str, Any]], object]) -> None:
        self._on_finish = on_finish

    def finish(
        self,
        bundle: Mapping[str, Any],
        announcement: str = "",
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Hand the bundle on."""
        del announcement, metadata
        self._on_finish(dict(bundle))
