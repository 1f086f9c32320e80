"""What stands before the network where many prompts wait: somebody may have to agree first.

It takes the place of a client's connector (see `claude_nb.Anthropic.via`). Recorded answers do not
come so far, and servers that charge nothing have none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any

from claude_nb import threads
from claude_nb.api.errors import AnthropicError
from claude_nb.api.wire import Request, Response

__all__ = ["UnconfirmedError", "consent"]

Ask = Callable[[Request], object]


class UnconfirmedError(AnthropicError):
    """Nobody agreed to what would be sent."""

    sent = False


def consent(connector: Any, ask: Ask) -> Any:
    """Return what sends in the connector's place.

    Parameters
    ----------
    connector : object
        Sends requests.
    ask : callable
        Gets each request before it is sent, and may take its time; raises `UnconfirmedError` if it
        is not to be sent.
    """
    return (_AsyncConsent if iscoroutinefunction(connector.send) else _Consent)(connector, ask)


class _Base:
    def __init__(self, connector: Any, ask: Ask) -> None:
        self._connector = connector
        self._ask = ask

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)


class _Consent(_Base):
    """Sends what is agreed to."""

    def send(self, request: Request, *, stream: bool) -> tuple[Response, Any]:
        """Send a request, once that is agreed to."""
        self._ask(request)
        return self._connector.send(request, stream=stream)


class _AsyncConsent(_Base):
    """The same for asyncio, whose loop goes on meanwhile."""

    async def send(self, request: Request, *, stream: bool) -> tuple[Response, Any]:
        """Send a request, once that is agreed to."""
        if threads.AVAILABLE:
            await asyncio.to_thread(self._ask, request)
        else:
            self._ask(request)
        return await self._connector.send(request, stream=stream)
