"""What a page may say to its live view: stop, send the code, send operations from a number on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictBool, StrictInt, TypeAdapter

from claude_nb.notebook.page.gate import Said

__all__ = ["WISH", "ViewWish"]

_MOST = 100_000_000  # operations of an answer


class ViewWish(Said):
    """One wish of a page.

    Attributes
    ----------
    stop : bool
        Stop the answer.
    code : bool
        Send the page's half of the view.
    ask : int or None
        Send the operations from this number on.
    """

    stop: StrictBool = False
    code: StrictBool = False
    ask: Annotated[StrictInt, Field(ge=0, le=_MOST)] | None = None


WISH: TypeAdapter[ViewWish] = TypeAdapter(ViewWish)
