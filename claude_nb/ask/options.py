"""The one list of options, from which the magic's options, ``%config`` and the panel derive.

`Options` holds their values, frozen; a `Setting` says of each what it is called, which values it
takes and how to read one that was typed. Knows nothing of IPython, requests or models: what a
*model* refuses is said by `claude_nb.models.rules`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, Self

from claude_nb.ask.errors import InputError
from claude_nb.models import DEFAULT_MODEL

__all__ = ["BY_FLAG", "BY_NAME", "ROWS", "SETTINGS", "WAYS", "Options", "Setting"]

Kind = Literal[
    "text", "number", "integer", "money", "flag", "texts", "stops", "think", "choice", "servers",
    "names", "numbers",
]  # fmt: skip
FORMATS = ("markdown", "text", "code", "json", "html", "math")
EFFORTS = ("low", "medium", "high", "xhigh", "max")
SEARCHES = 5  # at most, where nobody says how many
_DIGITS = 9  # of a number of cells: more would be the same
_LARGE = 10**15  # nobody reads longer numbers
THINK_WORDS = ("off", "on", *EFFORTS)
CONTEXTS = ("none", "above", "all")
CONTEXT_TOKENS = 20_000
WAYS = ("models", "temperatures", "systems")
ROWS = ("each", "sample", "samples", *WAYS, "budget", "batch", "no_pilot")  # of a table


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Setting:
    """What is known of one option.

    Attributes
    ----------
    name : str
        Name of the field of `Options`, of the trait and of the panel's trait.
    default : object
        The value when nobody sets one; None leaves the choice to the model or to us.
    flags : tuple of str
        The magic's option, short form first.
    help : str
        One line for people.
    kind : Kind
        How a typed value is read. ``"flag"`` takes none; ``"texts"`` and ``"stops"`` may be
        repeated.
    metavar : str
        What stands for the value in help texts.
    label : str
        What the panel calls it.
    low, high, step : float or None
        Bounds (inclusive) and step of a slider, for numbers.
    choices : tuple of str
        The words a ``"choice"`` takes.
    counted : bool
        Whether a ``"choice"`` takes a whole number, 1 or more, as well.
    wire : str
        The request's field that it sets; empty if it sets none.
    alone : object
        The value of the option where no value follows it; None if one must.
    probe : object
        A value by which one sees whether a model takes the setting at all.
    lasting : bool
        Whether it makes sense as a default for a session (``%config``, the panel).
    manner : bool
        Whether it says how a model answers, whatever it is asked.
    column : bool
        Whether columns that are compared can each have their own.
    first : bool
        Whether the panel shows it without being asked.
    part : str
        The part of the panel's settings in which it stands; empty for none of its own.
    """

    name: str
    default: Any
    flags: tuple[str, ...]
    help: str
    kind: Kind = "text"
    metavar: str = ""
    label: str = ""
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    counted: bool = False
    wire: str = ""
    alone: Any = None
    probe: Any = None
    lasting: bool = True
    manner: bool = False
    column: bool = False
    first: bool = False
    part: str = ""

    @property
    def many(self) -> bool:
        """Whether it may be given more than once; its value is a tuple then."""
        return self.kind in {"texts", "stops"}

    @property
    def negated(self) -> str:
        """What turns a switch off for one cell: ``--no-cache``; ``--history``; else empty."""
        name = self.name.replace("_", "-")
        off = name.removeprefix("no-") if name.startswith("no-") else f"no-{name}"
        return f"--{off}" if self.kind == "flag" else ""

    def listed(self, value: Any) -> Any:
        """Return a value as traits and pages hold it: a list where there may be many."""
        return list(value) if self.many else value

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
        high_enough = self.low is None or value >= self.low  # which no comparison with NaN is
        low_enough = self.high is None or value <= self.high
        if not (high_enough and low_enough):
            shown = f"{value:g}" if abs(value) < _LARGE else "with that number"  # or NaN
            raise InputError(f"{self.flags[-1]} {shown} is out of range: {self.bounds()}.")

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
            f"{setting.flags[-1]} takes a number, not {text!r}: {setting.bounds()}{_meant(text)}."
        ) from None
    setting.check(value)
    return value


def _integer(setting: Setting, text: str) -> int:
    try:
        value = int(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise InputError(
            f"{setting.flags[-1]} takes a whole number, not {text!r}: "
            f"{setting.bounds()}{_meant(text)}."
        ) from None
    setting.check(value)
    return value


_SHORT = re.compile(r"\s*(?P<number>\d{1,9}(?:[.,]\d{1,9})?)\s*(?P<unit>[k%m]?)\s*", re.IGNORECASE)
_UNITS = {"": 1.0, "%": 0.01, "k": 1e3, "m": 1e6}


def _meant(text: str) -> str:
    """Return what to write for ``0,5``, ``50%`` and ``4k``; empty where that is not clear."""
    found = _SHORT.fullmatch(text)
    if found is None:
        return ""
    value = float(found["number"].replace(",", ".")) * _UNITS[found["unit"].lower()]
    return f"; write {value:.12g}"


def _money(setting: Setting, text: str) -> float:
    return _number(setting, text.strip().removeprefix("$"))


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


def _choice(setting: Setting, text: str) -> str | int:
    word = text.strip().lower()
    if setting.counted and word.isdecimal() and int(word[:_DIGITS]) > 0:
        return int(word[:_DIGITS])
    if word not in setting.choices:
        number = ", or a whole number, 1 or more" if setting.counted else ""
        raise InputError(
            f"{setting.flags[-1]} takes one of {', '.join(setting.choices)}{number}; not {text!r}."
        )
    return word


def _names(setting: Setting, text: str) -> tuple[str, ...]:
    found = tuple(filter(None, (part.strip() for part in text.split(","))))
    if not found:
        raise InputError(f"{setting.flags[-1]} takes values with commas between, such as A,B.")
    return found


def _numbers(setting: Setting, text: str) -> tuple[float | None, ...]:
    said = _names(setting, text)
    return tuple(None if one.lower() == "default" else _number(setting, one) for one in said)


_PARSERS: dict[Kind, Callable[[Setting, str], Any]] = {
    "text": lambda _, text: text,
    "texts": lambda _, text: text,
    "servers": lambda _, text: text,
    "names": _names,
    "numbers": _numbers,
    "choice": _choice,
    "number": _number,
    "integer": _integer,
    "money": _money,
    "flag": lambda _, text: text not in {"0", "false", "off", "no"},
    "stops": _stop,
    "think": _think,
}


def _option(default: Any, *flags: str, **facts: Any) -> Any:
    return field(default=default, metadata={"default": default, "flags": flags, **facts})


def _flag(*flags: str, **facts: Any) -> Any:
    return _option(False, *flags, kind="flag", **facts)  # noqa: FBT003 (its default)


# fmt: off
@dataclass(frozen=True, kw_only=True, repr=False, match_args=False)  # %load_ext makes it
class Options:
    """The options of one question; each field stands for the setting of its name.

    Lists may be given where there may be many values; they are held as tuples.
    """

    model: str = _option(
        DEFAULT_MODEL, "-m", "--model", metavar="NAME", wire="model", manner=True, column=True,
        help="model id or short name; sonnet, opus, haiku: the newest of its kind")
    temperature: float | None = _option(
        None, "-t", "--temperature", kind="number", metavar="T", low=0, high=1, step=0.05,
        wire="temperature", probe=0.5, manner=True, column=True, first=True,
        help="how freely to choose words, 0 to 1 (models up to 4.6, thinking off)")
    top_p: float | None = _option(
        None, "--top-p", kind="number", metavar="P", low=0, high=1, step=0.01, label="Top P",
        wire="top_p", probe=0.97, manner=True,
        help="choose among the likeliest words that make up this share (models up to 4.6)")
    top_k: int | None = _option(
        None, "--top-k", kind="integer", metavar="K", low=0, label="Top K", wire="top_k", probe=5,
        manner=True, help="choose among the K likeliest words (models up to 4.6, thinking off)")
    max_tokens: int | None = _option(
        None, "--max-tokens", kind="integer", metavar="N", low=1, wire="max_tokens", manner=True,
        column=True, first=True,
        help="most tokens to write, thinking included (default: chosen to fit --think)")
    think: int | str | None = _option(
        None, "--think", kind="think", metavar="BUDGET|WORD", alone="on", label="Thinking",
        wire="thinking", manner=True, column=True, first=True,
        help="think first: a budget in tokens, an effort (low, medium, high, ...), on or off")
    hide_thinking: bool = _flag(
        "-R", "--hide-thinking", manner=True, help="do not show the thinking")
    stop: tuple[str, ...] = _option(
        (), "--stop", kind="stops", metavar="TEXT", label="Stop sequences", wire="stop_sequences",
        first=True, help=r"stop before this text; repeat for more; \n is a line break")
    system: str | None = _option(
        None, "-s", "--system", metavar="TEXT", label="System prompt", wire="system", column=True,
        first=True, help="system prompt: text, {{variable}} or @file")
    raw: bool = _flag(
        "--raw", label="Send braces as they are",
        help=r"send the text as typed: {{name}} stays ({{ alone: write \{{)")
    cache: bool = _flag(
        "--cache", label="Cache the prompt", wire="cache_control", first=True,
        help="cache the prompt, so that asking again about the same costs less")
    option: tuple[str, ...] = _option(
        (), "-o", "--option", kind="texts", metavar="KEY=VALUE", label="Other parameters",
        help="any other request parameter, such as -o service_tier=standard_only")
    context: str | int = _option(
        "none", "--context", kind="choice", metavar="above|all|N|none", choices=CONTEXTS,
        counted=True, alone="above", label="Cells that it sees",
        help="let Claude see the notebook's cells: those above, all, the last N above, or none")
    context_images: bool = _flag(
        "--context-images", label="Pictures of those cells",
        help="with --context: send the pictures that the cells show, too")
    context_tokens: int = _option(
        CONTEXT_TOKENS, "--context-tokens", kind="integer", metavar="N", low=100, high=500_000,
        label="Tokens of those cells",
        help=f"with --context: about how many tokens of cells to send at most ({CONTEXT_TOKENS:,})")
    attach: tuple[str, ...] = _option(
        (), "-a", "--attach", kind="texts", metavar="X", lasting=False,
        help="a file, address or variable to ask about; repeat for more")
    chat: str = _option(
        "main", "-c", "--chat", metavar="NAME", label="Chat name",
        help="the conversation to go on with")
    fresh: bool = _flag(
        "--fresh", lasting=False, help="begin the conversation anew")
    no_history: bool = _flag(
        "--no-history", label="Without history",
        help="ask by itself: send no earlier turns, keep no turn")
    format: str = _option(
        "markdown", "-f", "--format", kind="choice", metavar="FORMAT", choices=FORMATS,
        help="ask for, check and show the answer as markdown, text, code, json, html or math")
    extract: bool = _flag(
        "-x", "--extract", lasting=False,
        help="propose the answer's code as the next cell (never runs it)")
    out: str | None = _option(
        None, "--out", metavar="NAME", lasting=False,
        help="put the answer into this variable: its text, or what --format makes of it")
    schema: str | None = _option(
        None, "--schema", metavar="NAME", lasting=False,
        help="answer as this pydantic model, dataclass, TypedDict or JSON schema")
    tools: str | None = _option(
        None, "--tools", metavar="F,G", lasting=False,
        help="functions that the model may call; notebook lets it look at variables and cells")
    search: int | None = _option(
        None, "--search", kind="integer", metavar="N", low=1, high=100, alone=SEARCHES,
        label="Web searches", wire="tools", part="tools",
        help=f"let Claude search the web, at most N times ({SEARCHES}), and show its sources")
    fetch: bool = _flag(
        "--fetch", label="Read web pages", wire="tools", part="tools",
        help="let Claude read the web pages and PDFs that the question names, and cite them")
    run_code: bool = _flag(
        "--run-code", label="Run code at the provider", wire="tools", part="tools",
        help="let Claude run code in a container of the provider, not here")
    mcp: str | None = _option(
        None, "--mcp", kind="servers", metavar="URL[,URL]", label="MCP servers",
        wire="mcp_servers", part="tools",
        help="MCP servers whose tools Claude may use: URL, NAME=URL, or a NAME of %config")
    memory: str | None = _option(
        None, "--memory", metavar="DIR", label="Memory folder", wire="tools", part="tools",
        help="a folder here in which Claude keeps notes from one conversation to the next")
    tool_choice: str | None = _option(
        None, "--tool-choice", metavar="WORD|NAME", lasting=False, wire="tool_choice",
        help="auto, none, any, or the name of the tool that must be called")
    cite: bool = _flag(
        "--cite", lasting=False, help="have the answer cite the documents that are attached")
    upload: bool = _flag(
        "--upload", lasting=False,
        help="put attached pictures, PDFs and texts up once, and send only their ids after that")
    quiet: bool = _flag(
        "-q", "--quiet", label="Hide model, time and tokens",
        help="no line of model, time and tokens below the answer")
    dry_run: bool = _flag(
        "-N", "--dry-run", lasting=False,
        help="show the exact request, its tokens and likely cost; ask nothing")
    keep: bool = _flag(
        "--keep", lasting=False,
        help="keep the answer in the output, for %claude replay notebook; %config "
             "ClaudeMagics.keep = True does so for all cells")
    no_stream: bool = _flag(
        "--no-stream", label="Show when complete",
        help="show the answer only when it is whole")
    bg: bool = _flag(
        "--bg", lasting=False,
        help="let the cell end at once; its value is a handle to await or stop")
    each: str | None = _option(
        None, "--each", metavar="NAME", lasting=False,
        help="ask this of every row of a table; {{column}} is what the row has there")
    sample: int | None = _option(
        None, "--sample", kind="integer", metavar="N", low=1, lasting=False,
        help="with --each: ask the first N rows only, and say what all will take")
    samples: int | None = _option(
        None, "--samples", kind="integer", metavar="N", low=1, lasting=False,
        help="with --each: ask every row N times")
    models: tuple[str, ...] | None = _option(
        None, "--models", kind="names", metavar="A,B", lasting=False,
        help="with --each: ask every row of each of these models, and compare them")
    temperatures: tuple[float | None, ...] | None = _option(
        None, "--temperatures", kind="numbers", metavar="T,U", low=0, high=1, lasting=False,
        help="with --each: ask every row at each of these temperatures (default: without one)")
    systems: str | None = _option(
        None, "--systems", metavar="NAME", lasting=False,
        help="with --each: ask every row with each system prompt of this list, or of this dict, "
             "which names them")
    budget: float | None = _option(
        None, "--budget", kind="money", metavar="DOLLARS", low=0.0001, lasting=False,
        help="with --each: end before the rows cost more than this; no pilot is needed then")
    batch: bool = _flag(
        "--batch", lasting=False,
        help="with --each: send the rows as a message batch, at half the price, within a day")
    no_pilot: bool = _flag(
        "--no-pilot", lasting=False,
        help="with --each: ask all rows at once, where a page would see five of them first")

    def __post_init__(self) -> None:
        for setting in SETTINGS:
            if setting.many:
                object.__setattr__(self, setting.name, tuple(getattr(self, setting.name)))

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """Return the options with some values changed, by name."""
        return replace(self, **changes)

    def listed(self) -> dict[str, Any]:
        """Return all values by name, as traits and pages hold them."""
        return {s.name: s.listed(getattr(self, s.name)) for s in SETTINGS}
# fmt: on


def _setting(name: str, facts: Mapping[str, Any]) -> Setting:
    label = facts.get("label", name.replace("_", " ").capitalize())
    return Setting(**{**facts, "name": name, "label": label})


SETTINGS = tuple(_setting(each.name, each.metadata) for each in fields(Options))
BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}
BY_FLAG: Mapping[str, Setting] = {
    flag: s for s in SETTINGS for flag in (*s.flags, s.negated) if flag
}
