"""Where the lines of a chat part: at which turns there are other versions; pure."""

from __future__ import annotations

from collections.abc import Sequence

from claude_nb.conversation import Branch

__all__ = ["forks"]

Fork = tuple[int, int, list[int]]
"""A place in the line, which version of it is shown, and the line to show for each version."""


def forks(branches: Sequence[Branch], at: int) -> list[Fork]:
    """Return where other lines part from the one that is shown.

    Parameters
    ----------
    branches : sequence of list of Exchange
        All lines of a chat.
    at : int
        Index of the one that is shown.

    Returns
    -------
    list of tuple
        By place. A place behind the last turn is one where nothing was asked yet.
    """
    own = branches[at]
    shared = [_shared(branch, own) for branch in branches]
    longest = [max(len(branch), len(own)) for branch in branches]
    places = {each for each, most in zip(shared, longest, strict=True) if each < most}
    return [_fork(branches, at, place, shared) for place in sorted(places)]


def _shared(branch: Branch, own: Branch) -> int:
    """Return how many exchanges two lines begin with in common."""
    pairs = enumerate(zip(branch, own, strict=False))
    return next((n for n, (a, b) in pairs if a is not b), min(len(branch), len(own)))


def _fork(branches: Sequence[Branch], at: int, place: int, shared: Sequence[int]) -> Fork:
    """Return the versions at a place: each with the newest line that has it, the oldest first."""
    versions: dict[int | None, int] = {}
    for number, branch in enumerate(branches):
        if shared[number] >= place:
            here = id(branch[place]) if place < len(branch) else None
            versions[here] = number
    own = id(branches[at][place]) if place < len(branches[at]) else None
    versions[own] = at
    return place, list(versions).index(own), list(versions.values())
