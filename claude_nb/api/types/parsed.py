"""Messages whose text was parsed into a type of the caller's."""

from __future__ import annotations

from typing import Any, Generic, cast

from pydantic import Field
from typing_extensions import TypeVar

from claude_nb.api.types._base import BaseModel
from claude_nb.api.types.blocks import TextBlock
from claude_nb.api.types.message import Message

__all__ = ["ParsedMessage", "ParsedTextBlock"]

OutputT = TypeVar("OutputT", default=Any)


class ParsedTextBlock(TextBlock):
    """Text, and what it says as an object."""

    parsed_output: Any = Field(default=None, exclude=True)


class ParsedMessage(Message, Generic[OutputT]):
    """A message whose text was parsed."""

    @property
    def parsed_output(self) -> OutputT | None:
        """What the first text block says, as an object; None without a text block."""
        blocks = (block for block in self.content if isinstance(block, ParsedTextBlock))
        return cast("OutputT | None", next((block.parsed_output for block in blocks), None))


def with_fields(cls: type[BaseModel], source: BaseModel, **changes: Any) -> Any:
    """Return an object of `cls` that holds what `source` holds, apart from `changes`."""
    made = cls.from_wire({})
    assign = object.__setattr__
    assign(made, "__dict__", {**vars(made), **vars(source), **changes})
    assign(made, "__pydantic_extra__", dict(source.model_extra or {}))
    assign(made, "__pydantic_fields_set__", set(source.model_fields_set))
    assign(made, "__pydantic_private__", source.__pydantic_private__)
    return made
