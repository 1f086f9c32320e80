"""Which of the settings one request can hold, and why not the others; pure.

The panel's promise that it cannot make an invalid request is kept here, by asking
`claude_nb.rules` about each setting in turn: what would be refused is set aside, with the reason.
Where two settings exclude each other the one earlier in `ORDER` stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from claude_nb import models, rules
from claude_nb.notebook import extra, request
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.settings import BY_NAME, THINK_WORDS

__all__ = ["ORDER", "Fit", "fit", "limits"]

Values = Mapping[str, Any]

ORDER = ("option", "max_tokens", "think", "temperature", "top_p", "top_k", "stop")
LEAST_BUDGET = rules.MIN_BUDGET
_FIELDS = {
    **{name: name for name in ("temperature", "top_p", "top_k")},
    "think": "thinking",
    "stop": "stop_sequences",
}
_PROBES: dict[str, Any] = {"temperature": 0.5, "top_p": 0.97, "top_k": 5}
_LEAST_TOP_P = 0.95  # while the model thinks


@dataclass(frozen=True, slots=True)
class Fit:
    """What can be sent.

    Attributes
    ----------
    values : dict
        All settings by name; those that cannot be sent are at their defaults.
    refused : dict of str
        Why a setting is left out, or could not be set, by its name; one sentence each.
    choices : dict of str
        For each word that ``think`` takes, and for ``"budget"``: why the model refuses it, or
        nothing.
    """

    values: dict[str, Any]
    refused: dict[str, str] = field(default_factory=dict[str, str])
    choices: dict[str, str] = field(default_factory=dict[str, str])


def fit(values: Values) -> Fit:
    """Return the settings that a request with these values can hold.

    Parameters
    ----------
    values : Mapping
        All settings by name.
    """
    kept = {**values, **{name: _default(name) for name in ORDER}}
    gone = _problem(kept)
    if gone:
        return Fit(kept, {"model": gone})
    refused: dict[str, str] = {}
    for name in ORDER:
        problem = _problem({**kept, name: values[name]}) if values[name] != kept[name] else ""
        if problem:
            refused[name] = problem
        else:
            kept[name] = values[name]
    return Fit(kept, {**_unsettable(kept), **refused}, _choices(kept))


def _default(name: str) -> Any:
    default = BY_NAME[name].default
    return list(default) if isinstance(default, tuple) else default


def _problem(values: Values) -> str:
    """Return the first reason why a request with `values` would be refused; empty if none."""
    try:
        others = extra.parameters(values["option"])
    except InputError as problem:
        return str(problem)
    for name, sent in _FIELDS.items():
        if sent in others and values[name] not in (None, []):
            return f"Option {sent} sets this already: take it out to set {name} by itself."
    found = rules.explain(extra.merged(request.build(values, []), others))
    return str(found[0]) if found else ""


def _unsettable(values: Values) -> dict[str, str]:
    """Return why settings that are not set could not be set either."""
    probes = {name: probe for name, probe in _PROBES.items() if values[name] is None}
    problems = {name: _problem({**values, name: probe}) for name, probe in probes.items()}
    return {name: problem for name, problem in problems.items() if problem}


def _choices(kept: Values) -> dict[str, str]:
    """Return why each kind of thinking is refused; sampling gives way to it, so is left out."""
    values = {**kept, "think": None, **dict.fromkeys(_PROBES)}
    choices = {word: _problem({**values, "think": word}) for word in THINK_WORDS}
    return {**choices, "budget": _problem({**values, "think": LEAST_BUDGET})}


def limits(values: Values) -> dict[str, tuple[float, float]]:
    """Return (least, most) of the numbers whose bounds depend on the other settings.

    Parameters
    ----------
    values : Mapping
        Settings that fit.
    """
    info = models.get(values["model"])
    most = info.max_output_tokens if info is not None else 128_000
    room = values["max_tokens"] - 1 if values["max_tokens"] else most - request.PLAIN_TOKENS
    thinks = _problem({**values, "temperature": None, "top_p": 0.5, "top_k": None})
    return {
        "max_tokens": (1, most),
        "think": (LEAST_BUDGET, max(room, LEAST_BUDGET)),
        "top_p": (_LEAST_TOP_P if thinks else 0, 1),
    }
