"""What a line means: a command, a question, or a command with a typing mistake."""

from __future__ import annotations

import difflib
import re
from importlib import import_module
from typing import Any

from claude_nb.ask.errors import InputError
from claude_nb.ask.options import BY_FLAG
from claude_nb.ask.options import BY_NAME as SETTING_NAMES
from claude_nb.notebook.commands import asking, guide
from claude_nb.notebook.commands.catalog import BY_NAME, Command
from claude_nb.notebook.session import Session

__all__ = ["run"]

_WORD = re.compile(r"\"[^\"]*\"|'[^']*'|\S+")
_ASSIGNS = re.compile(r"[\w-]+\s*=")
_AMOUNTS = re.compile(
    r"[\d$€£¥]|\b(?:dollars?|euros?|cents?|usd|eur|tokens?|off|none|nothing|unlimited)\b",
    re.IGNORECASE,
)
_LONGEST_AMOUNT = 5  # words: a budget that was set wrongly must not become a question that costs
_FILE = re.compile(r"\.(?:jsonl?|csv)$", re.IGNORECASE)
_LONGEST_NAME = 6  # words
_CELL = re.compile(
    r"(?:(?:the )?(?:last )?error|cell:\s*\d+|In\[\s*\d+\s*\])?\s*(?:\"[^\"]*\"|'[^']*')?",
    re.IGNORECASE,
)
_MANY = 3  # words: "set the tone of the story" is a question, "set temperature 0.3" is not
# words of a sentence: "show me how" and "last of all" are questions, "show main extra" is not
_SAID = re.compile(
    r"a|about|all|am|an|and|any|are|as|at|be|by|can|do|does|for|from|ha[sd]|have|he|his|how|i|if"
    r"|in|is|it|its|me|more|my|no|not|of|on|one|or|our|out|please|she|some|such|than|that|the|their"
    r"|them|then|these|they|this|those|to|us|was|we|were|what|when|where|which|who|why|with|your?"
)
_ALIKE = 0.7  # "hello" is no mistyped "help", "modles" is a mistyped "models"


def run(session: Session, line: str) -> Any:
    """Carry out one line; see `claude_nb.notebook.commands.run`."""
    line = line.strip()
    word, _, rest = line.partition(" ")
    rest = rest.strip()
    if not line or word in {"-h", "--help", "?", "??"}:
        return guide.run(session, "")
    if word == "--":
        return asking.run(session, rest)
    command = BY_NAME.get(word.lower())
    if command is not None and _fits(command, rest) and not _is_sentence(command, line):
        return _function(command)(session, rest)
    if command is not None:
        _refuse_option(command, rest)
        _refuse_unquoted(command, rest)
        _refuse_more(command, word, rest)
    if not rest:
        about = BY_NAME.get(word.rstrip("?").lower())
        if about is not None:  # %claude models?
            return guide.run(session, about.name)
        _refuse_mistyped(word)
    return asking.run(session, line)


def _fits(command: Command, rest: str) -> bool:
    """Return whether `rest` is what this command takes; "show me the way" is a question."""
    words = rest.split()
    if command.takes == "text" or not words:
        return True
    if command.takes == "pairs":
        return _ASSIGNS.match(rest) is not None or (len(words) < _MANY and _is_setting(words[0]))
    if command.takes == "amounts":
        is_amount = _AMOUNTS.search(rest) is not None and "?" not in rest
        return len(words) == 1 or (is_amount and len(words) <= _LONGEST_AMOUNT)
    if command.takes == "cell":
        return _CELL.fullmatch(rest) is not None
    if command.takes == "path" and rest[0] in "\"'":
        return rest.find(rest[0], 1) == len(rest) - 1
    return command.takes in {"word", "path"} and len(words) == 1


def _is_sentence(command: Command, line: str) -> bool:
    """Whether a person asks: "Count from 1 to 9" begins as sentences do, and commands do not."""
    return command.takes == "text" and line[0].isupper() and len(line.split()) > 1


def _is_setting(word: str) -> bool:
    return word.lstrip("-").replace("-", "_").lower() in SETTING_NAMES


def _function(command: Command) -> Any:
    module, _, name = command.module.partition(":")
    return getattr(import_module(f".{module}", __package__), name or "run")


def _refuse_option(command: Command, rest: str) -> None:
    """Refuse a flag behind a command: it would be sent as a question, which nobody meant."""
    flag = rest.split(maxsplit=1)[0].partition("=")[0]
    if flag in BY_FLAG:
        name = command.name
        raise InputError(
            f"%claude {name} takes no {flag}: write %claude set NAME=VALUE before it, which holds "
            f"from then on. To ask it as a question: %claude -- {name} ..."
        )


def _refuse_unquoted(command: Command, rest: str) -> None:
    """Refuse the name of a file with blanks in it: it would be sent as a question."""
    if command.takes == "path" and _FILE.search(rest) and len(rest.split()) <= _LONGEST_NAME:
        name = command.name
        raise InputError(
            f'A name with blanks stands in quotation marks: %claude {name} "{rest}". '
            f"To ask it as a question: %claude -- {name} ..."
        )


def _refuse_more(command: Command, word: str, rest: str) -> None:
    """Refuse a few words too many behind a command, unless they read like a question."""
    words = _WORD.findall(rest.lower())
    is_short = (
        len(words) <= _MANY and not any(map(_SAID.fullmatch, words)) and rest[-1] not in "?!.:"
    )
    if word != command.name or command.takes == "cell" or not is_short:
        return
    takes = command.form or "nothing behind it"
    raise InputError(
        f"%claude {command.name} takes {takes}: {rest!r} is more. "
        f"To ask it as a question: %claude -- {word} {rest}"
    )


def _refuse_mistyped(word: str) -> None:
    near = difflib.get_close_matches(word.lower(), BY_NAME, n=1, cutoff=_ALIKE)
    if near:
        raise InputError(
            f"There is no command {word!r}. Did you mean %claude {near[0]}? "
            f"To ask it as a question: %claude -- {word}"
        )
