"""The Messages API as one function: `Emulator.respond` turns a call into a reply.

No sockets and no waiting in here, so that a server and a transport without sockets can both
mount it. Owns what the API remembers between requests.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from claude_nb._version import __version__
from claude_nb.emulator import catalog, damage
from claude_nb.emulator.clock import instant
from claude_nb.emulator.endpoints import listing
from claude_nb.emulator.endpoints.batches import KEPT_BYTES, Batches
from claude_nb.emulator.endpoints.files import KEPT_FILE_BYTES, Files
from claude_nb.emulator.endpoints.headers import Caller, digest, identify
from claude_nb.emulator.endpoints.messages import Messages
from claude_nb.emulator.endpoints.options import Options
from claude_nb.emulator.endpoints.rates import Rates
from claude_nb.emulator.faults import HEADER as FAULT_HEADER
from claude_nb.emulator.faults import Fault, Faults
from claude_nb.emulator.wire import ApiError, Call, Part, Reply, dump

__all__ = ["HEADER", "Emulator"]

HEADER = "x-claude-emulator"  # by which a client knows that an answer is emulated
_ORGANIZATION = "00000000-0000-4000-8000-000000000000"
_PLAIN = "/:@!$&'()*+,;=-._~"  # besides letters and digits
_SHOWN = 200  # characters of a path
_ANY = "emulator"  # as good as any other key
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
    api_key : str or None
        The one key that is taken; None takes any.
    kept_bytes : int
        Batches on disk, all together.
    kept_file_bytes : int
        Uploaded files on disk, all together.

    Attributes
    ----------
    api_key : str
        A key that is taken.
    """

    def __init__(
        self,
        options: Options | None = None,
        *,
        faults: tuple[Fault, ...] = (),
        requests_per_minute: int | None = None,
        api_key: str | None = None,
        kept_bytes: int = KEPT_BYTES,
        kept_file_bytes: int = KEPT_FILE_BYTES,
    ) -> None:
        self.api_key: str = _ANY if api_key is None else api_key
        self._only_key = None if api_key is None else digest(api_key)
        self.options: Options = options or Options()
        self.faults: Faults = Faults(*faults)
        self._rates = Rates(requests_per_minute)
        self._files = Files(self.options, kept_file_bytes)
        self._messages = Messages(self.options, self._rates, self._files)
        self._batches = Batches(self._messages.check, self._messages.in_batch, kept_bytes)
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
        files, file = "/v1/files", "/v1/files/(?P<file_id>[^/]+)"
        yield "POST", files, self._files.upload
        yield "GET", files, self._files.list
        yield "GET", file, self._files.show
        yield "DELETE", file, self._files.delete
        yield "GET", f"{file}/content", self._files.download
        yield "GET", "/v1/models", self._list_models
        yield "GET", "/v1/models/(?P<model_id>[^/]+)", self._get_model

    def close(self) -> None:
        """Free what batches and files keep on disk."""
        self._batches.close()
        self._files.close()

    def respond(self, call: Call) -> Reply:
        """Answer one call; never raises.

        Parameters
        ----------
        call : Call
            Already known to come from this machine.
        """
        fault = None
        try:
            caller = self.identify(call.headers)
            asked = call.headers.get(FAULT_HEADER)
            fault = self.faults.next(call.path, asked, caller.workspace)
            reply = self._admit(call, caller, fault)
        except ApiError as error:
            return self._signed(error, call)
        except Exception:  # noqa: BLE001 - an `answer` given by the caller may raise anything
            _log.exception("no answer to %s", _asked(call))
            return self._signed(ApiError(500, "api_error", "Internal server error"), call)
        if fault is not None and not fault.staged:
            reply = damage.apply(fault, reply)
        return self._signed(reply, call)

    def identify(self, headers: Mapping[str, str]) -> Caller:
        """Return who calls; ApiError, 401 or 400, for who may not."""
        return identify(headers, self._only_key)

    def _admit(self, call: Call, caller: Caller, fault: Fault | None) -> Reply:
        if fault is not None and fault.kind == "status":
            raise fault.error()
        self._rates.admit(self.options.clock.now())
        if fault is not None and fault.staged:
            call = replace(call, staged=fault.staged)
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
            self.options.log(f"{moment} {_asked(call)} {status} {request_id}")

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

    def _list_batches(self, call: Call, caller: Caller) -> Reply:
        return _plain(self._batches.list(call, caller, self._now()))

    def _get_batch(self, call: Call, caller: Caller, batch_id: str) -> Reply:
        return _plain(self._batches.find(batch_id, caller).describe(self._now(), call.base_url))

    def _cancel_batch(self, call: Call, caller: Caller, batch_id: str) -> Reply:
        batch = self._batches.cancel(batch_id, caller, self._now())
        return _plain(batch.describe(self._now(), call.base_url))

    def _delete_batch(self, call: Call, caller: Caller, batch_id: str) -> Reply:  # noqa: ARG002 - one signature for all
        return _plain(self._batches.delete(batch_id, caller, self._now()))

    def _results(self, call: Call, caller: Caller, batch_id: str) -> Reply:
        lines = self._batches.results(batch_id, call, caller, self._now())
        return Reply(200, _LINES, (Part(line) for line in lines), streamed=True, is_work=True)

    def _list_models(self, call: Call, _: Caller) -> Reply:
        wanted = call.query.get("lifecycle[]", call.query.get("lifecycle", []))
        return _plain(listing.page(catalog.served(wanted, self.options.clock.today()), call.query))

    def _get_model(self, call: Call, _: Caller, model_id: str) -> Reply:  # noqa: ARG002 - one signature for all
        today = self.options.clock.today()
        return _plain(catalog.describe(catalog.find(model_id, today), today))


def _asked(call: Call) -> str:
    """Return what was asked as one line that cannot command a terminal, nor look like two.

    A caller chose every character of it: what is no plain one is written as in an address.
    """
    method, path = quote(call.method, errors="replace"), quote(call.path, _PLAIN, errors="replace")
    return f"{method[:40]} {path if len(path) <= _SHOWN else f'{path[:_SHOWN]}...'}"


def _plain(body: Mapping[str, Any]) -> Reply:
    return Reply(200, _JSON, [Part(dump(body))])
