"""The types of message batches, under the name the official SDK gives their module."""

from claude_nb.api.types.batches import (
    DeletedMessageBatch,
    MessageBatch,
    MessageBatchCanceledResult,
    MessageBatchErroredResult,
    MessageBatchExpiredResult,
    MessageBatchIndividualResponse,
    MessageBatchRequestCounts,
    MessageBatchResult,
    MessageBatchSucceededResult,
)

# fmt: off
__all__ = [
    "DeletedMessageBatch", "MessageBatch", "MessageBatchCanceledResult",
    "MessageBatchErroredResult", "MessageBatchExpiredResult", "MessageBatchIndividualResponse",
    "MessageBatchRequestCounts", "MessageBatchResult", "MessageBatchSucceededResult",
]
# fmt: on
