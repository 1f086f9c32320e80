"""Who may talk to a server on loopback: programs on this machine, not pages in its browser.

A page from elsewhere can post to loopback, and after DNS rebinding even read the answer; it
cannot hide its ``Origin`` or ``Sec-Fetch-Site``, nor choose ``Host``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from claude_nb.emulator.wire import ApiError

__all__ = ["check"]

_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_JSON = re.compile(r"application/(json|[\w.-]+\+json)\s*(;.*)?", re.IGNORECASE)
_FORM = re.compile(r"multipart/form-data\s*;.*", re.IGNORECASE)


def check(method: str, headers: Mapping[str, str], *, has_body: bool, form: bool = False) -> None:
    """Refuse calls that a browser made, or that came here under another name.

    Parameters
    ----------
    method : str
        HTTP method.
    headers : Mapping
        Names in lower case.
    has_body : bool
        Whether anything follows the head.
    form : bool
        Whether it must be an uploaded file, and not JSON.

    Raises
    ------
    ApiError
        403 for a foreign host or a browser, 415 for a body of another kind.
    """
    if not _HOST.fullmatch(headers.get("host", "")):
        raise _forbidden("Host must be 127.0.0.1 or localhost")
    for name in ("origin", "sec-fetch-site"):
        if name in headers:
            raise _forbidden(f"requests from web pages ({name}) are not served")
    kind, wanted = (_FORM, "multipart/form-data") if form else (_JSON, "application/json")
    if method == "POST" and has_body and not kind.fullmatch(headers.get("content-type", "")):
        raise ApiError(415, "invalid_request_error", f"Content-Type must be {wanted}")


def _forbidden(problem: str) -> ApiError:
    return ApiError(403, "permission_error", f"This emulator serves local programs only: {problem}")
