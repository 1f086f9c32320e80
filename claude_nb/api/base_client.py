"""What both clients are apart from waiting: their settings, checked and shown without the key."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, reduce
from typing import Any, NoReturn, Self

from claude_nb.api import config
from claude_nb.api.calls import CallHook, CallRecord
from claude_nb.api.network import TransportError
from claude_nb.api.platforms.credentials import Credentials
from claude_nb.api.platforms.platform import ANTHROPIC, Platform
from claude_nb.api.resources.endpoints import Context
from claude_nb.api.retry import RetryNotice
from claude_nb.api.secret import Secret
from claude_nb.api.sending.requests import NOT_GIVEN
from claude_nb.api.wire import Timeout

__all__ = ["BaseClient"]

_log = logging.getLogger("claude_nb")
_PER_COPY = frozenset(
    {"_config", "_context", "files", "messages", "models"}
)  # made anew from the settings


class BaseClient:
    """A client of the Messages API.

    Parameters
    ----------
    api_key : str or SecretStr, optional
        Default: ``ANTHROPIC_API_KEY``, then the keyring, then Colab's secrets.
    auth_token : str or SecretStr, optional
        Sent as a bearer token instead of a key. Default: ``ANTHROPIC_AUTH_TOKEN``.
    base_url : str, optional
        Default: ``ANTHROPIC_BASE_URL``, then the API's own address. The proxies of the environment
        are read now, and none is used for an address of this machine.
    timeout : float or Timeout
        Seconds. Default: 600, of which 5 to connect.
    max_retries : int
        Attempts after a first one that failed, at least 0.
    default_headers, default_query : Mapping
        Sent with every request.
    idle_timeout : float or None
        Seconds a stream may go without content (pings are none). Default: the read timeout.
    on_retry : callable
        Called with a `RetryNotice` before each wait.
    on_call : callable
        Called with a `CallRecord` after each call, however it ended; of a stream, when it is
        read to its end or closed. What it raises is warned of once, and hurts no call.
    max_connections : int
        Most connections at a time.
    http_client : object
        A client of httpx or httpx2 to send requests with, by its own proxies and certificates.
    allow_insecure_http : bool
        Whether `base_url` may be plain http to another machine.
    platform : Platform
        How requests are written, signed and framed there, and its address: `claude_nb.bedrock`,
        `vertex`, `foundry` or `gateway`. Default: as the API itself wants it.
    cassette : str, Path or Cassette, optional
        A file in which answers are recorded, and from which they are played: see `Cassette`.
    """

    def __init__(
        self,
        *,
        api_key: Any = None,
        auth_token: Any = None,
        base_url: Any = None,
        timeout: Any = NOT_GIVEN,
        max_retries: int = config.DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, Any] | None = None,
        default_query: Mapping[str, Any] | None = None,
        idle_timeout: Any = NOT_GIVEN,
        on_retry: Callable[[RetryNotice], Any] | None = None,
        on_call: Callable[[CallRecord], Any] | None = None,
        max_connections: int = config.DEFAULT_MAX_CONNECTIONS,
        http_client: Any = None,
        allow_insecure_http: bool = False,
        platform: Platform = ANTHROPIC,
        cassette: Any = None,
    ) -> None:
        # from here on, no variable of any frame holds the bare key
        api_key = Secret.of(api_key)
        auth_token = Secret.of(auth_token)
        default_headers = config.headers(default_headers)
        default_query = config.query(default_query)
        self._config = config.Config(
            base_url=config.base_url(
                base_url or platform.base_url, allow_insecure_http=allow_insecure_http
            ),
            credentials=Credentials(api_key, auth_token),
            timeout=config.timeout(timeout),
            max_retries=config.retries(max_retries),
            default_headers=default_headers,
            default_query=default_query,
            idle_timeout=idle_timeout,
            on_retry=on_retry,
            on_call=CallHook.of(on_call),
            max_connections=max_connections,
            http_client=http_client,
            allow_insecure_http=allow_insecure_http,
            platform=platform,
            cassette=config.cassette(cassette),
        )
        self._connect()

    _connects: Any
    _reply: Any
    _connector: Any
    _wrappers: tuple[Callable[[Any], Any], ...] = ()
    _own: bool = True  # whether it makes its connections itself

    def _connect(self) -> None:
        """Make the connector, in its wrappers: no connection is opened yet."""
        from claude_nb.models.locks.places import found  # noqa: PLC0415 (as one is made)

        connector = self._connects(self._config.factory(), self._config.authorize)
        if self._config.platform.dialect is not None:
            from claude_nb.api.sending.translated import translated  # noqa: PLC0415 (of clouds)

            connector = translated(connector, self._config.platform.dialect)
        if found():
            from claude_nb.models.locks.door import locked  # noqa: PLC0415 (where there are locks)

            connector = locked(connector, self.base_url)
        if self._config.cassette is not None:
            connector = self._config.cassette.wrap(connector)
        self._connector = reduce(lambda inner, wrap: wrap(inner), self._wrappers, connector)

    def _check_open(self) -> None:
        if self._connector.closed:
            raise TransportError("Closed", "this client was closed; make another")

    def is_closed(self) -> bool:
        """Return whether the client was closed, and can send nothing any more."""
        return self._connector.closed

    @property
    def context(self) -> Context:
        """What the calls of this client need to know."""
        return self._context

    @cached_property
    def _context(self) -> Context:
        return self._config.context()

    @property
    def base_url(self) -> str:
        """Where requests go, without a slash at the end."""
        return self._config.base_url

    @property
    def api_key(self) -> Secret | None:
        """The key, as a secret that does not show."""
        return self._config.credentials.key

    @property
    def auth_token(self) -> Secret | None:
        """The token, as a secret that does not show."""
        return self._config.credentials.token

    @property
    def max_retries(self) -> int:
        """Attempts after a first one that failed."""
        return self._config.max_retries

    @property
    def platform(self) -> Platform:
        """How requests are written, signed and framed."""
        return self._config.platform

    @property
    def on_retry(self) -> Callable[[RetryNotice], Any] | None:
        """What is told before each wait."""
        return self._config.on_retry

    @property
    def on_call(self) -> CallHook | None:
        """What is told of each call."""
        return self._config.on_call

    @property
    def timeout(self) -> Timeout:
        """Seconds, unless a call says otherwise."""
        return self._config.timeout

    def copy(self, **changes: Any) -> Self:
        """Return a client with these settings changed, on the same connections if it can be.

        Parameters
        ----------
        **changes
            Any setting of the constructor.
        """
        for name in {"api_key", "auth_token"} & changes.keys():
            changes[name] = Secret.of(changes[name])
        for name in {"default_headers", "default_query"} & changes.keys():
            changes[name] = getattr(config, name.removeprefix("default_"))(changes[name])
        new = object.__new__(type(self))
        new.__dict__.update({n: v for n, v in vars(self).items() if n not in _PER_COPY})
        new._config = self._config.changed(changes)
        if config.NEEDS_NEW_CONNECTIONS & changes.keys():
            new._connect()
        return new

    def via(self, wrap: Callable[[Any], Any]) -> Self:
        """Return a client whose requests also go through `wrap(connector)`, as its copies' do.

        Parameters
        ----------
        wrap : callable
            Gets a connector (see `claude_nb.api.sending.connector`) and returns one. Of several,
            the one added last is outermost: it sees a request first, and its reply last.
        """
        new = self.copy()
        added = {"_wrappers": (*self._wrappers, wrap), "_connector": wrap(self._connector)}
        new.__dict__.update(added)
        return new

    with_options = copy

    def apart(self) -> Self:
        """Return a client with these settings and connections of its own.

        Or on the same ones, where it sends through a client that somebody made. A pool looks at
        all its connections for each request: many at once are sent sooner through several pools.
        """
        own = {"max_connections": self._config.max_connections} if self._own else {}
        return self.copy(**own)

    @property
    def beta(self) -> Self:
        """The client itself: beta features are asked for per call, by ``betas=[...]``."""
        return self

    def raw(self) -> Self:
        """Return a client whose calls return replies, for ``with_raw_response``."""
        new = self.copy()
        new.__dict__["_context"] = replace(self.context, wrap=self._reply)
        return new

    def __repr__(self) -> str:
        if "_config" not in vars(self):
            return f"{type(self).__name__}(...)"  # in a traceback of its own constructor
        platform = self._config.platform
        if platform.authorize is not ANTHROPIC.authorize:  # no key of the API is used
            return (
                f"{type(self).__name__}(base_url={self.base_url!r}, {platform.name or 'gateway'})"
            )
        source = self._config.credentials.source or "not found yet"
        return f"{type(self).__name__}(base_url={self.base_url!r}, key from {source})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A client cannot be pickled; make it anew where it is needed.")

    def _tell(self, notice: RetryNotice | None) -> None:
        if notice is None:
            return
        _log.info("%s", notice)
        if self._config.on_retry is not None:
            self._config.on_retry(notice)
