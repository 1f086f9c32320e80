"""No test may reach the network: connecting to, or resolving, what is not this machine fails.

Works by an audit hook, which sees every socket of this process, whichever library opened it, and
which cannot be taken off again: it does nothing while it is not `active`.
"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

CONNECT = {"socket.connect", "socket.sendto", "socket.sendmsg"}  # arguments: socket, address
RESOLVE = {"socket.getaddrinfo", "socket.gethostbyname"}  # arguments: host, ...


class NetworkError(AssertionError):
    """A test tried to reach another machine."""


class Guard:
    """What was tried so far, and whether to refuse it."""

    def __init__(self) -> None:
        self.active = False
        self.tried: list[str] = []
        sys.addaudithook(self._heard)

    def _heard(self, event: str, given: tuple[Any, ...]) -> None:
        if not self.active or event not in CONNECT | RESOLVE:
            return
        where = given[1] if event in CONNECT else given[:1]
        host = where[0] if isinstance(where, tuple) else None  # a Unix socket's address is a path
        if isinstance(host, str | bytes) and not is_here(host):
            self.tried.append(f"{host!r} ({event})")
            raise NetworkError(f"Tests stay on this machine, but this one asked for {host!r}.")


def is_here(host: str | bytes) -> bool:
    """Whether a host's name or address is this machine's own."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {"", "localhost"} or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified
