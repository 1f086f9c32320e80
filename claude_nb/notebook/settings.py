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

Kind = Literal["text", "number", "integer", "flag", "texts", "stops", "think", "choice"]
MANY = frozenset({"texts", "stops"})
FORMATS = ("markdown", "text", "code", "json", "html", "math")
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
        How a typed value is read. ``"flag"`` takes none; ``"texts"`` and ``"stops"`` may be
        repeated.
    metavar : str
        What stands for the value in help texts.
    default : object
        The value when nobody sets one; None leaves the choice to the model or to us.
    low, high, step : float or None
        Bounds (inclusive) and step of a slider, for numbers.
    choices : tuple of str
        The words a ``"choice"`` takes.
    lasting : bool
        Whether it makes sense as a default for a session (``%config``, the panel).
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
    choices: tuple[str, ...] = ()
    lasting: bool = True

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


def _choice(setting: Setting, text: str) -> str:
    word = text.strip().lower()
    if word not in setting.choices:
        raise InputError(
            f"{setting.flags[-1]} takes one of {', '.join(setting.choices)}; not {text!r}."
        )
    return word


_PARSERS: dict[Kind, Callable[[Setting, str], Any]] = {
    "text": lambda _, text: text,
    "texts": lambda _, text: text,
    "choice": _choice,
    "number": _number,
    "integer": _integer,
    "flag": lambda _, text: text not in {"0", "false", "off", "no"},
    "stops": _stop,
    "think": _think,
}

# fmt: off
SETTINGS: tuple[Setting, ...] = (
    Setting(name="model", flags=("-m", "--model"), metavar="NAME", default=DEFAULT_MODEL,
            help="model id or short name (sonnet, haiku-4.5)"),
    Setting(name="temperature", flags=("-t", "--temperature"), kind="number", metavar="T",
            low=0, high=1, step=0.05,
            help="how freely to choose words, 0 to 1 (models up to 4.6, thinking off)"),
    Setting(name="top_p", flags=("--top-p",), kind="number", metavar="P", low=0, high=1, step=0.01,
            help="choose among the likeliest words that make up this share (models up to 4.6)"),
    Setting(name="top_k", flags=("--top-k",), kind="integer", metavar="K", low=0,
            help="choose among the K likeliest words (models up to 4.6, thinking off)"),
    Setting(name="max_tokens", flags=("--max-tokens",), kind="integer", metavar="N", low=1,
            help="most tokens to write, thinking included (default: chosen to fit --think)"),
    Setting(name="think", flags=("--think",), kind="think", metavar="BUDGET|WORD",
            help="think first: a budget in tokens, an effort (low, medium, high, ...), on or off"),
    Setting(name="hide_thinking", flags=("-R", "--hide-thinking"), kind="flag", default=False,
            help="do not show the thinking"),
    Setting(name="stop", flags=("--stop",), kind="stops", metavar="TEXT", default=(),
            help=r"stop before this text; repeat for more; \n is a line break"),
    Setting(name="system", flags=("-s", "--system"), metavar="TEXT",
            help="system prompt: text, {{variable}} or @file"),
    Setting(name="cache", flags=("--cache",), kind="flag", default=False,
            help="cache the prompt, so that asking again about the same costs less"),
    Setting(name="option", flags=("-o", "--option"), kind="texts", metavar="KEY=VALUE", default=(),
            help="any other request parameter, such as -o service_tier=standard_only"),
    Setting(name="attach", flags=("-a", "--attach"), kind="texts", metavar="X", default=(),
            lasting=False, help="a file, address or variable to ask about; repeat for more"),
    Setting(name="chat", flags=("-c", "--chat"), metavar="NAME", default="main",
            help="the conversation to go on with"),
    Setting(name="fresh", flags=("--fresh",), kind="flag", default=False, lasting=False,
            help="begin the conversation anew"),
    Setting(name="no_history", flags=("--no-history",), kind="flag", default=False,
            help="ask by itself: send no earlier turns, keep no turn"),
    Setting(name="format", flags=("-f", "--format"), kind="choice", metavar="FORMAT",
            default="markdown", choices=FORMATS,
            help="ask for, check and show the answer as markdown, text, code, json, html or math"),
    Setting(name="extract", flags=("-x", "--extract"), kind="flag", default=False, lasting=False,
            help="propose the answer's code as the next cell (never runs it)"),
    Setting(name="out", flags=("--out",), metavar="NAME", lasting=False,
            help="put the answer into this variable: its text, or what --format makes of it"),
    Setting(name="schema", flags=("--schema",), metavar="NAME", lasting=False,
            help="answer as this pydantic model, dataclass, TypedDict or JSON schema"),
    Setting(name="tools", flags=("--tools",), metavar="F,G", lasting=False,
            help="functions that the model may call"),
    Setting(name="quiet", flags=("-q", "--quiet"), kind="flag", default=False,
            help="no line of model, time and tokens below the answer"),
    Setting(name="dry_run", flags=("-N", "--dry-run"), kind="flag", default=False, lasting=False,
            help="show the exact request, its tokens and likely cost; ask nothing"),
    Setting(name="no_stream", flags=("--no-stream",), kind="flag", default=False,
            help="show the answer only when it is whole"),
    Setting(name="bg", flags=("--bg",), kind="flag", default=False, lasting=False,
            help="let the cell end at once; its value is a handle to await or stop"),
)
# fmt: on

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}


def as_traits() -> dict[str, traitlets.TraitType[Any, Any]]:
    """Return one configurable trait for each lasting setting, by name."""
    return {setting.name: _trait(setting) for setting in SETTINGS if setting.lasting}


def _trait(setting: Setting) -> traitlets.TraitType[Any, Any]:
    many = setting.kind in MANY
    default = list(setting.default) if many else setting.default
    trait = _TRAITS[setting.kind](
        setting, default_value=default, allow_none=default is None, help=setting.help
    )
    return trait.tag(config=True)


def _texts(_: Setting, **common: Any) -> Any:
    return traitlets.List(traitlets.Unicode(), **common)


_TRAITS: dict[Kind, Callable[..., Any]] = {
    "number": lambda s, **kw: traitlets.Float(min=s.low, max=s.high, **kw),
    "integer": lambda s, **kw: traitlets.Int(min=s.low, max=s.high, **kw),
    "flag": lambda _, **kw: traitlets.Bool(**kw),
    "texts": _texts,
    "stops": _texts,
    "think": lambda _, **kw: traitlets.Union([traitlets.Int(), traitlets.Enum(THINK_WORDS)], **kw),
    "choice": lambda s, **kw: traitlets.Enum(s.choices, **kw),
    "text": lambda _, **kw: traitlets.Unicode(**kw),
}
