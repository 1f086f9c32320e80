"""Parameters of ``messages.create``, under the names the official SDK gives them."""

from claude_nb.api.types.params import MessageCreateParams, MessageCreateParamsStreaming

MessageCreateParamsNonStreaming = MessageCreateParams

__all__ = ["MessageCreateParams", "MessageCreateParamsNonStreaming", "MessageCreateParamsStreaming"]
