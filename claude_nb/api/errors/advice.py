"""Say before a request is sent what will surely go wrong with it, and no more than that."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping
from typing import Any

from claude_nb import models
from claude_nb.api.wire import Timeout

__all__ = ["DEFAULT_TIMEOUT", "explain", "guard", "needs_stream"]

DEFAULT_TIMEOUT = Timeout(600.0, connect=5.0)
_LONGEST = 600.0  # seconds that an answer may take without streaming
_SECONDS_A_TOKEN = 3600 / 128_000
_PACKAGE = __name__.partition(".")[0]


def needs_stream(max_tokens: int) -> bool:
    """Return whether an answer of so many tokens may take longer than a connection stays silent."""
    return max_tokens * _SECONDS_A_TOKEN > _LONGEST


def guard(params: Mapping[str, Any], timeout: Timeout) -> None:
    """Refuse to wait without streaming for what may take over ten minutes.

    A connection that stays silent for so long is often cut on the way. Naming any timeout, for
    the call or the client, says that you know, and turns this off.

    Raises
    ------
    ValueError
        `max_tokens` is too large for the default timeout.
    """
    tokens = params.get("max_tokens")
    if "timeout" in params or timeout != DEFAULT_TIMEOUT or not isinstance(tokens, int):
        return
    if needs_stream(tokens):
        raise ValueError(
            "Streaming is required for operations that may take longer than 10 minutes: "
            f"max_tokens={tokens:,}, and at most {int(_LONGEST / _SECONDS_A_TOKEN):,} go without. "
            "Use messages.stream(...), or pass timeout= to wait all the same."
        )


def explain(params: Mapping[str, Any]) -> None:
    """Warn that a model is about to be retired, or has been (`DeprecationWarning`)."""
    name = params.get("model")
    if isinstance(name, str) and (notice := models.BUILT_IN.notice(name)):
        _warn(notice, DeprecationWarning)


def _warn(text: str, category: type[Warning]) -> None:
    """Warn at the caller's line, however deep inside this package the reason was found."""
    frame = inspect.currentframe()
    while frame and frame.f_back and _is_ours(frame.f_globals):
        frame = frame.f_back
    scope = frame.f_globals if frame else {}
    where = (frame.f_code.co_filename, frame.f_lineno) if frame else ("", 0)
    registry = scope.setdefault("__warningregistry__", {})
    warnings.warn_explicit(text, category, *where, scope.get("__name__"), registry)


def _is_ours(scope: Mapping[str, Any]) -> bool:
    return str(scope.get("__name__")).partition(".")[0] == _PACKAGE
