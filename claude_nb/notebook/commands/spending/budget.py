"""``%claude budget``: what this notebook may spend, what it has spent, and what is left."""

from __future__ import annotations

from claude_nb.ask.errors import InputError
from claude_nb.models.spending import Budget, limits
from claude_nb.notebook.commands import page
from claude_nb.notebook.commands.spending.bars import drawn
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.ledger import accounts
from claude_nb.notebook.session import Session

__all__ = ["run"]

_HOW = "Write %claude budget $2, or 200,000 tokens, or both; off takes it away."
_FREE = "What the emulator, a recording or a server of this machine answers costs nothing."
_NO_LIMIT = "No budget: nothing limits what is spent."
_NONE = "This notebook has no budget of its own."
_WIDTH = 24  # characters of the bar


def run(session: Session, words: str) -> None:
    """Show the budget, set it, or take it away."""
    kept = accounts.of(session)
    if words.strip().lower() == "off":
        kept.end_budget()
        locked = _locked(session)
        page.show(page.paragraph(_NONE if locked else _NO_LIMIT), *locked)
        return
    budget = kept.set_budget(*_allowed(session, words)) if words else kept.budget
    if budget is None:
        example = page.code("%claude budget $2")
        said = page.paragraph("There is no budget. ", example, " sets one for this notebook.")
        page.show(said, *_locked(session))
        return
    # whether the notebook's name is known differs from one way of running it to another
    more = _for_how_long(kept) if Environment.read().timed else _FREE
    page.show(*_told(budget), *_locked(session), page.paragraph(page.soft(more)))


def _allowed(session: Session, words: str) -> tuple[float | None, int | None]:
    """Return the limits that words set; more than whoever runs the machine allows is refused."""
    wanted = _limits(words)
    for lock in session.locks.each:
        for asked, most in zip(wanted, (lock.dollars, lock.tokens), strict=True):
            if asked is not None and most is not None and asked > most:
                raise InputError(
                    f"{words.strip()} is more than a kernel may spend here, which is "
                    f"{lock.amount}. {lock.who}"
                )
    return wanted


def _locked(session: Session) -> list[page.Piece]:
    """Say what a kernel may spend at most, whatever the notebook's budget is."""
    return [
        page.paragraph(f"A kernel may spend {lock.amount} here. {lock.who}")
        for lock in session.locks.each
        if lock.amount
    ]


def _limits(words: str) -> tuple[float | None, int | None]:
    try:
        return limits(words)
    except ValueError as problem:
        ask = f"To ask it as a question: %claude -- budget {words.strip():.60}"
        raise InputError(f"{problem}. {_HOW} {ask}") from None


def _told(budget: Budget) -> list[page.Piece]:
    spent, left, held = budget.spent, budget.left, budget.held
    lines: list[page.Piece] = []
    if budget.dollars is not None:
        most = f"${budget.dollars:,.2f}" if budget.dollars >= 0.01 else f"${budget.dollars:.4g}"  # noqa: PLR2004 - a cent
        said = f"${spent.dollars:.4f} of {most} spent, ${left.dollars:.4f} left"
        said += f" (${held.dollars:.4f} more set aside for answers on their way)" * bool(
            held.dollars
        )
        lines.append(_line("Dollars ", said, spent.dollars / (budget.dollars or 1)))
    if budget.tokens is not None:
        said = f"{spent.tokens:,} of {budget.tokens:,} spent, {left.tokens:,} left"
        said += f" ({held.tokens:,} more set aside for answers on their way)" * bool(held.tokens)
        lines.append(_line("Tokens ", said, spent.tokens / (budget.tokens or 1)))
    if spent.unpriced and budget.tokens is None:
        said = f"{spent.unpriced:,} tokens have no known price, and no dollars stand for them. "
        limit = page.code("%claude budget $2 200,000 tokens")
        lines.append(page.paragraph(page.strong("But: "), said, limit, " limits both."))
    return lines


def _line(name: str, said: str, share: float) -> page.Piece:
    full = min(_WIDTH, round(_WIDTH * share))
    plot = drawn("█" * full + "░" * (_WIDTH - full))
    return page.paragraph(page.strong(name), plot, f" {said}.")


def _for_how_long(kept: accounts.Accounts) -> str:
    if kept.is_kept:
        return f"{_FREE} Kept for this notebook when the kernel restarts."
    return f"{_FREE} Until the kernel restarts: nobody says which notebook this is."
