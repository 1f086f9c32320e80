"""Who calls, with which API version: what the emulator reads from request headers."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from claude_nb.emulator.validation import NEW, OLD
from claude_nb.emulator.wire import ApiError, bad_request

__all__ = ["Caller", "digest", "identify"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes
    ----------
    workspace : str
        A digest of the key: caches and batches are kept apart by it, and the key itself is
        forgotten.
    version : str
        API version.
    betas : frozenset of str
        Values of ``anthropic-beta``.
    """

    workspace: str
    version: str
    betas: frozenset[str] = field(default_factory=frozenset[str])


def digest(key: str) -> str:
    """Return what keys are compared and told apart by."""
    return hashlib.sha256(key.encode()).hexdigest()


def identify(headers: Mapping[str, str], only: str | None = None) -> Caller:
    """Return the caller.

    Parameters
    ----------
    headers : Mapping
        Names in lower case.
    only : str, optional
        Digest of the one key that is taken; by default any is.

    Raises
    ------
    ApiError
        401 without a usable key, 400 without a known ``anthropic-version``.
    """
    found = digest(_key(headers, only))
    version = headers.get("anthropic-version")
    if version is None:
        raise bad_request("anthropic-version: header is required")
    if version not in {OLD, NEW}:
        known = f"valid versions are {OLD} and {NEW}"
        raise bad_request(f'anthropic-version: "{version}" is not a valid version; {known}')
    betas = frozenset(item.strip() for item in headers.get("anthropic-beta", "").split(",") if item)
    return Caller(found[:16], version, betas)


def _key(headers: Mapping[str, str], only: str | None) -> str:
    # x-api-key wins when both are sent
    key, wrong = headers.get("x-api-key", "").strip(), "invalid x-api-key"
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if not key and scheme.lower() == "bearer":
        key, wrong = token.strip(), "invalid bearer token"
    if not key:
        raise ApiError(401, "authentication_error", "x-api-key header is required")
    is_wrong = only is not None and not hmac.compare_digest(digest(key), only)
    if is_wrong or "invalid" in key.lower():  # the latter so that a wrong key can be shown
        raise ApiError(401, "authentication_error", wrong)
    return key
