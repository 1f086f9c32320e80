"""Look up what a model accepts and costs.

A `ModelTable` never changes: what a server reports of its models makes another one. `BUILT_IN` is
the table of `claude_nb.models.catalog`, and this module's functions look things up in it. Used to
explain requests, never to block them: the client sends what it is told.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, cast

from claude_nb.models.catalog import (
    RETIRED,
    TABLE,
    Effort,
    Lifecycle,
    ModelInfo,
    Price,
    ThinkingType,
)
from claude_nb.models.prices import Told, price_of

__all__ = [
    "BUILT_IN",
    "DEFAULT_MODEL",
    "Effort",
    "Lifecycle",
    "ModelInfo",
    "ModelTable",
    "Price",
    "ThinkingType",
    "all_models",
    "cost",
    "current_day",
    "get",
    "near",
    "resolve",
    "retired",
]

# The newest active model that takes every control: temperature, thinking budget, stop sequences.
DEFAULT_MODEL = "claude-sonnet-4-6"

_PRICED = "anthropic"  # whose prices the catalogue holds
_OWN = frozenset({_PRICED, "emulator"})  # whose new models are of the newest kind
_VERSION = re.compile(r"(?<=\d)\.(?=\d)")
_REPORTED = {
    "display_name": "display_name",
    "context_window": "max_input_tokens",
    "max_output_tokens": "max_tokens",
    "lifecycle": "lifecycle",
}


@dataclass(frozen=True, slots=True, repr=False, match_args=False)
class ModelTable:
    """What is known of the models of one provider; iterating gives every row.

    Wherever a day counts it is `today`, a UTC date, by default the present one.

    Attributes
    ----------
    rows : tuple of ModelInfo
        The models, newest generation first. Those whose day has come stay, to be told of.
    gone : tuple
        Id, retirement date (None if unpublished) and replacement of those that have no row.
    provider : str
        Who serves them. The prices are those of ``"anthropic"``, and hold for no other.
    """

    rows: tuple[ModelInfo, ...]
    gone: tuple[tuple[str, date | None, str], ...] = RETIRED
    provider: str = _PRICED

    def __iter__(self) -> Iterator[ModelInfo]:
        return iter(self.rows)

    def all_models(self, today: date | None = None) -> tuple[ModelInfo, ...]:
        """Return every model that is served, newest generation first."""
        day = today or current_day()
        return tuple(info for info in self.rows if not info.gone(day))

    def get(self, name: str, today: date | None = None) -> ModelInfo | None:
        """Return the model with this id, alias or short name, or None if it is not known.

        A cloud's name for one (`claude_nb.models.clouds`) gives what that model can do, without
        prices and without the days on which it goes.
        """
        wanted = self.resolve(name, today)
        known = next((info for info in self.rows if info.id == wanted), None)
        return known if known is not None else self._elsewhere(name, today)

    def _elsewhere(self, name: str, today: date | None) -> ModelInfo | None:
        """Return the model that a cloud or gateway calls so."""
        from claude_nb.models import clouds  # noqa: PLC0415 (the API's own names need none of it)

        bare = clouds.bare_name(name)
        meant = self.get(bare, today) if bare is not None else None
        return clouds.served_there(meant, name.strip()) if meant is not None else None

    def resolve(self, name: str, today: date | None = None) -> str:
        """Return the full id for an id, an alias or a short name; unknown names unchanged.

        Parameters
        ----------
        name : str
            ``"claude-haiku-4-5"``, ``"haiku-4.5"``, or a family (``"haiku"``: its newest
            active model with published prices, one that is leaving only if no other stays).

        Returns
        -------
        str
            An id to send; `name` itself when the table does not know it, so that new models work.
        """
        wanted = _spoken(name)
        for info in self.rows:
            if wanted in map(_spoken, (info.id, *info.aliases)):
                return info.id
        line = [info for info in self.all_models(today) if info.line == wanted and info.price]
        staying = [info for info in line if info.lifecycle == "active" and not info.leaving]
        return (staying or line)[0].id if line else name.strip()

    def retired(
        self, name: str, today: date | None = None
    ) -> tuple[date | None, str | None] | None:
        """Return when a model went and what to use instead; None if it is served or unknown.

        Returns
        -------
        tuple or None
            Its retirement date, and the id of its replacement; each None if unpublished.
        """
        for model, day, replacement in self.gone:
            if _spoken(name) == _spoken(model):
                return day, replacement
        info = self.get(name, today)
        gone = info is not None and info.gone(today or current_day())
        return (info.retires, info.replacement) if info and gone else None

    def notice(self, name: str, today: date | None = None) -> str | None:
        """Say that a model is gone or is leaving, and what to use instead; None if it stays."""
        info, gone = self.get(name, today), self.retired(name, today)
        if gone is not None:
            (day, use), state = gone, "was retired"
        elif info is not None and info.leaving:
            day, use = info.retires, info.replacement
            state = "is deprecated and retires" if day else "is deprecated"
        else:
            return None
        when = f" on {day.day} {day:%B %Y}" if day else ""
        return f"{name} {state}{when}." + (f" Use {use} instead." if use else "")

    def near(self, name: str, *, most: int = 3, today: date | None = None) -> list[str]:
        """Return ids of served models that `name` looks like, by id or a short name; best first."""
        spoken = {
            _spoken(alias): info.id
            for info in reversed(self.all_models(today))  # a family means its newest model
            for alias in (info.line, *info.aliases, info.id)
        }
        alike = difflib.get_close_matches(_spoken(name), spoken, n=2 * most, cutoff=0.6)
        return list(dict.fromkeys(spoken[one] for one in alike))[:most]

    def cost(
        self, model: str, usage: Mapping[str, Any] | Told, *, batch: bool = False
    ) -> float | None:
        """Return the price of one answer in US dollars, or None if it is not known.

        Parameters
        ----------
        model : str
            Model id, alias or short name.
        usage : Mapping or Usage
            The `usage` of an answer.
        batch : bool
            Whether the request ran in a batch, at half the price; an answer's own ``service_tier``
            says so too.

        Notes
        -----
        Counts the tokens by kind, web searches, fast mode, ``inference_geo`` and the tier. Cache
        writes are priced by time to live when ``cache_creation`` splits them, else as 5 m. Where
        something that is billed has no known price, None.
        """
        info = self.get(model) if self.provider == _PRICED else None
        if info is None or info.price is None:
            return None
        return price_of(info, usage, batch=batch)

    def _new(self, name: str) -> ModelInfo:
        """Return a model that only its server knows: of the provider's own, the newest kind."""
        if self.provider in _OWN:
            return ModelInfo(id=name, display_name=name, line=_line(name))
        from claude_nb.models import clouds  # noqa: PLC0415 (the API's own names need none of it)

        return clouds.anything(name)

    def with_report(self, *reports: Mapping[str, Any]) -> ModelTable:
        """Return a table in which a server's own reports override the rows.

        Parameters
        ----------
        *reports : Mapping
            Model objects of ``GET /v1/models``. Fields that one lacks keep the table's value; a
            model that is new here comes last; a report without an id says nothing.
        """
        rows = {info.id: info for info in self.rows}
        for report in reports:
            if isinstance(name := report.get("id"), str):
                base = self.get(name) or self._new(name)
                rows[base.id] = _corrected(rows.get(base.id, base), report)
        return replace(self, rows=tuple(rows.values()))


