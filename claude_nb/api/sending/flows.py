"""Each API call written once, as a generator of `Send` and `Sleep` effects. No I/O.

A flow yields what it wants done and is sent back what came of it: for `Send` an `Outcome`, for
`Sleep` nothing. It returns the call's result or raises its error. The two drivers in
`claude_nb.api.client` run the same flows, one waiting, one awaiting.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, TypeAlias, TypeVar, cast

from claude_nb.api import errors
from claude_nb.api.calls import CallRecorder
from claude_nb.api.errors import refusals
from claude_nb.api.network import LASTING, NOT_REACHED
from claude_nb.api.platforms.credentials import Credentials
from claude_nb.api.retry import RetryNotice, RetryPolicy
from claude_nb.api.secret import known
from claude_nb.api.types import ResponseModel
from claude_nb.api.types.json_text import read_json
from claude_nb.api.wire import FIRST_FAILURE, Headers, Request, Response

# fmt: off
__all__ = [
    "Call", "Failure", "Flow", "Outcome", "Send", "Sleep", "Streamed", "Wrap", "decode", "fetch",
    "parse_now", "receive", "send", "send_again", "transport_error",
]
# fmt: on

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
    credentials : Credentials
        Whose secrets to keep out of errors.
    recorder : CallRecorder
        Follows the call to its end.
    wrap : callable
        Makes the result of the reply and of how to parse it.
    lost : str
        What to do where nobody knows whether the server did what it was asked. If there is such
        advice, the request is sent again only if the server surely did nothing.
    """

    request: Request
    policy: RetryPolicy
    credentials: Credentials
    recorder: CallRecorder
    wrap: Wrap = parse_now
    lost: str = ""

    def error(self, outcome: Outcome) -> errors.APIError | None:
        """Return the error this outcome stands for, or None for a success."""
        if isinstance(outcome, Failure):
            return transport_error(outcome, self.request)
        if isinstance(outcome, Streamed) or outcome.status_code < FIRST_FAILURE:
            return None
        return refusals.from_response(self.clean(outcome))

    def clean(self, response: Response) -> Response:
        """Return the reply with secrets taken out, should the server have echoed one."""
        secrets = known(*self.credentials.secrets, *self.request.private.values())
        headers = Headers((n, secrets.scrub(v)) for n, v in response.headers.items())
        content = secrets.scrub(response.text).encode()
        return replace(response, headers=headers, content=content)


def transport_error(failure: Failure, request: Request) -> errors.APIConnectionError:
    """Return the error for an exchange that failed below HTTP."""
    from claude_nb.api.errors import connections  # noqa: PLC0415 (when something fails)

    return connections.from_failure(failure.kind, failure.cause, request)


def send(call: Call, *, stream: bool = False) -> Flow[Response | Streamed]:
    """Send a request until it succeeds or the retry rules give up.

    Raises
    ------
    APIError
        Of the last attempt.
    """
    with call.recorder:
        attempt = call.recorder.attempts + 1
        past = _Past(sent=attempt > 1)
        while True:
            call.recorder.attempts = attempt
            outcome: Outcome = yield Send(_numbered(call.request, attempt), stream)
            reply = _head(outcome)
            call.recorder.headers = reply.headers if reply else Headers()
            error = call.error(outcome)
            if error is None:
                return _not_cut(cast("Response | Streamed", outcome))
            past.add(error)
            unsure = bool(call.lost) and not _undone(outcome)
            wait = None if unsure else _wait(call.policy, attempt, outcome)
            if wait is None:
                raise errors.advised(error, call.lost) if unsure else error
            attempt += 1
            notice = RetryNotice(attempt, call.policy.max_retries + 1, wait, _reason(outcome))
            yield Sleep(wait, notice)


def send_again(call: Call, error: errors.APIStatusError) -> Flow[Streamed | None]:
    """Send once more what was refused as its stream began; None if the retry rules say no.

    Parameters
    ----------
    call : Call
        The call, whose recorder knows how often it was tried.
    error : APIStatusError
        What came in the place of a message.
    """
    attempt, status = call.recorder.attempts, error.status_code
    wait = call.policy.wait(attempt, status, error.response.headers)
    if wait is None:
        return None
    yield Sleep(wait, RetryNotice(attempt + 1, call.policy.max_retries + 1, wait, str(status)))
    return cast("Streamed", (yield from send(call, stream=True)))


def _not_cut(reply: Response | Streamed) -> Response | Streamed:
    if isinstance(reply, Streamed) or not reply.cut:
        return reply
    message = f"The reply of {reply.url} {reply.cut}, and was not read on."
    raise errors.APIResponseValidationError(replace(reply, content=b""), None, message=message)


def receive(call: Call, parse: Callable[[Response], T]) -> Flow[T]:
    """Send a request and return what `parse` makes of its whole reply."""
    response = cast("Response", (yield from send(call)))
    with call.recorder:
        result = call.wrap(response, lambda: parse(response))
        call.recorder.replied(response)
    return result


def fetch(call: Call, cls: type[ModelT]) -> Flow[ModelT]:
    """Send a request and return its reply as an object of `cls`."""
    return (yield from receive(call, lambda response: decode(response, cls, call)))


def decode(response: Response, cls: type[ModelT], call: Call) -> ModelT:
    """Return the reply's body as an object of `cls`.

    Raises
    ------
    APIResponseValidationError
        The body is not a JSON object, for example a proxy's HTML page.
    APIStatusError
        It is an error, whatever the reply's status says.
    """
    try:
        data = read_json(response.content)
    except ValueError:
        data = None
    # an error as some servers between say it, with a status of success, is that error
    if not isinstance(data, dict) or ("error" in data and "content" not in data):
        raise refusals.from_success(call.clean(response), "no JSON object of the API")
    result = cls.from_wire(cast("dict[str, Any]", data))
    result._request_id = response.request_id  # pyright: ignore[reportPrivateUsage] # noqa: SLF001 - the official name
    return result


@dataclass(slots=True)
class _Past:
    """Whether any attempt so far was sent, and may be billed; the last one's error says so."""

    sent: bool = False
    billed: bool = False

    def add(self, error: errors.APIError) -> None:
        self.billed = error.billed = self.billed or (error.sent and error.billed)
        self.sent = error.sent = self.sent or error.sent


def _numbered(request: Request, attempt: int) -> Request:
    headers = Headers({**request.headers, "x-stainless-retry-count": str(attempt - 1)})
    return replace(request, headers=headers)


def _head(outcome: Outcome) -> Response | None:
    if isinstance(outcome, Failure):
        return None
    return outcome.response if isinstance(outcome, Streamed) else outcome


def _wait(policy: RetryPolicy, attempt: int, outcome: Outcome) -> float | None:
    if isinstance(outcome, Failure) and outcome.kind in LASTING:
        return None  # nothing gets better by itself
    reply = _head(outcome)
    if reply is None:
        return policy.wait(attempt, None, Headers())
    return policy.wait(attempt, reply.status_code, reply.headers)


def _undone(outcome: Outcome) -> bool:
    """Return whether the server surely did nothing: it was not reached, or it refused."""
    if isinstance(outcome, Failure):
        return outcome.kind in NOT_REACHED
    reply = cast("Response", _head(outcome))
    refused = (
        reply.status_code < HTTPStatus.INTERNAL_SERVER_ERROR or reply.status_code == _OVERLOADED
    )
    return refused or reply.headers.get("x-should-retry") == "true"


_OVERLOADED = 529


def _reason(outcome: Outcome) -> str:
    if isinstance(outcome, Failure):
        return outcome.kind
    return str(cast("Response", _head(outcome)).status_code)
