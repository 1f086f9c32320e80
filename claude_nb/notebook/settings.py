"""The one list of controls, from which the magic's options, ``%config`` and the panel derive.

A `Setting` says what a control is called, which values it takes and how to read one that was
typed. Knows nothing of IPython widgets, requests or models: what a *model* refuses is said by
`claude_nb.rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import traitlets

from claude_nb.models import DEFAULT_MODEL
from claude_nb.notebook.errors import InputError

__all__ = ["BY_NAME", "SETTINGS", "Setting", "as_traits"]

Kind = Literal["text", "number", "integer", "flag", "list", "think"]
THINK_WORDS = ("off", "on", "low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One control.

    Attributes
    ----------
    name : str
        Name of the trait, the panel's trait and the key in a dict of values.
    flags : tuple of str
        The magic's option, short form first.
    help : str
        One line for people.
    kind : Kind
        How a typed value is read. ``"flag"`` takes none; ``"list"`` may be repeated.
    metavar : str
        What stands for the value in help texts.
    default : object
        The value when nobody sets one; None leaves the choice to the model or to us.
    low, high, step : float or None
        Bounds (inclusive) and step of a slider, for numbers.
    """

    name: str
    flags: tuple[str, ...]
    help: str
    kind: Kind = "text"
    metavar: str = ""
    default: Any = None
    low: float | None = None
    high: float | None = None
    step: float | None = None

    def parse(self, text: str) -> Any:
        """Return the value that `text` stands for.

        Raises
        ------
        InputError
            `text` is not of this setting's kind, or out of its bounds.
        """
        return _PARSERS[self.kind](self, text)

    def check(self, value: float) -> None:
        """Raise `InputError` if a number is out of bounds."""
        too_low = self.low is not None and value < self.low
        too_high = self.high is not None and value > self.high
        if too_low or too_high:
            raise InputError(f"{self.flags[-1]} {value:g} is out of range: {self.bounds()}.")

    def bounds(self) -> str:
        """Say which numbers are allowed."""
        if self.high is None:
            return f"use {self.low:g} or more"
        return f"use {self.low:g} to {self.high:g}"


def unescape(text: str) -> str:
    r"""Turn a typed ``\n``, ``\t`` or ``\\`` into the character it means; leave the rest alone."""
    parts = text.split("\\\\")
    return "\\".join(part.replace("\\n", "\n").replace("\\t", "\t") for part in parts)


def _number(setting: Setting, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InputError(
            f"{setting.flags[-1]} takes a number, not {text!r}: {setting.bounds()}."
        ) from None
    setting.check(value)
    return value


def _integer(setting: Setting, text: str) -> int:
    try:
        value = int(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise InputError(
            f"{setting.flags[-1]} takes a whole number, not {text!r}: {setting.bounds()}."
        ) from None
    setting.check(value)
    return value


def _think(setting: Setting, text: str) -> int | str:
    word = text.strip().lower()
    if word in THINK_WORDS:
        return word
    try:
        return int(word.replace("_", "").replace(",", ""))
    except ValueError:
        raise InputError(
            f"{setting.flags[-1]} takes a budget in tokens (1024 or more) or one of "
            f"{', '.join(THINK_WORDS)}; not {text!r}."
        ) from None


def _stop(setting: Setting, text: str) -> str:
    value = unescape(text)
    if not value.strip():
        raise InputError(
            f"{setting.flags[-1]} {text!r} is blank: a stop sequence needs a visible character."
        )
    return value


_PARSERS: dict[Kind, Callable[[Setting, str], Any]] = {
    "text": lambda _, text: text,
    "number": _number,
    "integer": _integer,
    "flag": lambda _, text: text not in {"0", "false", "off", "no"},
    "list": _stop,
    "think": _think,
}

SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="model",
        flags=("-m", "--model"),
        metavar="NAME",
        default=DEFAULT_MODEL,
        help="model id or short name (sonnet, haiku-4.5)",
    ),
    Setting(
        name="temperature",
        flags=("-t", "--temperature"),
        kind="number",
        metavar="T",
        low=0,
        high=1,
        step=0.05,
        help="how freely to choose words, 0 to 1 (models up to 4.6, thinking off)",
    ),
    Setting(
        name="max_tokens",
        flags=("--max-tokens",),
        kind="integer",
        metavar="N",
        low=1,
        help="most tokens to write, thinking included (default: chosen to fit --think)",
    ),
    Setting(
        name="think",
        flags=("--think",),
        kind="think",
        metavar="BUDGET|WORD",
        help="think first: a budget in tokens, an effort (low, medium, high, ...), on or off",
    ),
    Setting(
        name="stop",
        flags=("--stop",),
        kind="list",
        metavar="TEXT",
        default=(),
        help=r"stop before this text; repeat for more; \n is a line break",
    ),
    Setting(
        name="system",
        flags=("-s", "--system"),
        metavar="TEXT",
        help="system prompt",
    ),
)

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}


def as_traits() -> dict[str, traitlets.TraitType[Any, Any]]:
    """Return one configurable trait for each setting, by name."""
    return {setting.name: _trait(setting) for setting in SETTINGS}


def _trait(setting: Setting) -> traitlets.TraitType[Any, Any]:
    make: dict[Kind, Callable[..., Any]] = {
        "number": lambda **kw: traitlets.Float(min=setting.low, max=setting.high, **kw),
        "integer": lambda **kw: traitlets.Int(min=setting.low, max=setting.high, **kw),
        "flag": traitlets.Bool,
        "list": lambda **kw: traitlets.List(traitlets.Unicode(), **kw),
        "think": lambda **kw: traitlets.Union([traitlets.Int(), traitlets.Enum(THINK_WORDS)], **kw),
        "text": traitlets.Unicode,
    }
    default = list(setting.default) if setting.kind == "list" else setting.default
    trait = make[setting.kind](default_value=default, allow_none=default is None, help=setting.help)
    return trait.tag(config=True)
