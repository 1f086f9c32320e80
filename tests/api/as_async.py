"""Drive the waiting client as if it were the awaiting one, so that a test is written once."""

from __future__ import annotations

import asyncio
import types
from typing import Any

_PLAIN = "claude_nb.api.types", "claude_nb.api.wire", "claude_nb.api.errors"


class AsAsync:
    """Stands for a sync object: await it, enter it, iterate over it, or take its attributes."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __getattr__(self, name: str) -> Any:
        return adapted(getattr(self._value, name))

    def __call__(self, *args: Any, **kwargs: Any) -> AsAsync:
        """Call it; awaiting, entering or iterating comes later."""
        return AsAsync(self._value(*args, **kwargs))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __await__(self) -> Any:
        yield from asyncio.sleep(0).__await__()
        return adapted(self._value)

    async def __aenter__(self) -> Any:
        return adapted(self._value.__enter__())

    async def __aexit__(self, *error: object) -> Any:
        return self._value.__exit__(*error)

    def __aiter__(self) -> AsAsync:
        return AsAsync(iter(self._value))

    async def __anext__(self) -> Any:
        await asyncio.sleep(0)
        try:
            return adapted(next(self._value))
        except StopIteration:
            raise StopAsyncIteration from None


def adapted(value: Any) -> Any:
    """Return plain values as they are, everything that acts as `AsAsync`."""
    module = type(value).__module__
    acts = callable(value) or isinstance(value, types.GeneratorType)
    ours = module.startswith("claude_nb.") and not module.startswith(_PLAIN)
    return AsAsync(value) if acts or ours else value
