"""Which of the options one request can hold, and why not the others; pure.

The panel's promise that it cannot make an invalid request is kept here, by asking
`claude_nb.models.rules` about each setting in turn: what would be refused is set aside, with the
reason. Where two settings exclude each other the one earlier in `ORDER` stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from claude_nb.ask import extra, request, server_tools
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import BY_NAME, SETTINGS, THINK_WORDS, Options
from claude_nb.models import BUILT_IN, ModelTable, rules
from claude_nb.models.locks.locks import NONE, Locks

__all__ = ["ORDER", "TOOLS", "Fit", "fit", "limits"]

ORDER = (
    *("option", "max_tokens", "think", "temperature", "top_p", "top_k", "stop"),
    *("search", "fetch", "run_code"),
)
LEAST_BUDGET = rules.MIN_BUDGET
_PROBES = {setting.name: setting.probe for setting in SETTINGS if setting.probe is not None}
_LEAST_TOP_P = 0.95  # while the model thinks
TOOLS = tuple(setting.name for setting in SETTINGS if setting.part == "tools")
_JOINED = "tools"  # what -o gives stands beside what the settings give
_ELSEWHERE = {"mcp": None}  # looked at where it is typed, for names stand in the session


@dataclass(frozen=True, slots=True)
class Fit:
    """What can be sent.

    Attributes
    ----------
    options : Options
        Those that cannot be sent are at their defaults.
    refused : dict of str
        Why a setting is left out, or could not be set, by its name; one sentence each.
    choices : dict of str
        For each word that ``think`` takes, and for ``"budget"``: why the model refuses it, or
        nothing.
    """

    options: Options
    refused: dict[str, str] = field(default_factory=dict[str, str])
    choices: dict[str, str] = field(default_factory=dict[str, str])


@lru_cache(maxsize=32)  # a panel asks several times for each change
def fit(wished: Options, models: ModelTable = BUILT_IN, locks: Locks = NONE) -> Fit:
    """Return those of the options that a request to these models can hold."""
    kept = wished.changed({name: BY_NAME[name].default for name in ORDER})
    locked = locks.refusals({"model": models.resolve(wished.model)})
    gone = str(locked[0]) if locked else _problem(kept, models)
    if gone:
        return Fit(kept, {"model": gone})
    refused = dict.fromkeys(TOOLS, _no_tools(locks)) if _no_tools(locks) else {}
    wished = wished.changed({name: BY_NAME[name].default for name in refused})
    kept = kept.changed({name: getattr(wished, name) for name in TOOLS if name not in ORDER})
    for name in ORDER:
        tried = kept.changed({name: getattr(wished, name)})
        problem = _problem(tried, models) if tried != kept else ""
        if problem:
            refused[name] = problem
        else:
            kept = tried
    return Fit(kept, {**_unsettable(kept, models), **refused}, _choices(kept, models))


def _no_tools(locks: Locks) -> str:
    """Return why no tool may be used; empty if any may."""
    found = [each for each in locks.refusals({"tools": [{}]}) if each.field == "tools"]
    return str(found[0]) if found else ""


def _problem(options: Options, models: ModelTable) -> str:
    """Return the first reason why a request would be refused; empty if there is none."""
    try:
        others = extra.parameters(options.option)
    except InputError as problem:
        return str(problem)
    for name in ORDER:
        sent = BY_NAME[name].wire
        if sent in others and sent != _JOINED and getattr(options, name) not in (None, ()):
            return f"Option {sent} sets this already: take it out to set {name} by itself."
    made = extra.merged({"messages": [], **request.build(options, [], models)}, others)
    try:
        found = rules.explain(server_tools.added(options.changed(_ELSEWHERE), made, models), models)
    except InputError as problem:
        return str(problem)
    return str(found[0]) if found else ""


def _unsettable(options: Options, models: ModelTable) -> dict[str, str]:
    """Return why settings that are not set could not be set either."""
    probes = {name: probe for name, probe in _PROBES.items() if getattr(options, name) is None}
    problems = {
        name: _problem(options.changed({name: probe}), models) for name, probe in probes.items()
    }
    return {name: problem for name, problem in problems.items() if problem}


def _choices(kept: Options, models: ModelTable) -> dict[str, str]:
    """Return why each kind of thinking is refused; sampling gives way to it, so is left out."""
    bare = kept.changed(dict.fromkeys(_PROBES))
    thinks: Mapping[str, Any] = {**{word: word for word in THINK_WORDS}, "budget": LEAST_BUDGET}
    return {
        name: _problem(bare.changed({"think": think}), models) for name, think in thinks.items()
    }


_MOST = 128_000  # tokens, where nobody says how many a model can write


def limits(options: Options, models: ModelTable = BUILT_IN) -> dict[str, tuple[float, float]]:
    """Return (least, most) of the numbers whose bounds depend on the other settings.

    Parameters
    ----------
    options : Options
        That fit.
    models : ModelTable
        What is known of the models.
    """
    info = models.get(options.model)
    most = min(info.max_output_tokens, _MOST) if info is not None else _MOST
    room = options.max_tokens - 1 if options.max_tokens else most - request.PLAIN_TOKENS
    thinks = _problem(options.changed({**dict.fromkeys(_PROBES), "top_p": 0.5}), models)
    return {
        "max_tokens": (1, most),
        "think": (LEAST_BUDGET, max(room, LEAST_BUDGET)),
        "top_p": (_LEAST_TOP_P if thinks else 0, 1),
    }
