"""A client's settings, checked once: where it talks to, with which key, how patiently."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from claude_nb._http import ClientFactory
from claude_nb.api.addresses import DEFAULT_BASE_URL, base_url, stays_here
from claude_nb.api.calls import CallHook
from claude_nb.api.errors.advice import DEFAULT_TIMEOUT
from claude_nb.api.headers import is_secret
from claude_nb.api.hiding.names import says_secret
from claude_nb.api.platforms.credentials import Credentials
from claude_nb.api.platforms.platform import ANTHROPIC, Platform
from claude_nb.api.resources.endpoints import Context
from claude_nb.api.retry import RetryNotice, RetryPolicy
from claude_nb.api.secret import Secret
from claude_nb.api.sending.requests import NOT_GIVEN, RequestBuilder, is_given
from claude_nb.api.wire import Request, Timeout

if TYPE_CHECKING:
    from claude_nb.cassette import Cassette

__all__ = ["DEFAULT_BASE_URL", "DEFAULT_MAX_RETRIES", "DEFAULT_TIMEOUT", "Config", "base_url"]

DEFAULT_MAX_RETRIES = 2
DEFAULT_MAX_CONNECTIONS = 1000
NEEDS_NEW_CONNECTIONS = frozenset(
    {"api_key", "auth_token", "base_url", "cassette", "http_client", "max_connections", "platform"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of a client, as its constructor describes them."""

    base_url: str
    credentials: Credentials
    timeout: Timeout = DEFAULT_TIMEOUT
    max_retries: int = DEFAULT_MAX_RETRIES
    default_headers: Mapping[str, Any] = field(default_factory=dict[str, Any])
    default_query: Mapping[str, Any] = field(default_factory=dict[str, Any])
    idle_timeout: Any = NOT_GIVEN
    on_retry: Callable[[RetryNotice], Any] | None = None
    on_call: CallHook | None = None
    max_connections: int = DEFAULT_MAX_CONNECTIONS
    http_client: Any = None
    allow_insecure_http: bool = False
    platform: Platform = ANTHROPIC
    cassette: Cassette | None = None

    def context(self) -> Context:
        """Return what the calls of this client need to know."""
        common = (self.base_url, self.default_headers, self.default_query, self.timeout)
        return Context(
            RequestBuilder(*common, self.platform.prepare),
            RetryPolicy(self.max_retries),
            self.credentials,
            self.idle_timeout,
            decoder=self.platform.decoder,
            on_call=self.on_call,
        )

    def changed(self, changes: Mapping[str, Any]) -> Config:
        """Return these settings with `changes`, which are named as the client's parameters.

        Raises
        ------
        TypeError
            There is no such setting.
        """
        known = {each.name for each in fields(self)} | {"api_key", "auth_token"}
        known -= {"credentials"}
        if unknown := changes.keys() - known - {"allow_insecure_http"}:
            raise TypeError(f"copy() cannot change {sorted(unknown)}; it takes {sorted(known)}.")
        given = {name: value for name, value in changes.items() if is_given(value)}
        insecure = given.pop("allow_insecure_http", self.allow_insecure_http)
        if "base_url" in given:
            given["base_url"] = base_url(given["base_url"], allow_insecure_http=insecure)
        if {"api_key", "auth_token"} & given.keys():
            given["credentials"] = Credentials(
                given.pop("api_key", None), given.pop("auth_token", None)
            )
        for name, check in _CHECKS.items():
            if name in given:
                given[name] = check(given[name], getattr(self, name))
        return replace(self, **given)

    def factory(self) -> ClientFactory:
        """Return how this client connects, by what the environment says of proxies now."""
        from claude_nb.api.network.proxies import environment_proxy  # noqa: PLC0415 (as one is made)

        secure = self.base_url.startswith("https:")
        proxy = environment_proxy(self.base_url) if self._may_leave() else None
        return ClientFactory(self.max_connections, secure, self.http_client, proxy)

    def _may_leave(self) -> bool:
        """Whether requests are for another machine; what is for this one, no proxy sees."""
        if self.base_url.startswith("http:") and not self.allow_insecure_http:
            return False  # as was checked: a name looked up again might say something else
        return not stays_here(self.base_url)

    def authorize(self, request: Request) -> Mapping[str, Secret]:
        """Return the header fields that identify the sender of a request."""
        return self.platform.authorize(request, self.credentials)


def headers(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return header fields, the values of those that identify the sender as secrets."""
    return {
        name: Secret.of(value) if is_secret(name, value) else value
        for name, value in (given or {}).items()
    }


def query(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return parameters of a query, those that identify the sender as secrets, by their names."""
    return {
        name: Secret(value) if isinstance(value, str) and says_secret(name) else value
        for name, value in (given or {}).items()
    }


def retries(value: Any) -> int:
    """Return the number of retries.

    Raises
    ------
    TypeError
        It is None or no whole number.
    ValueError
        It is negative.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"max_retries={value!r}: must be a whole number; 0 turns retries off.")
    if value < 0:
        raise ValueError(f"max_retries={value}: must be at least 0.")
    return value


def timeout(value: Any) -> Timeout:
    """Return the timeout to use for what a caller gave."""
    return Timeout.of(value) if is_given(value) else DEFAULT_TIMEOUT


def cassette(given: Any) -> Cassette | None:
    """Return the cassette that a client records in and plays from.

    Parameters
    ----------
    given : str, Path, Cassette or None
        A path means mode ``"auto"``.
    """
    if given is None:
        return None
    from claude_nb.cassette import Cassette  # noqa: PLC0415 (only who records needs it)

    return given if isinstance(given, Cassette) else Cassette(given)


_CHECKS: dict[str, Callable[[Any, Any], Any]] = {
    "timeout": lambda new, _: timeout(new),
    "max_retries": lambda new, _: retries(new),
    "default_headers": lambda new, old: {**old, **headers(new)},
    "default_query": lambda new, old: {**old, **query(new)},
    "on_call": lambda new, _: CallHook.of(new),
    "cassette": lambda new, _: cassette(new),
}
