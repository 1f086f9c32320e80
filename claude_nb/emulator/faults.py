"""Failures on request, so that notebooks and tests can show what they look like.

A fault is armed from Python (``serve(faults=[Fault("status", status=529)])`` or
``server.faults.add(...)``) or by the request header ``x-emulator-fault``, in words:
``status status=529 times=2 retry-after=1`` or ``stall after=5 seconds=3``.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Literal, cast, get_args

from claude_nb.emulator.wire import ApiError, bad_request

__all__ = ["HEADER", "Fault", "Faults", "Kind"]

HEADER = "x-emulator-fault"
_REMEMBERED = 256  # headers whose calls are counted

Kind = Literal[
    "status",
    "delay",
    "drop",
    "cut",
    "end",
    "error",
    "stall",
    "drip",
    "bytes",
    "unknown-event",
    "unknown-block",
    "bad-json",
    "html",
    "empty",
    "pause-turn",
    "tool-error",
]
_STAGED = ("pause-turn", "tool-error")
_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure.

    Attributes
    ----------
    kind : Kind
        ``status``: answer with `status`. ``delay``: send the head `seconds` late. ``drop``: close
        before the head. ``cut``: close inside a chunk. ``end``: end cleanly, too early.
        ``error``: an error event. ``stall``: silence for `seconds`. ``drip``: one byte every
        `seconds`. ``bytes``: every byte a chunk. ``unknown-event``, ``unknown-block``: things no
        client knows. ``bad-json``: an event that is none. ``html``: a page, as proxies send them.
        ``empty``: nothing at all. ``pause-turn``: stop after a server tool's result.
        ``tool-error``: server tools fail with `name`.
    after : int
        Events of the stream before it happens (``cut`` to ``bad-json``), default 3.
    times : int
        How many calls it befalls; the next one goes through.
    status : int
        HTTP status for ``status`` and ``html``; for ``error`` it chooses the error type.
    seconds : float
        For ``delay``, ``stall`` and ``drip``; 0 makes a stall last until the client leaves.
    retry_after, retry_after_ms, should_retry : str
        Headers for ``status``, sent as they are: seconds, fractions, a date, or nonsense.
    path : str
        Befalls only calls whose path begins so.
    name : str
        The error code of ``tool-error``, such as ``max_uses_exceeded``.
    """

    kind: Kind
    after: int = 3
    times: int = 1
    status: int = 529
    seconds: float = 0.0
    retry_after: str = ""
    retry_after_ms: str = ""
    should_retry: str = ""
    path: str = "/v1/"
    name: str = "unavailable"

    @property
    def staged(self) -> dict[str, str]:
        """What it wants of the answer itself; empty for what befalls a finished one."""
        return {self.kind: self.name} if self.kind in _STAGED else {}

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Return the fault that a header asks for.

        Raises
        ------
        ApiError
            400, naming what is allowed.
        """
        kind, *settings = text.split() or [""]
        if kind not in get_args(Kind):
            raise _wrong(f"unknown fault '{kind}'; known are {', '.join(get_args(Kind))}")
        values: dict[str, str | int | float] = {}
        for setting in settings:
            name, _, value = setting.partition("=")
            name = name.replace("-", "_")
            if name not in _SETTINGS:
                raise _wrong(f"unknown setting '{name}'; known are {', '.join(_SETTINGS)}")
            try:
                values[name] = _SETTINGS[name](value)
            except ValueError:
                raise _wrong(f"'{name}' cannot be '{value}'") from None
        return cls(kind, **values)  # pyright: ignore[reportArgumentType] - converted above

    def error(self) -> ApiError:
        """Return the refusal that ``status`` answers with."""
        named = {
            "retry-after": self.retry_after,
            "retry-after-ms": self.retry_after_ms,
            "x-should-retry": self.should_retry,
        }
        headers = {name: value for name, value in named.items() if value}
        return ApiError(self.status, self.error_type, "Emulated fault.", headers=headers)

    @property
    def error_type(self) -> str:
        """The API's error type for `status`."""
        return _ERRORS.get(self.status, "api_error" if self.status >= 500 else _ERRORS[400])  # noqa: PLR2004 - server errors


_SETTINGS = cast(
    "dict[str, Callable[[str], str | int | float]]",
    {item.name: type(item.default) for item in fields(Fault) if item.name != "kind"},
)


def _wrong(problem: str) -> ApiError:
    return bad_request(f"{HEADER}: {problem}")


class Faults:
    """The faults that are armed."""

    def __init__(self, *faults: Fault) -> None:
        self._armed: list[tuple[Fault, int]] = [(fault, fault.times) for fault in faults]
        self._asked: OrderedDict[tuple[str, bytes], int] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Arm one more; faults befall calls in the order they were armed."""
        with self._lock:
            self._armed.append((fault, fault.times))

    def clear(self) -> None:
        """Disarm all."""
        with self._lock:
            self._armed.clear()
            self._asked.clear()

    def next(self, path: str, header: str | None, workspace: str = "") -> Fault | None:
        """Return the fault for this call, if any; a header's fault comes first.

        Parameters
        ----------
        path : str
            Of the call.
        header : str or None
            What the call asks for.
        workspace : str
            Whose call it is: what others ask for does not count.
        """
        with self._lock:
            return self._from_header(header, workspace) if header else self._from_list(path)

    def _from_header(self, text: str, workspace: str) -> Fault | None:
        # a client's retry repeats the header, so its calls are counted by the text, be it long
        fault, key = Fault.parse(text), (workspace, sha256(text.encode(errors="replace")).digest())
        asked = self._asked.pop(key, 0) + 1
        if asked > fault.times:
            return None
        self._asked[key] = asked
        if len(self._asked) > _REMEMBERED:
            self._asked.popitem(last=False)
        return fault

    def _from_list(self, path: str) -> Fault | None:
        for n, (fault, left) in enumerate(self._armed):
            if path.startswith(fault.path):
                self._armed[n : n + 1] = [(fault, left - 1)] if left > 1 else []
                return fault
        return None
