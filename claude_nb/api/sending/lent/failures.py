"""What a foreign client raises, as what the API would have replied, or as one sentence of ours.

Goes by what errors hold and how their classes are called: the clients need not be installed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, cast

from claude_nb.api.errors import AnthropicError, CredentialsError
from claude_nb.api.network import TransportError
from claude_nb.api.platforms.dialect import refused
from claude_nb.api.secret import Secret, scrub
from claude_nb.api.wire import FIRST_FAILURE, Headers, Request, Response

__all__ = ["event", "reply", "told"]

_LONGEST = 400  # characters of a foreign sentence
_OF_CREDENTIALS = re.compile(r"credential|authenticat|api.?key|(?:api|access) token", re.IGNORECASE)
_CREDENTIAL_PACKAGES = frozenset({"botocore", "boto3", "google"})
_CONNECTION = frozenset({"APIConnectionError", "TransportError", "NetworkError", "ConnectionError"})
_SKIPPED = frozenset({"content-encoding", "content-length", "transfer-encoding"})


def reply(error: Exception, request: Request, secrets: Sequence[Secret]) -> Response | None:
    """Return the reply that an error stands for; None if none came."""
    status, answer = getattr(error, "status_code", None), getattr(error, "response", None)
    if not isinstance(status, int) or status < FIRST_FAILURE:
        return None
    fields = dict(getattr(answer, "headers", None) or {})
    kept = {str(n): str(v) for n, v in fields.items() if str(n).lower() not in _SKIPPED}
    content = scrub(_content(error, answer), *secrets).encode()
    return refused(Response(status, Headers(kept), request, content))


def event(error: Exception, secrets: Sequence[Secret]) -> dict[str, Any] | None:
    """Return the error event that broke a stream off; None if it was something else."""
    body = getattr(error, "body", None)
    if not isinstance(getattr(error, "status_code", None), int) or not isinstance(body, dict):
        return None
    said = cast("dict[str, Any]", json.loads(scrub(json.dumps(body, default=str), *secrets)))
    if "error" not in said:
        return {"type": "error", "error": said}
    return {**said, "type": "error"}


def told(error: Exception, name: str, secrets: Sequence[Secret]) -> Exception:
    """Return what to raise for any other error of a client.

    Parameters
    ----------
    error : Exception
        As it was raised.
    name : str
        What the client is called.
    secrets : sequence of Secret
        To keep out of it.
    """
    if isinstance(error, AnthropicError | TransportError):
        return error
    kinds = [cls.__name__ for cls in type(error).__mro__]
    detail = _sentence(error, secrets)
    if any(kind.endswith(("TimeoutError", "TimeoutException")) for kind in kinds):
        return TransportError("ReadTimeout", f"{name}: {detail}")
    if _CONNECTION & {*kinds}:
        return TransportError("ConnectError", f"{name}: {detail}")
    if _is_of_credentials(error):
        return CredentialsError(f"{name} found nothing to sign the request with: {detail}")
    return AnthropicError(f"{name} could not ask: {detail}")


def _is_of_credentials(error: Exception) -> bool:
    package = type(error).__module__.partition(".")[0]
    said = f"{type(error).__name__} {error}"
    return package in _CREDENTIAL_PACKAGES or _OF_CREDENTIALS.search(said) is not None


def _sentence(error: Exception, secrets: Sequence[Secret]) -> str:
    cause = error.__cause__
    words = str(error) if cause is None or str(cause) in str(error) else f"{error} ({cause})"
    text = " ".join(scrub(words, *secrets).split())
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return text or type(error).__name__


def _content(error: Exception, answer: Any) -> str:
    """Return the body of a refusal, as far as the client has it."""
    try:
        text = str(answer.text)
    except Exception:  # noqa: BLE001 - a body that was not read, or no such thing
        text = ""
    body = getattr(error, "body", None)
    if not text and body is not None:
        text = body if isinstance(body, str) else json.dumps(body, default=str)
    return text
