"""Lists that come in pages: one page knows the next, and iterating goes through all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, cast

from claude_nb.api.resources.endpoints import Context
from claude_nb.api.resources.runs import AsyncRuns, Runs
from claude_nb.api.sending.flows import Flow, fetch
from claude_nb.api.types import ResponseModel

__all__ = ["AsyncPage", "AsyncPaginator", "Listing", "SyncPage"]

ItemT = TypeVar("ItemT", bound=ResponseModel)


class _PageBody(ResponseModel):
    data: list[Any]
    has_more: bool | None = None
    first_id: str | None = None
    last_id: str | None = None
    next_page: str | None = None


@dataclass(frozen=True, slots=True)
class Listing(Generic[ItemT]):
    """What is listed: where, of which type, and from which item on.

    Attributes
    ----------
    path : str
        Of the endpoint.
    item : type
        The class of an item.
    query : Mapping
        ``limit`` (1 to 1000 items a page), ``after_id``, ``before_id`` and filters.
    options : Mapping
        The caller's ``extra_…`` and ``timeout``.
    """

    path: str
    item: type[ItemT]
    query: Mapping[str, Any] = field(default_factory=dict[str, Any])
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def fetch(self, context: Context) -> Flow[_Page[ItemT]]:
        """Return one page."""
        headers = self.options.get("headers")
        request = context.builder.build(
            "GET", self.path, query=self.query, options=self.options, headers=headers
        )
        body = yield from fetch(context.call(request), _PageBody)
        items = [self.item.from_wire(item) for item in body.data or []]
        return _Page(self, items, body)

    def turned(self, body: _PageBody) -> Listing[ItemT] | None:
        """Return the listing of the page that follows, or None after the last."""
        if body.next_page:
            return replace(self, query={**self.query, "page": body.next_page})
        if not body.data or body.has_more is False:
            return None
        back = "before_id" in self.query and "after_id" not in self.query
        name, start = ("before_id", body.first_id) if back else ("after_id", body.last_id)
        if not start:
            return None
        query = {**self.query, name: start}
        return Listing(self.path, self.item, query, self.options)


class _Page(Generic[ItemT]):
    """One page.

    Attributes
    ----------
    data : list
        The items.
    has_more : bool or None
        Whether more follow.
    first_id, last_id : str or None
        Of the items.
    next_page : str or None
        Where to go on, in lists that say it so.
    """

    def __init__(self, listing: Listing[ItemT], data: list[ItemT], body: _PageBody) -> None:
        self.data = data
        self.has_more: bool | None = body.has_more
        self.first_id: str | None = body.first_id
        self.last_id: str | None = body.last_id
        self.next_page: str | None = body.next_page
        self._body = body
        self._next = listing.turned(body)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.data)} items, has_more={self.has_more})"

    def has_next_page(self) -> bool:
        """Return whether another page follows."""
        return self._next is not None

    def following(self) -> Listing[ItemT]:
        """Return the listing of the next page.

        Raises
        ------
        RuntimeError
            This is the last one.
        """
        if self._next is None:
            raise RuntimeError("This is the last page; check has_next_page() first.")
        return self._next


class SyncPage(_Page[ItemT]):
    """One page; iterating goes on through all that follow."""

    def __init__(self, client: Runs, page: _Page[ItemT]) -> None:
        self.__dict__.update(vars(page))
        self._client = client

    def get_next_page(self) -> SyncPage[ItemT]:
        """Return the next page."""
        client = self._client
        return SyncPage(client, client.run(self.following().fetch(client.context)))

    def iter_pages(self) -> Iterator[SyncPage[ItemT]]:
        """Yield this page and all that follow."""
        page = self
        yield page
        while page.has_next_page():
            page = page.get_next_page()
            yield page

    def __iter__(self) -> Iterator[ItemT]:
        for page in self.iter_pages():
            yield from page.data


class AsyncPage(_Page[ItemT]):
    """One page; iterating goes on through all that follow."""

    def __init__(self, client: AsyncRuns, page: _Page[ItemT]) -> None:
        self.__dict__.update(vars(page))
        self._client = client

    async def get_next_page(self) -> AsyncPage[ItemT]:
        """Return the next page."""
        client = self._client
        return AsyncPage(client, await client.run(self.following().fetch(client.context)))

    async def iter_pages(self) -> AsyncIterator[AsyncPage[ItemT]]:
        """Yield this page and all that follow."""
        page = self
        yield page
        while page.has_next_page():
            page = await page.get_next_page()
            yield page

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        async for page in self.iter_pages():
            for item in page.data:
                yield item


class AsyncPaginator(Generic[ItemT]):
    """A list that is asked for when it is needed: await it for a page, or iterate over it."""

    def __init__(self, client: AsyncRuns, listing: Listing[ItemT]) -> None:
        self._client = client
        self._listing = listing

    def __await__(self) -> Generator[Any, None, AsyncPage[ItemT]]:
        return self._first().__await__()

    async def _first(self) -> AsyncPage[ItemT]:
        client = self._client
        return AsyncPage(client, await client.run(self._listing.fetch(client.context)))

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        async for item in cast("AsyncIterator[ItemT]", await self._first()):
            yield item
