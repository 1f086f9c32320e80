"""What a run over rows gives back: answers in the order of the rows, read as they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Self, cast, overload

from claude_nb.api.types import Message
from claude_nb.ask.errors import AnswerError, InputError
from claude_nb.ask.question import Question
from claude_nb.rows import judging
from claude_nb.rows.estimate import estimate
from claude_nb.rows.progress import Progress, line
from claude_nb.rows.run import Run
from claude_nb.rows.store import Kept, Name

__all__ = ["Answer", "Answers"]

_READ = 1000  # rows that are read from the store at once
_NOT_ASKED = {"type": "not asked", "message": "This row was not asked yet."}
Retry = Callable[[Mapping[str, Any], Mapping[int, Name]], "Answers"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one row.

    Attributes
    ----------
    row : int
        The row's place in the table, from 0.
    sample : int
        The number of the sample, from 0.
    text : str or None
        The answer's text; None if there is no answer.
    value : object
        What the schema makes of it; without one, the text.
    message : Message or None
        The answer.
    cost : float or None
        US dollars, or None if the price is not known.
    error : str or None
        What went wrong.
    """

    row: int
    sample: int
    text: str | None
    value: Any
    message: Message | None
    cost: float | None
    error: str | None

    @property
    def is_asked(self) -> bool:
        """Whether anything came of the row by now."""
        return self.error != _said(_NOT_ASKED)

    @property
    def fields(self) -> dict[str, Any] | None:
        """The fields of an answer to a schema; None if it has none."""
        value = _dumped(self.value)
        return cast("dict[str, Any]", value) if isinstance(value, dict) else None

    @property
    def usage(self) -> Any:
        """What the server says it took; None without an answer."""
        return None if self.message is None else self.message.usage

    @property
    def stop_reason(self) -> str | None:
        """Why the answer ended; None without one."""
        return None if self.message is None else self.message.stop_reason


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

    def _read(self, places: Sequence[int]) -> Iterator[Answer]:
        names = self._run.names
        for start in range(0, len(places), _READ):
            part = places[start : start + _READ]
            kept = self._run.store.read([n for at in part if (n := names[at]) is not None])
            yield from (self._answer(at, names[at], kept) for at in part)

    def _answer(self, at: int, name: Name | None, kept: Mapping[Name, Kept]) -> Answer:
        row, sample = divmod(at, self._run.samples)
        if name is None:
            told = Kept(None, self._run.unasked[row])
        else:
            told = kept.get(name, Kept(None, _NOT_ASKED))
        if told.message is None:
            return Answer(row, sample, None, None, None, None, _said(told.error))
        text = judging.text_of(told.message)
        value, problem = self._valued(text, _said(told.error))
        message = Message.from_wire(dict(told.message))
        cost = self._run.plan.models.cost(message.model, told.message["usage"])
        return Answer(row, sample, text, value, message, cost, problem)

    def _valued(self, text: str, problem: str | None) -> tuple[Any, str | None]:
        schema = self._run.plan.schema
        if schema is None or problem:
            return (text if schema is None else None), problem
        try:
            return schema.read(text), None
        except AnswerError as wrong:  # the class was changed since
            return None, f"AnswerError: {wrong}"

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
        self._run.stop(now=True)

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
        self._run.limit = most

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
        self._run.stop()

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
        names = self._run.names
        good = {at: names[at] for at, answer in enumerate(self) if answer.error is None}
        return self._retry(changes, {at: name for at, name in good.items() if name is not None})

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
        columns = _columns(found, has_schema=self._run.plan.schema is not None)
        if self._run.samples > 1:
            columns = {"sample": [answer.sample for answer in found], **columns}
        taken = set(self._run.table.columns or self._listed_columns())
        return self._run.table.extended(
            [answer.row for answer in found], {_free(n, taken): c for n, c in columns.items()}
        )

    def _listed_columns(self) -> set[str]:
        if not self._run.table.again:
            return {"row"}
        return {name for row in self._run.table.rows for name in row}

    def summary(self, *, timed: bool = True) -> str:
        """Return in a few lines what was asked, what it took and what failed.

        Parameters
        ----------
        timed : bool
            Whether to say how long it took.
        """
        now = self.progress if timed else replace(self.progress, seconds=0.0)
        emulated = " · emulated" if self.is_emulated else ""
        lines = [f"{self._run.plan.model}: {line(now)}{emulated}"]
        if self._run.equal:
            lines.append(f"{self._run.equal:,} rows are equal to others and were not asked twice")
        if said := _ENDS.get(now.ended):
            lines.append(said.format(budget=self._run.budget))
        if self._run.most is not None and now.ended and (left := self._left()):
            asked = [answer.cost for answer in self if answer.message is not None]
            lines.append(
                str(estimate(asked, left, now.seconds)) if timed else f"{left:,} rows left"
            )
        if self._run.batched and now.ended == "done":
            told = f"{len(self._run.batched):,} rows are in a batch"
            lines.append(f"{told}: the same call with via='batch' collects them")
        failed = [answer for answer in self if answer.error and answer.is_asked]
        lines += _kinds(failed) if now.ended else []
        if self._run.store.path is not None:
            lines.append(f"kept in {self._run.store.path.name}")
        return "\n".join(lines)

    def _left(self) -> int:
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


def _said(error: Mapping[str, Any] | None) -> str | None:
    return None if error is None else f"{error['type']}: {error['message']}"


def _columns(found: Sequence[Answer], *, has_schema: bool) -> dict[str, list[Any]]:
    usages = [answer.usage for answer in found]
    return {
        **(_fields(found) if has_schema else {"answer": [answer.text for answer in found]}),
        "stop_reason": [answer.stop_reason for answer in found],
        "input_tokens": [None if usage is None else usage.input_tokens for usage in usages],
        "output_tokens": [None if usage is None else usage.output_tokens for usage in usages],
        "cost": [answer.cost for answer in found],
        "error": [answer.error for answer in found],
    }


def _fields(found: Sequence[Answer]) -> dict[str, list[Any]]:
    """Return the fields of answers to a schema as columns; one column if they have none."""
    values = [answer.fields or {} for answer in found]
    names = dict.fromkeys(name for value in values for name in value)
    if not names:
        return {"answer": [_dumped(answer.value) for answer in found]}
    return {name: [value.get(name) for value in values] for name in names}


def _dumped(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(mode="json")
    fields = getattr(value, "__dataclass_fields__", None)
    return {name: getattr(value, name) for name in fields} if fields else value


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"answer_{name}"
    return name


def _kinds(failed: Sequence[Answer]) -> list[str]:
    counts: dict[str, int] = {}
    for answer in failed:
        counts[answer.error or ""] = counts.get(answer.error or "", 0) + 1
    most = sorted(counts.items(), key=lambda each: -each[1])[:3]
    return [f"{count:,} {'row' if count == 1 else 'rows'}: {error:.200}" for error, count in most]


def _shown(answer: Answer) -> str:
    said = answer.error if answer.text is None else answer.text
    text = " ".join((said or "").split())
    sample = f".{answer.sample}" if answer.sample else ""
    return f"[{answer.row}{sample}] {text[:90]}{'…' if len(text) > 90 else ''}"  # noqa: PLR2004
