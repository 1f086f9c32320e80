"""Where a setting's value comes from, and how to take it back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from claude_nb.ask import extra, request
from claude_nb.ask.errors import InputError, RefusedError
from claude_nb.ask.options import Options, Setting
from claude_nb.characters import one_line
from claude_nb.models import BUILT_IN, rules
from claude_nb.notebook.session import Session
from claude_nb.notebook.traits import LASTING

__all__ = ["DEFAULT", "check", "explained", "origin", "shown"]

DEFAULT = "default"
_SHOWN = 80  # characters of a value
_FAMILIES = frozenset(info.line for info in BUILT_IN.rows)
_FIELDS = {"output_config": "think", "thinking": "think", "stop_sequences": "stop"}
_TOOLS = tuple(setting.name for setting in LASTING if setting.wire in {"tools", "mcp_servers"})


def origin(session: Session, setting: Setting, value: Any) -> str:
    """Return where the present value of a setting comes from; ``default`` if nobody set it."""
    if setting.name in session.given and session.given[setting.name] == value:
        return "%claude set"
    configured: Mapping[str, Any] = session.settings.config.get("ClaudeMagics", {})
    if setting.name in configured and configured[setting.name] == value:
        return "%config, or IPython's configuration"
    if value == setting.listed(setting.default):
        return DEFAULT
    is_usual = setting.name == "model" and session.locks.usual_model(setting.default) == value
    return "the first that is allowed here" if is_usual else "set in Python, or by the panel"


def shown(value: Any) -> str:
    """Return a setting's value as people say it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return ", ".join(repr(item) for item in value) or "none"
    return "not set" if value is None else one_line(str(value), _SHOWN)


def explained(
    session: Session, options: Options, refusal: RefusedError, *, but: Collection[str] = ()
) -> InputError:
    """Return a refusal that also says which settings at fault were set before, and where."""
    names = {_FIELDS.get(field.partition(".")[0], field) for field in refusal.fields} | {"model"}
    lines = [str(refusal), *_set_before(session, options, names - {*but})]
    return InputError("\n".join(lines))


def _set_before(session: Session, options: Options, names: Collection[str]) -> Iterator[str]:
    for setting in LASTING if session.settings is not None else ():
        value = getattr(session.settings, setting.name)
        is_used = setting.name in names and setting.listed(getattr(options, setting.name)) == value
        source = origin(session, setting, value) if is_used else DEFAULT
        if source != DEFAULT:
            yield (
                f"{setting.name} = {shown(value)} was set before ({source}). "
                f"To take it back: %claude set {setting.name}="
            )


def check(session: Session, before: Options, after: Options) -> None:
    """Raise `InputError` if defaults would make every cell fail, for a reason that is new."""
    models, name = session.models, after.model.strip()
    if name != before.model and models.get(name) is None and not any(c.isdigit() for c in name):
        near = [one for one in models.near(name) if any(f in one for f in _FAMILIES)]
        if near:
            raise InputError(f"There is no model {name!r}. Did you mean {' or '.join(near[:2])}?")
    if after.option != before.option:
        extra.parameters(after.option)
    old = set(map(str, _refusals(session, before)))
    new = [one for one in _refusals(session, after) if str(one) not in old]
    if new:
        refusal = RefusedError(
            "\n".join(dict.fromkeys(map(str, new)))
            + "\nNothing was changed: every cell would fail so.",
            tuple(one.field for one in new),
        )
        changed = {s.name for s in LASTING if getattr(before, s.name) != getattr(after, s.name)}
        raise explained(session, after, refusal, but=changed)


def _refusals(session: Session, options: Options) -> list[rules.Refusal]:
    """Return why every cell with these defaults would be refused."""
    sent = request.build(options, [], session.models)
    tools = [name for name in _TOOLS if getattr(options, name)]
    locked = session.locks.refusals({**sent, "tools": tools} if tools else sent)
    return locked or rules.explain(sent, session.models)
