"""The same rows asked in several ways: each model, temperature and system prompt with each other.

A way is a run of its own, over the same rows, the same store and one budget; together they are
answers, row by row, in the order of the ways.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from statistics import fmean
from typing import Any, Self, cast

from claude_nb.ask.errors import InputError
from claude_nb.characters import one_line
from claude_nb.rows.answer import NOT_ASKED, Answer, came, extended, said
from claude_nb.rows.answers import Answers
from claude_nb.rows.likeness import agreement
from claude_nb.rows.progress import Progress, together
from claude_nb.rows.run import Run
from claude_nb.rows.store import Name
from claude_nb.rows.tables import Column

__all__ = ["Grid", "Measure", "Way", "ways"]

_MOST = 100  # ways: each has a thread
_LABEL = 40  # characters of a system prompt that names a way
_POLL = 0.25  # seconds
_READ = 200  # rows that are read at once
Again = Callable[[Mapping[str, Any], Sequence[Mapping[int, Name]]], "Grid"]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask.

    Attributes
    ----------
    label : str
        What tells it from the others.
    options : Mapping
        The options that it changes.
    columns : Mapping
        What a table says of it, by column.
    """

    label: str
    options: Mapping[str, Any]
    columns: Mapping[str, Any]


def ways(
    models: Sequence[str] | None,
    temperatures: Sequence[float | None] | None,
    systems: Sequence[str] | Mapping[str, str] | None,
) -> list[Way]:
    """Return each model with each temperature and system prompt; none if nothing is given.

    Raises
    ------
    InputError
        One of them is no list, empty, or has a value twice.
    """
    named = systems if isinstance(systems, Mapping) else None
    texts = list(named) if named is not None else systems
    given = {"model": models, "temperature": temperatures, "system": texts}
    axes = {name: _axis(name, values) for name, values in given.items() if values is not None}
    found = [dict(zip(axes, each, strict=True)) for each in product(*axes.values())]
    if len(found) > _MOST:
        raise InputError(f"{len(found)} ways to ask each row: at most {_MOST}.")
    return _unlike([_way(each, named or {}) for each in found]) if axes else []


def _unlike(found: list[Way]) -> list[Way]:
    """Return ways whose labels differ, also where two system prompts begin alike."""
    labels = Counter(way.label for way in found)
    return [
        replace(way, label=f"{way.label} ({number})") if labels[way.label] > 1 else way
        for number, way in enumerate(found, 1)
    ]


def _axis(name: str, given: Any) -> list[Any]:
    if isinstance(given, str) or not isinstance(given, Sequence) or not given:
        raise InputError(f"{name}s={given!r:.100}: must be a list with one value or more.")
    values = list(cast("Sequence[Any]", given))
    kinds = (int, float, type(None)) if name == "temperature" else (str,)
    for value in values:
        if not isinstance(value, kinds) or isinstance(value, bool):
            what = "a number" if name == "temperature" else "text"
            raise InputError(f"{name}s has {value!r:.100}, which is not {what}.")
        if values.count(value) > 1:
            raise InputError(
                f"{name}s has {value!r:.100} twice: leave one out (samples asks more than once)."
            )
    return values


def _way(values: Mapping[str, Any], systems: Mapping[str, str]) -> Way:
    words = {name: one_line(_word(value), _LABEL) for name, value in values.items()}
    options = {**values}
    if "system" in options:
        options["system"] = systems.get(options["system"], options["system"]) or None
    return Way(" · ".join(words.values()), options, values)


def _word(value: Any) -> str:
    return "default" if value is None else f"{value:g}" if isinstance(value, int | float) else value


@dataclass(frozen=True, slots=True)
class Measure:
    """How one way did.

    Attributes
    ----------
    way : str
        Which.
    answered, failed : int
        Rows, each sample one.
    words : float or None
        Of an answer, on average.
    cost : float or None
        US dollars of all its answers; None if a price is not known.
    seconds : float or None
        That an answer took, on average; None where that was not measured.
    agreement : float or None
        How alike the samples of a row are, 0 to 1; None with one sample.
    """

    way: str
    answered: int
    failed: int
    words: float | None
    cost: float | None
    seconds: float | None
    agreement: float | None


