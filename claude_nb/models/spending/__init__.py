"""How much may be spent: budgets, what a request can cost at most, the gate before the network."""

from claude_nb.models.spending.amounts import limits
from claude_nb.models.spending.budget import Amount, Budget, BudgetError, Purse, Reservation

__all__ = ["Amount", "Budget", "BudgetError", "Purse", "Reservation", "limits"]
