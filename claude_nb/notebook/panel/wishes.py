"""What a page may ask of a panel: one model a wish, each field of one type and within bounds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, TypeAdapter

from claude_nb.notebook.page.gate import Said
from claude_nb.notebook.panel.columns import MOST

# fmt: off
__all__ = [
    "WISH", "Again", "Attach", "Branch", "Clear", "Code", "Compare", "Detach", "Draft", "Drop",
    "Export", "Go", "Holds", "Keep", "Paste", "Pieces", "Recall", "Resume", "Send", "Set", "Stop",
    "Undo", "Upload", "Wish",
]
# fmt: on

MOST_TEXT = 2_000_000  # characters of a prompt
_MOST_CHAT = 50_000_000  # characters of a saved chat
_MOST_PIECE = 1_400_000  # characters of a piece of a file; a page sends 1,048,576
_MOST_FIELDS = 200
_MOST_IDS = 100  # of exchanges
_WHOLE = 2**53 - 1  # the largest number that a page can say exactly

Text = Annotated[StrictStr, Field(max_length=MOST_TEXT)]
Id = Annotated[StrictStr, Field(max_length=200)]
Name = Annotated[StrictStr, Field(min_length=1, max_length=4_096)]
Number = Annotated[StrictInt, Field(ge=-_WHOLE, le=_WHOLE)]
Place = Annotated[StrictInt, Field(ge=0, le=1_000_000)]
Column = Annotated[StrictInt, Field(ge=0, lt=MOST)]
Words = Annotated[list[Text], Field(max_length=_MOST_FIELDS)]
Value = (
    StrictBool | Number | Annotated[StrictFloat, Field(allow_inf_nan=False)] | Text | Words | None
)


class _Box(Said):
    """What stands in the prompt's box.

    Attributes
    ----------
    text : str
        The prompt.
    typed : dict of str
        What was typed in for its variables.
    instead : str
        The id of the earlier turn that is being changed; empty if it is a new one.
    pasted : bool
        Whether the text was pasted, and not touched since.
    """

    text: Text
    typed: Annotated[dict[Id, Text], Field(max_length=_MOST_FIELDS)] = Field(default_factory=dict)
    instead: Id = ""
    pasted: StrictBool = False


class Draft(_Box):
    """Take what stands in the prompt's box."""

    do: Literal["draft"]


class Send(_Box):
    """Ask it."""

    do: Literal["send"]


class Code(_Box):
    """Show it as code."""

    do: Literal["code"]


class Again(Said):
    """Ask an exchange's prompt once more."""

    do: Literal["again"]
    id: Id


class Set(Said):
    """Set controls, of the panel or of one column; `change` numbers what `page` has changed."""

    do: Literal["set"]
    values: Annotated[dict[Id, Value], Field(max_length=_MOST_FIELDS)]
    column: Column | None = None
    page: Id = ""
    change: Place = 0


class Compare(Said):
    """Have this many columns."""

    do: Literal["compare"]
    number: Annotated[StrictInt, Field(ge=0, le=MOST)]


class Keep(Said):
    """Go on with one of the answers that were compared."""

    do: Literal["keep"]
    id: Id
    take: Column


class Drop(Said):
    """Take one column away."""

    do: Literal["drop"]
    column: Column


class Recall(Said):
    """Put the prompt of an earlier turn into the box."""

    do: Literal["recall"]
    id: Id


class Paste(Said):
    """Take a ``%%claude`` cell apart."""

    do: Literal["paste"]
    text: Text


class Attach(Said):
    """Attach a variable, file or address."""

    do: Literal["attach"]
    name: Name


class Detach(Said):
    """Attach it no more."""

    do: Literal["detach"]
    name: Name


class Upload(Said):
    """Take a piece of a file, in Base64; attach the file with the last one."""

    do: Literal["upload"]
    name: Name
    piece: Annotated[StrictStr, Field(max_length=_MOST_PIECE)]
    first: StrictBool
    last: StrictBool


class Resume(Said):
    """Go on with a chat from a file, or with the one that is offered."""

    do: Literal["resume"]
    data: Annotated[StrictStr, Field(max_length=_MOST_CHAT)] | None = None


class Export(Said):
    """Hand the chat over as a file."""

    do: Literal["export"]
    form: Literal["json", "md"] = "json"


class Branch(Said):
    """Begin another line of the chat behind an exchange."""

    do: Literal["branch"]
    id: Id


class Go(Said):
    """Show another line of the chat."""

    do: Literal["go"]
    at: Place


class Pieces(Said):
    """Hand over what is shown, and saved, of these exchanges."""

    do: Literal["pieces"]
    ids: Annotated[list[Id], Field(max_length=_MOST_IDS)]


class Holds(Said):
    """Know that the page writes this panel's output into the notebook's file."""

    do: Literal["holds"]


class Clear(Said):
    """Forget what was said."""

    do: Literal["clear"]


class Stop(Said):
    """Stop what is coming."""

    do: Literal["stop"]


class Undo(Said):
    """Take the last turn back."""

    do: Literal["undo"]


# fmt: off
Wish = (
    Again | Attach | Branch | Clear | Code | Compare | Detach | Draft | Drop | Export | Go | Holds
    | Keep | Paste | Pieces | Recall | Resume | Send | Set | Stop | Undo | Upload
)
# fmt: on
WISH: TypeAdapter[Wish] = TypeAdapter(Annotated[Wish, Field(discriminator="do")])
