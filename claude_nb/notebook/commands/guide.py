"""``%claude help``: what one can type, on one page."""

from __future__ import annotations

from claude_nb.ask.errors import InputError
from claude_nb.ask.names import did_you_mean
from claude_nb.ask.options import BY_FLAG, Setting
from claude_nb.ask.options import BY_NAME as SETTINGS
from claude_nb.notebook.commands import page
from claude_nb.notebook.commands.catalog import BY_NAME, COMMANDS, Command
from claude_nb.notebook.session import Session

__all__ = ["panel", "run"]

_TWO = page.columns("", "")
_EXAMPLES = (
    ("%claude Why is the sky blue?", "a question on one line"),
    ("%claude -m haiku --stop . A name for a boat?", "options come first"),
    ("%%claude --think 2000", "a longer prompt: write it below this line, in the same cell"),
    ("Summarise {{df}} in one table.", "in a prompt, {{name}} stands for a variable"),
    ("%claude set model=haiku", "a default for this session"),
    ("%claude fix", "explain the last Python error, and show what would mend the cell"),
    ('%claude edit "make it faster"', "show what would change in the cell above"),
)


def run(session: Session, words: str) -> None:
    """Show help on everything, or on the command or the option that is named."""
    del session
    name = words.strip().lower().removeprefix("%claude").strip()
    if not name:
        page.show(*_everything())
    elif name in BY_NAME:
        page.show(*_about(BY_NAME[name]))
    elif option := BY_FLAG.get(words.strip()) or SETTINGS.get(name.lstrip("-").replace("-", "_")):
        page.show(*_of_option(option))
    else:
        raise InputError(
            f"There is no command {name!r}.{did_you_mean(name, BY_NAME)} %claude help shows them "
            f"all. To ask it as a question: %claude -- help {name}"
        )


def _everything() -> list[page.Piece]:
    return [
        page.grouped(
            _TWO,
            [
                ("Ask", [(page.code(typed), what) for typed, what in _EXAMPLES]),
                ("Commands", [(page.code(_typed(each)), each.does) for each in COMMANDS]),
            ],
        ),
        page.paragraph(
            page.soft("All options: "),
            page.code("%%claude?"),
            page.soft(". More on a command: "),
            page.code("%claude help set"),
            page.soft(". A question that begins like a command: "),
            page.code("%claude -- count me in?"),
        ),
    ]


def _typed(command: Command) -> str:
    return f"%claude {command.name} {command.form}".rstrip()


def _about(command: Command) -> list[page.Piece]:
    first = page.inline(page.code(_typed(command)), f" — {command.does}.")
    return [page.paragraph(first), *([page.paragraph(command.more)] if command.more else [])]


def _of_option(option: Setting) -> list[page.Piece]:
    typed = f"%%claude {', '.join(option.flags)} {option.metavar or ''}".rstrip()
    return [
        page.paragraph(page.inline(page.code(typed), f" — {option.help}.")),
        page.paragraph(
            page.soft("It is an option of a question. All of them: "), page.code("%%claude?")
        ),
    ]


def panel(session: Session, words: str) -> None:
    """Display the panel: the form with all the controls."""
    del words
    from claude_nb.notebook import panel as form  # noqa: PLC0415 (the guide alone needs none)

    form.show(session)
