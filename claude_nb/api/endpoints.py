"""The calls of the API, each written once as a flow; both clients run these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from claude_nb.api.advice import explain, guard
from claude_nb.api.credentials import Credentials
from claude_nb.api.flows import Call, Flow, Streamed, Wrap, decode, fetch, parse_now, send
from claude_nb.api.parsing import parsed_message
from claude_nb.api.reader import StreamOptions
from claude_nb.api.requests import NOT_GIVEN, RequestBuilder, is_given
from claude_nb.api.retry import RetryPolicy
from claude_nb.api.schema import output_format_param
from claude_nb.api.types import Message, MessageTokensCount
from claude_nb.api.types.params import CallOptions
from claude_nb.api.wire import Request, Response, Timeout

__all__ = [
    "Context",
    "count_tokens",
    "create_message",
    "list_query",
    "open_stream",
    "parse_message",
]

_OPTIONS = frozenset(CallOptions.__annotations__)
_READING = frozenset({"idle_timeout", "include_pings", "output_format", "stream"})
_AS_HEADERS = {
    "user_profile_id": "anthropic-user-profile-id",
    "workspace_id": "anthropic-workspace-id",
}
_MESSAGES = "/v1/messages"


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
    """

    builder: RequestBuilder
    policy: RetryPolicy
    credentials: Credentials
    idle_timeout: Any = None
    wrap: Wrap = parse_now

    def call(self, request: Request) -> Call:
        """Return how to carry out a request.

        Raises
        ------
        MissingCredentialsError
            There is no key.
        """
        self.credentials.require(request)
        return Call(request, self.policy, self.credentials.secrets, self.wrap)


def create_message(context: Context, params: Mapping[str, Any]) -> Flow[Message]:
    """Create a message and wait for all of it."""
    explain(params)
    guard(params, context.builder.timeout)
    return fetch(context.call(message_request(context, params)), Message)


def parse_message(context: Context, params: Mapping[str, Any]) -> Flow[Any]:
    """Create a message and parse its text into ``output_format``."""
    explain(params)
    guard(params, context.builder.timeout)
    call = context.call(message_request(context, params))
    response = cast("Response", (yield from send(call)))
    form = params["output_format"]

    def parse() -> Any:
        return parsed_message(decode(response, Message, call), form, response)

    return call.wrap(response, parse)


def open_stream(
    context: Context, params: Mapping[str, Any]
) -> Flow[tuple[Streamed, StreamOptions]]:
    """Create a message and return as soon as its stream begins."""
    explain(params)
    request = message_request(context, params, stream=True)
    options = _stream_options(context, params, request.timeout)
    request = replace(request, idle_timeout=options.idle_timeout)
    streamed = yield from send(context.call(request), stream=True)
    return cast("Streamed", streamed), options


def message_request(
    context: Context, params: Mapping[str, Any], *, path: str = _MESSAGES, **body: Any
) -> Request:
    """Return the request for these parameters; `body` is added to its JSON."""
    options = {name: params[name] for name in _OPTIONS & params.keys()}
    aside = _OPTIONS | _READING | _AS_HEADERS.keys() | {"betas"}
    given = {name: value for name, value in params.items() if name not in aside}
    form = params.get("output_format", NOT_GIVEN)
    if is_given(form) and form is not None:
        given["output_config"] = _with_format(given.get("output_config"), form)
    return context.builder.build(
        "POST", path, {**given, **body}, options=options, headers=_param_headers(params)
    )


def _with_format(config: Any, output_format: Any) -> dict[str, Any]:
    config = dict(config) if is_given(config) and config else {}
    if config.get("format") is not None:
        raise TypeError("Pass output_format or output_config['format'], not both.")
    return {**config, "format": output_format_param(output_format)}


def count_tokens(context: Context, params: Mapping[str, Any]) -> Flow[MessageTokensCount]:
    """Estimate the tokens of a request."""
    request = message_request(context, params, path=f"{_MESSAGES}/count_tokens")
    return fetch(context.call(request), MessageTokensCount)


def list_query(params: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the query and the call options of a list's parameters."""
    options = {name: value for name, value in params.items() if name in _OPTIONS}
    return {n: v for n, v in params.items() if n not in _OPTIONS and is_given(v)}, options


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


def _stream_options(context: Context, params: Mapping[str, Any], timeout: Timeout) -> StreamOptions:
    idle = params.get("idle_timeout", context.idle_timeout)
    return StreamOptions(
        idle_timeout=idle if is_given(idle) else timeout.read,
        include_pings=bool(params.get("include_pings")),
        output_format=params.get("output_format") or None,
        secrets=context.credentials.secrets,
    )
