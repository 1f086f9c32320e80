"""`Anthropic` and `AsyncAnthropic`: the settings, and the two drivers of the flows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from claude_nb.api import errors
from claude_nb.api.base_client import BaseClient
from claude_nb.api.network import TransportError
from claude_nb.api.resources.endpoints import call_raw
from claude_nb.api.resources.messages import AsyncMessages, Messages
from claude_nb.api.resources.models import AsyncModels, Models
from claude_nb.api.resources.raw import APIResponse, AsyncAPIResponse
from claude_nb.api.resources.signatures import check
from claude_nb.api.sending.connector import AsyncConnector, Connector
from claude_nb.api.sending.flows import Failure, Flow, Outcome, Send, Sleep, Streamed
from claude_nb.api.streaming.closing import AsyncClosing, Closing
from claude_nb.api.types.params import RawCallParams

if TYPE_CHECKING:
    from claude_nb.api.resources.files import AsyncFiles, Files

# An error leaves a driver without the frames it came through: they would fill a cell, and their
# variables, which verbose tracebacks show, hold what the server sent.

__all__ = ["Anthropic", "AsyncAnthropic", "AsyncClient", "Client"]

T = TypeVar("T")


class Anthropic(BaseClient, Closing):
    """A client that waits for its answers."""

    _connector: Connector
    _connects = Connector
    _reply = APIResponse

    @cached_property
    def messages(self) -> Messages:
        """Messages, their batches, and the token counter."""
        return Messages(self)

    @cached_property
    def models(self) -> Models:
        """Which models there are."""
        return Models(self)

    @cached_property
    def files(self) -> Files:
        """Files that the server keeps."""
        from claude_nb.api.resources.files import Files  # noqa: PLC0415 (seldom used)

        return Files(self)

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end and return its result."""
        outcome: Outcome | None = None
        try:
            while True:
                effect = flow.send(outcome)
                try:
                    outcome = self._perform(effect)
                except BaseException as error:
                    flow.throw(error)  # which raises it again, once the call is recorded
                    raise
        except StopIteration as done:
            return done.value
        except errors.AnthropicError as error:
            raise error.with_traceback(None)  # noqa: B904 - its frames help nobody

    def get(self, path: str, **params: Unpack[RawCallParams]) -> Any:
        """GET an endpoint that has no method here; see `RawCallParams`."""
        return self._call("GET", path, params)

    def post(self, path: str, **params: Unpack[RawCallParams]) -> Any:
        """POST an endpoint that has no method here; see `RawCallParams`."""
        return self._call("POST", path, params)

    def put(self, path: str, **params: Unpack[RawCallParams]) -> Any:
        """PUT an endpoint that has no method here; see `RawCallParams`."""
        return self._call("PUT", path, params)

    def patch(self, path: str, **params: Unpack[RawCallParams]) -> Any:
        """PATCH an endpoint that has no method here; see `RawCallParams`."""
        return self._call("PATCH", path, params)

    def delete(self, path: str, **params: Unpack[RawCallParams]) -> Any:
        """DELETE an endpoint that has no method here; see `RawCallParams`."""
        return self._call("DELETE", path, params)

    def _call(self, method: str, path: str, params: RawCallParams) -> Any:
        check(f"{type(self).__name__}.{method.lower()}", RawCallParams, params)
        return self.run(call_raw(self.context, method, path, params))

    def _perform(self, effect: Send | Sleep) -> Outcome | None:
        if isinstance(effect, Sleep):
            self._tell(effect.notice)
            time.sleep(effect.seconds)
            return None
        try:
            self._check_open()
            response, body = self._connector.send(effect.request, stream=effect.stream)
        except TransportError as error:
            return Failure(error.kind, error)
        return response if body is None else Streamed(response, body)

    def awaited(self, adapt: Callable[[Any], Any]) -> AsyncAnthropic:
        """Return a client for asyncio with these settings, which sends through this one.

        Parameters
        ----------
        adapt : callable
            Gets this client's connector, and returns one that is awaited.
        """
        made = object.__new__(AsyncAnthropic)
        made.__dict__.update(_config=self._config, _connector=adapt(self._connector), _own=False)
        return made

    def close(self) -> None:
        """Close all connections."""
        self._connector.close()


class AsyncAnthropic(BaseClient, AsyncClosing):
    """A client for asyncio."""

    _connector: AsyncConnector
    _connects = AsyncConnector
    _reply = AsyncAPIResponse

    @cached_property
    def messages(self) -> AsyncMessages:
        """Messages, their batches, and the token counter."""
        return AsyncMessages(self)

    @cached_property
    def models(self) -> AsyncModels:
        """Which models there are."""
        return AsyncModels(self)

    @cached_property
    def files(self) -> AsyncFiles:
        """Files that the server keeps."""
        from claude_nb.api.resources.files import AsyncFiles  # noqa: PLC0415 (seldom used)

        return AsyncFiles(self)

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end and return its result."""
        outcome: Outcome | None = None
        try:
            while True:
                effect = flow.send(outcome)
                try:
                    outcome = await self._perform(effect)
                except BaseException as error:
                    flow.throw(error)  # which raises it again, once the call is recorded
                    raise
        except StopIteration as done:
            return done.value
        except errors.AnthropicError as error:
            raise error.with_traceback(None)  # noqa: B904 - its frames help nobody

    async def get(self, path: str, **params: Unpack[RawCallParams]) -> Any:
        """GET an endpoint that has no method here; see `RawCallParams`."""
        return await self._call("GET", path, params)

    async def post(self, path: str, **params: Unpack[RawCallParams]) -> Any:
        """POST an endpoint that has no method here; see `RawCallParams`."""
        return await self._call("POST", path, params)

    async def put(self, path: str, **params: Unpack[RawCallParams]) -> Any:
        """PUT an endpoint that has no method here; see `RawCallParams`."""
        return await self._call("PUT", path, params)

    async def patch(self, path: str, **params: Unpack[RawCallParams]) -> Any:
        """PATCH an endpoint that has no method here; see `RawCallParams`."""
        return await self._call("PATCH", path, params)

    async def delete(self, path: str, **params: Unpack[RawCallParams]) -> Any:
        """DELETE an endpoint that has no method here; see `RawCallParams`."""
        return await self._call("DELETE", path, params)

    async def _call(self, method: str, path: str, params: RawCallParams) -> Any:
        check(f"{type(self).__name__}.{method.lower()}", RawCallParams, params)
        return await self.run(call_raw(self.context, method, path, params))

    async def _perform(self, effect: Send | Sleep) -> Outcome | None:
        if isinstance(effect, Sleep):
            self._tell(effect.notice)
            await asyncio.sleep(effect.seconds)
            return None
        try:
            self._check_open()
            response, body = await self._connector.send(effect.request, stream=effect.stream)
        except TransportError as error:
            return Failure(error.kind, error)
        return response if body is None else Streamed(response, body)

    async def close(self) -> None:
        """Close all connections of this event loop."""
        await self._connector.close()


for _cls in (Anthropic, AsyncAnthropic):
    _cls.__doc__ = f"{_cls.__doc__}\n{(BaseClient.__doc__ or '').partition(chr(10))[2]}"

Client = Anthropic
AsyncClient = AsyncAnthropic
