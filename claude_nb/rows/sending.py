"""One row's request, sent until it is answered or has failed for good, at the common pace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from claude_nb.api import errors
from claude_nb.api.client import AsyncAnthropic
from claude_nb.api.errors.advice import needs_stream
from claude_nb.api.errors.replies import received
from claude_nb.api.resources.runner import CallTool, ToolLoop, proceed
from claude_nb.api.retry import RetryPolicy
from claude_nb.api.types import Message
from claude_nb.api.wire import Headers
from claude_nb.rows.judging import added_usage
from claude_nb.rows.pace import Pace

__all__ = ["Sender"]

_RETRIES = 9  # of one row: a server that is gone for ten seconds is waited for
_POOL = 8  # connections: for each request a pool looks at all that it has
_ROUNDS = 20  # requests of one row that has tools


@dataclass(eq=False, slots=True)
class _Pool:
    """Connections, and how many of them are taken."""

    client: AsyncAnthropic
    busy: int = 0


@dataclass(eq=False, slots=True)
class Sender:
    """Sends rows.

    Attributes
    ----------
    client : AsyncAnthropic
        Tries nothing again by itself: here is known when the gate is open.
    pace : Pace
        Is told of every reply.
    policy : RetryPolicy
        When a row is tried again.
    sealed : callable
        Puts into a request what only the server is to see.
    heard : callable
        Is told the header fields of each answer.
    """

    client: AsyncAnthropic
    pace: Pace
    policy: RetryPolicy = field(default_factory=lambda: RetryPolicy(_RETRIES))
    sealed: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict
    heard: Callable[[Mapping[str, str]], object] = bool
    _pools: list[_Pool] = field(default_factory=list["_Pool"])

    async def answer(
        self, params: Mapping[str, Any], functions: tuple[Any, ...]
    ) -> tuple[dict[str, Any], float]:
        """Return the answer to a row's request, as on the wire, and the seconds it took.

        What was tried in vain, and the waits between, are no part of them.

        Raises
        ------
        AnthropicError
            It failed, and trying again would not help, or did not.
        """
        params = self.sealed(params)
        if not functions and not params.get("tools"):
            message, seconds = await self._sent(params)
            return message.to_dict(), seconds
        tools = [*functions, *(params.get("tools") or ())]
        rounds = ToolLoop(params, tools, _ROUNDS, answers_calls=bool(functions)).rounds()
        reply: Any = None
        last: dict[str, Any] = {}
        usage: dict[str, Any] | None = None
        seconds = 0.0
        while (effect := proceed(rounds, reply)) is not None:
            if isinstance(effect, CallTool):
                reply = await effect.awaited_result(aside=True)
                continue
            reply, took = await self._sent(effect.params)
            seconds += took
            last = reply.to_dict()
            usage = added_usage(usage, last.get("usage") or {})
        return {**last, "usage": usage}, seconds

    async def _sent(self, params: Mapping[str, Any]) -> tuple[Message, float]:
        attempt = 1
        while True:
            began = time.monotonic()
            try:
                message, headers = await self._once(params)
            except errors.APIError as error:
                wait = self._wait(attempt, error)
                if wait is None:
                    raise
                attempt += 1
                await asyncio.sleep(max(wait, self.pace.again()))
            else:
                self.pace.heard(200, headers, _taken(message))
                self.heard(headers)
                return message, time.monotonic() - began

    async def _once(self, params: Mapping[str, Any]) -> tuple[Message, Mapping[str, str]]:
        pool = self._pool()
        pool.busy += 1
        try:
            return await self._asked(pool.client, params)
        finally:
            pool.busy -= 1

    def _pool(self) -> _Pool:
        """Return connections of which few are taken; new ones where there are none."""
        pool = min(self._pools, key=lambda each: each.busy, default=None)
        if pool is None or pool.busy >= _POOL:
            pool = _Pool(self.client.apart() if self._pools else self.client)
            self._pools.append(pool)
        return pool

    @staticmethod
    async def _asked(
        client: AsyncAnthropic, params: Mapping[str, Any]
    ) -> tuple[Message, Mapping[str, str]]:
        message, headers = await Sender._replied(client, params)
        return received(message), headers

    @staticmethod
    async def _replied(
        client: AsyncAnthropic, params: Mapping[str, Any]
    ) -> tuple[Message, Mapping[str, str]]:
        if needs_stream(params["max_tokens"]):  # the connection is not to be silent for so long
            async with client.messages.stream(**params) as stream:
                return await stream.get_final_message(), stream.response.headers
        reply: Any = await client.messages.with_raw_response.create(**params)
        return await reply.parse(), reply.headers

    def _wait(self, attempt: int, error: errors.APIError) -> float | None:
        """Tell the pace what went wrong; return the seconds until the next attempt, or None."""
        if isinstance(error, errors.APIStatusError):
            status, headers = error.status_code, error.response.headers
            self.pace.heard(status, headers)
            return self.policy.wait(attempt, status, headers)
        self.pace.heard(None, {})
        lost = isinstance(error, errors.APIConnectionError)
        lasting = isinstance(error, errors.CertificateError | errors.ProxyError)
        return self.policy.wait(attempt, None, Headers()) if lost and not lasting else None


def _taken(message: Message) -> dict[str, int]:
    usage = message.usage
    written = usage.cache_creation_input_tokens or 0
    read = (usage.input_tokens or 0) + written
    return {"input-tokens": read, "output-tokens": usage.output_tokens or 0}
