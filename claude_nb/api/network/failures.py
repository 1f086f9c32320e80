"""What fails below HTTP, in words: the cause is looked for in what the library raised.

Knows the standard library's errors only; those of an HTTP library come as their names.
"""

from __future__ import annotations

import errno
import os
import re
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from claude_nb.api.network import TransportError, certificates
from claude_nb.api.network.proxies import Proxy

__all__ = ["told"]

_EXPIRED = frozenset({9, 10})  # OpenSSL's numbers: not yet valid, no longer valid
_OTHER_NAME = frozenset({62, 63, 64})  # the certificate is for another host, mail or address
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE")
_STATUS = re.compile(r"\A(\d{3})\b")
_WANTS_LOGIN = "407"


def told(kind: str, error: BaseException, url: str, proxy: Proxy | None) -> TransportError:
    """Return what to raise for an error of the HTTP library.

    Parameters
    ----------
    kind : str
        The library's name of it.
    error : BaseException
        The error, with what it comes from.
    url : str
        What was asked for.
    proxy : Proxy or None
        What stands between.
    """
    chain = list(_chain(error))
    host = urlsplit(url).hostname or url
    for each in chain:
        if isinstance(each, ssl.SSLCertVerificationError):
            return TransportError("UntrustedCertificate", _untrusted(each, host))
        if isinstance(each, ssl.SSLError) and str(each.reason) in _NO_TLS:
            return TransportError("NoTLS", _no_tls(host, proxy))
    if kind == "ProxyError" and proxy is not None:
        return _refused(str(error), host, proxy)
    if kind == "ConnectError" and proxy is not None:
        return TransportError("ProxyConnectError", _unreached(chain, proxy))
    return TransportError(kind, str(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def _untrusted(error: ssl.SSLCertVerificationError, host: str) -> str:
    said = f"The certificate of {host} cannot be trusted ({error.verify_message})"
    if error.verify_code in _EXPIRED:
        return f"{said}: check this machine's clock; if it is right, who runs {host} must renew it."
    if error.verify_code in _OTHER_NAME:
        return f"{said}: it is for another machine, so check the base URL."
    return f"{said}. {certificates.advice()}"


def _no_tls(host: str, proxy: Proxy | None) -> str:
    if proxy is not None and proxy.scheme == "https":
        return (
            f"{proxy.variable} says https://, but the proxy {proxy.host} does not speak TLS: "
            "write http:// there. What passes through it is encrypted all the same."
        )
    return f"{host} does not speak TLS at this port: check the base URL, its port and its https://."


def _refused(answer: str, host: str, proxy: Proxy) -> TransportError:
    """Return what a proxy's refusal to connect means."""
    status = _STATUS.match(answer)
    code = status[1] if status else ""
    if code == _WANTS_LOGIN or not status:
        problem = "did not take the user name and password" if proxy.user else "wants a login"
        shown = f" ({answer})" if answer else ""
        text = f"{proxy.called} {problem}{shown}. {proxy.login_advice}"
        return TransportError("ProxyRefused", text)
    text = (
        f"{proxy.called} does not let calls through to {host} ({answer}). "
        f"Ask who runs it to allow {host}; if it can be reached directly, add it to NO_PROXY."
    )
    return TransportError("ProxyRefused" if code.startswith("4") else "ProxyError", text)


def _unreached(chain: list[BaseException], proxy: Proxy) -> str:
    said = [_system(each) for each in chain if isinstance(each, OSError) and each.strerror]
    return (
        f"{proxy.called} cannot be reached ({(said or [str(chain[-1])])[-1]}). Correct "
        f"{proxy.variable}, or take it away if this network has no proxy."
    )


def _system(error: OSError) -> str:
    """Return the system's words for an error; asyncio has others for the same."""
    number = error.errno or 0
    return os.strerror(number) if number in errno.errorcode else str(error.strerror)
