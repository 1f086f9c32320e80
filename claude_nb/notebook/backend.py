"""Which server answers: the API with the person's key, or the built-in emulator.

One client a kernel, kept while the environment stays the same, so that connections are reused.
Knows nothing of cells or rendering.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from claude_nb.notebook import threads
from claude_nb.notebook.errors import InputError

__all__ = ["EMULATED_HEADER", "Backend", "connect", "origin"]

EMULATED_HEADER = "x-claude-emulator"
MODES = ("auto", "api", "emulator")
_VARIABLES = (
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "ANTHROPIC_BASE_URL",
    "CLAUDE_NB_CASSETTE",
    "CLAUDE_NB_CASSETTE_MODE",
)


@dataclass(frozen=True, slots=True)
class Backend:
    """Where requests go.

    Attributes
    ----------
    client : Anthropic or AsyncAnthropic
        Ready to use.
    priced : bool
        Whether the model table's prices are true for it: the provider's own address.
    emulated : bool
        Whether it is the built-in emulator.
    cassette : Cassette or None
        Where answers are recorded and played from.
    """

    client: Any
    priced: bool
    emulated: bool = False
    cassette: Any = None

    @property
    def played(self) -> int:
        """How many answers were recorded ones, so far."""
        return self.cassette.played if self.cassette is not None else 0


def origin(headers: Mapping[str, str]) -> dict[str, bool]:
    """Return what the headers of a reply say of where it comes from."""
    from claude_nb.cassette import REPLAYED_HEADER  # noqa: PLC0415 (only at the first question)

    return {"emulated": EMULATED_HEADER in headers, "replayed": REPLAYED_HEADER in headers}


_kept: dict[tuple[str, object], Backend] = {}


def connect(
    on_retry: Callable[[Any], None] | None = None, *, asynchronous: bool = False
) -> Backend:
    """Return the backend that the environment asks for.

    ``CLAUDE_NB_BACKEND`` is ``auto`` (the default: the emulator when there is neither a key nor
    a base URL), ``api`` (never the emulator) or ``emulator`` (always). ``CLAUDE_NB_CASSETTE``
    names a file in which answers are recorded and played from, as ``CLAUDE_NB_CASSETTE_MODE``
    says (see `claude_nb.cassette`).

    Parameters
    ----------
    on_retry : callable, optional
        Told before each wait for another attempt.
    asynchronous : bool
        Whether to return an `AsyncAnthropic`.

    Raises
    ------
    InputError
        ``CLAUDE_NB_BACKEND`` is none of these, or base URL or cassette cannot be used.
    """
    backend = _backend("AsyncAnthropic" if asynchronous else "Anthropic")
    if on_retry is None:
        return backend
    return replace(backend, client=backend.client.with_options(on_retry=on_retry))


def _backend(kind: str) -> Backend:
    """Return the backend kept for this environment; looking for keys anew costs too much."""
    from claude_nb.api import client, credentials  # noqa: PLC0415 (only at the first question)

    mode = _mode()
    setting = (mode, credentials.logged_in(), *(os.environ.get(name) for name in _VARIABLES))
    if (kind, setting) not in _kept:
        for old in [key for key in _kept if key[1] != setting]:
            del _kept[old]
        make = getattr(client, kind)
        _kept[kind, setting] = _taped(_emulator(make) if _wants_emulator(mode) else _api(make))
    return _kept[kind, setting]


def _taped(backend: Backend) -> Backend:
    """Return the backend, through a cassette if the environment names one."""
    path = os.environ.get("CLAUDE_NB_CASSETTE", "").strip()
    if not path:
        return backend
    from claude_nb.cassette import Cassette, CassetteError  # noqa: PLC0415 (as above)

    mode = os.environ.get("CLAUDE_NB_CASSETTE_MODE", "").strip().lower() or "auto"
    try:
        cassette = Cassette(path, mode)
    except CassetteError as problem:
        raise InputError(f"CLAUDE_NB_CASSETTE cannot be used: {problem}") from None
    return replace(backend, client=cassette.through(backend.client), cassette=cassette)


def _mode() -> str:
    mode = os.environ.get("CLAUDE_NB_BACKEND", "").strip().lower() or "auto"
    if mode not in MODES:
        raise InputError(f"CLAUDE_NB_BACKEND is {mode!r}, but must be one of {', '.join(MODES)}.")
    return mode


def _wants_emulator(mode: str) -> bool:
    from claude_nb.api import credentials  # noqa: PLC0415 (only at the first question)

    if mode != "auto":
        return mode == "emulator"
    return not os.environ.get("ANTHROPIC_BASE_URL") and not credentials.available()


def _api(make: Callable[..., Any]) -> Backend:
    from claude_nb.api import config  # noqa: PLC0415 (only at the first question)

    try:
        made = make()
    except ValueError as problem:
        raise InputError(f"ANTHROPIC_BASE_URL cannot be used: {problem}") from None
    return Backend(made, made.base_url == config.DEFAULT_BASE_URL)


def _emulator(make: Callable[..., Any]) -> Backend:
    from claude_nb import emulator  # noqa: PLC0415 (only where there is no key)

    speed = os.environ.get("CLAUDE_NB_EMULATOR_SPEED", "").strip() or "60"
    try:
        if not threads.AVAILABLE:
            return _without_sockets(make, emulator.Options(tokens_per_second=float(speed)))
        server = emulator.shared(tokens_per_second=float(speed))
    except ValueError:
        raise InputError(
            f"CLAUDE_NB_EMULATOR_SPEED is {speed!r}, but must be a number of tokens a second "
            f"(0: at once)."
        ) from None
    return Backend(make(api_key="emulator", base_url=server.url), priced=False, emulated=True)


def _without_sockets(make: Callable[..., Any], options: Any) -> Backend:
    from claude_nb import _http, emulator  # noqa: PLC0415 (as above)

    asynchronous = make.__name__.startswith("Async")
    http = _http.DefaultAsyncHttpxClient if asynchronous else _http.DefaultHttpxClient
    transport = emulator.Transport(emulator.Emulator(options))
    client = make(api_key="emulator", http_client=http(transport=transport))
    return Backend(client, priced=False, emulated=True)
