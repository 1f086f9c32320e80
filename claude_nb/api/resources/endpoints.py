"""The calls of the API, each written once as a flow; both clients run these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias, cast

from claude_nb.api.calls import CallHook, CallRecorder
from claude_nb.api.errors import APIStatusError
from claude_nb.api.errors.advice import explain, guard
from claude_nb.api.platforms.credentials import Credentials
from claude_nb.api.platforms.identity import request_key
from claude_nb.api.platforms.paths import COUNT_TOKENS, MESSAGES
from claude_nb.api.platforms.platform import ANTHROPIC, Decoder
from claude_nb.api.retry import RetryPolicy
from claude_nb.api.schemas.parsing import parsed_message
from claude_nb.api.schemas.schema import output_format_param
from claude_nb.api.secret import Secret
from claude_nb.api.sending.flows import (
    Call,
    Flow,
    Streamed,
    Wrap,
    decode,
    fetch,
    parse_now,
    receive,
    send,
    send_again,
)
from claude_nb.api.sending.requests import NOT_GIVEN, RequestBuilder, is_given
from claude_nb.api.streaming.reader import EventReader, StreamOptions
from claude_nb.api.types import Message, MessageTokensCount, ResponseModel
from claude_nb.api.types.params import CallOptions
from claude_nb.api.wire import Request, Response, Timeout

# fmt: off
__all__ = [
    "Context",
    "call_raw",
    "count_tokens",
    "create_message",
    "list_query",
    "message_key",
    "open_stream",
    "options_of",
    "parse_message",
]
# fmt: on

Again: TypeAlias = Callable[[APIStatusError], Flow[Streamed | None]]
Opened: TypeAlias = tuple[EventReader, Any, Again]

_OPTIONS = frozenset(CallOptions.__annotations__)
_MAYBE_DONE = "Whether the server did it is not known, so it is not asked for again by itself."
_READING = frozenset({"idle_timeout", "include_pings", "output_format", "stream"})
_AS_HEADERS = {
    "user_profile_id": "anthropic-user-profile-id",
    "workspace_id": "anthropic-workspace-id",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What a client lends its calls.

    Attributes
    ----------
    builder : RequestBuilder
        Makes requests.
    policy : RetryPolicy
        When to try again.
    credentials : Credentials
        The key.
    idle_timeout : float or None
        For streams that do not name one; not given means the read timeout.
    wrap : callable
        Makes the results of calls of the reply and of how to parse it.
    decoder : callable
        Makes the decoder of a stream.
    on_call : CallHook or None
        Told of every call that has ended.
    """

    builder: RequestBuilder
    policy: RetryPolicy
    credentials: Credentials
    idle_timeout: Any = None
    wrap: Wrap = parse_now
    decoder: Callable[[int], Decoder] = ANTHROPIC.decoder
    on_call: CallHook | None = None

    def call(self, request: Request) -> Call:
        """Return how to carry out a request."""
        recorder = CallRecorder(self.on_call, request)
        return Call(request, self.policy, self.credentials, recorder, self.wrap)


def create_message(context: Context, params: Mapping[str, Any]) -> Flow[Message]:
    """Create a message and wait for all of it."""
    return (yield from fetch(_unstreamed(context, params), Message))


def parse_message(context: Context, params: Mapping[str, Any]) -> Flow[Any]:
    """Create a message and parse its text into ``output_format``."""
    call, form = _unstreamed(context, params), params["output_format"]

    def parse(response: Response) -> Any:
        return parsed_message(decode(response, Message, call), form, response)

    return (yield from receive(call, parse))


def _unstreamed(context: Context, params: Mapping[str, Any]) -> Call:
    explain(params)
    guard(params, context.builder.timeout)
    return context.call(message_request(context.builder, params))


def open_stream(context: Context, params: Mapping[str, Any]) -> Flow[Opened]:
    """Create a message and return as soon as its stream begins.

    Returns
    -------
    (EventReader, Body, callable)
        The third makes the flow that sends the request again, if the first event is an error.
    """
    explain(params)
    request = message_request(context.builder, params, stream=True)
    idle = _idle_timeout(context, params, request.timeout)
    call = context.call(replace(request, idle_timeout=idle))
    streamed = cast("Streamed", (yield from send(call, stream=True)))
    options = StreamOptions(
        idle_timeout=idle,
        include_pings=bool(params.get("include_pings")),
        output_format=params.get("output_format") or None,
        secrets=context.credentials.secrets,
        decoder=context.decoder,
    )
    reader = EventReader(streamed.response, options, call.recorder)
    return reader, streamed.body, partial(send_again, call)


