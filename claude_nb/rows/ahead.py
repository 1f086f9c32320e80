"""How many tokens the rows have that a pilot leaves: counted on some, by the server, for free."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from claude_nb.api.client import AsyncAnthropic
from claude_nb.api.types.params import countable
from claude_nb.ask.errors import InputError
from claude_nb.rows.plan import Plan
from claude_nb.rows.tables import Table

__all__ = ["counted", "spread"]

_ROWS = 20  # that are counted
_FEW = 4  # with files, each of which may fill a request
_AT_ONCE = 4
_SECONDS = 10.0  # that all of it may take


def spread(plan: Plan, table: Table, asked: int) -> list[Mapping[str, Any]]:
    """Return the requests of some rows, spread over those behind the first that were asked."""
    most, left = _FEW if plan.options.attach else _ROWS, (table.count or 0) - asked
    if left < 1 or not table.again:
        return []
    step = max(1, left // most)
    wanted = {asked + step * number for number in range(min(most, left))}
    found: list[Mapping[str, Any]] = []
    for place, row in enumerate(table.rows):
        if place in wanted:
            with suppress(InputError):  # it will not be asked
                found.append(plan.of(row).params)
    return found


async def counted(client: AsyncAnthropic, requests: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the tokens of requests; none if the server does not count, or is slow."""
    room, found = asyncio.Semaphore(_AT_ONCE), list[int]()

    async def one(params: Mapping[str, Any]) -> None:
        async with room:
            found.append(
                int((await client.messages.count_tokens(**countable(params))).input_tokens)
            )

    tasks = [asyncio.ensure_future(one(params)) for params in requests]
    try:
        async with asyncio.timeout(_SECONDS):
            await asyncio.gather(*tasks)
    except Exception:  # noqa: BLE001 (an estimate goes by the rows that were asked then)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return found
