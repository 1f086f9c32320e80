"""``%claude models``: what each model takes, writes and costs, as far as is known now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

from claude_nb import models
from claude_nb.api.errors import AnthropicError
from claude_nb.models import ModelInfo
from claude_nb.notebook import backend
from claude_nb.notebook.commands.host import Host
from claude_nb.notebook.commands.page import (
    Column,
    Piece,
    code,
    inline,
    paragraph,
    show,
    soft,
    strong,
    table,
    text,
)
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.names import did_you_mean

__all__ = ["run", "short_names"]

_PATIENCE = 5.0  # seconds for the server's list
_THINKING = {"enabled": "budget", "disabled": "off", "between_tools": "between tools"}
_PRICES = "prices are the table's, in US dollars per million tokens."
_COLUMNS = (
    Column("model"),
    Column("also called"),
    Column("context", numeric=True),
    Column("output", numeric=True),
    Column("thinking"),
    Column("temperature"),
    Column("$ in / out", numeric=True),
    Column("state"),
)


def run(magics: Host, words: str) -> None:
    """Show the models, or those whose name fits `words`."""
    offered, source = _refresh()
    known = [info for info in models.all_models() if _fits(info, words)]
    if not known:
        names = [name for info in models.all_models() for name in (*short_names(info), info.id)]
        hint = did_you_mean(words.lower(), names)
        raise InputError(f"No model is called {words!r}.{hint} %claude models shows them all.")
    default = models.resolve(magics.defaults()["model"])
    today = datetime.now(UTC).date()
    show(table(_COLUMNS, [_row(info, default, offered, today) for info in known]), source)


def _refresh() -> tuple[frozenset[str] | None, Piece]:
    """Ask the server for its list, which corrects the table; say whether it answered."""
    try:
        server = backend.connect()
        client = server.client.with_options(timeout=_PATIENCE, max_retries=0)
        offered = frozenset(model.id for model in client.models.list(limit=1000))
    except (AnthropicError, InputError) as problem:
        why = f"From the built-in table: the server could not be asked ({type(problem).__name__})."
        return None, paragraph(
            soft(f"{why} "), code("%claude doctor"), soft(" looks for the cause.")
        )
    who = "the built-in emulator" if server.emulated else client.base_url
    return offered, paragraph(soft(f"Refreshed from {who}; {_PRICES}"))


def _fits(info: ModelInfo, words: str) -> bool:
    wanted = words.lower()
    names = (info.id, *info.aliases, *short_names(info))
    return any(wanted in name for name in names) or models.resolve(words) == info.id


def short_names(info: ModelInfo) -> list[str]:
    """Return what may be typed instead of the id: the family for its newest, and the version."""
    bare = min((info.id, *info.aliases), key=len).removeprefix("claude-")
    names = [info.line, re.sub(r"-(\d+)-(\d+)$", r"-\1.\2", bare)]
    return [name for name in names if models.resolve(name) == info.id]


def _row(
    info: ModelInfo, default: str, offered: frozenset[str] | None, today: date
) -> Sequence[Piece | str]:
    mark = [" ", strong("default")] if info.id == default else []
    thinking = ", ".join(_THINKING.get(kind, kind) for kind in info.thinking)
    absent = offered is not None and info.id not in offered and not offered & {*info.aliases}
    return (
        inline(code(info.id), *mark),
        ", ".join(short_names(info)),
        _tokens(info.context_window),
        _tokens(info.max_output_tokens),
        thinking,
        "yes" if info.sampling else "no",
        f"{info.price.input:g} / {info.price.output:g}" if info.price else "unknown",
        text("not offered by this server") if absent else _state(info, today),
    )


def _tokens(count: int) -> str:
    return f"{count / 1e6:g}M" if count >= 10**6 else f"{count / 1e3:g}k"


def _state(info: ModelInfo, today: date) -> Piece:
    """Say how long the model will be there, and what to use instead."""
    leaving = info.retires is not None or info.lifecycle in {"deprecated", "retired"}
    advice = "use" if leaving else "newer:"
    instead = f", {advice} {info.replacement}" if info.replacement else ""
    if info.retires is None:
        return inline((strong if leaving else text)(info.lifecycle), instead)
    left = (info.retires - today).days
    when = f"{info.retires.day} {info.retires:%B %Y}"
    verb, days = ("retires", f" (in {left} days)") if left > 0 else ("retired", "")
    return inline(strong(f"{verb} {when}{days}"), instead)
