"""The Messages API as one function: `Emulator.respond` turns a call into a reply.

No sockets and no waiting in here, so that a server and a transport without sockets can both
mount it. Owns what the API remembers between requests.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from claude_nb._version import __version__
from claude_nb.emulator import catalog, damage, listing
from claude_nb.emulator.batches import Batches
from claude_nb.emulator.clock import instant
from claude_nb.emulator.faults import HEADER as FAULT_HEADER
from claude_nb.emulator.faults import Fault, Faults
from claude_nb.emulator.headers import Caller, identify
from claude_nb.emulator.messages import Messages
from claude_nb.emulator.options import Options
from claude_nb.emulator.rates import Rates
from claude_nb.emulator.wire import JSON, ApiError, Call, Part, Reply, dump

__all__ = ["HEADER", "Emulator"]

HEADER = "x-claude-emulator"  # by which a client knows that an answer is emulated
_ORGANIZATION = "00000000-0000-4000-8000-000000000000"
_JSON = {"content-type": "application/json"}
_LINES = {"content-type": "application/x-jsonl"}

Handler = Callable[..., Reply]

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())  # nothing on stderr unless logging is set up


class Emulator:
    """The API with its memory.

    Parameters
    ----------
    options : Options
        Read at each call.
    faults : iterable of Fault
        Armed from the start.
    requests_per_minute : int or None
        Refuse more; None refuses nothing.
    """

    def __init__(
        self,
        options: Options | None = None,
        *,
        faults: tuple[Fault, ...] = (),
        requests_per_minute: int | None = None,
    ) -> None:
        self.options = options or Options()
        self.faults = Faults(*faults)
        self._rates = Rates(requests_per_minute)
        self._messages = Messages(self.options, self._rates)
        self._batches = Batches(self._messages.check, self._in_batch)
        self._numbers = itertools.count(1)  # safe across threads, unlike +=
        self._routes = [(method, re.compile(path), to) for method, path, to in self._table()]

    def _table(self) -> Iterator[tuple[str, str, Handler]]:
        batches, one = "/v1/messages/batches", "/v1/messages/batches/(?P<batch_id>[^/]+)"
        yield "POST", "/v1/messages", self._messages.create
        yield "POST", "/v1/messages/count_tokens", self._count
        yield "POST", batches, self._create_batch
        yield "GET", batches, self._list_batches
        yield "GET", one, self._get_batch
        yield "DELETE", one, self._delete_batch
        yield "POST", f"{one}/cancel", self._cancel_batch
        yield "GET", f"{one}/results", self._results
        yield "GET", "/v1/models", self._list_models
        yield "GET", "/v1/models/(?P<model_id>[^/]+)", self._get_model

    def close(self) -> None:
        """Free what batches keep on disk."""
        self._batches.close()

    def respond(self, call: Call) -> Reply:
        """Answer one call; never raises.

        Parameters
        ----------
        call : Call
            Already known to come from this machine.
        """
        fault = None
        try:
            caller = identify(call.headers)
            fault = self.faults.next(call.path, call.headers.get(FAULT_HEADER))
            reply = self._admit(call, caller, fault)
        except ApiError as error:
            return self._signed(error, call)
        except Exception:  # noqa: BLE001 - an `answer` given by the caller may raise anything
            _log.exception("no answer to %s %s", call.method, call.path)
            return self._signed(ApiError(500, "api_error", "Internal server error"), call)
        return self._signed(damage.apply(fault, reply) if fault else reply, call)

    def _admit(self, call: Call, caller: Caller, fault: Fault | None) -> Reply:
        if fault is not None and fault.kind == "status":
            raise fault.error()
        self._rates.admit(self.options.clock.now())
        return self._route(call, caller)

    def refuse(self, error: ApiError, call: Call) -> Reply:
        """Answer a call that may not even be looked at."""
        return self._signed(error, call)

    def _signed(self, outcome: Reply | ApiError, call: Call) -> Reply:
        request_id = f"req_emu{next(self._numbers):021d}"
        own = {
            "request-id": request_id,
            HEADER: f"claude_nb/{__version__}",
            "anthropic-organization-id": _ORGANIZATION,
            **self._rates.headers(self.options.clock.now()),
        }
        if isinstance(outcome, ApiError):
            body = dump(outcome.body(request_id))
            outcome = Reply(outcome.status, {**_JSON, **outcome.headers}, [Part(body)])
        self._log(call, outcome.status, request_id)
        return outcome.with_headers(own)

    def _log(self, call: Call, status: int, request_id: str) -> None:
        if self.options.log is not None:
            moment = instant(self.options.clock.now())
            self.options.log(f"{moment} {call.method} {call.path} {status} {request_id}")

    def _route(self, call: Call, caller: Caller) -> Reply:
        matches = [
            (m, found, to) for m, path, to in self._routes if (found := path.fullmatch(call.path))
        ]
        for method, found, handler in matches:
            if method == call.method:
                return handler(call, caller, **found.groupdict())
        if matches:
            raise ApiError(405, "invalid_request_error", "Method Not Allowed")
        raise ApiError(404, "not_found_error", "Not Found")

    def _now(self) -> float:
        return self.options.clock.now()

    def _count(self, call: Call, caller: Caller) -> Reply:
        return _plain(self._messages.count(call, caller))

    def _create_batch(self, call: Call, caller: Caller) -> Reply:
        duration = self.options.batch_seconds
        return _plain(self._batches.create(call, caller, self._now(), duration))

    def _in_batch(self, params: JSON, caller: Caller, custom_id: str) -> JSON:
        return self._messages.compose(params, caller, custom_id, "batch").message

    def _list_batches(self, call: Call, _: Caller) -> Reply:
        return _plain(self._batches.list(call, self._now()))

    def _get_batch(self, call: Call, _: Caller, batch_id: str) -> Reply:
        return _plain(self._batches.find(batch_id).describe(self._now(), call.base_url))

    def _cancel_batch(self, call: Call, _: Caller, batch_id: str) -> Reply:
        batch = self._batches.cancel(batch_id, self._now())
        return _plain(batch.describe(self._now(), call.base_url))

    def _delete_batch(self, call: Call, _: Caller, batch_id: str) -> Reply:  # noqa: ARG002 - one signature for all
        return _plain(self._batches.delete(batch_id, self._now()))

    def _results(self, call: Call, _: Caller, batch_id: str) -> Reply:
        lines = self._batches.results(batch_id, call, self._now())
        return Reply(200, _LINES, (Part(line) for line in lines), streamed=True)

    def _list_models(self, call: Call, _: Caller) -> Reply:
        wanted = call.query.get("lifecycle[]", call.query.get("lifecycle", []))
        return _plain(listing.page(catalog.served(wanted), call.query))

    def _get_model(self, call: Call, _: Caller, model_id: str) -> Reply:  # noqa: ARG002 - one signature for all
        return _plain(catalog.describe(catalog.find(model_id)))


def _plain(body: Mapping[str, Any]) -> Reply:
    return Reply(200, _JSON, [Part(dump(body))])
