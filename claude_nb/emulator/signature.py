"""Sign thinking, and tell later whether it came back unchanged.

The API's signatures are opaque and hold what was thought; these are opaque and hold a digest.
The key is no secret: it keeps tests honest, not attackers out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Literal

__all__ = ["sign", "verify"]

_KEY = b"claude_nb emulator"
_MARK = b"emu1"
_DIGEST = 16  # bytes
_FOREIGN, _LEAST_FOREIGN = b"\x12", 64  # how the API's begin, and how short none is


def sign(thought: str, shown: str) -> str:
    """Return a signature for `shown`, the visible part of `thought`."""
    nonce = hashlib.sha256(_bytes(thought)).digest()[:_DIGEST]
    return base64.b64encode(_MARK + nonce + _seal(nonce, shown)).decode()


def verify(signature: str, shown: str) -> Literal["valid", "edited", "foreign", "unknown"]:
    """Tell whether `signature` is ours, and for this text.

    One that has the outer form of the API's own is foreign: a conversation that began there, or was
    recorded there. Only the API can check it.
    """
    try:
        raw = base64.b64decode(signature, validate=True)
    except ValueError:
        return "unknown"
    nonce, seal = raw[len(_MARK) : len(_MARK) + _DIGEST], raw[len(_MARK) + _DIGEST :]
    if raw.startswith(_FOREIGN) and len(raw) >= _LEAST_FOREIGN:
        return "foreign"
    if not raw.startswith(_MARK) or len(seal) != _DIGEST * 2:
        return "unknown"
    return "valid" if hmac.compare_digest(seal, _seal(nonce, shown)) else "edited"


def _seal(nonce: bytes, shown: str) -> bytes:
    return hmac.digest(_KEY, nonce + _bytes(shown), "sha256")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
