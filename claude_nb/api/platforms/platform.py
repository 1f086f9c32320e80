"""How one platform takes requests and frames its streams; `ANTHROPIC` is the API itself.

A client asks its platform three things: what a request looks like there, what identifies its
sender, and how the bytes of a stream become events. No I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from claude_nb.api.platforms.credentials import Credentials
from claude_nb.api.platforms.sse import ServerSentEvent, SSEDecoder
from claude_nb.api.secret import Secret
from claude_nb.api.wire import Headers, Request

if TYPE_CHECKING:
    from claude_nb.api.platforms.dialect import Dialect

__all__ = ["ANTHROPIC", "Decoder", "Draft", "Platform"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A request before it is written.

    Attributes
    ----------
    method, path : str
        HTTP method, and path below the base URL (or a whole URL).
    headers : Headers
        Header fields, ``anthropic-version`` among them.
    body : object
        The JSON body, its values not encoded yet; None if there is none.
    """

    method: str
    path: str
    headers: Headers
    body: Any = None


class Decoder(Protocol):
    """Turns the bytes of one stream into events."""

    @property
    def too_large(self) -> bool:
        """Whether an event is larger than allowed; all that follows is ignored."""
        ...

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Return the events that this chunk completes."""
        ...

    def flush(self) -> ServerSentEvent | None:
        """Return the event that the end of the stream left without its end, if any."""
        ...


def _as_it_is(draft: Draft) -> Draft:
    return draft


def _with_key(request: Request, credentials: Credentials) -> Mapping[str, Secret]:
    credentials.require(request)
    return credentials.headers()


@dataclass(frozen=True, slots=True)
class Platform:
    """What a client asks of where its requests go.

    Attributes
    ----------
    prepare : callable
        `Draft` → `Draft`: moves what the platform wants elsewhere (the model into the path).
    authorize : callable
        (`Request` as it will be sent, the client's `Credentials`) → the header fields that
        identify the sender. Called once an attempt; the fields are on the request while it is
        sent, and at no other time.
    decoder : callable
        Most bytes of one event → a new `Decoder` for one stream.
    dialect : Dialect or None
        Translates requests as they are sent, and replies as they come. What is asked stays one of
        the API for ledger, budgets and recordings, which `prepare` would change.
    name : str
        What people call it.
    base_url : str
        Where requests go, if the client is told no other address.
    """

    prepare: Callable[[Draft], Draft] = _as_it_is
    authorize: Callable[[Request, Credentials], Mapping[str, Secret]] = _with_key
    decoder: Callable[[int], Decoder] = SSEDecoder
    dialect: Dialect | None = None
    name: str = ""
    base_url: str = ""


ANTHROPIC = Platform()
