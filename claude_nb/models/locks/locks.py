"""What is locked, and the sentences that say so; pure.

Each sentence names what is allowed, who can change that, and where.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, cast
from urllib.parse import urlsplit

from claude_nb.api.addresses import stays_here
from claude_nb.api.errors import AnthropicError
from claude_nb.api.platforms.paths import BATCHES, endpoint
from claude_nb.api.wire import Request
from claude_nb.models import BUILT_IN
from claude_nb.models.clouds import bare_name
from claude_nb.models.rules import Refusal
from claude_nb.models.spending.budget import BudgetError
from claude_nb.models.spending.quote import as_object, is_charged

__all__ = ["EMULATOR", "NONE", "Lock", "LockedBudgetError", "LockedError", "Locks", "server_of"]

EMULATOR = "emulator"  # the word for it among servers
_PORTS = {"http": 80, "https": 443}
_WILD = frozenset("*?[")
_FEW = 3  # names in a sentence
_MOST = 50  # characters of a name
Json = Mapping[str, Any]


class LockedError(AnthropicError):
    """Whoever runs this machine does not allow it; nothing was sent."""

    sent = False


class LockedBudgetError(BudgetError):
    """It would cost more than whoever runs this machine allows.

    Parameters
    ----------
    message : str
        What it would cost, and what is left.
    who : str
        Who can change that, and where, in a sentence.
    """

    def __init__(self, message: str, who: str) -> None:
        super().__init__(f"{message} {who}")
        self._who = who

    def stopped(self) -> LockedBudgetError:
        """Return what ends an answer on its way."""
        error = LockedBudgetError(str(super().stopped()), self._who)
        error.sent = True
        return error


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What one file locks.

    Attributes
    ----------
    path : str
        The file.
    contact : str
        Who can change it; empty for whoever runs this machine.
    models : tuple of str
        Names, short names and patterns (``claude-haiku-*``) of those that may be asked; empty for
        all.
    servers : tuple of str
        Addresses that may be asked, and ``"emulator"``, which always may; empty for all.
    dollars : float or None
        The most that one process may spend.
    tokens : int or None
        Likewise in tokens, read and written.
    tools : bool
        Whether tools may be used.
    """

    path: str
    contact: str = ""
    models: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    dollars: float | None = None
    tokens: int | None = None
    tools: bool = True

    @property
    def who(self) -> str:
        """Who can change it, and where, in a sentence."""
        person = self.contact or "whoever runs this machine"
        return f"Only {person} can change that, in {self.path}."

    @property
    def amount(self) -> str:
        """What may be spent, in words; empty for no limit."""
        dollars = f"${self.dollars:,.2f}" if self.dollars is not None else ""
        tokens = f"{self.tokens:,} tokens" if self.tokens is not None else ""
        return " and ".join(filter(None, (dollars, tokens)))

    def allows(self, model: str) -> bool:
        """Return whether a model may be asked, by any of its names."""
        names = {_spoken(model), _spoken(bare_name(model) or model)}
        return not self.models or any(
            fnmatchcase(name, _spoken(each)) for name in names for each in self.models
        )

    def serves(self, url: str) -> bool:
        """Return whether an address is one of those that may be asked, or below one of them."""
        return not self.servers or any(
            _is_below(url, each) for each in self.servers if each != EMULATOR
        )

    def refusals(self, body: Json) -> Iterator[Refusal]:
        """Yield why a request may not be sent, whatever its server."""
        model = next((name for name in _asked(body) if not self.allows(name)), None)
        if model is not None:
            name, allowed = model[:_MOST] or "No model", _some(self.models)
            yield Refusal("model", f"{name} is locked out here: allowed are {allowed}. {self.who}")
        if not self.tools and _can_call(body):
            yield Refusal("tools", f"Tools are locked here: ask without them. {self.who}")

    def server_refusal(self, where: str) -> str:
        """Return why a server may not be asked."""
        others = [each for each in self.servers if each != EMULATOR]
        allowed = f"allowed are {_some(others)}" if others else "only the emulator may answer"
        return f"{where} is locked out here: {allowed}. {self.who}"

    def lines(self) -> list[str]:
        """Return what is locked, a phrase each."""
        spent = f"a kernel spends at most {self.amount}" * bool(self.amount)
        models = f"models: {', '.join(self.models)}" * bool(self.models)
        servers = f"servers: {', '.join(self.servers)}" * bool(self.servers)
        return [line for line in (models, servers, spent, "no tools" * (not self.tools)) if line]


