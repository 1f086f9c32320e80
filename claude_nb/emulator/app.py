"""The Messages API as one function: `Emulator.respond` turns a call into a reply.

No sockets and no waiting in here, so that a server and a transport without sockets can both
mount it. Owns what the API remembers between requests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from claude_nb._version import __version__
from claude_nb.emulator import accounting, stream, validation
from claude_nb.emulator.engine import Composed, Engine, Override
from claude_nb.emulator.wire import JSON, ApiError, Call, Part, Reply, dump

__all__ = ["HEADER", "Emulator", "Options"]

HEADER = "x-claude-emulator"  # by which a client knows that an answer is emulated


@dataclass(slots=True, kw_only=True)
class Options:
    """What can be set on an emulator; all but `seed` may be changed while it runs.

    Attributes
    ----------
    tokens_per_second : float
        Pace of answers; 0 for at once.
    answer : Override or None
        Answers instead of the skills.
    seed : int
        Varies answers at temperatures above 0.
    """

    tokens_per_second: float = 60.0
    answer: Override | None = None
    seed: int = 0


class Emulator:
    """The API with its memory.

    Parameters
    ----------
    options : Options
        Read at each request.
    """

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self._served = 0
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Reply]]] = [
            ("POST", re.compile(r"/v1/messages"), self._messages),
        ]

    def respond(self, call: Call) -> Reply:
        """Answer one call; never raises.

        Parameters
        ----------
        call : Call
            Already known to come from this machine.
        """
        self._served += 1
        request_id = f"req_emu{self._served:021d}"
        try:
            _authenticate(call.headers)
            reply = self._route(call)
        except ApiError as error:
            reply = _plain(error.status, error.body(request_id), error.headers)
        own = {"request-id": request_id, HEADER: f"claude_nb/{__version__}"}
        return Reply(reply.status, {**reply.headers, **own}, reply.parts, reply.streamed)

    def _route(self, call: Call) -> Reply:
        allowed = [
            (method, match, handler)
            for method, pattern, handler in self._routes
            if (match := pattern.fullmatch(call.path))
        ]
        for method, match, handler in allowed:
            if method == call.method:
                return handler(call, **match.groupdict())
        if allowed:
            raise ApiError(405, "invalid_request_error", "Method Not Allowed")
        raise ApiError(404, "not_found_error", "Not Found")

    def _messages(self, call: Call) -> Reply:
        params = _body(call)
        validation.check(params)
        engine = Engine(self.options.answer, seed=self.options.seed)
        composed = engine.compose(params, accounting.usage(params))
        speed = _own(composed.tokens_per_second, self.options.tokens_per_second)
        if params.get("stream"):
            parts = stream.paced(stream.events(composed.message, composed.blocks), speed)
            return Reply(
                200, {"content-type": "text/event-stream; charset=utf-8"}, parts, streamed=True
            )
        return _whole(composed, speed)


def _own(value: float | None, default: float) -> float:
    return default if value is None else value


def _whole(composed: Composed, speed: float) -> Reply:
    due = composed.length / speed if speed > 0 else 0.0
    return Reply(200, {"content-type": "application/json"}, [Part(dump(composed.message), due)])


def _plain(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(
        status, {"content-type": "application/json", **(headers or {})}, [Part(dump(body))]
    )


def _authenticate(headers: Mapping[str, str]) -> None:
    bearer = headers.get("authorization", "")
    key = headers.get("x-api-key", "").strip()
    if not key and bearer.lower().startswith("bearer "):
        key = bearer[len("bearer ") :].strip()
    if not key:
        raise ApiError(401, "authentication_error", "x-api-key header is required")
    if "invalid" in key.lower():
        wrong = "x-api-key" if headers.get("x-api-key") else "bearer token"
        raise ApiError(401, "authentication_error", f"invalid {wrong}")


def _body(call: Call) -> JSON:
    try:
        value = json.loads(call.body, parse_constant=_no_constant)
        dump(value)
    except UnicodeEncodeError:
        raise _bad_json("no low surrogate in string") from None
    except (ValueError, RecursionError) as error:
        raise _bad_json(str(error)) from None
    if not isinstance(value, dict):
        raise ApiError(400, "invalid_request_error", "Input should be a valid dictionary")
    return cast("JSON", value)


def _bad_json(problem: str) -> ApiError:
    return ApiError(400, "invalid_request_error", f"The request body is not valid JSON: {problem}")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
