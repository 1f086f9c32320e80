"""Which server answers: the API with the person's key, or the built-in emulator.

A session keeps its clients for as long as the environment says the same; they are made anew when
it has changed. Knows nothing of cells or rendering.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from claude_nb import _http, emulator, threads
from claude_nb.api import addresses, client, config
from claude_nb.api.calls import EMULATED_HEADER, REPLAYED_HEADER, CallRecord
from claude_nb.api.platforms import credentials
from claude_nb.api.wire import Request
from claude_nb.ask.errors import InputError
from claude_nb.cassette import Cassette, CassetteError, recording
from claude_nb.cassette.asker import asker
from claude_nb.cassette.recording import Recording
from claude_nb.models import BUILT_IN, ModelTable
from claude_nb.models.locks.locks import Locks
from claude_nb.models.spending.consent import consent
from claude_nb.models.spending.gate import gate
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.ledger import accounts
from claude_nb.notebook.session import Session, current

__all__ = [
    "Backend",
    "cassette",
    "connect",
    "is_emulated",
    "open_backend",
    "origin",
    "surroundings",
    "telling",
]

_ANY_KEY = "none"  # servers of this machine have no keys to give, and some ask for one
_EMULATED = replace(BUILT_IN, provider="emulator")


@dataclass(frozen=True, slots=True)
class Backend:
    """Where requests go.

    Attributes
    ----------
    client : Anthropic or AsyncAnthropic
        Ready to use.
    models : ModelTable
        What is known of its models; the prices are true at the provider's own address only.
    environment : Environment
        What it was made of.
    emulated : bool
        Whether it is the built-in emulator.
    is_paid : bool
        Whether its answers may cost money: it is no server of this machine.
    label : str
        What an answer's last line says of it; empty for nothing.
    where : str
        What people call it: its address, or its name where that is not known.
    is_recorded : bool
        Whether its answers are recorded, or replayed.
    """

    client: Any
    models: ModelTable
    environment: Environment
    emulated: bool = False
    is_paid: bool = True
    label: str = ""
    where: str = ""
    is_recorded: bool = False


def origin(headers: Mapping[str, str]) -> dict[str, bool]:
    """Return what the headers of a reply say of where it comes from."""
    return {"emulated": EMULATED_HEADER in headers, "replayed": REPLAYED_HEADER in headers}


def connect(session: Session | None = None, *, asynchronous: bool = False) -> Backend:
    """Return the session's backend for the environment as it is now.

    Parameters
    ----------
    session : Session, optional
        Keeps it while the environment stays the same, so that connections are reused. Default:
        that of the running shell.
    asynchronous : bool
        Whether its client is an `AsyncAnthropic`.

    Raises
    ------
    InputError
        A variable of the environment cannot be used, what it says to replay is not there, or the
        server is locked out.
    """
    session = session or current()
    locks = session.locks
    environment, kept = Environment.read(), session.backends
    used = _used(session, environment)
    key = ((environment, used, session.using), asynchronous)
    if key not in kept or kept[key].client.is_closed():
        for old in [other for other in kept if other[0] != key[0]]:
            del kept[old]
        opened = open_backend(environment, session.using, asynchronous=asynchronous)
        if used is None and not addresses.stays_here(opened.client.base_url):
            _check_server(locks, opened)
        made = _accounted(session, opened)
        if used is not None:
            taped = cassette(session, used).through(made.client)
            made = replace(made, client=taped, is_recorded=True)
        if not kept:  # another server: what the last one reported of its models is over
            session.models = made.models
        kept[key] = made
    return replace(kept[key], models=session.models)


def _check_server(locks: Locks, opened: Backend) -> None:
    """Refuse a server at once that no request could be sent to."""
    refused = locks.server_refusal(opened.client.base_url, opened.where)
    if refused:
        raise InputError(refused)


def telling(client: Any, tell: Callable[[Any], Any]) -> Any:
    """Return a client that tells of each wait, as whoever lent it may have asked for too."""
    own: Callable[[Any], Any] | None = client.on_retry

    def told(notice: Any) -> None:
        tell(notice)
        if own is not None:
            own(notice)

    return client.with_options(on_retry=told)


def _accounted(session: Session, made: Backend) -> Backend:
    """Have the ledger told of each call; what costs money is agreed to, and passes the budget."""
    kept, local = accounts.of(session), made.emulated or addresses.stays_here(made.client.base_url)
    own: Callable[[CallRecord], Any] | None = made.client.on_call  # of a client that was lent

    def told(record: CallRecord) -> None:
        kept.called(record, models=made.models, local=local)
        if own is not None:
            own(record)

    client = made.client.with_options(on_call=told)
    if not local:
        gated = partial(gate, budget=lambda: kept.budget, models=lambda: session.models)
        client = client.via(gated).via(partial(consent, ask=partial(_agreed, session)))
    return replace(made, client=client, is_paid=not local)


def _agreed(session: Session, request: Request) -> None:
    if session.guard is not None:
        session.guard.check(request)


def _used(session: Session, environment: Environment) -> Recording | None:
    """Return the recording in use: what is to be replayed is never asked for money instead."""
    around = surroundings(session, environment)
    used = recording.chosen(session.recording, around)
    replays = session.recording is None and environment.cassette_mode == "replay"
    if used is None and replays and not _emulates(session, environment):
        raise InputError(around.missing())
    return used


def open_backend(
    environment: Environment, using: Any = None, *, asynchronous: bool = False
) -> Backend:
    """Return a new backend, whose answers are neither recorded nor played; see `connect`."""
    if using is not None and environment.mode != "emulator":
        made = using.opens(asynchronous)
        where = using.address or using.name
        return Backend(made, using.models, environment, label=using.label, where=where)
    make = client.AsyncAnthropic if asynchronous else client.Anthropic
    return (_emulator if _wants_emulator(environment) else _api)(environment, make)


def is_emulated() -> bool:
    """Return whether the built-in emulator answers, as things are now; starts nothing."""
    return _emulates(current(), Environment.read())


def _emulates(session: Session, environment: Environment) -> bool:
    is_lent = session.using is not None and environment.mode != "emulator"
    return not is_lent and _wants_emulator(environment)


def surroundings(session: Session, environment: Environment) -> recording.Surroundings:
    """Return what is said outside of the notebook of recorded answers, and its name."""
    names = getattr(session.shell, "user_ns", {})
    return recording.Surroundings(
        environment.cassette,
        environment.cassette_mode,
        environment.cassette_speed,
        environment.ci,
        environment.notebook or str(names.get("__vsc_ipynb_file__", "")),  # as VS Code says it
        session.folder,
        session.recordings,
    )


def cassette(session: Session, used: Recording) -> Cassette:
    """Return the session's file of recorded answers, which stays open as long as it is used.

    Raises
    ------
    InputError
        It cannot be used.
    """
    if session.cassette is None or session.cassette[0] != used:
        try:
            made = Cassette(used.path, used.mode, speed=used.speed)
        except CassetteError as problem:
            raise InputError(f"{used.said_by} cannot be followed: {problem}") from None
        made.asker = partial(asker, session.shell)
        session.backends.clear()  # they may be of an earlier one of the same file
        session.cassette = used, made
        if used.ci:
            _tell(session.shell, used)
    return session.cassette[1]


def _tell(shell: Any, used: Recording) -> None:
    """Say in the log of the kernel, and so of CI, why nothing is asked: an output would differ."""
    log = getattr(getattr(shell, "kernel", None), "log", None)
    if log is not None:
        log.warning("claude_nb replays %s as CI is set, and asks nothing", used.path)


def _wants_emulator(environment: Environment) -> bool:
    if environment.mode != "auto":
        return environment.mode == "emulator"
    return not environment.base_url and not credentials.available()


def _api(environment: Environment, make: Callable[..., Any]) -> Backend:
    try:
        made = make()
        if addresses.stays_here(made.base_url) and not credentials.available():
            made = make(api_key=_ANY_KEY)
    except ValueError as problem:
        raise InputError(f"ANTHROPIC_BASE_URL cannot be used: {problem}") from None
    own = made.base_url == config.DEFAULT_BASE_URL
    models = BUILT_IN if own else replace(BUILT_IN, provider=made.base_url)
    return Backend(made, models, environment, where=made.base_url)


def _emulator(environment: Environment, make: Callable[..., Any]) -> Backend:
    if not threads.AVAILABLE:
        return _without_sockets(environment, make)
    server = emulator.shared(**environment.pace)
    for name, value in environment.pace.items():  # it may have been running at another pace
        setattr(server.options, name, value)
    client = make(api_key=server.api_key, base_url=server.url)
    return Backend(client, _EMULATED, environment, emulated=True, where=client.base_url)


def _without_sockets(environment: Environment, make: Callable[..., Any]) -> Backend:
    asynchronous = make.__name__.startswith("Async")
    http = _http.DefaultAsyncHttpxClient if asynchronous else _http.DefaultHttpxClient
    transport = emulator.Transport(emulator.Emulator(emulator.Options(**environment.pace)))
    here = "http://127.0.0.1"  # which nothing is sent to
    client = make(api_key="emulator", base_url=here, http_client=http(transport=transport))
    return Backend(client, _EMULATED, environment, emulated=True, where=client.base_url)
