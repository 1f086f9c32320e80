"""What is closed as its ``with`` block is left, however that is left."""

from __future__ import annotations

from abc import abstractmethod
from typing import Self

__all__ = ["AsyncClosing", "Closing"]


class Closing:
    """Something to leave with ``close()`` or ``with``."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClosing:
    """Something to leave with ``close()`` or ``async with``."""

    @abstractmethod
    async def close(self) -> None:
        """Close the connection."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
