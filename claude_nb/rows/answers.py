"""What a run over rows gives back: answers in the order of the rows, read as they are looked at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Self, overload

from claude_nb.api.types import Message
from claude_nb.ask.errors import AnswerError, InputError
from claude_nb.ask.question import Question
from claude_nb.models import ModelTable
from claude_nb.rows import judging, likeness
from claude_nb.rows.answer import NOT_ASKED, Answer, came, extended, said
from claude_nb.rows.estimate import Estimate, Spent, estimate
from claude_nb.rows.likeness import Differences, Pair
from claude_nb.rows.progress import Progress, line, uncached
from claude_nb.rows.run import Run
from claude_nb.rows.store import Kept, Name
from claude_nb.rows.tables import Column

__all__ = ["Answer", "Answers"]

_REQUEST = re.compile(r",? ?'request_id': '[^']*'")  # by which equal refusals differ
_READ = 1000  # rows that are read from the store at once
Retry = Callable[[Mapping[str, Any], Mapping[int, Name]], "Answers"]


class Answers(Sequence[Answer]):
    """The answers to the rows of a table, in their order.

    Parameters
    ----------
    run : Run
        What asked.
    retry : callable
        Starts the same over again with changed options, asking the failed rows again.
    """

    def __init__(self, run: Run, retry: Retry) -> None:
        self._run: Run = run
        self._retry: Retry = retry

    def __reduce__(self) -> Any:
        raise TypeError(
            "Answers belong to the run that asks and to its store: pickle what to_frame() returns, "
            "or call claude_nb.map again, which asks nothing twice."
        )

    def __len__(self) -> int:
        return len(self._run.names)

    @overload
    def __getitem__(self, place: int) -> Answer: ...
    @overload
    def __getitem__(self, place: slice) -> list[Answer]: ...
    def __getitem__(self, place: int | slice) -> Answer | list[Answer]:
        wanted = range(len(self))[place]
        if isinstance(wanted, range):
            return list(self._read(wanted))
        return next(self._read([wanted]))

    def __iter__(self) -> Iterator[Answer]:
        return self._read(range(len(self)))

    def read(self, places: Sequence[int]) -> Iterator[Answer]:
        """Yield the answers of some places."""
        return self._read(places)

    def _read(self, places: Sequence[int]) -> Iterator[Answer]:
        names = self._run.names
        for start in range(0, len(places), _READ):
            part = places[start : start + _READ]
            kept = self._run.store.read([n for at in part if (n := names[at]) is not None])
            yield from (self._answer(at, names[at], kept) for at in part)

    def _answer(self, at: int, name: Name | None, kept: Mapping[Name, Kept]) -> Answer:
        row, sample = divmod(at, self._run.samples)
        if name is None:
            told = Kept(None, self._run.unasked.get(row, NOT_ASKED))
        else:
            told = kept.get(name, Kept(None, NOT_ASKED))
        if told.message is None:
            return Answer(row, sample, None, None, None, None, said(told.error))
        text = judging.text_of(told.message)
        value, problem = self._valued(text, said(told.error))
        message = Message.from_wire(dict(told.message))
        cost = self._run.plan.models.cost(message.model or "", told.message.get("usage") or {})
        return Answer(row, sample, text, value, message, cost, problem, told.seconds)

    def _valued(self, text: str, problem: str | None) -> tuple[Any, str | None]:
        schema = self._run.plan.schema
        if schema is None or problem:
            return (text if schema is None else None), problem
        try:
            return schema.read(text), None
        except AnswerError as wrong:  # the class was changed since
            return None, f"AnswerError: {wrong}"

    @property
    def _runs(self) -> list[Run]:
        return [self._run]

    @property
    def _title(self) -> str:
        """What asked, as the summary begins."""
        return self._run.plan.model

    @property
    def parts(self) -> list[Answers]:
        """The answers by what they were asked: one for each way."""
        return [self]

    # What was asked.

    @property
    def question(self) -> Question:
        """What all rows were asked, with the columns still in braces."""
        return self._run.plan.common

    @property
    def model(self) -> str:
        """The id of the model that was asked."""
        return self._run.plan.model

    @property
    def is_emulated(self) -> bool:
        """Whether an emulator answers, or has answered what a recording holds."""
        return self._run.emulated

    @property
    def samples(self) -> int:
        """How often each row was asked."""
        return self._run.samples

    def columns_asked(self, most: int) -> list[dict[str, Any]]:
        """Return of the first rows, at most so many, what the prompt names of them."""
        table, needs = self._run.table, self._run.plan.columns
        if not table.again:
            return []
        return [{n: row[n] for n in needs if n in row} for row in islice(table.rows, most)]

    # While it runs, and how it went.

    def over(self, seconds: float) -> bool:
        """Wait so many seconds at most; return whether the run has ended, however it did."""
        return self._run.wait(seconds)

    def drop(self) -> None:
        """End the run without waiting for the rows that are on their way."""
        for run in self._runs:
            run.stop(now=True)

    @property
    def progress(self) -> Progress:
        """Where the run stands."""
        return self._run.progress()

    @property
    def limit(self) -> int:
        """Most requests at once; may be set while it runs."""
        return self.progress.limit

    @limit.setter
    def limit(self, most: int) -> None:
        given: Any = most
        if isinstance(given, bool) or not isinstance(given, int) or given < 1:
            raise InputError(f"limit={most!r}: must be a whole number, 1 or more.")
        for run in self._runs:
            run.set_limit(most)

    def wait(self, seconds: float | None = None) -> Self:
        """Wait for the run to end, or so many seconds at most.

        Raises
        ------
        Exception
            What ended the run before its time: a wrong key, a model that does not exist.
        """
        if self._run.wait(seconds) and self._run.fatal is not None:
            raise self._run.fatal
        return self

    def stop(self) -> None:
        """Begin no more rows; those on their way are still answered and kept."""
        for run in self._runs:
            run.stop()

    @property
    def failed(self) -> list[Answer]:
        """The rows that failed, and those that were not asked."""
        return [answer for answer in self if answer.error is not None]

    @property
    def cost(self) -> float | None:
        """US dollars of all answers, whenever they were asked; None if a price is not known."""
        prices = {answer.message.id: answer.cost for answer in self if answer.message is not None}
        total = 0.0
        for price in prices.values():
            if price is None:
                return None
            total += price
        return total if prices else None

    def retry(self, **changes: Any) -> Answers:
        """Ask the rows that failed again, and return the answers to all rows.

        Parameters
        ----------
        **changes
            Options to change for them, such as ``max_tokens=2000``. What was answered stays.
        """
        return self._retry(changes, self.good())

    def good(self) -> dict[int, Name]:
        """Return what the answers without an error are kept as, by their place."""
        names = self._run.names
        good = {at: names[at] for at, answer in enumerate(self) if answer.error is None}
        return {at: name for at, name in good.items() if name is not None}

    def to_frame(self) -> Any:
        """Return the table that came in with what came of each row.

        Returns
        -------
        DataFrame, Table or list of dict
            Of the kind that came in, its columns first. Then ``answer``, or the fields of the
            schema, ``stop_reason``, ``input_tokens``, ``output_tokens``, ``cost`` and ``error``;
            ``sample`` if there are several. A column whose name is taken begins with ``answer_``.
        """
        found = list(self)
        columns = came(found, self._run.plan.schema)
        if self._run.samples > 1:
            columns = {"sample": Column([answer.sample for answer in found], int), **columns}
        return extended(self._run.table, found, columns)

    def columns(self) -> dict[str, Sequence[int]]:
        """Return what can be compared with each other, by name: the places of each sample."""
        samples = self.samples
        return {f"sample {at}": range(at, len(self), samples) for at in range(samples)}

    def differences(self, one: int | str = 0, other: int | str = 1) -> Differences:
        """Return where the answers of two columns differ, word by word.

        Parameters
        ----------
        one, other : int or str
            Which: the number or the name of a way to ask, or the number of a sample.

        Raises
        ------
        InputError
            There is no such column.
        """
        known = self.columns()
        names = [_column(each, list(known)) for each in (one, other)]
        both = zip(*(self._read(known[name]) for name in names), strict=True)
        return _compared(names[0], names[1], both)

    def summary(self, *, timed: bool = True) -> str:
        """Return in a few lines what was asked, what it took and what failed.

        Parameters
        ----------
        timed : bool
            Whether to say how long it took.
        """
        now = self.progress if timed else replace(self.progress, seconds=0.0)
        emulated = " · emulated" if self.is_emulated else ""
        lines = [f"{self._title}: {line(now)}{emulated}"]
        if equal := sum(run.equal for run in self._runs):
            lines.append(f"{equal:,} rows are equal to others and were not asked twice")
        lines += self._uncached(now)
        if how := _ENDS.get(now.ended):
            lines.append(how.format(budget=self._run.budget))
        if self._run.most is not None and now.ended and (left := self.left()):
            lines.append(str(self.estimate()) if timed else f"{left:,} rows left")
        batched = sum(len(run.batched) for run in self._runs)
        if batched and now.ended == "done":
            told = f"{batched:,} rows are in a batch"
            lines.append(f"{told}: the same call with via='batch' collects them")
        lines += _kinds(self._problems()) if now.ended else []
        if self._run.store.path is not None:
            lines.append(f"kept in {self._run.store.path.name}")
        return "\n".join(lines)

    def _uncached(self, now: Progress) -> list[str]:
        """Say why nothing was kept, where that was asked for."""
        plan = self._run.plan
        if not plan.is_cached or now.cached_tokens or now.done < 2 or not now.ended:  # noqa: PLR2004
            return []
        info = plan.models.get(plan.model)
        least = f" the {info.min_cache_tokens:,} tokens" if info and info.min_cache_tokens else ""
        shared = "what all rows share, a system prompt or files that no column names, is shorter"
        return [f"nothing was cached: {shared} than{least or ' what'} {plan.model} keeps"]

    def _problems(self) -> Iterator[str]:
        """Yield what went wrong with rows; no answer is read for that, of which there are many."""
        if self._run.plan.schema is not None:  # which may have changed since
            yield from (each.error for each in self if each.error and each.is_asked)
            return
        for run in self._runs:
            yield from (
                str(said(error)) for error in run.unasked.values() for _ in range(run.samples)
            )
            places = Counter(name for name in run.names if name is not None)
            for name, error in run.store.errors(list(places)):
                yield from [str(said(error))] * places[name]

    def estimate(self) -> Estimate:
        """Return what the rows will take that a pilot has not asked."""
        models = self._run.plan.models
        spent = [_spent(each.message, each.cost, models) for each in self if each.message]
        counted = [tokens for run in self._runs for tokens in run.counted]
        return estimate(spent, self.left(), self.progress.seconds, counted)

    def left(self) -> int:
        """Return the rows that a pilot has not asked; 0 if nobody knows how many there are."""
        return (self._run.table.count or 0) * self._run.samples - len(self)

    def __repr__(self) -> str:
        head = [f"  {_shown(answer)}" for answer in self[:5]]
        more = [f"  … {len(self) - 5:,} more"] if len(self) > 5 else []  # noqa: PLR2004
        return "\n".join([f"Answers: {self.summary()}", *head, *more])


_ENDS = {
    "stopped": "stopped: the same call goes on where it ended",
    "budget": "stopped, as one more row could cost more than is left of the budget of ${budget:g}: "
    "the same call with a larger one, or with fewer max_tokens, goes on",
    "detached": "the batch goes on without this kernel: the same call finds it, in any kernel",
    "alike": "stopped, as the first ten rows all failed in the same way",
}


def _column(wanted: int | str, known: list[str]) -> str:
    if isinstance(wanted, str) and wanted in known:
        return wanted
    if isinstance(wanted, int) and 0 <= wanted < len(known) and len(known) > 1:
        return known[wanted]
    if len(known) == 1:
        raise InputError("There is one answer to each row: ask with samples=2, or models=[…].")
    raise InputError(f"There is no column {wanted!r:.100}; there are {', '.join(known)}.")


def _compared(one: str, other: str, both: Iterable[tuple[Answer, Answer]]) -> Differences:
    pairs, same, missing = list[Pair](), 0, 0
    for first, second in both:
        if first.error or second.error:
            missing += 1
            continue
        texts = [likeness.said(each.fields, each.text) for each in (first, second)]
        if texts[0] == texts[1]:
            same += 1
        else:
            pairs.append(Pair(first.row, *texts))
    return Differences(one, other, pairs, same, missing)


def _spent(message: Message, cost: float | None, models: ModelTable) -> Spent:
    """Return what an answer took, in and out."""
    plain = uncached(message.usage.to_dict())
    written = models.cost(message.model, {**plain, "input_tokens": 0})
    return Spent(plain["input_tokens"], cost, written)


def _kinds(problems: Iterable[str]) -> list[str]:
    most = Counter(_REQUEST.sub("", each) for each in problems).most_common(3)
    return [f"{count:,} {'row' if count == 1 else 'rows'}: {error:.200}" for error, count in most]


def _shown(answer: Answer) -> str:
    shown = answer.error if answer.text is None else answer.text
    text = " ".join((shown or "").split())
    sample = f".{answer.sample}" if answer.sample else ""
    return f"[{answer.row}{sample}] {text[:90]}{'…' if len(text) > 90 else ''}"  # noqa: PLR2004
