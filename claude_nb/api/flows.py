"""Each API call written once, as a generator of `Send` and `Sleep` effects. No I/O.

A flow yields what it wants done and is sent back what came of it: for `Send` an `Outcome`, for
`Sleep` nothing. It returns the call's result or raises its error. The two drivers in
`claude_nb.api.client` run the same flows, one waiting, one awaiting.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar, cast

from pydantic_core import from_json

from claude_nb.api import errors
from claude_nb.api.retry import RetryNotice, RetryPolicy
from claude_nb.api.secret import Secret, scrub
from claude_nb.api.types import ResponseModel
from claude_nb.api.wire import Headers, Request, Response

__all__ = [
    "Call",
    "Failure",
    "Flow",
    "Outcome",
    "Send",
    "Sleep",
    "Streamed",
    "Wrap",
    "decode",
    "fetch",
    "parse_now",
    "send",
    "transport_error",
]

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=ResponseModel)


@dataclass(frozen=True, slots=True)
class Send:
    """Send this request; with `stream`, return once the reply's head is there."""

    request: Request
    stream: bool = False


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait this many seconds; before a retry, tell the caller why."""

    seconds: float
    notice: RetryNotice | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """No whole reply arrived.

    Attributes
    ----------
    kind : str
        Name of the failure, for example ``"ReadTimeout"``.
    cause : Exception
        What the transport raised; or a `RetryableError`, to be tried again.
    """

    kind: str
    cause: Exception


@dataclass(frozen=True, slots=True)
class Streamed:
    """The head of a reply, and the body to read events from."""

    response: Response
    body: Any


Outcome: TypeAlias = Response | Streamed | Failure
Flow: TypeAlias = Generator[Send | Sleep, Any, T]


Wrap: TypeAlias = Callable[[Response, Callable[[], Any]], Any]


def parse_now(_: Response, parse: Callable[[], Any]) -> Any:
    """Make the result of a call what its reply says, and forget the reply."""
    return parse()


@dataclass(frozen=True, slots=True)
class Call:
    """How to carry out a request.

    Attributes
    ----------
    request : Request
        What to send.
    policy : RetryPolicy
        When to try again.
    secrets : tuple of Secret
        To keep out of errors.
    wrap : callable
        Makes the result of the reply and of how to parse it.
    """

    request: Request
    policy: RetryPolicy
    secrets: tuple[Secret | None, ...] = ()
    wrap: Wrap = parse_now

    def error(self, outcome: Outcome) -> errors.APIError | None:
        """Return the error this outcome stands for, or None for a success."""
        if isinstance(outcome, Failure):
            return transport_error(outcome, self.request)
        if isinstance(outcome, Streamed) or outcome.status_code < 300:  # noqa: PLR2004 - success
            return None
        return errors.from_response(self.clean(outcome))

    def clean(self, response: Response) -> Response:
        """Return the reply with secrets taken out, should the server have echoed one."""
        headers = Headers((n, scrub(v, *self.secrets)) for n, v in response.headers.items())
        content = scrub(response.text, *self.secrets).encode()
        return replace(response, headers=headers, content=content)


def transport_error(failure: Failure, request: Request) -> errors.APIConnectionError:
    """Return the error for an exchange that failed below HTTP."""
    error: errors.APIConnectionError
    if failure.kind == "PoolTimeout":
        text = (
            "Every connection of this client is in use. Streams that were left open hold theirs: "
            "close them (`with client.messages.stream(...) as stream:`), or allow more with "
            "max_connections=."
        )
        error = errors.ConnectionLimitError(message=text, request=request)
    elif failure.kind.endswith("Timeout"):
        text = f"Request timed out ({failure.kind}) at {request.url}."
        error = errors.APITimeoutError(request, message=text)
    else:
        text = f"Connection error at {request.url} ({failure.cause})."
        error = errors.APIConnectionError(message=text, request=request)
    error.__cause__ = failure.cause
    return error


def send(call: Call, *, stream: bool = False) -> Flow[Response | Streamed]:
    """Send a request until it succeeds or the retry rules give up.

    Raises
    ------
    APIError
        Of the last attempt.
    """
    attempt = 1
    while True:
        outcome: Outcome = yield Send(_numbered(call.request, attempt), stream)
        error = call.error(outcome)
        if error is None:
            return cast("Response | Streamed", outcome)
        wait = _wait(call.policy, attempt, outcome)
        if wait is None:
            raise error
        attempt += 1
        notice = RetryNotice(attempt, call.policy.max_retries + 1, wait, _reason(outcome))
        yield Sleep(wait, notice)


def fetch(call: Call, cls: type[ModelT]) -> Flow[ModelT]:
    """Send a request and return its reply as an object of `cls`."""
    response = cast("Response", (yield from send(call)))
    return cast("ModelT", call.wrap(response, lambda: decode(response, cls, call)))


def decode(response: Response, cls: type[ModelT], call: Call) -> ModelT:
    """Return the reply's body as an object of `cls`.

    Raises
    ------
    APIResponseValidationError
        The body is not a JSON object, for example a proxy's HTML page.
    """
    try:
        data: Any = from_json(response.content)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        clean = call.clean(response)
        message = f"The reply of {response.url} is no JSON object: {clean.text[:200]!r}"
        raise errors.APIResponseValidationError(clean, clean.text, message=message)
    result = cls.from_wire(cast("dict[str, Any]", data))
    result._request_id = response.request_id  # pyright: ignore[reportPrivateUsage] # noqa: SLF001 - the official name
    return result


def _numbered(request: Request, attempt: int) -> Request:
    headers = Headers({**request.headers, "x-stainless-retry-count": str(attempt - 1)})
    return replace(request, headers=headers)


def _wait(policy: RetryPolicy, attempt: int, outcome: Outcome) -> float | None:
    if isinstance(outcome, Failure):
        if outcome.kind in ("PoolTimeout", "Closed"):
            return None  # nothing gets better by itself
        return policy.wait(attempt, None, Headers())
    response = outcome.response if isinstance(outcome, Streamed) else outcome
    return policy.wait(attempt, response.status_code, response.headers)


def _reason(outcome: Outcome) -> str:
    if isinstance(outcome, Failure):
        return outcome.kind
    response = outcome.response if isinstance(outcome, Streamed) else outcome
    return str(response.status_code)
