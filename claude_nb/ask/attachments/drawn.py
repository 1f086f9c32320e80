"""What the objects of plotting libraries look like: as a PNG file, or named with what to do.

Libraries are recognised by where a class comes from; nothing of them is imported.
"""

from __future__ import annotations

import io
from types import ModuleType
from typing import Any

from claude_nb.ask.errors import InputError
from claude_nb.ask.tables import comes_from

__all__ = ["drawing", "figure_of"]

_PYPLOT = ("matplotlib.pyplot", "pylab")
_ELSEWHERE = ("bokeh", "folium", "holoviews", "pyecharts", "pyvista")
_DRAWN_BY = {"altair": "vl-convert-python", "plotly": "kaleido"}


def figure_of(value: Any) -> Any:
    """Return the figure that a plot, its axes or a part of it belongs to; None for anything else.

    Raises
    ------
    InputError
        It is ``plt`` itself, and no figure is open.
    """
    if isinstance(value, ModuleType) and value.__name__ in _PYPLOT:
        return _current(value)
    if not comes_from(value, "matplotlib", "seaborn"):
        return None
    return value if hasattr(value, "savefig") else getattr(value, "figure", None)


def drawing(value: Any) -> bytes | None:
    """Return what a plot looks like, as PNG; None if `value` is no plot.

    Raises
    ------
    InputError
        There is nothing in it, or it takes a browser or another package to draw it.
    """
    figure = figure_of(value)
    if figure is not None:
        return _saved(figure)
    for package, drawn_by in _DRAWN_BY.items():
        if comes_from(value, package) and hasattr(value, "to_json"):
            return _exported(value, drawn_by)
    if comes_from(value, *_ELSEWHERE):
        library = type(value).__module__.partition(".")[0]
        raise InputError(
            f"this {type(value).__name__} of {library} is drawn by a browser: save it as PNG, and "
            "attach the file."
        )
    return None


def _current(pyplot: Any) -> Any:
    if pyplot.get_fignums():
        return pyplot.gcf()
    raise InputError(
        "no figure is open: a notebook closes each at the end of its cell. Keep it there "
        "(fig = plt.gcf()), and name that."
    )


def _saved(figure: Any) -> bytes:
    parts = figure.get_children() if hasattr(figure, "get_children") else [figure]
    if all(part is getattr(figure, "patch", None) for part in parts):
        raise InputError("this figure is empty. Plot something in it, then attach it.")
    file = io.BytesIO()
    figure.savefig(file, format="png", bbox_inches="tight")
    return file.getvalue()


def _exported(chart: Any, drawn_by: str) -> bytes:
    """Return what a chart looks like that is drawn by a program of its own."""
    file = io.BytesIO()
    try:
        if hasattr(chart, "to_image"):
            return bytes(chart.to_image(format="png"))
        chart.save(file, format="png")
        return file.getvalue()
    except Exception:  # noqa: BLE001 - theirs, of any kind where a package or a browser is missing
        raise InputError(
            f"this {type(chart).__name__} cannot be drawn here: pip install {drawn_by}. To send "
            "its data instead, put .to_json() of it into a variable, and name that."
        ) from None
