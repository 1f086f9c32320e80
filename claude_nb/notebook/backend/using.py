"""``claude_nb.use(client)``: any client with the Messages interface answers in this notebook."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from claude_nb import threads
from claude_nb.api import addresses, client, config
from claude_nb.api.base_client import BaseClient
from claude_nb.api.hiding.hidden import hidden
from claude_nb.api.platforms.platform import Platform
from claude_nb.api.sending.lent.borrowed import Borrowed, is_asynchronous, is_client
from claude_nb.api.sending.lent.threaded import Lent, Threaded
from claude_nb.ask.errors import InputError
from claude_nb.models import BUILT_IN, ModelTable
from claude_nb.models.locks.door import locked
from claude_nb.models.locks.locks import Locks
from claude_nb.notebook.session import Session, current

__all__ = ["Used", "lend", "put", "use"]

_UNSAID = "https://nowhere.invalid"  # nothing is sent there: the lent client knows its own address
_KEYLESS = "none"  # likewise
_LONGEST = 400  # characters of somebody else's sentence


@dataclass(frozen=True, eq=False, repr=False)
class Used:
    """A client that answers in the place of the one that the environment names.

    Attributes
    ----------
    name : str
        What it is called: its class, or the local server's name.
    address : str
        Where it asks; empty if it does not say.
    label : str
        What the line below an answer says of it; empty for nothing.
    models : ModelTable
        What is known of its models.
    listed : tuple of str
        The models that a local server listed when it was chosen.
    former : str or None
        The default model of cells before this was used; None if it was left as it is.
    preferred : str or None
        The default model of cells since.
    """

    name: str
    address: str
    label: str
    models: ModelTable
    opens: Callable[[bool], Any] = field(repr=False)
    listed: tuple[str, ...] = ()
    former: str | None = None
    preferred: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether it is a server of this machine, which takes no money."""
        return bool(self.address) and addresses.stays_here(self.address)

    def __repr__(self) -> str:
        at = f" at {self.address}" if self.address else ""
        prices = (
            ""
            if self.models.provider == "anthropic" or self.is_local
            else (", whose prices are not known here")
        )
        if os.environ.get("CLAUDE_NB_BACKEND", "").strip().lower() == "emulator":
            return (
                f"The built-in emulator goes on answering, as CLAUDE_NB_BACKEND=emulator says, "
                f"and {self.name} is not asked."
            )
        return f"{self.name}{at} answers from now on{prices}. claude_nb.use(None) goes back."


def use(client: Any, *, model: str | None = None) -> Used | None:
    """Have `client` answer in this notebook: cells, panels, rows, and ``claude_nb.connect()``.

    Parameters
    ----------
    client : object or None
        A client with the Messages interface that waits for its answers: ``claude_nb.Anthropic``,
        one of the official SDK (``AnthropicBedrock``, ``AnthropicVertex`` and so on), or one that
        looks like it (``messages.create``). A platform (``claude_nb.bedrock("us-east-1")``) stands
        for ``claude_nb.Anthropic(platform=...)``. None goes back to what the environment says.
    model : str, optional
        The model that cells ask from now on where they name none, as that server calls it.

    Returns
    -------
    Used or None
        What answers now, for people to read.

    Raises
    ------
    InputError
        It is no such client.

    Notes
    -----
    The client stays yours: it is not closed, and what it knows of keys is not read for anything
    but to keep it out of outputs. Its own retries give way to those of the notebook, which are
    shown.
    """
    session = current()
    put(session, None if client is None else lend(client), model)
    return session.using


def put(session: Session, used: Used | None, model: str | None = None) -> None:
    """Have something answer in this session, or again what the environment says.

    Parameters
    ----------
    session : Session
        Of the notebook.
    used : Used or None
        What answers.
    model : str, optional
        Becomes the model of cells that name none, until something else is used.

    Raises
    ------
    InputError
        There are no cells to have a default, or it is locked out.
    """
    if model is not None:
        _check_model(session, model)
    if used is not None:
        _check_locks(session.locks, used, model)
    _give_back(session)
    if used is not None and model is not None:
        used = replace(used, former=session.settings.model, preferred=model)
    session.using = used
    session.models = used.models if used is not None else BUILT_IN
    if model is not None:
        _prefer(session, model)


def _check_model(session: Session, model: Any) -> None:
    if session.settings is None:
        raise InputError("model= is the default of cells: run %load_ext claude_nb first.")
    if not isinstance(model, str) or not model.strip() or not model.isprintable():
        raise InputError(
            f"model= must be the name of a model on one line, such as 'claude-sonnet-4-6', "
            f"not {model!r:.80}."
        )


def _check_locks(locks: Locks, used: Used, model: str | None) -> None:
    refused = locks.server_refusal(used.address, used.name)
    told = [refused] * bool(refused)
    if model is not None:
        told += map(str, locks.refusals({"model": model}))
    if told:
        raise InputError("\n".join(told))


