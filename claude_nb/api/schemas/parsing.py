"""Parse the text of an answer into the type the caller asked for."""

from __future__ import annotations

from typing import Any

import pydantic

from claude_nb.api import errors
from claude_nb.api.schemas import typed_dicts
from claude_nb.api.types import ContentBlock, Message, TextBlock
from claude_nb.api.types.parsed import ParsedMessage, ParsedTextBlock, with_fields
from claude_nb.api.wire import Response

__all__ = ["parsed_block", "parsed_message"]


def parsed_message(message: Message, output_format: Any, response: Response) -> Any:
    """Return the message with every text block parsed.

    Raises
    ------
    OutputFormatError
        A text is no value of the type; says so first if the model refused, or was cut off.
        ``partial_message`` is the message.
    """
    blocks: list[ContentBlock] = []
    for block in message.content:
        made, problem = _parsed(block, output_format)
        blocks.append(made)
        if problem:
            text = f"{_why(message, problem)} See partial_message."
            error = errors.OutputFormatError(response, None, message=text)
            error.partial_message = message
            raise error
    return with_fields(ParsedMessage, message, content=blocks)


def parsed_block(block: ContentBlock, output_format: Any) -> ContentBlock:
    """Return a text block with its text parsed, or with None where that cannot be done.

    Of a stream, only its end tells why.
    """
    return _parsed(block, output_format)[0]


def _parsed(block: ContentBlock, output_format: Any) -> tuple[ContentBlock, str]:
    """Return a text block parsed, and what is wrong with its text; other blocks as they are."""
    if not isinstance(block, TextBlock):
        return block, ""
    value, text = None, ""
    try:
        kind = typed_dicts.readable(output_format)
        value = pydantic.TypeAdapter(kind).validate_json(block.text)
    except pydantic.ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole text"
        name = getattr(output_format, "__name__", repr(output_format))
        text = f"The answer is no {name}: {first['msg']} (at {place})."
    made: ParsedTextBlock = with_fields(ParsedTextBlock, block, parsed_output=value)
    return made, text


def _why(message: Message, problem: str) -> str:
    """Return what a text is no value for: the model's reason for stopping goes before ours."""
    if message.stop_reason == "refusal":
        details = message.stop_details
        told = (details.category, details.explanation) if details is not None else ()
        because = ": ".join(filter(None, told))
        return f"The model refused ({because})." if because else "The model refused."
    if message.stop_reason == "max_tokens":
        return f"The answer was cut off at max_tokens: allow more of them. {problem}"
    if message.stop_reason == "model_context_window_exceeded":
        return f"The answer was cut off, as the context window is full. {problem}"
    return problem
