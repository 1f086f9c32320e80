"""Parameters of ``messages.batches.create``, under the names the official SDK gives them."""

from claude_nb.api.types.params import BatchRequestParam as Request

__all__ = ["Request"]