class Grid(Answers):
    """The answers to rows that were asked in several ways: row by row, in the order of the ways.

    Parameters
    ----------
    ways : sequence of Way
        How.
    runs : sequence of Run
        What asked, one for each way.
    again : callable
        Starts the same over again with changed options, asking the failed rows again.
    """

    def __init__(self, ways: Sequence[Way], runs: Sequence[Run], again: Again) -> None:
        super().__init__(runs[0], _no_retry)
        self.ways: list[Way] = list(ways)
        self._again = again
        self._parts = [Answers(run, _no_retry) for run in runs]
        self._every = list(runs)

    @property
    def _runs(self) -> list[Run]:
        return self._every

    @property
    def _title(self) -> str:
        return f"{len(self.ways)} ways to ask"

    @property
    def parts(self) -> list[Answers]:
        """The answers of each way by itself."""
        return self._parts

    @property
    def _each(self) -> int:
        """Answers to one row."""
        return len(self.ways) * self.samples

    def __len__(self) -> int:
        return max(len(part) for part in self._parts) * len(self.ways)

    def _read(self, places: Sequence[int]) -> Iterator[Answer]:
        for start in range(0, len(places), _READ * self._each):
            yield from self._read_part(places[start : start + _READ * self._each])

    def _read_part(self, places: Sequence[int]) -> Iterator[Answer]:
        wanted: list[list[int]] = [[] for _ in self.ways]
        for place in places:
            way, at = self._found(place)
            if at < len(self._parts[way]):
                wanted[way].append(at)
        read = [
            dict(zip(at, part.read(at), strict=True))
            for part, at in zip(self._parts, wanted, strict=True)
        ]
        for place in places:
            way, at = self._found(place)
            row, sample = divmod(at, self.samples)
            nothing = Answer(row, sample, None, None, None, None, said(NOT_ASKED))
            yield replace(read[way].get(at, nothing), way=self.ways[way].label)

    def _found(self, place: int) -> tuple[int, int]:
        """Return which way an answer belongs to, and its place among those."""
        row, rest = divmod(place, self._each)
        way, sample = divmod(rest, self.samples)
        return way, row * self.samples + sample

    @property
    def progress(self) -> Progress:
        """Where all of them stand."""
        paces = {id(run.pace): run.progress().limit for run in self._every}
        return together([run.progress() for run in self._every], sum(paces.values()))

    def over(self, seconds: float) -> bool:
        """Wait so many seconds at most; return whether all have ended, however they did."""
        end = time.monotonic() + seconds
        ended = [run.wait(max(0.0, end - time.monotonic())) for run in self._every]
        if any(run.fatal for run in self._every):  # one that every row would meet: look at it
            self.stop()
        return all(ended)

    def wait(self, seconds: float | None = None) -> Self:
        """Wait for all to end, or so many seconds at most."""
        end = None if seconds is None else time.monotonic() + seconds
        while not self.over(_POLL) and (end is None or time.monotonic() < end):
            pass
        if self.over(0):
            for run in self._every:
                if run.fatal is not None:
                    raise run.fatal
        return self

    def retry(self, **changes: Any) -> Grid:
        """Ask what failed again, each in its way, and return all answers; see `Answers.retry`."""
        return self._again(changes, [part.good() for part in self._parts])

    def to_frame(self) -> Any:
        """Return the table that came in, each row as often as it was asked; see `Answers`.

        ``model``, ``temperature`` and ``system`` say which way, as far as the ways differ in them.
        """
        found = list(self)
        known = {way.label: way.columns for way in self.ways}
        columns = {
            name: Column([known[answer.way][name] for answer in found])
            for name in self.ways[0].columns
        }
        if self.samples > 1:
            columns["sample"] = Column([answer.sample for answer in found], int)
        return extended(self._run.table, found, {**columns, **came(found, self._run.plan.schema)})

    def columns(self) -> dict[str, Sequence[int]]:
        """Return what can be compared with each other: the first sample of each way."""
        return {
            way.label: range(at * self.samples, len(self), self._each)
            for at, way in enumerate(self.ways)
        }

    @property
    def measures(self) -> list[Measure]:
        """How each way did: length, cost, time, and agreement between samples."""
        return [
            _measured(way.label, part) for way, part in zip(self.ways, self._parts, strict=True)
        ]

    def left(self) -> int:
        """Return the rows that a pilot has not asked."""
        return sum(part.left() for part in self._parts)


def _no_retry(*_: Any) -> Answers:
    raise InputError("A part of a grid is asked again with the grid.")


@dataclass(slots=True)
class _Sums:
    """What is counted of a way while its answers are read, which may be many."""

    answered: int = 0
    failed: int = 0
    words: int = 0
    cost: float | None = 0.0
    seconds: list[float] = field(default_factory=list[float])
    samples: dict[int, list[object]] = field(default_factory=dict[int, list[object]])

    def add(self, answer: Answer, *, several: bool) -> None:
        if answer.error is not None:
            self.failed += 1
            return
        self.answered += 1
        self.words += len((answer.text or "").split())
        is_known = self.cost is not None and answer.cost is not None
        self.cost = (self.cost or 0.0) + (answer.cost or 0.0) if is_known else None
        self.seconds += [] if answer.seconds is None else [answer.seconds]
        if several:
            self.samples.setdefault(answer.row, []).append(answer.fields or answer.text)


def _measured(label: str, part: Answers) -> Measure:
    sums = _Sums()
    for answer in part:
        sums.add(answer, several=part.samples > 1)
    return Measure(
        way=label,
        answered=sums.answered,
        failed=sums.failed,
        words=sums.words / sums.answered if sums.answered else None,
        cost=sums.cost if sums.answered else None,
        seconds=fmean(sums.seconds) if sums.seconds else None,
        agreement=agreement(list(sums.samples.values())),
    )
