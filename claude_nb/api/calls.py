"""What is known of a call once it has ended: `CallRecord`, for whoever counts or budgets calls.

A call is one request with all its attempts, and of a stream all of its reading.
"""

from __future__ import annotations

import contextlib
import logging
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from pydantic_core import from_json

from claude_nb.api.platforms.identity import identity, key_of
from claude_nb.api.types.message import counted
from claude_nb.api.wire import Headers, Request, Response

__all__ = [
    "EMULATED_HEADER",
    "REPLAYED_HEADER",
    "CallHook",
    "CallRecord",
    "CallRecorder",
    "origin",
    "say",
]

_log = logging.getLogger("claude_nb")
EMULATED_HEADER = "x-claude-emulator"
REPLAYED_HEADER = "x-claude-nb-replayed"
Origin: TypeAlias = Literal["server", "emulator", "replayed"]


def origin(headers: Mapping[str, str]) -> Origin:
    """Return where a reply with these headers comes from."""
    if REPLAYED_HEADER in headers:
        return "replayed"
    return "emulator" if EMULATED_HEADER in headers else "server"


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One finished call.

    Attributes
    ----------
    key : str
        Names the request: see `claude_nb.api.platforms.identity`.
    path : str
        Of the endpoint, for example ``"/v1/messages"``.
    model : str or None
        As the reply names it, else as the request does.
    usage : Mapping or None
        Tokens by kind, as far as the server told them; None where nothing was said of tokens.
    seconds : float
        From the first attempt to the end, waits included.
    attempts : int
        At least 1.
    origin : {"server", "emulator", "replayed"}
        Where the reply came from; ``"server"`` also if none came.
    outcome : str
        ``"ok"``; ``"stopped"`` if the caller left early; else the name of the error's class.
        Of a stream, this is how its message arrived.
    sent : bool
        Whether a server may have got the request; False where it surely did not.
    """

    key: str
    path: str
    model: str | None
    usage: Mapping[str, Any] | None
    seconds: float
    attempts: int
    origin: Origin
    outcome: str
    sent: bool = True


class CallHook:
    """A caller's function that is told of calls and cannot hurt them: its first error is told.

    Parameters
    ----------
    function : callable
        Gets a `CallRecord`.
    """

    def __init__(self, function: Callable[[CallRecord], Any]) -> None:
        self._function = function
        self._failed = False

    @classmethod
    def of(cls, given: Any) -> CallHook | None:
        """Return `given` as a hook; None if there is none."""
        return given if given is None or isinstance(given, CallHook) else cls(given)

    def __call__(self, record: CallRecord) -> None:
        """Tell the function."""
        try:
            self._function(record)
        except Exception as error:  # noqa: BLE001 - whatever it raises, the call has its result
            if not self._failed:
                self._failed = True
                text = f"on_call raised {type(error).__name__}: {error} (told once)"
                with contextlib.suppress(UserWarning):  # where warnings are made errors
                    say(text)
                    return
                _log.warning("%s", text)


def say(text: str) -> None:
    """Warn of what befell a call and may not cost its result: in words, with no line of code."""
    warnings.warn_explicit(text, UserWarning, "<claude_nb>", 1, module="claude_nb")


class CallRecorder:
    """Follows one call, and tells the hook once when it ends.

    As a context manager it ends the call if it is left by an error, and only then.

    Parameters
    ----------
    hook : callable or None
        Gets the `CallRecord`; without one nothing is recorded.
    request : Request
        What is asked.

    Attributes
    ----------
    attempts : int
        Attempts begun so far.
    headers : Headers
        Of the last reply; empty if none came.
    """

    def __init__(self, hook: CallHook | None, request: Request) -> None:
        self.attempts = 0
        self.headers: Headers = Headers()
        self._hook = hook
        self._request = request
        self._started = time.monotonic()

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, traceback: object) -> None:
        if error is not None:
            self.end(error)

    def replied(self, response: Response) -> None:
        """End the call with a whole reply."""
        if self._hook is not None:
            self.end(reply=_json(response.content))

    def end(
        self, error: BaseException | None = None, *, whole: bool = True, reply: Any = None
    ) -> None:
        """End the call, unless it has ended.

        Parameters
        ----------
        error : BaseException, optional
            Why it failed; what is no `Exception` means that the caller left.
        whole : bool
            Whether all of the reply was read.
        reply : dict, optional
            The JSON of the reply as far as it came.
        """
        hook, self._hook = self._hook, None
        if hook is not None:
            failed = type(error).__name__ if isinstance(error, Exception) else "stopped"
            known = cast("dict[str, Any]", reply) if isinstance(reply, dict) else {}
            outcome = "ok" if error is None and whole else failed
            hook(self._record(outcome, known, sent=getattr(error, "sent", True)))

    def _record(self, outcome: str, reply: Mapping[str, Any], *, sent: bool) -> CallRecord:
        known = identity(self._request)
        usage, model = reply.get("usage"), reply.get("model")
        return CallRecord(
            key=key_of(known),
            path=known["path"],
            model=model if model and isinstance(model, str) else known["body"].get("model"),
            usage=counted(cast("Mapping[str, Any]", usage)) if isinstance(usage, Mapping) else None,
            seconds=time.monotonic() - self._started,
            attempts=self.attempts,
            origin=origin(self.headers),
            outcome=outcome,
            sent=sent,
        )


def _json(content: bytes) -> Any:
    """Return the JSON of a reply, or None: a raw reply may be anything."""
    try:
        return from_json(content)
    except ValueError:
        return None