def message_key(params: Mapping[str, Any]) -> str:
    """Return the key of the request that ``messages.create`` makes of these parameters.

    Parameters
    ----------
    params : Mapping
        See `MessageCreateParams`.

    Notes
    -----
    Equal to `request_key` of what a client sends that has no default headers of its own.
    """
    builder = RequestBuilder("", {}, {}, Timeout(), ANTHROPIC.prepare)
    return request_key(message_request(builder, params))


def message_request(
    builder: RequestBuilder, params: Mapping[str, Any], *, path: str = MESSAGES, **body: Any
) -> Request:
    """Return the request for these parameters; `body` is added to its JSON."""
    options = {name: params[name] for name in _OPTIONS & params.keys()}
    aside = _OPTIONS | _READING | _AS_HEADERS.keys() | {"betas"}
    given = {name: value for name, value in params.items() if name not in aside}
    given = _with_tokens(given)
    form = params.get("output_format", NOT_GIVEN)
    if is_given(form) and form is not None:
        given["output_config"] = _with_format(given.get("output_config"), form)
    return builder.build(
        "POST", path, {**given, **body}, options=options, headers=_param_headers(params)
    )


def _with_tokens(given: dict[str, Any]) -> dict[str, Any]:
    """Return a body in which the tokens of MCP servers are written, which are secrets till then."""
    servers = given.get("mcp_servers")
    if not isinstance(servers, list | tuple):
        return given
    written = [_with_token(server) for server in cast("list[Any]", servers)]
    return {**given, "mcp_servers": written}


def _with_token(server: Any) -> Any:
    fields: dict[str, Any] = {**server} if isinstance(server, Mapping) else {}
    token = fields.get("authorization_token")
    if not isinstance(token, Secret):
        return cast("Any", server)
    return {**fields, "authorization_token": token.reveal()}


def _with_format(config: Any, output_format: Any) -> dict[str, Any]:
    config = dict(config) if is_given(config) and config else {}
    if config.get("format") is not None:
        raise TypeError("Pass output_format or output_config['format'], not both.")
    return {**config, "format": output_format_param(output_format)}


def count_tokens(context: Context, params: Mapping[str, Any]) -> Flow[MessageTokensCount]:
    """Estimate the tokens of a request."""
    request = message_request(context.builder, params, path=COUNT_TOKENS)
    return (yield from fetch(context.call(request), MessageTokensCount))


def call_raw(context: Context, method: str, path: str, params: Mapping[str, Any]) -> Flow[Any]:
    """Call an endpoint that this client has no name for, and return its reply.

    What may have been done is not asked for twice: only what reads is tried again whatever happens.
    """
    options, headers = options_of(params)
    body, cast_to = params.get("body"), params.get("cast_to")
    request = context.builder.build(method, path, body, options=options, headers=headers)
    call = context.call(request)
    call = call if method == "GET" else replace(call, lost=_MAYBE_DONE)

    def parse(response: Response) -> Any:
        answer = decode(response, _Anything, call)
        return answer.to_dict() if cast_to in (None, dict) else cast_to.from_wire(answer.to_dict())

    return (yield from receive(call, parse))


class _Anything(ResponseModel):
    """A JSON object."""


def list_query(params: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the query and the call options of a list's parameters."""
    options = {name: value for name, value in params.items() if name in _OPTIONS}
    return {n: v for n, v in params.items() if n not in _OPTIONS and is_given(v)}, options


def options_of(params: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the options of a call, and the headers that parameters of it make."""
    options = {name: value for name, value in params.items() if name in _OPTIONS}
    return options, _param_headers(params)


def _param_headers(params: Mapping[str, Any]) -> dict[str, str]:
    headers = {
        header: params[name]
        for name, header in _AS_HEADERS.items()
        if name in params and is_given(params[name])
    }
    betas = params.get("betas")
    if betas:
        headers["anthropic-beta"] = ",".join(betas)
    return headers


def _idle_timeout(context: Context, params: Mapping[str, Any], timeout: Timeout) -> Any:
    idle = params.get("idle_timeout", context.idle_timeout)
    return idle if is_given(idle) else timeout.read
