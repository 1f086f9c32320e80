"""What a run tells its view: pieces of an answer, in the order of the stream.

The one vocabulary between the events of the API and what a page, a terminal or a panel shows. A
piece of text belongs to the running section of its kind, and begins one where none runs.

==========  =========================================================
``text``    more text of the answer, Markdown
``think``   more thinking
``tool``    more of a disclosure, text as it is
``begin``   a disclosure begins; its title
``end``     the running section ends; the title of its disclosure, or nothing
``title``   of the disclosure of a tool's call, whenever it began
``result``  what that call returned, text as it is
``asked``   what went along with the question, as safe HTML; comes first
``status``  what the status line says
``state``   what screen readers are told; ``stopping`` once Stop was asked for
==========  =========================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Piece", "PieceKind", "Section"]

Section: TypeAlias = Literal["text", "think", "tool"]
PieceKind: TypeAlias = (
    Section | Literal["begin", "end", "title", "result", "asked", "status", "state"]
)


@dataclass(slots=True)  # not frozen: that would cost a delta a tenth of its time
class Piece:
    """One piece: its kind and its text.

    Attributes
    ----------
    call : str
        The id of the tool's call that it tells of.
    seconds : float
        How long a status is true; it counts down. 0 for as long as nothing else is said.
    """

    kind: PieceKind
    text: str = ""
    call: str = ""
    seconds: float = 0.0
