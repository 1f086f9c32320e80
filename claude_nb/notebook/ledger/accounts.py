"""A session's ledger and budget: which file keeps them, and for which notebook.

What cannot be kept is told once, and never costs an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from claude_nb.api.calls import CallRecord, say
from claude_nb.api.platforms.paths import MESSAGES
from claude_nb.models import ModelTable
from claude_nb.models.catalog import KNOWN_ON
from claude_nb.models.spending import Amount, Budget
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.ledger import place
from claude_nb.notebook.ledger.store import Call, Store, StoreError
from claude_nb.notebook.session import Session

__all__ = ["Accounts", "of"]


class Accounts:
    """What one session spends, and may spend.

    Parameters
    ----------
    session : Session
        Whose notebook it is.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._store: Store | None = None
        self._budget: Budget | None = None
        self._own: Budget | None = None
        self._found: tuple[Path | None, str] | None = None  # for which the budget was looked up
        self._told = False

    @property
    def store(self) -> Store | None:
        """The file of the moment; None if nothing is to be kept."""
        path = place.chosen(Environment.read().ledger)
        if path is None:
            return None
        if self._store is None or self._store.path != path:
            self._store = Store(path)  # which knows from then on that its tables are there
        return self._store

    @property
    def notebook(self) -> str:
        """The notebook's file; empty if nobody says."""
        names: Mapping[str, Any] = getattr(self._session.shell, "user_ns", {})
        said = Environment.read().notebook or str(names.get("__vsc_ipynb_file__", ""))
        return str(self._session.folder / said) if said.endswith(".ipynb") else ""

    # The ledger.

    def called(self, record: CallRecord, models: ModelTable, *, local: bool) -> None:
        """Write down a call."""
        store = self.store
        if store is None or record.path != MESSAGES or not record.sent:
            return
        try:
            if not store.is_silent(self.notebook):
                store.write(self._call(record, models, local=local))
        except StoreError as problem:
            if record.origin == "server":  # of what costs nothing, nothing is missed
                self._tell(problem)

    def _call(self, record: CallRecord, models: ModelTable, *, local: bool) -> Call:
        usage = record.usage or {}
        origin = "local" if local and record.origin == "server" else record.origin
        cost = 0.0 if origin != "server" else None
        is_known = origin == "server" and record.outcome == "ok" and bool(usage)
        if is_known:
            cost = models.cost(record.model or "", usage)
        searches = (usage.get("server_tool_use") or {}).get("web_search_requests")
        return Call(
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            notebook=self.notebook,
            cell=self._session.cell,
            model=record.model or "",
            origin=origin,
            outcome=record.outcome,
            seconds=round(record.seconds, 3),
            input=_count(usage, "input_tokens"),
            cached=_count(usage, "cache_read_input_tokens"),
            stored=_count(usage, "cache_creation_input_tokens"),
            output=_count(usage, "output_tokens"),
            searches=int(searches or 0),
            cost=cost,
            prices=KNOWN_ON.isoformat() if is_known and cost is not None else "",
        )

    def _tell(self, problem: StoreError) -> None:
        if not self._told:
            self._told = True
            say(f"The ledger is not kept: {problem}. CLAUDE_NB_LEDGER names another file, or off.")

    # The budget.

    @property
    def is_kept(self) -> bool:
        """Whether a budget outlives this kernel: it is known whose it is, and there is a file."""
        return bool(self.notebook) and self.store is not None

    @property
    def budget(self) -> Budget | None:
        """What limits this kernel: its own limit, within the notebook's; None for none."""
        given, kept = Environment.read().budget, self.kept_budget
        if given == (None, None):
            return kept
        if self._own is None:
            self._own = Budget(*given)
        self._own.within = kept
        return self._own

    @property
    def kept_budget(self) -> Budget | None:
        """The notebook's budget, as it was set here or in an earlier kernel; None for none."""
        store, notebook = self.store, self.notebook
        where = (None if store is None else store.path, notebook)
        if where != self._found:
            self._found, self._budget = where, self._looked_up(store, notebook) or self._budget
        return self._budget

    def _looked_up(self, store: Store | None, notebook: str) -> Budget | None:
        if store is None or not notebook:
            return None
        try:
            kept = store.budget(notebook)
        except StoreError as problem:
            self._tell(problem)
            return None
        return kept and Budget(kept.dollars, kept.tokens, purse=_Kept(self, store, notebook))

    def set_budget(self, dollars: float | None, tokens: int | None) -> Budget:
        """Give the notebook these limits; what is spent already stays spent."""
        now = self.kept_budget
        if now is not None:  # those that hold a part of it hold a part of this very one
            now.dollars, now.tokens = dollars, tokens
        if self.is_kept and (store := self.store) is not None:
            try:
                store.set_budget(self.notebook, dollars, tokens)
                now = now or Budget(dollars, tokens, purse=_Kept(self, store, self.notebook))
            except StoreError as problem:
                self._tell(problem)
        self._budget = now or Budget(dollars, tokens)
        return self._budget

    def end_budget(self) -> None:
        """Have no budget any more."""
        if self.kept_budget is not None and self.is_kept and (store := self.store) is not None:
            try:
                store.end_budget(self.notebook)
            except StoreError as problem:
                self._tell(problem)
        self._budget = None


class _Kept:
    """The purse in the ledger's file; goes on in memory where the file fails."""

    def __init__(self, accounts: Accounts, store: Store, notebook: str) -> None:
        self._accounts = accounts
        self._store = store
        self._notebook = notebook
        self._last = Amount()

    def add(self, amount: Amount) -> Amount:
        """Add an amount, and return the sum."""
        try:
            found = self._store.spend(self._notebook, amount)
        except StoreError as problem:
            self._accounts._tell(problem)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] (its own)
            found = None
        self._last = self._last + amount if found is None else found
        return self._last


def _count(usage: Mapping[str, Any], kind: str) -> int:
    value = usage.get(kind)
    return value if isinstance(value, int) else 0


def of(session: Session) -> Accounts:
    """Return the session's accounts; they begin when they are first asked for."""
    if session.accounts is None:
        session.accounts = Accounts(session)
    return session.accounts
