"""Read a magic's line: ``-m haiku --stop '---' --think 2000``; and a ``%%claude`` cell.

Built from `claude_nb.ask.options` alone, on argparse. Differs from plain argparse where a
notebook needs it: an option that takes a value always takes the next word, so that
``--stop ---`` works; a mistyped option names its nearest neighbour; nothing exits.
"""

from __future__ import annotations

import argparse
import difflib
from functools import cache
from typing import Any, NoReturn

from claude_nb.ask import words
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import BY_FLAG, BY_NAME, SETTINGS, Setting

__all__ = ["parse_line", "split_cell", "usage"]

_LONGEST = 100_000  # characters of the options; the reader takes a second for so many
_SHORT = 2  # characters of a short option, and of two dashes
_SHOWN = 100  # characters of a word in a message


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}. %%claude? lists all options.")


@cache
def _parser() -> _Parser:
    """Return the parser, which takes 2 ms to make and keeps nothing of what it parses."""
    parser = _Parser(prog="%%claude", add_help=False, allow_abbrev=False)
    for setting in SETTINGS:
        _add(parser, setting)
    return parser


def _add(parser: argparse.ArgumentParser, setting: Setting) -> None:
    common: dict[str, Any] = {
        "dest": setting.name,
        "default": argparse.SUPPRESS,
        "help": setting.help.replace("%", "%%"),
    }
    if setting.kind == "flag":
        parser.add_argument(*setting.flags, action="store_true", **common)
        unlisted = {**common, "help": argparse.SUPPRESS}
        parser.add_argument(setting.negated, action="store_false", **unlisted)
        return
    if setting.many:
        common["action"] = "append"
    if setting.alone is not None:
        common |= {"nargs": "?", "const": str(setting.alone)}
    parser.add_argument(*setting.flags, metavar=setting.metavar, **common)


def usage() -> str:
    """Return the help text for all options, one line each."""
    return _parser().format_help()


def split_cell(line: str, body: str) -> tuple[str, str]:
    r"""Return (options, prompt) of a cell; option lines go on behind a trailing ``\``.

    Parameters
    ----------
    line : str
        What stands behind ``%%claude``.
    body : str
        The lines below it.
    """
    pieces: list[str] = []
    start, bare = 0, line.rstrip()
    while bare.endswith("\\") and start < len(body):
        pieces.append(bare[:-1])
        end = body.find("\n", start)
        end = len(body) if end < 0 else end
        line, start = body[start:end], end + 1
        bare = line.rstrip()
    pieces.append(bare[:-1] if bare.endswith("\\") else line)
    return " ".join(pieces), body[start:]


def parse_line(line: str) -> dict[str, Any]:
    """Return the values of the options given on a magic's line, by setting name.

    Parameters
    ----------
    line : str
        What stands behind ``%%claude``; words may be quoted as in a shell, backslashes stay.

    Raises
    ------
    InputError
        Unknown option, missing or unusable value, or a stray word.
    """
    if len(line) > _LONGEST:
        raise InputError(
            f"The options have {len(line):,} characters; they may have {_LONGEST:,}. A long system "
            "prompt fits into a variable or a file: -s '{{name}}' or -s @file."
        )
    takes_value = {
        flag for s in SETTINGS if s.kind != "flag" and s.alone is None for flag in s.flags
    }
    typed = words.split(line, takes_value)
    known, strays = _parser().parse_known_args(_joined(typed, takes_value))
    if strays:
        raise InputError(_stray(strays[0]))
    given = {name: _parsed(BY_NAME[name], text) for name, text in vars(known).items()}
    if "chat" in given:  # who names a chat wants it, whatever the default is
        given.setdefault("no_history", False)
    return given


def _joined(typed: list[str], takes_value: set[str]) -> list[str]:
    """Join each option with the word behind it, so that a value may begin with a dash."""
    joined: list[str] = []
    rest = iter(typed)
    for word in rest:
        value = next(rest, None) if word in takes_value else None
        if value is None:
            joined.append(word)
        else:
            joined.append(f"{word}={value}" if word.startswith("--") else word + value)
    return joined


def _parsed(setting: Setting, given: Any) -> Any:
    if setting.kind == "flag":
        return given
    is_name = setting.kind == "text" and setting.metavar == "NAME"
    if is_name and not given.strip():
        raise InputError(f"{setting.flags[-1]} {given!r} is blank: write a name behind it.")
    return (
        [setting.parse(_text(each)) for each in given]
        if setting.many
        else setting.parse(_text(given))
    )


def _text(given: Any) -> str:
    """Return the text of a value: Pythons before 3.13 take ``--`` for no value, wherever it is."""
    return "--" if given == [] else given


def _stray(word: str) -> str:
    if looks_like := words.typographic(word):
        return f"Unexpected {word[:_SHOWN]!r}:{looks_like}"
    if not word.startswith("-"):
        return (
            f"Unexpected {word[:_SHOWN]!r}: the prompt goes below the %%claude line, options on "
            "it; a value with blanks stands in quotes."
        )
    option = word.partition("=")[0][:_SHOWN]
    begun = [flag for flag in BY_FLAG if len(option) > _SHORT and flag.startswith(option)]
    near = begun or difflib.get_close_matches(option, BY_FLAG, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"There is no option {option}.{hint} %%claude? lists all options."
