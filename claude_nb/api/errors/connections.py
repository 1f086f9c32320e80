"""From what failed below HTTP to the error that is raised: class by kind, sentence by cause."""

from __future__ import annotations

from claude_nb.api.errors import (
    APIConnectionError,
    APITimeoutError,
    CertificateError,
    ConnectionLimitError,
    ProxyError,
)
from claude_nb.api.network import NOT_REACHED, TransportError
from claude_nb.api.secret import scrub
from claude_nb.api.wire import Request

__all__ = ["from_failure"]

_SENTENCES: dict[str, type[APIConnectionError]] = {
    "NoTLS": APIConnectionError,
    "ProxyConnectError": ProxyError,
    "ProxyError": ProxyError,
    "ProxyRefused": ProxyError,
    "UntrustedCertificate": CertificateError,
    "UnusableCertificates": CertificateError,
    "UnusableProxy": ProxyError,
}
_LIMIT = (
    "Every connection of this client is in use. Streams that were left open hold theirs: "
    "close them (`with client.messages.stream(...) as stream:`), or allow more with "
    "max_connections=."
)


def from_failure(kind: str, cause: Exception, request: Request) -> APIConnectionError:
    """Return the error for an exchange that failed below HTTP.

    Parameters
    ----------
    kind : str
        Name of the failure.
    cause : Exception
        What the transport raised; or a `RetryableError`.
    request : Request
        What was asked.
    """
    error = _made(kind, cause, request)
    error.__cause__ = cause
    error.sent = kind not in NOT_REACHED
    return error


def _made(kind: str, cause: Exception, request: Request) -> APIConnectionError:
    where = scrub(request.url)
    if kind == "PoolTimeout":
        return ConnectionLimitError(message=_LIMIT, request=request)
    if kind.endswith("Timeout"):
        return APITimeoutError(request, message=f"Request timed out ({kind}) at {where}.")
    if kind in _SENTENCES and isinstance(cause, TransportError) and cause.detail:
        return _SENTENCES[kind](message=cause.detail, request=request)
    return APIConnectionError(message=f"Connection error at {where} ({cause}).", request=request)
