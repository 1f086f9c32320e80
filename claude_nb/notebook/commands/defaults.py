"""``%claude set``: the settings' values for this session, and where each comes from.

They are the traits of `ClaudeMagics`, so that ``%config`` shows and sets the same ones.
"""

from __future__ import annotations

import re
from typing import Any

import traitlets

from claude_nb.ask.errors import InputError
from claude_nb.ask.names import did_you_mean
from claude_nb.ask.options import BY_NAME, Setting, unescape
from claude_nb.notebook.commands import page
from claude_nb.notebook.run import origins
from claude_nb.notebook.session import Session
from claude_nb.notebook.traits import LASTING

__all__ = ["name_of", "run"]

_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])*"""
_PAIR = re.compile(rf"\s*([\w-]+)(?:\s+=\s+|=)({_VALUE})(?=\s|$)")
_QUOTED = re.compile(r""""((?:[^"\\]|\\.)*)"|'([^']*)'""")
_SHOWN = 80  # characters of a value
_LASTING = {setting.name: setting for setting in LASTING}
_COLUMNS = page.columns("setting", "value", "from", "what it does")


def run(session: Session, words: str) -> None:
    """Show all defaults, or set the ones that `words` names."""
    if not words:
        rows = [_row(session, setting) for setting in _LASTING.values()]
        page.show(page.table(_COLUMNS, rows), _how())
        return
    changes = _changes(words)
    before = session.defaults()
    wanted = {name: _wanted(_LASTING[name], value) for name, value in changes.items()}
    origins.check(session, before, before.changed(wanted))
    for name, value in changes.items():
        _put(session, _LASTING[name], value)
    now = session.defaults()
    lines = [_said(_LASTING[name], getattr(before, name), getattr(now, name)) for name in changes]
    page.show(*lines, *_doubts(session))


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
    if setting.many:
        return [setting.parse(word) for word in words]
    return setting.parse(words[-1])


def _unquoted(text: str) -> str:
    return _QUOTED.sub(lambda m: unescape(m[1].replace('\\"', '"')) if m[2] is None else m[2], text)


def _wanted(setting: Setting, value: Any) -> Any:
    return setting.default if value is None else value


def _put(session: Session, setting: Setting, value: Any) -> None:
    """Set one trait; None sets it to what it is when nobody sets it."""
    wanted = setting.listed(_wanted(setting, value))
    try:
        setattr(session.settings, setting.name, wanted)
    except traitlets.TraitError as problem:
        raise InputError(f"{setting.name}: {problem}") from None
    session.given.pop(setting.name, None)
    if value is not None:
        session.given[setting.name] = value


def _said(setting: Setting, before: Any, now: Any) -> page.Piece:
    was = "" if before == now else f" (was {origins.shown(before)})"
    return page.paragraph(
        page.code(setting.name), " = ", page.strong(origins.shown(now)), page.soft(was)
    )


def _doubts(session: Session) -> list[page.Piece]:
    """Say that the model of the defaults is not known here, if it is not."""
    models, name = session.models, session.settings.model
    if models.get(name) is not None or models.retired(name) is not None:
        return []
    near = " or ".join(models.near(name, most=2))
    hint = f" Did you mean {near}?" if near else ""
    doubt = f"No model {name!r} is known here.{hint}"
    return [page.paragraph(page.strong("But: "), doubt)]


def _row(session: Session, setting: Setting) -> tuple[page.Piece | str, ...]:
    value = getattr(session.settings, setting.name)
    origin = origins.origin(session, setting, value)
    shown = origins.shown(value)
    return (
        page.inline(page.code(setting.name), " ", page.soft(setting.flags[0])),
        shown if origin == origins.DEFAULT else page.strong(shown),
        origin,
        setting.help,
    )


def _how() -> page.Piece:
    return page.paragraph(
        page.soft("Set one: "),
        page.code("%claude set temperature=0.3"),
        page.soft(". Take it back: "),
        page.code("%claude set temperature="),
    )
