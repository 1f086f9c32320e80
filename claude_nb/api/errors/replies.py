"""Replies that are no messages: a gateway may answer with other JSON."""

from __future__ import annotations

from claude_nb.api.errors import AnthropicError
from claude_nb.api.types.message import Message, is_message, sound

__all__ = ["received"]


def received(message: Message) -> Message:
    """Return an answer that came all at once, with numbers and names as they must be.

    Raises
    ------
    AnthropicError
        It is no message: what came holds no content.
    """
    if not is_message(message):
        raise AnthropicError(
            "The server's reply is no message of the Messages API: it holds no content. "
            "Check ANTHROPIC_BASE_URL."
        )
    return sound(message)
