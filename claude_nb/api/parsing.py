"""Parse the text of an answer into the type the caller asked for."""

from __future__ import annotations

from typing import Any

import pydantic

from claude_nb.api import errors
from claude_nb.api.types import ContentBlock, Message, TextBlock
from claude_nb.api.types.parsed import ParsedMessage, ParsedTextBlock, with_fields
from claude_nb.api.wire import Response

__all__ = ["parsed_block", "parsed_message"]


def parsed_message(message: Message, output_format: Any, response: Response) -> Any:
    """Return the message with every text block parsed.

    Raises
    ------
    OutputFormatError
        A text is no value of the type; ``partial_message`` is the message.
    """
    try:
        blocks = [parsed_block(block, output_format, response) for block in message.content]
    except errors.OutputFormatError as error:
        error.partial_message = message
        raise
    return with_fields(ParsedMessage, message, content=blocks)


def parsed_block(block: ContentBlock, output_format: Any, response: Response) -> ContentBlock:
    """Return a text block with its text parsed; other blocks as they are.

    Raises
    ------
    OutputFormatError
        The text is no value of the type, for example because tokens ran out.
    """
    if not isinstance(block, TextBlock):
        return block
    try:
        value = pydantic.TypeAdapter(output_format).validate_json(block.text)
    except pydantic.ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
    else:
        made: ParsedTextBlock = with_fields(ParsedTextBlock, block, parsed_output=value)
        return made
    name = getattr(output_format, "__name__", repr(output_format))
    place = ".".join(str(part) for part in first["loc"]) or "the whole text"
    text = f"The answer is no {name}: {first['msg']} (at {place}). See partial_message."
    raise errors.OutputFormatError(response, None, message=text)
