"""`Anthropic` and `AsyncAnthropic`: the settings, and the two drivers of the flows."""

from __future__ import annotations

import asyncio
import time
from functools import cached_property
from types import TracebackType
from typing import Self, TypeVar

from claude_nb._http import TransportError
from claude_nb.api import errors
from claude_nb.api.base_client import BaseClient
from claude_nb.api.connector import AsyncConnector, Connector
from claude_nb.api.flows import Failure, Flow, Outcome, Send, Sleep, Streamed
from claude_nb.api.messages import AsyncMessages, Messages
from claude_nb.api.models import AsyncModels, Models
from claude_nb.api.raw import APIResponse, AsyncAPIResponse

# An error leaves a driver without the frames it came through: they would fill a cell, and their
# variables, which verbose tracebacks show, hold what the server sent.

__all__ = ["Anthropic", "AsyncAnthropic", "AsyncClient", "Client"]

T = TypeVar("T")


class Anthropic(BaseClient):
    """A client that waits for its answers."""

    _connector: Connector
    _reply = APIResponse

    def _connect(self) -> None:
        self._connector = Connector(self._config.pool(), self._config.credentials.headers)

    @cached_property
    def messages(self) -> Messages:
        """Messages, their batches, and the token counter."""
        return Messages(self)

    @property
    def beta(self) -> Self:
        """The client itself: beta features are asked for per call, by ``betas=[...]``."""
        return self

    @cached_property
    def models(self) -> Models:
        """Which models there are."""
        return Models(self)

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end and return its result."""
        outcome: Outcome | None = None
        while True:
            try:
                effect = flow.send(outcome)
            except StopIteration as done:
                return done.value
            except errors.AnthropicError as error:
                raise error.with_traceback(None)  # noqa: B904 - its frames help nobody
            outcome = self._perform(effect)

    def _perform(self, effect: Send | Sleep) -> Outcome | None:
        if isinstance(effect, Sleep):
            self._tell(effect.notice)
            time.sleep(effect.seconds)
            return None
        if self._connector.closed:
            return Failure(
                "Closed", TransportError("Closed", "this client was closed; make another")
            )
        try:
            response, body = self._connector.send(effect.request, stream=effect.stream)
        except TransportError as error:
            return Failure(error.kind, error)
        return response if body is None else Streamed(response, body)

    def close(self) -> None:
        """Close all connections."""
        self._connector.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncAnthropic(BaseClient):
    """A client for asyncio."""

    _connector: AsyncConnector
    _reply = AsyncAPIResponse

    def _connect(self) -> None:
        self._connector = AsyncConnector(self._config.pool(), self._config.credentials.headers)

    @cached_property
    def messages(self) -> AsyncMessages:
        """Messages, their batches, and the token counter."""
        return AsyncMessages(self)

    @property
    def beta(self) -> Self:
        """The client itself: beta features are asked for per call, by ``betas=[...]``."""
        return self

    @cached_property
    def models(self) -> AsyncModels:
        """Which models there are."""
        return AsyncModels(self)

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end and return its result."""
        outcome: Outcome | None = None
        while True:
            try:
                effect = flow.send(outcome)
            except StopIteration as done:
                return done.value
            except errors.AnthropicError as error:
                raise error.with_traceback(None)  # noqa: B904 - its frames help nobody
            outcome = await self._perform(effect)

    async def _perform(self, effect: Send | Sleep) -> Outcome | None:
        if isinstance(effect, Sleep):
            self._tell(effect.notice)
            await asyncio.sleep(effect.seconds)
            return None
        if self._connector.closed:
            return Failure(
                "Closed", TransportError("Closed", "this client was closed; make another")
            )
        try:
            response, body = await self._connector.send(effect.request, stream=effect.stream)
        except TransportError as error:
            return Failure(error.kind, error)
        return response if body is None else Streamed(response, body)

    async def close(self) -> None:
        """Close all connections of this event loop."""
        await self._connector.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


for _cls in (Anthropic, AsyncAnthropic):
    _cls.__doc__ = f"{_cls.__doc__}\n{(BaseClient.__doc__ or '').partition(chr(10))[2]}"

Client = Anthropic
AsyncClient = AsyncAnthropic