BUILT_IN: ModelTable = ModelTable(TABLE)

all_models: Callable[[], tuple[ModelInfo, ...]] = BUILT_IN.all_models
get: Callable[[str], ModelInfo | None] = BUILT_IN.get
resolve: Callable[[str], str] = BUILT_IN.resolve
retired: Callable[[str], tuple[date | None, str | None] | None] = BUILT_IN.retired


def near(name: str, *, most: int = 3) -> list[str]:
    """Return known ids that look like `name`; see `ModelTable.near`."""
    return BUILT_IN.near(name, most=most)


def cost(model: str, usage: Mapping[str, Any] | Told, *, batch: bool = False) -> float | None:
    """Return the price of one answer in US dollars; see `ModelTable.cost`."""
    return BUILT_IN.cost(model, usage, batch=batch)


def current_day() -> date:
    """Return the present day (UTC), by which models retire."""
    return datetime.now(UTC).date()


@lru_cache(1024)  # the names of all rows, with each look-up
def _spoken(name: str) -> str:
    return _VERSION.sub("-", name.strip().lower()).removeprefix("claude-")


def _corrected(base: ModelInfo, report: Mapping[str, Any]) -> ModelInfo:
    changes = {ours: report[theirs] for ours, theirs in _REPORTED.items() if report.get(theirs)}
    if "retires_at" in report:
        end = report["retires_at"]
        changes["retires"] = date.fromisoformat(str(end)[:10]) if end else None
    changes.update(_capabilities(cast("Mapping[str, Any]", report.get("capabilities") or {})))
    return replace(base, **changes)


def _capabilities(report: Mapping[str, Any]) -> dict[str, Any]:
    thinking = cast("Mapping[str, Any]", report.get("thinking") or {})
    found = {"thinking": thinking.get("types"), "efforts": report.get("effort")}
    return {name: _supported(leaves) for name, leaves in found.items() if leaves}


def _supported(leaves: Mapping[str, Any]) -> tuple[str, ...]:
    # a group of capabilities carries its own `supported` flag beside its leaves
    named = {name: leaf for name, leaf in leaves.items() if name != "supported"}
    return tuple(name for name, leaf in named.items() if leaf and leaf.get("supported"))


def _line(name: str) -> str:
    words = re.findall(r"[a-z]+", name)
    return words[1] if len(words) > 1 else name
