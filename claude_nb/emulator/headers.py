"""Who calls, with which API version: what the emulator reads from request headers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from claude_nb.emulator.validation import NEW, OLD
from claude_nb.emulator.wire import ApiError

__all__ = ["Caller", "identify"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes
    ----------
    workspace : str
        A digest of the key: caches are kept apart by it, and the key itself is forgotten.
    version : str
        API version.
    betas : frozenset of str
        Values of ``anthropic-beta``.
    """

    workspace: str
    version: str
    betas: frozenset[str] = field(default_factory=frozenset[str])


def identify(headers: Mapping[str, str]) -> Caller:
    """Return the caller.

    Raises
    ------
    ApiError
        401 without a usable key, 400 without a known ``anthropic-version``.
    """
    key = _key(headers)
    version = headers.get("anthropic-version")
    if version is None:
        raise ApiError(400, "invalid_request_error", "anthropic-version: header is required")
    if version not in {OLD, NEW}:
        raise ApiError(
            400,
            "invalid_request_error",
            f'anthropic-version: "{version}" is not a valid version; '
            f"valid versions are {OLD} and {NEW}",
        )
    betas = frozenset(item.strip() for item in headers.get("anthropic-beta", "").split(",") if item)
    return Caller(hashlib.sha256(key.encode()).hexdigest()[:16], version, betas)


def _key(headers: Mapping[str, str]) -> str:
    # x-api-key wins when both are sent
    key, wrong = headers.get("x-api-key", "").strip(), "invalid x-api-key"
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if not key and scheme.lower() == "bearer":
        key, wrong = token.strip(), "invalid bearer token"
    if not key:
        raise ApiError(401, "authentication_error", "x-api-key header is required")
    if "invalid" in key.lower():  # so that a wrong key can be shown
        raise ApiError(401, "authentication_error", wrong)
    return key
