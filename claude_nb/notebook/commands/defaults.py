"""``%claude set``: the settings' values for this session, and where each comes from.

They are the traits of `ClaudeMagics`, so that ``%config`` shows and sets the same ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import traitlets

from claude_nb import models, rules
from claude_nb.notebook import request
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
)
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.names import did_you_mean
from claude_nb.notebook.settings import BY_NAME, MANY, SETTINGS, Setting, unescape

__all__ = ["name_of", "run"]

_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])*"""
_PAIR = re.compile(rf"\s*([\w-]+)(?:\s+=\s+|=)({_VALUE})(?=\s|$)")
_QUOTED = re.compile(r""""((?:[^"\\]|\\.)*)"|'([^']*)'""")
_SHOWN = 80  # characters of a value
_LASTING = {setting.name: setting for setting in SETTINGS if setting.lasting}
_COLUMNS = (Column("setting"), Column("value"), Column("from"), Column("what it does"))

_given: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()  # what `set` was told


def run(magics: Host, words: str) -> None:
    """Show all defaults, or set the ones that `words` names."""
    if not words:
        rows = [_row(magics, setting) for setting in _LASTING.values()]
        show(table(_COLUMNS, rows), _how())
        return
    changes = _changes(words)
    before = magics.defaults()
    for name, value in changes.items():
        _put(magics, name, value)
    lines = [_said(_LASTING[name], before[name], getattr(magics, name)) for name in changes]
    show(*lines, *_doubts(magics))


def name_of(word: str) -> str:
    """Return the setting's name that a typed ``--max-tokens`` or ``max_tokens`` stands for."""
    return word.lstrip("-").replace("-", "_").lower()


def _changes(words: str) -> dict[str, Any]:
    """Return the new value of each setting named, None for those to be taken back."""
    texts: dict[str, list[str]] = {}
    end = 0
    while end < len(words):
        pair = _PAIR.match(words, end)
        if pair is None:
            raise InputError(_unreadable(words[end:].strip()))
        texts.setdefault(_known(pair[1]), []).append(pair[2])
        end = pair.end()
    return {name: _value(_LASTING[name], values) for name, values in texts.items()}


def _unreadable(rest: str) -> str:
    example = "%claude set temperature=0.3 system='Be brief.'"
    return f"{rest[:_SHOWN]!r} cannot be read: write name=value, such as {example}"


def _known(word: str) -> str:
    name = name_of(word)
    if name in _LASTING:
        return name
    if name in BY_NAME:
        option = BY_NAME[name].flags[-1]
        raise InputError(f"{name} is for one cell, no default: write %%claude {option} there.")
    raise InputError(
        f"There is no setting {word!r}.{did_you_mean(name, _LASTING)} %claude set shows them all."
    )


def _value(setting: Setting, texts: list[str]) -> Any:
    words = [_unquoted(text) for text in texts]
    if words == [""]:
        return None
    if setting.kind in MANY:
        return [setting.parse(word) for word in words]
    return setting.parse(words[-1])


def _unquoted(text: str) -> str:
    return _QUOTED.sub(lambda m: unescape(m[1].replace('\\"', '"')) if m[2] is None else m[2], text)


def _put(magics: Host, name: str, value: Any) -> None:
    """Set one trait; None sets it to what it is when nobody sets it."""
    setting = _LASTING[name]
    default = list(setting.default) if setting.kind in MANY else setting.default
    try:
        setattr(magics, name, default if value is None else value)
    except traitlets.TraitError as problem:
        raise InputError(f"{name}: {problem}") from None
    told = _given.setdefault(magics, {})
    told.pop(name, None)
    if value is not None:
        told[name] = value


def _said(setting: Setting, before: Any, now: Any) -> Piece:
    was = "" if before == now else f" (was {_shown(before)})"
    return paragraph(code(setting.name), " = ", strong(_shown(now)), soft(was))


def _doubts(magics: Host) -> list[Piece]:
    """Say what a model would refuse of the defaults as they are now."""
    values = magics.defaults()
    found = [str(refusal) for refusal in rules.explain(request.build(values, []))]
    name = values["model"]
    if models.get(name) is None and models.retired(name) is None:
        near = " or ".join(models.near(name, most=2))
        hint = f" Did you mean {near}?" if near else ""
        found.append(f"No model {name!r} is known here.{hint}")
    return [paragraph(strong("But: "), doubt) for doubt in dict.fromkeys(found)]


def _row(magics: Host, setting: Setting) -> tuple[Piece | str, ...]:
    value = getattr(magics, setting.name)
    origin = _origin(magics, setting, value)
    shown = _shown(value)
    return (
        inline(code(setting.name), " ", soft(setting.flags[0])),
        shown if origin == "default" else strong(shown),
        origin,
        setting.help,
    )


def _origin(magics: Any, setting: Setting, value: Any) -> str:
    if setting.name in (told := _given.get(magics, {})) and told[setting.name] == value:
        return "%claude set"
    configured: Mapping[str, Any] = magics.config.get("ClaudeMagics", {})
    if setting.name in configured and configured[setting.name] == value:
        return "%config, or IPython's configuration"
    default = list(setting.default) if setting.kind in MANY else setting.default
    return "default" if value == default else "set in Python, or by the panel"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return ", ".join(repr(item) for item in value) or "none"
    words = "not set" if value is None else " ".join(str(value).split())
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"


def _how() -> Piece:
    return paragraph(
        soft("Set one: "),
        code("%claude set temperature=0.3"),
        soft(". Take it back: "),
        code("%claude set temperature="),
    )
