"""What stands before the network while there is a budget: each request sets aside what it can cost.

It takes the place of a client's connector (see `claude_nb.Anthropic.via`), so that cells, panels,
tools' rounds and code of one's own all pass here. Recorded answers do not come so far.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import reduce
from inspect import iscoroutinefunction
from operator import add
from typing import Any, cast

from claude_nb.api.calls import origin
from claude_nb.api.network import TransportError
from claude_nb.api.platforms.paths import COUNT_TOKENS, MESSAGES, endpoint
from claude_nb.api.types.params import countable
from claude_nb.api.wire import FIRST_FAILURE, Request, Response
from claude_nb.models.lookup import ModelTable
from claude_nb.models.spending.budget import Amount, Budget, BudgetError, Reservation
from claude_nb.models.spending.heard import Heard
from claude_nb.models.spending.quote import Quote, quotes

__all__ = ["gate"]


def gate(
    connector: Any, budget: Callable[[], Budget | None], models: Callable[[], ModelTable]
) -> Any:
    """Return what sends in the connector's place.

    Parameters
    ----------
    connector : object
        Sends requests.
    budget : callable
        Returns the budget of this moment; None for none.
    models : callable
        Returns what is known of prices.
    """
    kind = _AsyncGate if iscoroutinefunction(connector.send) else _Gate
    return kind(connector, budget, models)


class _Base:
    def __init__(self, connector: Any, budget: Any, models: Any) -> None:
        self._connector = connector
        self._budget = budget
        self._models = models

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    def _begun(self, request: Request) -> _Held | None:
        """Return the request with its quotes; None if it is free, or there is no budget."""
        budget = self._budget()
        found = quotes(request, self._models()) if budget is not None else []
        return _Held(budget, request, found) if found else None


class _Gate(_Base):
    """Lets through what fits."""

    def send(self, request: Request, *, stream: bool) -> tuple[Response, Any]:
        """Send a request, once what it can cost is set aside."""
        held = self._begun(request)
        if held is None:
            return self._connector.send(request, stream=stream)
        try:
            held.reserve()
        except BudgetError:
            if (count := held.counting()) is None:
                raise
            held.counted(self._connector.send(count, stream=False)[0])
        with held:
            reply, body = self._connector.send(request, stream=stream)
            return reply, held.replied(reply, body, _Body)


class _AsyncGate(_Base):
    """The same for asyncio."""

    async def send(self, request: Request, *, stream: bool) -> tuple[Response, Any]:
        """Send a request, once what it can cost is set aside."""
        held = self._begun(request)
        if held is None:
            return await self._connector.send(request, stream=stream)
        try:
            held.reserve()
        except BudgetError:
            if (count := held.counting()) is None:
                raise
            held.counted((await self._connector.send(count, stream=False))[0])
        with held:
            reply, body = await self._connector.send(request, stream=stream)
            return reply, held.replied(reply, body, _AsyncBody)


class _Held:
    """A request on its way, and what is set aside for it.

    As a context manager it settles what no reply came to.
    """

    def __init__(self, budget: Any, request: Request, found: list[Quote]) -> None:
        self._budget: Budget = budget
        self._request = request
        self._quotes = found
        self._reserved: list[Reservation] = []

    def reserve(self) -> None:
        """Set aside what it can cost; where that does not fit, what is left, if that is of use."""
        most = reduce(add, (each.amount() for each in self._quotes))
        least = self._quotes[0].least() if len(self._quotes) == 1 else None
        self._reserved.append(self._budget.reserve(most, least))

    def counting(self) -> Request | None:
        """Return the request that has the server count the input, which is free."""
        if endpoint(self._request.url) != MESSAGES:
            return None
        body = json.loads(self._request.content)
        head, _, query = self._request.url.partition("?")
        url = head.removesuffix(MESSAGES) + COUNT_TOKENS + (f"?{query}" if query else "")
        return replace(self._request, url=url, content=json.dumps(countable(body)).encode())

    def counted(self, reply: Response) -> None:
        """Set aside what it can cost by the server's count of its input."""
        with suppress(ValueError, TypeError, KeyError):
            tokens = int(json.loads(reply.content)["input_tokens"])
            self._quotes = [each.counted(tokens) for each in self._quotes]
        self.reserve()

    def replied(self, reply: Response, body: Any, kind: Any) -> Any:
        """Settle a whole reply; return the body of a stream as what is listened to."""
        if origin(reply.headers) != "server" or reply.status_code >= FIRST_FAILURE:
            self.settle(Amount())
        elif body is not None:
            return kind(body, self, Heard(self._quotes[0]))
        else:
            self.settle(self._told(reply))
        return body

    def _told(self, reply: Response) -> Amount:
        """Return what a whole reply cost; all it could, where it does not say."""
        try:
            usage = json.loads(reply.content).get("usage")
        except (ValueError, AttributeError):
            usage = None
        is_told = isinstance(usage, Mapping) and len(self._quotes) == 1
        return self._quotes[0].told(cast("Any", usage)) if is_told else self.most

    @property
    def most(self) -> Amount:
        """All that is set aside for it."""
        return reduce(add, (each.amount for each in self._reserved))

    def keep_within(self, spent: Amount) -> None:
        """See to it that what is set aside is enough for what was spent so far.

        Raises
        ------
        BudgetError
            It is not, and the budget has no more.
        """
        held = self.most
        if spent.dollars > held.dollars or spent.tokens > held.tokens:
            more = spent - held
            wanted = Amount(max(more.dollars, 0), max(more.tokens, 0), max(more.unpriced, 0))
            try:
                self._reserved.append(self._budget.reserve(wanted))
            except BudgetError as error:
                raise error.stopped() from None

    def settle(self, spent: Amount) -> None:
        """Say what it cost."""
        first, *others = self._reserved
        first.settle(spent)
        for each in others:
            each.settle(Amount())

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, traceback: object) -> None:
        """Settle what no reply came to: as all it could cost, unless surely nothing was sent."""
        if error is not None:
            lost = isinstance(error, TransportError) and error.sent
            left = not isinstance(error, Exception)  # interrupted, or cancelled
            self.settle(self.most if lost or left else Amount())


class _Listening:
    """A stream's bytes, and what they cost so far."""

    def __init__(self, body: Any, held: _Held, heard: Heard) -> None:
        self._body, self._held, self._heard = body, held, heard
        self._over: BudgetError | None = None

    def _hear(self, chunk: bytes) -> bytes:
        """Return what came, which is spent already; what would come next is refused."""
        self._heard.feed(chunk)
        try:
            self._held.keep_within(self._heard.amount)
        except BudgetError as error:
            self._over = None if self._heard.is_whole else error
        return chunk

    def _check(self) -> None:
        if self._over is not None:
            raise self._over

    def _settle(self) -> None:
        # what comes is counted high: an answer that was stopped in time cost no more than was held
        self._held.settle(self._held.most if self._over else self._heard.cut_off)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)


class _Body(_Listening):
    """The bytes as they arrive."""

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self._check()
        try:
            return self._hear(next(self._body))
        except StopIteration:
            self._settle()
            raise

    def close(self) -> None:
        """Settle, and close the connection."""
        self._settle()
        self._body.close()


class _AsyncBody(_Listening):
    """The same for asyncio."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        self._check()
        try:
            return self._hear(await anext(self._body))
        except StopAsyncIteration:
            self._settle()
            raise

    async def close(self) -> None:
        """Settle, and close the connection."""
        self._settle()
        await self._body.close()
