"""How a server is reached: proxies and certificates, and the one error of what fails below HTTP."""

from __future__ import annotations

__all__ = ["LASTING", "NOT_REACHED", "TransportError"]

LASTING = frozenset(
    {
        *("Closed", "NoTLS", "PoolTimeout", "ProxyRefused", "UntrustedCertificate"),
        *("UnusableCertificates", "UnusableProxy"),
    }
)
"""Kinds that stay as they are, however often one asks."""

NOT_REACHED = LASTING | {"ConnectError", "ConnectTimeout", "ProxyConnectError", "ProxyError"}
"""Kinds after which the server surely did nothing."""


class TransportError(Exception):
    """The exchange failed below HTTP.

    Attributes
    ----------
    kind : str
        Name of the failure, for example ``"ReadTimeout"`` or ``"ConnectError"``.
    sent : bool
        Whether a server may have got the request.
    """

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.sent: bool = kind not in NOT_REACHED
        self.detail = detail

    def __str__(self) -> str:
        return ": ".join(part for part in self.args if part)
