"""A budget that many can draw on at once: what may be spent is set aside before it is spent; pure.

Whoever asks reserves the most that it can cost, and settles with what it did cost. So the sum of
what is spent and set aside never passes the limit, however many ask at the same moment.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

from claude_nb.api.errors import AnthropicError

__all__ = ["Amount", "Budget", "BudgetError", "Purse", "Reservation"]

_EXACT = 1e-9  # dollars: sums of fractions are not exact


class BudgetError(AnthropicError):
    """It would cost more than the budget has left."""

    sent = False

    def stopped(self) -> BudgetError:
        """Return what ends an answer that is on its way."""
        text = "The budget is used up, so the answer was stopped; what came is kept."
        error = BudgetError(text)
        error.sent = True
        return error


@dataclass(frozen=True, slots=True)
class Amount:
    """What something costs.

    Attributes
    ----------
    dollars : float
        As far as the price is known.
    tokens : int
        Read and written, all of them.
    unpriced : int
        Those of the tokens whose price is not known.
    """

    dollars: float = 0.0
    tokens: int = 0
    unpriced: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.dollars + other.dollars, self.tokens + other.tokens, self.unpriced + other.unpriced
        )

    def __sub__(self, other: Amount) -> Amount:
        return Amount(
            self.dollars - other.dollars, self.tokens - other.tokens, self.unpriced - other.unpriced
        )


class Purse(Protocol):
    """Keeps what is spent and set aside, perhaps for more than one process."""

    def add(self, amount: Amount) -> Amount:
        """Add an amount, which may be negative, and return the sum, in one step."""
        ...


class _Pocket:
    """A purse of this process's own; `Budget` sees to it that one at a time uses it."""

    def __init__(self) -> None:
        self._sum = Amount()

    def add(self, amount: Amount) -> Amount:
        self._sum += amount
        return self._sum


class Budget:
    """What may be spent in all. Safe to use from any thread.

    Parameters
    ----------
    dollars : float, optional
        The most; None for no limit. What has no known price does not count here.
    tokens : int, optional
        The most tokens, read and written; None for no limit.
    within : Budget, optional
        Of which this is a part: what is taken from this one is taken from that one too.
    purse : Purse, optional
        Where the sum is kept; by default in memory.

    Examples
    --------
    >>> budget = Budget(dollars=0.10)
    >>> held = budget.reserve(Amount(dollars=0.06))
    >>> held.settle(Amount(dollars=0.01))
    >>> f"{budget.left.dollars:.2f}"
    '0.09'
    """

    def __init__(
        self,
        dollars: float | None = None,
        tokens: int | None = None,
        *,
        within: Budget | None = None,
        purse: Purse | None = None,
    ) -> None:
        self.dollars = dollars
        self.tokens = tokens
        self.within = within
        self._purse: Purse = purse or _Pocket()
        self._lock = threading.Lock()
        self._held = Amount()

    @property
    def spent(self) -> Amount:
        """What is settled."""
        with self._lock:
            return self._purse.add(Amount()) - self._held

    @property
    def held(self) -> Amount:
        """What is set aside for requests on their way."""
        return self._held

    @property
    def left(self) -> Amount:
        """What can still be set aside; zero, not less, where a limit is passed or there is none."""
        with self._lock:
            return self._room(self._purse.add(Amount()))

    def _room(self, taken: Amount) -> Amount:
        return Amount(
            max(0.0, (self.dollars or 0.0) - taken.dollars),
            max(0, (self.tokens or 0) - taken.tokens),
        )

    def reserve(self, most: Amount, least: Amount | None = None) -> Reservation:
        """Set an amount aside.

        Parameters
        ----------
        most : Amount
            What it can cost.
        least : Amount, optional
            What is of use too: where `most` does not fit and this does, all that is left is set
            aside. Who is given less than `most` stops in time.

        Raises
        ------
        BudgetError
            It does not fit.
        """
        above = None if self.within is None else self.within.reserve(most, least)
        wanted = most if above is None else above.amount
        try:
            with self._lock:
                return Reservation(self, self._take(wanted, least), above)
        except BudgetError:
            if above is not None:
                above.settle(Amount())
            raise

    def _take(self, most: Amount, least: Amount | None) -> Amount:
        """Take an amount; more than fits is given back at once."""
        before = self._purse.add(most) - most
        if self._fits(before + most):
            self._held += most
            return most
        self._purse.add(Amount() - most)
        if least is None or not self._fits(before + least):
            raise BudgetError(self._said(most, before))
        return self._take(self._at_most(most, before), None)

    def _at_most(self, most: Amount, before: Amount) -> Amount:
        """Return as much of an amount as fits, and no more."""
        room = self._room(before)
        dollars = most.dollars if self.dollars is None else min(most.dollars, room.dollars)
        tokens = most.tokens if self.tokens is None else min(most.tokens, room.tokens)
        return Amount(dollars, tokens, min(most.unpriced, tokens))

    def _fits(self, taken: Amount) -> bool:
        dollars = self.dollars is None or taken.dollars <= self.dollars + _EXACT
        return dollars and (self.tokens is None or taken.tokens <= self.tokens)

    def _said(self, most: Amount, before: Amount) -> str:
        room, said = self._room(before), "This could cost up to "
        if self.dollars is not None and before.dollars + most.dollars > self.dollars + _EXACT:
            said += f"${most.dollars:.4f}, and ${room.dollars:.4f} of the budget of "
            said += f"${self.dollars:,.2f} is left"
            held = f"${self._held.dollars:.4f}"
        else:
            said += f"{most.tokens:,} tokens, and {room.tokens:,} of the budget of "
            said += f"{self.tokens or 0:,} are left"
            held = f"{self._held.tokens:,} tokens"
        is_held = self._held.tokens or self._held.dollars
        return f"{said}{f', besides {held} set aside for answers on their way' * bool(is_held)}."

    def _settle(self, held: Amount, spent: Amount) -> None:
        with self._lock:
            self._held -= held
            self._purse.add(spent - held)


class Reservation:
    """An amount that is set aside until it is settled.

    Attributes
    ----------
    amount : Amount
        How much.
    """

    def __init__(self, budget: Budget, amount: Amount, above: Reservation | None = None) -> None:
        self.amount = amount
        self._budget = budget
        self._above = above
        self._settled = False

    def settle(self, spent: Amount) -> None:
        """Say what was spent, once; what was set aside beyond that is free again."""
        if self._settled:
            return
        self._settled = True
        self._budget._settle(self.amount, spent)  # pyright: ignore[reportPrivateUsage] # noqa: SLF001 (its other half)
        if self._above is not None:
            self._above.settle(spent)
