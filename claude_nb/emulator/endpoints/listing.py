"""Pages of a list, as all list endpoints cut them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from claude_nb.emulator.wire import JSON, bad_request

__all__ = ["page"]

_DEFAULT, _MOST = 20, 1000


def page(items: Sequence[JSON], query: Mapping[str, list[str]]) -> JSON:
    """Return the page that ``limit``, ``after_id`` and ``before_id`` ask for.

    Parameters
    ----------
    items : sequence of dict
        All items, newest first, each with an ``id``.
    query : Mapping
        The query of the request.

    Raises
    ------
    ApiError
        400 for a limit outside 1 to 1,000, or both cursors at once.
    """
    limit = _limit(query.get("limit", [str(_DEFAULT)])[-1])
    after, before = (query.get(name, [""])[-1] for name in ("after_id", "before_id"))
    if after and before:
        raise bad_request("after_id: Cannot specify both after_id and before_id")
    ids = [item["id"] for item in items]
    if before:
        end = ids.index(before) if before in ids else 0
        start = max(0, end - limit)
        has_more = start > 0
    else:
        start = ids.index(after) + 1 if after in ids else len(ids) if after else 0
        end = min(start + limit, len(ids))
        has_more = end < len(ids)
    return {
        "data": list(items[start:end]),
        "has_more": has_more,
        "first_id": ids[start] if start < end else None,
        "last_id": ids[end - 1] if start < end else None,
    }


def _limit(text: str) -> int:
    try:
        limit = int(text)
    except ValueError:
        raise bad_request(
            "limit: Input should be a valid integer, unable to parse string as an integer"
        ) from None
    if limit < 1:
        raise bad_request("limit: Input should be greater than or equal to 1")
    if limit > _MOST:
        raise bad_request(f"limit: Input should be less than or equal to {_MOST}")
    return limit
