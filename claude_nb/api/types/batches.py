"""Message batches: the batch, its counts, and one row of its results."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from claude_nb.api.types._base import BaseModel, ResponseModel
from claude_nb.api.types.message import Message

# fmt: off
__all__ = [
    "DeletedMessageBatch", "ErrorObject", "ErrorResponse", "MessageBatch",
    "MessageBatchCanceledResult", "MessageBatchErroredResult", "MessageBatchExpiredResult",
    "MessageBatchIndividualResponse", "MessageBatchRequestCounts", "MessageBatchResult",
    "MessageBatchSucceededResult",
]
# fmt: on


class MessageBatchRequestCounts(BaseModel):
    """Requests by state; all stay in `processing` until the whole batch has ended."""

    processing: int
    succeeded: int
    errored: int
    canceled: int
    expired: int


class MessageBatch(ResponseModel):
    """A batch of requests that the server works through within 24 hours."""

    id: str
    type: Literal["message_batch"] = "message_batch"
    processing_status: Literal["in_progress", "canceling", "ended"]
    request_counts: MessageBatchRequestCounts
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    cancel_initiated_at: datetime | None = None
    archived_at: datetime | None = None
    results_url: str | None = None


class DeletedMessageBatch(ResponseModel):
    """What is left of a deleted batch: its id."""

    id: str
    type: Literal["message_batch_deleted"] = "message_batch_deleted"


class ErrorObject(BaseModel):
    """What went wrong, as the server says it."""

    type: str
    message: str
    details: Any = None


class ErrorResponse(BaseModel):
    """The body of an error reply."""

    type: Literal["error"] = "error"
    error: ErrorObject
    request_id: str | None = None


class MessageBatchSucceededResult(BaseModel):
    """The request was answered."""

    type: Literal["succeeded"] = "succeeded"
    message: Message


class MessageBatchErroredResult(BaseModel):
    """The request failed; it is not billed."""

    type: Literal["errored"] = "errored"
    error: ErrorResponse


class MessageBatchCanceledResult(BaseModel):
    """The batch was cancelled before this request was sent to the model."""

    type: Literal["canceled"] = "canceled"


class MessageBatchExpiredResult(BaseModel):
    """The batch expired before this request was sent to the model."""

    type: Literal["expired"] = "expired"


class UnknownBatchResult(BaseModel):
    """A result of a kind this version does not know; its fields are attributes."""

    type: str


KnownBatchResult: TypeAlias = (
    MessageBatchSucceededResult
    | MessageBatchErroredResult
    | MessageBatchCanceledResult
    | MessageBatchExpiredResult
)
if TYPE_CHECKING:  # so that `.type` tells the known kinds apart
    MessageBatchResult: TypeAlias = KnownBatchResult
else:
    MessageBatchResult = KnownBatchResult | UnknownBatchResult


class MessageBatchIndividualResponse(BaseModel):
    """One row of the results, in any order; `custom_id` names the request."""

    custom_id: str
    result: MessageBatchResult
