"""What a page says that comes back, by the front-end extension: which answers it wants to show.

And which changes to cells it shows, that a person may accept. It comes over a comm target of its
own, which kernels with subshells serve while a cell runs. The kernel answers on that comm at once,
in the thread that heard it, or the comm would be tied to the busy main shell. A mark, which only
its notebook holds, names an answer or a change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from comm import get_comm_manager
from pydantic import Field, TypeAdapter

from claude_nb.notebook.page.constants import ANSWERS
from claude_nb.notebook.page.gate import RefusedError, Said, said

__all__ = ["Asked", "listen"]

_Name = Annotated[str, Field(max_length=100)]
_Mark = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
_MOST = 10_000  # cells of a notebook


class Asked(Said):
    """What a page asks.

    Attributes
    ----------
    cells : list of str
        The ids of its notebook's cells: which of their answers has no page got?
    marks : list of str
        Answers that it shows as unfinished: how did they end?
    live : list of str
        Answers that it shows as they come.
    have : list of str
        Answers that its notebook holds now.
    changes : list of str
        Changes to cells that it shows, by their marks: what would they write?
    """

    cells: list[_Name] = Field(default_factory=list, max_length=_MOST)
    marks: list[_Mark] = Field(default_factory=list, max_length=_MOST)
    live: list[_Mark] = Field(default_factory=list, max_length=_MOST)
    have: list[_Mark] = Field(default_factory=list, max_length=_MOST)
    changes: list[_Mark] = Field(default_factory=list, max_length=_MOST)


_ASKED = TypeAdapter(Asked)


def listen(told: Callable[[Asked], dict[str, Any]]) -> None:
    """Let pages ask; `told` returns what they are told, from whichever thread serves them."""

    def opened(comm: Any, message: object) -> None:
        del message

        def heard(received: Any) -> None:
            try:
                asked = said(_ASKED, received["content"].get("data"), "A wish for answers")
            except RefusedError:
                return
            comm.send(told(asked))

        comm.on_msg(heard)

    get_comm_manager().register_target(ANSWERS, opened)
