"""Which proxy stands between here and a server, as ``HTTPS_PROXY`` and its kind say it.

What people write there varies: blanks, no scheme, lists of networks. What is clear is taken; a
proxy that cannot be used is named with its variable, and its password never is.
"""

from __future__ import annotations

import ipaddress
import os
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from claude_nb.api.network import TransportError
from claude_nb.api.secret import Secret

__all__ = ["Proxy", "environment_proxy", "stamp"]

_NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_SYSTEM = "The system's proxy settings"
_PORTS = {"http": 80, "https": 443}
_HAS_SCHEME = re.compile(r"[a-z][a-z\d+.-]*:/", re.IGNORECASE)
_SEPARATORS = re.compile(r"[,;\s]+")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and who named it.

    Attributes
    ----------
    address : Secret
        With a scheme; it may hold a password.
    variable : str
        Where it is named.
    """

    address: Secret
    variable: str

    @property
    def scheme(self) -> str:
        """Its kind, in lower case."""
        return self.address.reveal().partition(":")[0].lower()

    @property
    def host(self) -> str:
        """Where it is, without user name and password; empty if that cannot be read."""
        parts = _parts(self.address.reveal())
        host = parts.hostname if parts is not None else None
        if parts is None or not host:
            return ""
        host = f"[{host}]" if ":" in host else host
        return f"{host}:{parts.port}" if parts.port else host

    @property
    def user(self) -> bool:
        """Whether it holds a user name."""
        parts = _parts(self.address.reveal())
        return parts is not None and bool(parts.username)

    @property
    def called(self) -> str:
        """What to call it in a sentence."""
        return f"The proxy {self.host} (from {self.variable})"

    @property
    def login_advice(self) -> str:
        """How to tell it who one is."""
        return (
            f"Set {self.variable} to {self.scheme}://USER:PASSWORD@{self.host}, signs such as @ or "
            "# in them percent-encoded (%40, %23)."
        )

    def checked(self, kinds: tuple[str, ...]) -> str:
        """Return the address, which a library that knows these kinds can use.

        Raises
        ------
        TransportError
            It cannot.
        """
        known = ", ".join(kinds)
        if self.scheme.startswith("socks5") and self.scheme not in kinds:
            text = 'which needs one more package: pip install "httpx[socks]", then restart'
            raise TransportError("UnusableProxy", f"{self.variable} is a SOCKS proxy, {text}.")
        if self.scheme not in kinds:
            text = f"{self.variable} names a proxy of kind {self.scheme!r}; known are {known}."
            raise TransportError("UnusableProxy", text)
        if not self.host:
            raise self.unreadable()
        return self.address.reveal()

    def unreadable(self) -> TransportError:
        """Return what to raise for an address that is none."""
        text = (
            f"{self.variable} names a proxy at no address that can be read. It must look like "
            "http://proxy.example:8080 or http://USER:PASSWORD@proxy.example:8080, signs such as "
            "@, # or / in user and password percent-encoded (%40, %23, %2F)."
        )
        return TransportError("UnusableProxy", text)


def environment_proxy(url: str) -> Proxy | None:
    """Return the proxy that the environment (or the system's settings) names for an address."""
    parts = urlsplit(url)
    named = urllib.request.getproxies()
    proxy = next(filter(None, (named.get(k, "").strip() for k in (parts.scheme, "all"))), "")
    if not proxy or _direct(parts):
        return None
    address = proxy if _HAS_SCHEME.match(proxy) else f"http://{proxy}"
    return Proxy(Secret(address), _variable(parts.scheme))


def stamp() -> tuple[str | None, ...]:
    """Return what changes with the proxies that the environment names: it may hold passwords."""
    return tuple(os.environ.get(spelt) for name in _NAMES for spelt in (name, name.upper()))


def _variable(scheme: str) -> str:
    for name in (f"{scheme}_proxy", "all_proxy"):
        for spelt in (name, name.upper()):
            if os.environ.get(spelt, "").strip():
                return spelt
    return _SYSTEM


def _parts(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - looked at to see whether it is a number
    except ValueError:
        return None
    # a sign in a password ended the address: what seems to be its host and port is a part of that
    return None if "@" in f"{parts.path}{parts.query}{parts.fragment}" else parts


def _direct(parts: SplitResult) -> bool:
    """Return whether ``NO_PROXY``, or the system, names a host as one to reach directly."""
    said = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    if said is None:
        return bool(urllib.request.proxy_bypass(parts.netloc))
    host = (parts.hostname or "").rstrip(".").lower()
    port = parts.port or _PORTS.get(parts.scheme, 0)
    return any(_names(entry, host, port) for entry in _entries(said))


def _entries(said: str) -> Iterator[tuple[str, int]]:
    """Yield the hosts of a list, each with its port or 0, whatever stands around them."""
    for entry in filter(None, _SEPARATORS.split(said.lower())):
        bare = entry.partition("://")[2] or entry
        found = re.fullmatch(r"\[([^\]]*)\](?::(\d+))?|([^:]*)(?::(\d+))?", bare.rstrip("/"))
        if found is None:  # an address or network of IPv6, without brackets
            yield bare, 0
        else:
            yield found[1] or found[3] or "", int(found[2] or found[4] or 0)


def _names(entry: tuple[str, int], host: str, port: int) -> bool:
    name, only = entry
    if only and only != port:
        return False
    if name == "*":
        return True
    address = _address(host)
    if address is not None:
        return _holds(name, address)
    suffix = name.removeprefix("*").strip(".")
    return bool(suffix) and (host == suffix or host.endswith(f".{suffix}"))


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _holds(network: str, address: Address) -> bool:
    if network.endswith(".*"):  # no network to Python, and to many people
        return f"{address}.".startswith(f"{network.rstrip('.*')}.")
    try:
        return address in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
