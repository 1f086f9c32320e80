"""Errors of replies: which class, what they say, and that they travel."""

import copy
import json
import pickle
import socket
from pathlib import Path

import pytest
from asked import PROMPT
from scripted_server import CLOSE, RESET, STALL, error_body, head, reply

from claude_nb import errors
from claude_nb.api.errors.refusals import from_response
from claude_nb.api.wire import Headers, Request, Response

SAMPLES = Path(__file__).parents[1] / "samples"
CLASSES = {
    300: errors.RedirectError,
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    402: errors.PaymentRequiredError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    405: errors.APIStatusError,
    408: errors.RequestTimeoutError,
    409: errors.ConflictError,
    412: errors.PreconditionFailedError,
    413: errors.ContentTooLargeError,
    422: errors.UnprocessableEntityError,
    429: errors.RateLimitError,
    431: errors.RequestHeaderFieldsTooLargeError,
    499: errors.ClientClosedRequestError,
    500: errors.InternalServerError,
    501: errors.HTTPNotImplementedError,
    503: errors.ServiceUnavailableError,
    504: errors.GatewayTimeoutError,
    529: errors.OverloadedError,
    599: errors.InternalServerError,
}


@pytest.mark.parametrize(("status", "cls"), CLASSES.items())
async def test_each_status_has_its_class(client, server, status, cls):
    server.script(reply(status, error_body("some_error", "why"), request_id="req_h"))
    with pytest.raises(cls) as caught:
        await client.messages.create(**PROMPT)
    error = caught.value
    assert type(error) is cls
    assert error.status_code == error.response.status_code == status
    assert (error.type, error.api_message, error.request_id) == ("some_error", "why", "req_h")
    assert str(error) == error.message == f"Error code: {status} - {error.body}"
    assert error.body["error"]["message"] == "why"
    assert error.request.method == "POST"


@pytest.mark.parametrize("status", [400, 529])
async def test_streams_raise_them_on_entering(client, server, status):
    server.script(reply(status, error_body("e")))
    with pytest.raises(CLASSES[status]):
        async with client.messages.stream(**PROMPT):
            pass
    with pytest.raises(CLASSES[status]):
        await client.messages.create(**PROMPT, stream=True)


@pytest.mark.parametrize(
    ("body", "text", "kept"),
    [
        (b"", "Error code: 500", ""),
        (b"<h1>oops</h1>", "<h1>oops</h1>", "<h1>oops</h1>"),
        (b"\xff\xfe", "\ufffd\ufffd", "\ufffd\ufffd"),
        (b"[1]", "Error code: 500 - [1]", [1]),
        (b"null", "Error code: 500 - None", None),
        (b'{"error": "text"}', "Error code: 500 - {'error': 'text'}", {"error": "text"}),
    ],
)
async def test_bodies_of_any_kind_are_kept(client, server, body, text, kept):
    server.script(reply(500, body))
    with pytest.raises(errors.InternalServerError) as caught:
        await client.messages.create(**PROMPT)
    assert (str(caught.value), caught.value.body) == (text, kept)
    assert (caught.value.type, caught.value.api_message, caught.value.details) == (None, None, None)


async def test_the_request_id_may_be_in_the_body_only(client, server):
    server.script(reply(500, error_body("e")))
    with pytest.raises(errors.InternalServerError) as caught:
        await client.messages.create(**PROMPT)
    assert caught.value.request_id == "req_body"


async def test_an_error_code_names_a_class_of_its_own(client, server):
    details = {"error_code": "enforced_spend_limit_reached", "limit": 5}
    server.script(reply(429, error_body("rate_limit_error", details=details)))
    with pytest.raises(errors.EnforcedSpendLimitReachedError) as caught:
        await client.messages.create(**PROMPT)
    assert isinstance(caught.value, errors.RateLimitError)
    assert caught.value.error_code == "enforced_spend_limit_reached"
    assert caught.value.details.limit == 5


@pytest.mark.parametrize("line", (SAMPLES / "error_codes.txt").read_text().splitlines())
def test_every_code_has_a_class_below_that_of_its_status(line):
    status, code, name = line.split()
    error = made(int(status), code)
    assert type(error) is getattr(errors, name)
    assert type(error).__bases__ == (CLASSES[int(status)],)


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "novel"), (429, "cmek_key_disabled"), (405, "bad_request"), (500, "overloaded")],
)
def test_other_codes_have_the_class_of_their_status(status, code):
    assert type(made(status, code)) is CLASSES[status]


def made(status, code):
    body = json.dumps(error_body("e", details={"error_code": code})).encode()
    return from_response(Response(status, Headers(), Request("GET", "u"), body))


def test_other_names_do_not_exist():
    with pytest.raises(AttributeError, match="has no attribute 'NoSuchError'"):
        _ = errors.NoSuchError


def test_errors_travel_between_processes():
    response = Response(429, Headers({"request-id": "r"}), Request("POST", "http://x"))
    travellers = [
        made(429, "ramp_limit_exceeded"),
        from_response(response),
        errors.APIConnectionError(request=response.request),
        errors.APITimeoutError(response.request),
        errors.APIResponseValidationError(response, None),
        errors.IdentityTokenFileError("gone", path=None),
        errors.WaitTimeoutError("late"),
    ]
    for error in travellers:
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own
            assert type(again) is type(error)
            assert str(again) == str(error)
            assert vars(again).keys() == vars(error).keys()


@pytest.mark.parametrize(
    "steps",
    [
        [CLOSE],
        [RESET],
        [b"nonsense\r\n\r\n", CLOSE],
        [head(200, content_length="10") + b"half", CLOSE],
        [head(500, content_length="10") + b"half", CLOSE],
        [head(200, transfer_encoding="chunked") + b"zz\r\n", CLOSE],
        [head(200, content_encoding="gzip", content_length="4") + b"nope"],
    ],
)
async def test_transport_trouble_is_a_connection_error(client, server, steps):
    server.script(steps)
    with pytest.raises(errors.APIConnectionError) as caught:
        await client.messages.create(**PROMPT)
    error = caught.value
    assert not isinstance(error, errors.APITimeoutError)
    assert server.url in str(error)
    assert error.body is None
    assert type(error.__cause__).__module__ == "claude_nb.api.network"
    assert error.__context__ is None or type(error.__context__).__module__.startswith("claude_nb")


async def test_silence_is_a_timeout(client, server):
    server.script([STALL])
    with pytest.raises(errors.APITimeoutError, match="timed out"):
        await client.messages.create(**PROMPT, timeout=0.1)


async def test_nobody_listening_is_a_connection_error(connect):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(errors.APIConnectionError, match="Connection error at http://127"):
        await connect(base_url=f"http://127.0.0.1:{port}").messages.create(**PROMPT)


async def test_a_reply_that_is_no_object_is_told(client, server):
    for body in (b"<html>Welcome</html>", b"[1]", b"", b'"x"'):
        server.script(reply(200, body))
        with pytest.raises(errors.APIResponseValidationError, match="no JSON object") as caught:
            await client.messages.create(**PROMPT)
        assert caught.value.status_code == 200


async def test_a_reply_of_another_shape_is_kept(client, server):
    server.script(reply(200, {"what": 1, "content": None, "usage": 3}))
    message = await client.messages.create(**PROMPT)
    assert (message.what, message.content, message.usage, message.id) == (1, [], 3, None)
