"""``claude_nb.connect()``: the client that cells use, for code of your own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from claude_nb.notebook.backend import connect as connect_backend

if TYPE_CHECKING:
    from claude_nb.api.client import Anthropic, AsyncAnthropic

__all__ = ["connect"]


@overload
def connect(*, asynchronous: Literal[False] = False) -> Anthropic: ...
@overload
def connect(*, asynchronous: Literal[True]) -> AsyncAnthropic: ...
def connect(*, asynchronous: bool = False) -> Anthropic | AsyncAnthropic:
    """Return the client that ``%%claude`` uses, in a notebook or a script.

    With a key, it is a client of the API; with ``ANTHROPIC_BASE_URL``, of that server, which needs
    no key if it is on this machine; with neither, of the built-in emulator, whose answers say that
    they are emulated. After `claude_nb.use` it is one of what that was told. ``CLAUDE_NB_BACKEND``
    and ``CLAUDE_NB_CASSETTE`` hold as they do for cells.

    Parameters
    ----------
    asynchronous : bool
        Whether to return an `AsyncAnthropic`.

    Returns
    -------
    Anthropic or AsyncAnthropic
        The same one as long as the environment says the same; it need not be closed.

    Raises
    ------
    InputError
        A variable of the environment cannot be used.
    """
    client: Anthropic | AsyncAnthropic = connect_backend(asynchronous=asynchronous).client
    return client
