"""A client's settings, checked once: where it talks to, with which key, how patiently."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any
from urllib.parse import urlsplit

from claude_nb._http import Pool
from claude_nb.api import errors
from claude_nb.api.advice import DEFAULT_TIMEOUT
from claude_nb.api.credentials import Credentials
from claude_nb.api.endpoints import Context
from claude_nb.api.requests import NOT_GIVEN, RequestBuilder, is_given
from claude_nb.api.retry import RetryNotice, RetryPolicy
from claude_nb.api.wire import Timeout

__all__ = ["DEFAULT_MAX_RETRIES", "DEFAULT_TIMEOUT", "Config"]

DEFAULT_BASE_URL = "https://api.anthropic.com"
DEFAULT_MAX_RETRIES = 2
DEFAULT_MAX_CONNECTIONS = 100
NEEDS_NEW_CONNECTIONS = frozenset(
    {"api_key", "auth_token", "base_url", "http_client", "max_connections"}
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
    max_connections: int = DEFAULT_MAX_CONNECTIONS
    http_client: Any = None
    allow_insecure_http: bool = False

    def context(self) -> Context:
        """Return what the calls of this client need to know."""
        builder = RequestBuilder(
            self.base_url, self.default_headers, self.default_query, self.timeout
        )
        policy = RetryPolicy(self.max_retries)
        return Context(builder, policy, self.credentials, self.idle_timeout)

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

    def pool(self) -> Pool:
        """Return how this client connects."""
        secure = self.base_url.startswith("https:")
        return Pool(self.max_connections, secure, self.http_client)


def base_url(given: Any, *, allow_insecure_http: bool) -> str:
    """Return the address to use: the given one, or that of ANTHROPIC_BASE_URL, or the API's.

    Raises
    ------
    InsecureBaseURLError
        It is plain http to another machine.
    ValueError
        It is no http(s) address, or holds a user name.
    """
    url = str(given or os.environ.get("ANTHROPIC_BASE_URL") or DEFAULT_BASE_URL).strip().rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"base_url={url!r}: must look like https://api.anthropic.com")
    if parts.username is not None or parts.password is not None:
        raise ValueError("base_url must not hold a user name or password.")
    if parts.scheme == "http" and not allow_insecure_http and not _is_loopback(parts.hostname):
        raise errors.InsecureBaseURLError(
            f"base_url={url!r} would send your key and prompts unencrypted over the network. "
            "Use https, or pass allow_insecure_http=True if you trust every machine on the way."
        )
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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


def _over(new: Any, old: Mapping[str, Any]) -> dict[str, Any]:
    return {**old, **(new or {})}


_CHECKS: dict[str, Callable[[Any, Any], Any]] = {
    "timeout": lambda new, _: timeout(new),
    "max_retries": lambda new, _: retries(new),
    "default_headers": _over,
    "default_query": _over,
}
