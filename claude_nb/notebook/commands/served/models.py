"""``%claude models``: what each model takes, writes and costs, as far as is known now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from claude_nb.api.errors import AnthropicError
from claude_nb.ask.errors import InputError
from claude_nb.ask.names import did_you_mean
from claude_nb.models import ModelInfo, ModelTable, current_day
from claude_nb.notebook import backend
from claude_nb.notebook.answer.amounts import count
from claude_nb.notebook.commands import page
from claude_nb.notebook.session import Session

__all__ = ["run"]

_PATIENCE = 5.0  # seconds for the server's list
_THINKING = {"enabled": "budget", "disabled": "off", "between_tools": "between tools"}
_PRICES = "prices are the table's, in US dollars per million tokens."
_COLUMNS = page.columns(
    *("model", "#context", "#output", "thinking", "temperature", "#$ in / out", "state"),
)


def run(session: Session, words: str) -> None:
    """Show the models, or those whose name fits `words`."""
    facts, offered, source = _refresh(session)
    known = [info for info in facts if _fits(info, words, facts)]
    if not known:
        names = [name for info in facts for name in (*_short_names(info, facts), info.id)]
        hint = did_you_mean(words.lower(), names)
        unknown = f"No model is called {words!r}.{hint} %claude models shows them all."
        raise InputError(facts.notice(words) or unknown)
    default = facts.resolve(session.defaults().model)
    today = current_day()
    known.sort(key=lambda info: info.id != default)
    if session.using is not None and facts.provider != "anthropic":  # no table knows their prices
        known = [replace(info, price=None) for info in known]
    locked = [info.id for info in known if not session.locks.allows(info.id)]
    rows = [
        _row(info, _short_names(info, facts), default, _absence(info, offered, locked), today)
        for info in known
    ]
    tinted = 0 if known[0].id == default else -1
    page.show(page.table(_COLUMNS, rows, tinted=tinted), source)


def _refresh(session: Session) -> tuple[ModelTable, frozenset[str] | None, page.Piece]:
    """Ask the server for its list; return the table it corrects, its ids, and who answered."""
    try:
        server = backend.connect(session)
        client = server.client.with_options(timeout=_PATIENCE, max_retries=0)
        listed = list(client.models.list(limit=1000))
    except (AnthropicError, InputError) as problem:
        why = f"From the built-in table: the server could not be asked ({type(problem).__name__})."
        words = (
            page.soft(f"{why} "),
            page.code("%claude doctor"),
            page.soft(" looks for the cause."),
        )
        return session.models, None, page.paragraph(*words)
    who = "the built-in emulator" if server.emulated else server.where
    session.models = server.models.with_report(*(model.to_dict() for model in listed))
    offered = frozenset(model.id for model in listed)
    is_theirs = session.using is not None and not server.emulated
    prices = "its prices are not known here." if is_theirs else _PRICES
    return session.models, offered, page.paragraph(page.soft(f"Refreshed from {who}; {prices}"))


def _fits(info: ModelInfo, words: str, facts: ModelTable) -> bool:
    wanted = words.lower()
    names = (info.id, *info.aliases, *_short_names(info, facts))
    return any(wanted in name for name in names) or facts.resolve(words) == info.id


def _short_names(info: ModelInfo, facts: ModelTable) -> list[str]:
    """Return what may be typed instead of the id: the family for its newest, and the version."""
    bare = min((info.id, *info.aliases), key=len).removeprefix("claude-")
    names = [info.line, re.sub(r"-(\d+)-(\d+)$", r"-\1.\2", bare)]
    return [name for name in names if facts.resolve(name) == info.id]


def _absence(info: ModelInfo, offered: frozenset[str] | None, locked: Sequence[str]) -> str:
    """Return why a model cannot be asked here; empty if it can."""
    if info.id in locked:
        return "locked out here"
    absent = offered is not None and not offered & {info.id, *info.aliases}
    return "not offered by this server" if absent else ""


def _row(
    info: ModelInfo, short: list[str], default: str, absence: str, today: date
) -> Sequence[page.Piece | str]:
    mark = [" ", page.strong("default")] if info.id == default else []
    called = [page.soft(", ".join(short))] if short else []
    thinking = ", ".join(_THINKING.get(kind, kind) for kind in info.thinking)
    return (
        page.lines(page.inline(page.code(info.id), *mark), *called),
        _tokens(info.context_window),
        _tokens(info.max_output_tokens),
        thinking,
        "yes" if info.sampling else "no",
        f"{info.price.input:g} / {info.price.output:g}" if info.price else "unknown",
        page.text(absence) if absence and not info.gone(today) else _state(info, today),
    )


def _tokens(count: int) -> str:
    if count in {0, 10**9}:  # nobody says
        return ""
    return f"{count / 1e6:g}M" if count >= 10**6 else f"{count / 1e3:g}k"


def _state(info: ModelInfo, today: date) -> page.Piece:
    """Say how long the model will be there, where that is not for long, and what to use instead."""
    better = page.code(info.replacement) if info.replacement else page.text("")
    if info.retires is None and not info.leaving and info.lifecycle == "active":
        return page.inline("newer: ", better) if info.replacement else better
    instead = page.inline(", use " if info.leaving else ", newer: ", better)
    advice = instead if info.replacement else better
    if info.retires is None:
        return page.inline((page.strong if info.leaving else page.text)(info.lifecycle), advice)
    left = f" (in {count((info.retires - today).days, 'day')})"
    when = f"{info.retires.day} {info.retires:%B %Y}"
    said = f"retired {when}" if info.gone(today) else f"retires {when}{left}"
    return page.inline(page.strong(said), advice)