def _give_back(session: Session) -> None:
    """Let cells have the default model that they had before, unless another was set since."""
    old: Used | None = session.using
    if old is None or old.former is None or session.settings is None:
        return
    if session.settings.model == old.preferred:
        _prefer(session, old.former)


def lend(given: Any) -> Used:
    """Return a client as what answers.

    Raises
    ------
    InputError
        It cannot answer.
    """
    if isinstance(given, Platform):
        given = client.Anthropic(platform=given)
    if isinstance(given, client.Anthropic):
        return _own(given)
    name = given.__name__ if isinstance(given, type) else type(given).__name__
    try:
        _check(given, name)
        return _foreign(given)
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - what a client looks up as it is asked may fail
        said = hidden(f"{type(error).__name__}: {error}")[:_LONGEST]
    raise InputError(f"{name} cannot be used: looking at it raised {said}")


def _check(given: Any, name: str) -> None:
    if isinstance(given, type):
        raise InputError(f"claude_nb.use takes a client, not its class: write {name}(...).")
    if isinstance(given, BaseClient) or (is_client(given) and is_asynchronous(given)):
        other = name.replace("Async", "")
        instead = (
            f": {other} in the place of {name}"
            if other != name
            else f", and what messages.create of {name} gives must be awaited"
        )
        raise InputError(
            f"claude_nb.use takes a client that waits for its answers{instead}. Cells stream with "
            "such a client all the same."
        )
    if not is_client(given):
        raise InputError(
            f"{name} has no messages.create, so it cannot answer. claude_nb.use takes a client of "
            "the Messages API, such as claude_nb.Anthropic(...) or the official SDK's."
        )


def _own(given: client.Anthropic) -> Used:
    """Return a client of ours, whose settings, key and connections are used as they are."""

    def opened(asynchronous: bool) -> Any:  # noqa: FBT001 (the one thing it is asked)
        return given.awaited(_threaded) if asynchronous else given.via(Lent)

    address = given.base_url
    own = address == config.DEFAULT_BASE_URL
    models = BUILT_IN if own else replace(BUILT_IN, provider=address)
    name = given.platform.name
    label = f"by {name}" if name else ""
    return Used(name or "claude_nb.Anthropic", address, label, models, opened)


def _foreign(given: Any) -> Used:
    name = type(given).__name__
    quiet, retries = _without_retries(given)
    usual = _timeout(given)
    address = _address(given)
    settings: dict[str, Any] = {
        "api_key": _KEYLESS,
        "base_url": address or _UNSAID,
        "allow_insecure_http": True,  # by whoever made the client
        "max_retries": retries,
        "timeout": usual,
    }

    def opened(asynchronous: bool) -> Any:  # noqa: FBT001 (the one thing it is asked)
        kind = client.AsyncAnthropic if asynchronous else client.Anthropic

        def connects(_: Any) -> Any:
            borrowed = locked(Borrowed(quiet, usual), address or _UNSAID)
            return _threaded(borrowed) if asynchronous else borrowed

        return kind(**settings).via(connects)

    own = address == config.DEFAULT_BASE_URL
    models = BUILT_IN if own else replace(BUILT_IN, provider=address or name)
    return Used(name, address, "" if own else f"by {name}", models, opened)


def _threaded(connector: Any) -> Threaded:
    if not threads.AVAILABLE:
        raise InputError(
            "A client that was lent answers cells only where Python runs in a web page: panels, "
            "rows and --bg need threads. claude_nb.use(None) goes back."
        )
    return Threaded(connector)


def _without_retries(given: Any) -> tuple[Any, int]:
    """Return the client without retries of its own, and how many there are to be; else 0."""
    change, most = getattr(given, "with_options", None), getattr(given, "max_retries", None)
    if not callable(change) or not isinstance(most, int) or isinstance(most, bool) or most < 0:
        return given, 0  # it may try again by itself, and nothing is tried more often than that
    quiet = change(max_retries=0)
    return (quiet, most) if is_client(quiet) else (given, 0)


def _timeout(given: Any) -> Any:
    told = getattr(given, "timeout", None)
    try:
        return config.timeout(told) if told is not None else config.DEFAULT_TIMEOUT
    except AttributeError:
        return config.DEFAULT_TIMEOUT


def _address(given: Any) -> str:
    """Return where a client asks, without anything that could be a secret."""
    try:
        parts = urlsplit(str(getattr(given, "base_url", "") or ""))
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    host = parts.netloc.rpartition("@")[2]
    url = f"{parts.scheme}://{host}{parts.path}"
    try:
        return addresses.base_url(url, allow_insecure_http=True)
    except ValueError:
        return ""


def _prefer(session: Session, model: str) -> None:
    session.settings.model = model
    session.given["model"] = model