@dataclass(frozen=True, slots=True)
class Locks:
    """What all files lock together: each of them holds.

    Attributes
    ----------
    each : tuple of Lock
        One for each file.
    """

    each: tuple[Lock, ...] = ()

    @property
    def only_emulator(self) -> Lock | None:
        """What lets nothing but the emulator answer; None if nothing does."""
        return next((lock for lock in self.each if set(lock.servers) == {EMULATOR}), None)

    def allows(self, model: str) -> bool:
        """Return whether a model may be asked, by any of its names."""
        return all(lock.allows(model) for lock in self.each)

    def refusals(self, body: Json) -> list[Refusal]:
        """Return why a request may not be sent, whatever its server; empty if it may.

        Parameters
        ----------
        body : Mapping
            Of ``POST /v1/messages``.
        """
        return [refusal for lock in self.each for refusal in lock.refusals(body)]

    def server_refusal(self, url: str, name: str = "") -> str:
        """Return why a server may not be asked; empty if it may.

        Parameters
        ----------
        url : str
            Its address; empty if it is not known, and so on no list.
        name : str
            What people call it.
        """
        lock = next((lock for lock in self.each if lock.servers and not lock.serves(url)), None)
        return lock.server_refusal(url or name) if lock is not None else ""

    def check(self, request: Request) -> None:
        """Refuse a request that may not be sent.

        An address of this machine may be the emulator's: that is seen by what answers.

        Raises
        ------
        LockedError
            Says what is allowed, and who can change that.
        """
        where = server_of(request.url)
        refused = "" if stays_here(where) else self.server_refusal(where)
        told = [refused] * bool(refused)
        for body in _bodies(request) if is_charged(request) else ():
            told += map(str, self.refusals(body))
        if told:
            raise LockedError("\n".join(dict.fromkeys(told)))

    def usual_model(self, usual: str) -> str:
        """Return the model of cells that name none: the first that is allowed, if `usual` is not.

        Parameters
        ----------
        usual : str
            What it is where nothing is locked.
        """
        named = [name for lock in self.each for name in lock.models if not _WILD & set(name)]
        return next(filter(self.allows, (usual, *named)), usual)


NONE = Locks()


def _asked(body: Json) -> Iterator[str]:
    """Yield each model that a request may be answered by: others stand in for it, or advise it."""
    yield str(body.get("model", ""))
    for field in ("fallbacks", "tools"):
        listed = body.get(field)
        for each in cast("list[Any]", listed) if isinstance(listed, list) else ():
            name = as_object(each).get("model")
            if isinstance(name, str):
                yield name


def _some(names: Sequence[str]) -> str:
    """Return names for a sentence that is cut where it is long."""
    more = f" and {len(names) - _FEW} more (%claude doctor)" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


def _spoken(model: str) -> str:
    return BUILT_IN.resolve(model).lower()


def _can_call(body: Json) -> bool:
    """Return whether a tool could be called: tools of earlier turns may be named, to be read."""
    if as_object(body.get("tool_choice")).get("type") == "none":
        return False
    return bool(body.get("tools") or body.get("mcp_servers"))


def _bodies(request: Request) -> Iterator[Json]:
    """Yield what is asked: once, or as often as a batch has requests."""
    try:
        body = as_object(json.loads(request.content))
    except ValueError:
        body = as_object(None)
    if endpoint(request.url) != BATCHES:
        yield body
        return
    listed = body.get("requests")
    for each in cast("list[Any]", listed) if isinstance(listed, list) else [body]:
        yield as_object(as_object(each).get("params"))


def server_of(url: str) -> str:
    """Return the address of a server, without what is asked of it."""
    return url.partition("?")[0].removesuffix(endpoint(url))


def _is_below(url: str, server: str) -> bool:
    try:
        asked, allowed = urlsplit(url), urlsplit(server)
        same = _place(asked) == _place(allowed)
    except ValueError:  # of a port that is none
        return False
    path = allowed.path.rstrip("/")
    return same and f"{asked.path}/".startswith(f"{path}/")


def _place(parts: Any) -> tuple[str, str, int | None]:
    scheme = parts.scheme.lower()
    return scheme, parts.hostname or "", parts.port or _PORTS.get(scheme)
