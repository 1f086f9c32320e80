"""Tab in ``%%claude`` and ``%claude``: options, models, chats, files, variables.

Pure: text up to the cursor in, completions out. Loaded when Tab is first pressed: `hook` asks it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claude_nb import models
from claude_nb.ask.attachments import files
from claude_nb.ask.extra import PARAMETERS, TOOLS
from claude_nb.ask.names import NOTEBOOK
from claude_nb.ask.options import BY_FLAG, BY_NAME, SETTINGS, THINK_WORDS, Setting
from claude_nb.notebook.commands.catalog import BY_NAME as COMMANDS
from claude_nb.notebook.commands.catalog import SERVERS
from claude_nb.notebook.completion import names as complete_names

__all__ = ["candidates"]

_SHOWN = ("last-plot", "last-error")  # by the notebook
_OF_TOOLS = [f"{tool}.{name}" for tool, names in TOOLS.items() for name in names]
_LINE = re.compile(r"(?:.*=)?\s*%claude\s+(.*)", re.DOTALL)

Names = Mapping[str, Any]
Found = tuple[str, list[str]]


@dataclass(frozen=True, slots=True)
class Known:
    """What the session knows by name.

    Attributes
    ----------
    chats : list of str
        Its chats.
    served : list of str
        The models that the server which was chosen listed.
    servers : list of str
        The MCP servers that have a name.
    """

    chats: list[str]
    served: list[str]
    servers: list[str]


def candidates(
    text: str,
    variables: Names,
    *,
    chats: Iterable[str] = (),
    served: Iterable[str] = (),
    servers: Iterable[str] = (),
) -> Found | None:
    """Return what can stand at the end of `text`.

    Parameters
    ----------
    text : str
        A cell up to the cursor.
    variables : Mapping
        The kernel's namespace, without what IPython put there.
    chats : iterable of str
        Names of the chats there are.
    served : iterable of str
        Models of the server that answers, if it listed them: no others are offered then.
    servers : iterable of str
        Names of MCP servers.

    Returns
    -------
    (str, list of str) or None
        What was typed of the word at the cursor, and the words it may become, in order; None
        if this is no cell or line of ours, or there is nothing to say.
    """
    line, is_cell, in_body = _ours(text)
    if line is None:
        return None
    typed = complete_names.open_field(line)
    if typed is not None:
        return typed, complete_names.paths(typed, variables)
    if in_body:
        return None
    known = Known(list(chats), list(served), list(servers))
    before, word = _split(line)
    words = before.split()
    if not is_cell and not word.startswith("-") and (not words or words[0] in COMMANDS):
        return _command(words, word, variables, known)
    return _option(words, word, variables, known)


def _ours(text: str) -> tuple[str | None, bool, bool]:
    """Return (text to look at, is it a cell magic's, is it in the body)."""
    if not re.match(r"%%claude\s", text):
        line = _LINE.fullmatch(text.rpartition("\n")[2])
        return (line[1] if line else None), False, False
    head = re.sub(r"\\[^\S\n]*\n", "  ", text.removeprefix("%%claude"))  # options may span lines
    line, in_body, body = head.partition("\n")
    return (body if in_body else line), True, bool(in_body)


def _option(words: list[str], word: str, variables: Names, known: Known) -> Found:
    setting = _wants_value(words)
    flag, equals, value = word.partition("=")
    if setting is None and equals and flag.startswith("-"):
        setting, word = BY_FLAG.get(flag), value
    if setting is not None and not (setting.kind == "think" and word.startswith("-")):
        return word, _matching(word, _values(setting, word, variables, known))
    return word, _matching(word, _flags())


def _command(words: list[str], word: str, variables: Names, known: Known) -> Found:
    """Complete a command of ``%claude``, or what may follow it."""
    if not words:
        return word, _matching(word, COMMANDS)
    command = COMMANDS[words[0]]
    name, equals, value = word.partition("=")
    if command.takes == "pairs" and equals and name in BY_NAME:
        return value, _matching(value, _values(BY_NAME[name], value, variables, known))
    forms: dict[str, Callable[[], Iterable[str]]] = {
        "[CHAT]": lambda: known.chats,
        "[COMMAND]": lambda: COMMANDS,
        "[FILE]": lambda: _paths(word),
        "[NAME]": lambda: known.served or _models(word),
        "[SERVER]": lambda: [*SERVERS, "off"],
        "[NAME=VALUE ...]": lambda: [f"{s.name}=" for s in SETTINGS if s.lasting],
    }
    return word, _matching(word, forms.get(command.form, tuple)())


def _split(line: str) -> tuple[str, str]:
    """Split a line before its last word; a word goes on in quotes and behind a backslash."""
    found = re.search(r"""(?:(?<=\s)|^)(?:"([^"]*)|'([^']*)|((?:\\.|[^\s"'\\])*))$""", line)
    if found is None:
        return line, ""
    word = next(part for part in found.groups() if part is not None)
    return line[: found.start()], word


def _wants_value(words: list[str]) -> Setting | None:
    setting = BY_FLAG.get(words[-1]) if words else None
    return setting if setting is not None and setting.kind != "flag" else None


def _flags() -> list[str]:
    """Return all options, the long forms first."""
    flags = [flag for setting in SETTINGS for flag in setting.flags]
    return sorted(flags, key=lambda flag: not flag.startswith("--"))


def _matching(word: str, known: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(known) if name.startswith(word)]


def _values(setting: Setting, word: str, variables: Names, known: Known) -> Iterable[str]:
    """Return what the option of this setting takes."""
    makers: dict[str, Callable[[], Iterable[str]]] = {
        "model": lambda: known.served or _models(word),
        "models": lambda: _listed(word, known.served or _models(word.rpartition(",")[2])),
        "systems": lambda: _named(variables, lambda value: isinstance(value, list | dict)),
        "think": lambda: THINK_WORDS,
        "chat": lambda: known.chats,
        "mcp": lambda: _listed(word, known.servers),
        "option": lambda: [f"{name}=" for name in (*PARAMETERS, *_OF_TOOLS)],
        "attach": lambda: [*complete_names.paths(word, variables), *_SHOWN, *_paths(word)],
        "system": lambda: ["@" + path for path in _paths(word[1:])] if word[:1] == "@" else ["@"],
        "schema": lambda: _named(variables, lambda value: isinstance(value, type | dict)),
        "tools": lambda: _listed(word, [NOTEBOOK, *_named(variables, callable)]),
        "out": lambda: complete_names.variable_names(variables),
    }
    return setting.choices or makers.get(setting.name, tuple)()


def _models(word: str) -> list[str]:
    """Return short names, then ids; short names with a version once something was typed."""
    known = models.all_models()
    lines = [info.line for info in known if models.get(info.line)]
    ids = [name for info in known for name in (*info.aliases, info.id)]
    short = [name.removeprefix("claude-") for name in ids] if word else []
    return [*lines, *short, *ids]


def _named(variables: Names, accept: Callable[[Any], bool]) -> list[str]:
    return sorted(n for n, value in variables.items() if not n.startswith("_") and accept(value))


def _listed(word: str, known: list[str]) -> list[str]:
    """Complete the last name of a list with commas."""
    done = word[: word.rfind(",") + 1]
    return [done + name for name in known if name not in done.split(",")]


def _paths(word: str) -> list[str]:
    """Return the files and folders that `word` may become; folders end in a slash."""
    typed = word.replace("\\ ", " ")
    folder, slash, start = typed.rpartition("/")
    try:
        entries = sorted(files.path(folder + slash or ".").iterdir())
    except OSError:
        return []
    shown = [entry for entry in entries if start[:1] == "." or entry.name[:1] != "."]
    escape = "\\ " if "\\ " in word or " " not in word else " "
    return [(folder + slash + _ending(entry)).replace(" ", escape) for entry in shown]


def _ending(entry: Path) -> str:
    return f"{entry.name}/" if entry.is_dir() else entry.name
