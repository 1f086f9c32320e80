"""What an answer is worth to a row: its text or value, and whether it is whole; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from claude_nb.api import errors
from claude_nb.api.hiding.hidden import hidden
from claude_nb.ask.answers.answer_schema import AnswerSchema
from claude_nb.ask.errors import AnswerError

__all__ = ["added_usage", "error_of", "is_fatal", "problem", "text_of"]

_LONGEST = 600  # characters of an error that are kept
_FATAL = frozenset({401, 402, 403, 404})  # as it is for one row, it is for all
_CUT = {
    "max_tokens": "The answer was cut at {max_tokens} tokens: ask again with more max_tokens.",
    "model_context_window_exceeded": "The answer was cut: the model's context was full.",
    "refusal": "The model refused to answer.",
    "tool_use": "The model called a tool and went no further.",
    "pause_turn": "The server paused the answer before it was whole.",
}


def text_of(message: Mapping[str, Any]) -> str:
    """Return the text of an answer as on the wire."""
    blocks = cast("list[Mapping[str, Any]]", message.get("content") or [])
    return "".join(str(block.get("text", "")) for block in blocks if block.get("type") == "text")


def problem(
    message: Mapping[str, Any], schema: AnswerSchema | None, max_tokens: Any
) -> dict[str, Any] | None:
    """Return why an answer is not what was asked for, or None if it is."""
    reason = str(message.get("stop_reason"))
    if reason in _CUT:
        return {"type": reason, "message": _CUT[reason].format(max_tokens=max_tokens)}
    if schema is None:
        return None
    try:
        schema.read(text_of(message))
    except AnswerError as wrong:
        return {"type": "AnswerError", "message": hidden(str(wrong))[:_LONGEST]}
    return None


def error_of(error: BaseException) -> dict[str, Any]:
    """Return an error as it is kept for a row."""
    told: dict[str, Any] = {"type": type(error).__name__, "message": hidden(str(error))[:_LONGEST]}
    if isinstance(error, errors.APIStatusError):
        told |= {"status": error.status_code, "request_id": error.request_id}
    return told


def is_fatal(error: BaseException) -> bool:
    """Return whether every other row would fail in the same way: nothing more is sent then."""
    if isinstance(error, errors.APIStatusError):
        return error.status_code in _FATAL
    return isinstance(
        error, errors.CredentialsError | errors.InsecureBaseURLError | errors.CertificateError
    )


def added_usage(one: Mapping[str, Any] | None, other: Mapping[str, Any]) -> dict[str, Any]:
    """Return what two requests of one row took together."""
    if one is None:
        return dict(other)
    total = {**one, **other}
    for name, count in other.items():
        before = one.get(name)
        if isinstance(count, int) and isinstance(before, int):
            total[name] = before + count
        elif isinstance(count, Mapping) and isinstance(before, Mapping):
            total[name] = added_usage(cast("Any", before), cast("Any", count))
    return total
