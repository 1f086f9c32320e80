"""What a run may cost: the most that a row can is set aside before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from claude_nb.api.errors import APIStatusError
from claude_nb.models import ModelTable
from claude_nb.models.spending.budget import Amount, Budget, BudgetError, Reservation
from claude_nb.models.spending.quote import Quote, quote
from claude_nb.rows.store import Name

__all__ = ["Allowance"]


class Allowance:
    """A run's budget.

    Parameters
    ----------
    dollars : float or None
        The most that the run may cost; None for no limit.
    models : ModelTable
        What is known of prices.
    """

    def __init__(self, dollars: float | None, models: ModelTable) -> None:
        self._budget = None if dollars is None else Budget(dollars=dollars)
        self._models = models
        self._held: dict[Name, tuple[Quote, Reservation]] = {}
        self._waiting: tuple[Name, Quote] | None = None  # which is asked about again and again

    def allows(self, name: Name, params: Mapping[str, Any]) -> bool:
        """Set aside what a row can cost; return whether it fits beside those on their way."""
        if self._budget is None or name in self._held:
            return True
        if self._waiting is None or self._waiting[0] != name:
            self._waiting = name, quote(params, self._models)
        quoted = self._waiting[1]
        try:
            self._held[name] = quoted, self._budget.reserve(quoted.amount())
        except BudgetError:
            return False
        return True

    def answered(self, name: Name, usage: Mapping[str, Any]) -> None:
        """Say what a row's answer took."""
        if held := self._held.pop(name, None):
            quoted, reservation = held
            reservation.settle(quoted.told(usage))

    def failed(self, name: Name, error: BaseException) -> None:
        """Say that a row has no answer: all that it could cost is spent where it may have cost."""
        if held := self._held.pop(name, None):
            _, reservation = held
            was_sent = getattr(error, "sent", True)
            is_spent = was_sent and not isinstance(error, APIStatusError)
            reservation.settle(reservation.amount if is_spent else Amount())
