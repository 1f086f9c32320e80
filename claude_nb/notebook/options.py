"""Read a magic's line: ``-m haiku --stop '---' --think 2000``.

Built from `claude_nb.notebook.settings` alone, on argparse. Differs from plain argparse where a
notebook needs it: an option that takes a value always takes the next word, so that
``--stop ---`` works; a mistyped option names its nearest neighbour; nothing exits.
"""

from __future__ import annotations

import argparse
import difflib
import shlex
from typing import Any, NoReturn

from claude_nb.notebook.errors import InputError
from claude_nb.notebook.settings import BY_NAME, MANY, SETTINGS, Setting

__all__ = ["parse_line", "usage"]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}. %%claude? lists all options.")


def _parser() -> _Parser:
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
        return
    if setting.kind in MANY:
        common["action"] = "append"
    if setting.kind == "think":
        common |= {"nargs": "?", "const": "on"}
    parser.add_argument(*setting.flags, metavar=setting.metavar, **common)


def usage() -> str:
    """Return the help text for all options, one line each."""
    return _parser().format_help()


def parse_line(line: str) -> dict[str, Any]:
    """Return the values of the options given on a magic's line, by setting name.

    Parameters
    ----------
    line : str
        What stands behind ``%%claude``; words may be quoted as in a shell.

    Raises
    ------
    InputError
        Unknown option, missing or unusable value, or a stray word.
    """
    known, strays = _parser().parse_known_args(_joined(_split(line)))
    if strays:
        raise InputError(_stray(strays[0]))
    return {name: _parsed(BY_NAME[name], text) for name, text in vars(known).items()}


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as problem:
        raise InputError(f"The options cannot be read ({problem}): close every quote.") from None


def _joined(words: list[str]) -> list[str]:
    """Join each option with the word behind it, so that a value may begin with a dash."""
    takes_value = {flag for s in SETTINGS if s.kind not in {"flag", "think"} for flag in s.flags}
    joined: list[str] = []
    rest = iter(words)
    for word in rest:
        value = next(rest, None) if word in takes_value else None
        if value is None:
            joined.append(word)
        else:
            joined.append(f"{word}={value}" if word.startswith("--") else word + value)
    return joined


def _parsed(setting: Setting, given: Any) -> Any:
    if isinstance(given, list):
        return [setting.parse(text) for text in given]
    return given if setting.kind == "flag" else setting.parse(given)


def _stray(word: str) -> str:
    if not word.startswith("-"):
        return f"Unexpected {word!r}: the prompt goes below the %%claude line, options on it."
    option = word.partition("=")[0]
    flags = [flag for setting in SETTINGS for flag in setting.flags]
    near = difflib.get_close_matches(option, flags, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"There is no option {option}.{hint} %%claude? lists all options."
