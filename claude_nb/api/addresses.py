"""Which addresses a client may talk to, and which of them are this machine's own.

Programs disagree about odd spellings of an address (``127.1``, ``0x7f.1``, ``0.0.0.0``): what one
takes for this machine is another one's name to look up. Those are refused, whatever the scheme.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from typing import Any
from urllib.parse import SplitResult, urlsplit

from claude_nb.api import errors

__all__ = ["DEFAULT_BASE_URL", "base_url", "is_loopback", "stays_here"]

DEFAULT_BASE_URL = "https://api.anthropic.com"
_UNFIT = re.compile(  # what ends an address, what no address has, and what nobody sees in one
    r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\\?#\"'“”‘’<>]"  # noqa: RUF001 - quotes
)
_QUOTED = re.compile(r"([\"'])(.*)\1")
_WITH_USER = re.compile(r"[^/]*//[^/]*@")
_PASTED = re.compile(r"/v1(?:/messages)?$")
_ROOT_DOT = re.compile(r"\A([^/]*//[^/:\[]*[^/:\[.])\.+(?=[:/]|\Z)")
_NUMBER = re.compile(
    r"(\d+|0x[\da-f]*)\Z", re.ASCII
)  # the last part of an address, never of a name
_LIKE = "must look like https://api.anthropic.com"


def base_url(given: Any, *, allow_insecure_http: bool) -> str:
    """Return the address to use: the given one, or that of ANTHROPIC_BASE_URL, or the API's.

    A path that belongs to the calls, ``/v1`` or ``/v1/messages``, is not taken for a part of it.

    Raises
    ------
    InsecureBaseURLError
        It is plain http to another machine.
    ValueError
        It is no http(s) address, is one that programs read differently, or holds a user name.
    """
    url = str(given or os.environ.get("ANTHROPIC_BASE_URL") or DEFAULT_BASE_URL).strip()
    url = _QUOTED.sub(r"\2", url).strip().rstrip("/")  # as a line of a shell has it
    url = _PASTED.sub("", url).rstrip("/")
    scheme, colon, rest = url.partition(":")
    url = scheme.lower() + colon + rest
    if _WITH_USER.match(url):
        raise ValueError("base_url must not hold a user name or password.")
    if "?" in url or "#" in url:  # not shown: a query may hold a key
        raise ValueError(f"base_url must end before any ? or #, and {_LIKE}")
    host = _host(url)
    if problem := _oddity(host):
        raise ValueError(f"base_url={url!r}: {problem}")
    url = _ROOT_DOT.sub(r"\1", url)  # it says that a name is whole, and is looked up as another one
    if scheme.lower() == "http" and not allow_insecure_http and not is_loopback(host):
        named = _name(host).endswith(".localhost")
        raise errors.InsecureBaseURLError(
            f"base_url={url!r} would send your key and prompts unencrypted over the network"
            f"{', as its name is not looked up to this machine' if named else ''}. "
            "Use https, or pass allow_insecure_http=True if you trust every machine on the way."
        )
    return url


def stays_here(url: str) -> bool:
    """Return whether a checked address is this machine's own, so that no proxy may stand between.

    Parameters
    ----------
    url : str
        As `base_url` returned it.
    """
    return is_loopback(_host(url))


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine's own, reached by nobody else.

    Parameters
    ----------
    host : str
        An address or a name. Names are this machine's if they are ``localhost``, or end so and are
        looked up to loopback addresses only.
    """
    address = _address(host)
    if address is not None:
        return address.is_loopback
    name = _name(host)
    if name == "localhost":  # where it is not known at all, nothing can be sent either
        return _looked_up(name) is not False
    return name.endswith(".localhost") and _looked_up(name) is True


def _name(host: str) -> str:
    return host.lower().rstrip(".")


def _looked_up(host: str) -> bool | None:
    """Return whether a name stands for loopback addresses only; None if for none at all."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return None
    addresses = [_address(str(each[4][0])) for each in found]
    return all(each is not None and each.is_loopback for each in addresses)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return a host as an address; one of IPv4 that is written as IPv6 as what it is."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _host(url: str) -> str:
    """Return the host of an address, in ASCII and lower case.

    Raises
    ------
    ValueError
        It is no http(s) address.
    """
    try:
        parts = urlsplit(url)
        host = _ascii(parts)
    except ValueError:  # of brackets, ports, and names that cannot be written
        host = ""
    if not host or _UNFIT.search(url):
        shown = "" if "@" in url else f"={url!r}"  # else it may hold a password
        raise ValueError(f"base_url{shown}: {_LIKE}")
    return host


def _is_name(host: str) -> bool:
    """Return whether names can be so; raises `UnicodeError` for one whose ``xn--`` says nothing."""
    host.encode().decode("idna")
    return all(0 < len(label) < 64 for label in host.split("."))  # noqa: PLR2004 - of the standard


def _ascii(parts: SplitResult) -> str:
    is_web = parts.scheme in ("http", "https")
    host = parts.hostname if is_web and parts.port != 0 else None
    if host is None or host.isascii():
        return host if host and (_address(host) or _is_name(host.rstrip("."))) else ""
    return host.encode("idna").decode().lower()


def _oddity(host: str) -> str:
    """Return what is wrong with how a host is written; empty if nothing is."""
    address = _address(host)
    if address is not None and address.is_unspecified:
        return f"{host} is where a server listens, no address to call: write 127.0.0.1."
    if address is None and _NUMBER.fullmatch(_name(host).rpartition(".")[2]):
        return f"programs read {host} in different ways: write four numbers, such as 127.0.0.1."
    if address is None and re.search(r"[^\w.-]", host, re.ASCII):
        return f"{host} is no name of a machine: it {_LIKE}"
    return ""
