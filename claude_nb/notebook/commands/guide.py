"""``%claude help``: what one can type, on one page."""

from __future__ import annotations

from claude_nb.notebook.commands.catalog import BY_NAME, COMMANDS, Command
from claude_nb.notebook.commands.host import Host
from claude_nb.notebook.commands.page import (
    Column,
    Piece,
    code,
    heading,
    inline,
    paragraph,
    show,
    soft,
    table,
)
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.names import did_you_mean

__all__ = ["run"]

_TWO = (Column(""), Column(""))
_EXAMPLES = (
    ("%claude Why is the sky blue?", "a question on one line"),
    ("%claude -m haiku --stop . A name for a boat?", "options come first"),
    ("%%claude --think 2000", "a longer prompt: write it below this line, in the same cell"),
    ("Summarise {{df}} in one table.", "in a prompt, {{name}} stands for a variable"),
    ("%claude set model=haiku", "a default for this session"),
    ("%claude fix", "explain the last Python error, and propose mended code"),
)


def run(magics: Host, words: str) -> None:
    """Show help on everything, or on the command that is named."""
    del magics
    name = words.strip().lower().removeprefix("%claude").strip()
    if not name:
        show(*_everything())
    elif name in BY_NAME:
        show(*_about(BY_NAME[name]))
    else:
        raise InputError(
            f"There is no command {name!r}.{did_you_mean(name, BY_NAME)} %claude help shows them "
            f"all. To ask it as a question: %claude -- help {name}"
        )


def _everything() -> list[Piece]:
    return [
        heading("Ask"),
        table(_TWO, [(code(typed), what) for typed, what in _EXAMPLES]),
        heading("Commands"),
        table(_TWO, [(code(_typed(command)), command.does) for command in COMMANDS]),
        paragraph(
            soft("All options: "),
            code("%%claude?"),
            soft(". More on a command: "),
            code("%claude help set"),
            soft(". A question that begins like a command: "),
            code("%claude -- count me in?"),
        ),
    ]


def _typed(command: Command) -> str:
    return f"%claude {command.name} {command.form}".rstrip()


def _about(command: Command) -> list[Piece]:
    first = inline(code(_typed(command)), f" — {command.does}.")
    return [paragraph(first), *([paragraph(command.more)] if command.more else [])]
