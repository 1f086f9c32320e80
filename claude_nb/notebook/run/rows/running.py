"""From what is asked of rows to a run over them: here, as a batch, or in parts elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from claude_nb import threads
from claude_nb.api import secret as secrets
from claude_nb.ask import prompt as prompt_of
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.ask.server_tools import with_named
from claude_nb.notebook import backend
from claude_nb.notebook.answer.failure import RunError
from claude_nb.notebook.ledger import accounts
from claude_nb.notebook.run.mcp import with_tokens
from claude_nb.notebook.run.rows import showing
from claude_nb.notebook.run.rows.asked import IN_MEMORY, Asked
from claude_nb.notebook.session import Session, current
from claude_nb.rows.allowance import Allowance
from claude_nb.rows.answers import Answers
from claude_nb.rows.batch import BatchRun
from claude_nb.rows.grid import Grid, Way
from claude_nb.rows.owners import Owner
from claude_nb.rows.pace import MOST, Pace
from claude_nb.rows.parts import PartRun, Told, told, width_of
from claude_nb.rows.plan import RECORDING, Plan
from claude_nb.rows.run import Run
from claude_nb.rows.store import Name, Store
from claude_nb.rows.tables import Table, table

__all__ = [
    "STORE",
    "Part",
    "Question",
    "begun",
    "followed",
    "gridded",
    "is_paid",
    "planned",
    "started",
    "unwrapped",
]

_T = TypeVar("_T")
STORE = "claude-rows.sqlite3"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of which rows.

    Attributes
    ----------
    options : Options
        Of every row.
    prompt : str
        With columns in double braces.
    rows : Table
        All of them.
    asked : Asked
        How often, of how many, at which cost.
    variables : Mapping
        Names that the prompt, the schema and the functions may use besides the columns.
    """

    options: Options
    prompt: str
    rows: Table
    asked: Asked
    variables: Mapping[str, Any]

    def changed(self, options: Mapping[str, Any], **asked: Any) -> Question:
        """Return the question with some options changed, and some of what is asked."""
        changed = self.options.changed(options)
        return replace(self, options=changed, asked=replace(self.asked, **asked))

    def again(self, options: Mapping[str, Any], store: Path | None) -> Question:
        """Return it for the rows that failed, with changed options; they are asked here."""
        if not self.rows.again:
            raise InputError(
                "The rows came from an iterator, which is at its end: call claude_nb.map with a "
                "new one and again=True; what was answered is not asked again."
            )
        kept = store or self.asked.store
        return self.changed(_checked(options), again=True, sample=None, executor=None, store=kept)


def started(session: Session, question: Question, found: Sequence[Way]) -> Answers:
    """Start a run over rows, in each way to ask if there are any; see `begun` and `gridded`."""
    return gridded(session, question, found) if found else begun(session, question)


def begun(session: Session, question: Question) -> Answers:
    """Start a run over rows, and return its answers while they come.

    Raises
    ------
    InputError
        Something in it cannot be used; nothing was sent.
    """
    run = planned(session, question)

    def retry(changes: Mapping[str, Any], before: Mapping[int, Name]) -> Answers:
        more = question.again(changes, run.store.path).changed({}, before=before)
        return followed(begun(session, more), session)

    answers = Answers(run, retry)
    run.start()
    return answers


def gridded(
    session: Session,
    question: Question,
    found: Sequence[Way],
    before: Sequence[Mapping[int, Name]] = (),
) -> Grid:
    """Start a run over rows for each way to ask, and return their answers while they come.

    Raises
    ------
    InputError
        Something in one of them cannot be used; nothing was sent.
    """
    if not question.rows.again:
        raise InputError(
            "models=, temperatures= and systems= go through the rows several times, and an "
            "iterator is at its end after one: give a list or a frame."
        )
    models = backend.connect(session, asynchronous=True).models
    allowance = Allowance(question.asked.budget, models)
    runs: list[Run] = []
    for way, taken in zip(found, before or [{}] * len(found), strict=True):
        try:
            runs.append(planned(session, question.changed(way.options, before=taken), allowance))
        except InputError as problem:
            raise InputError(f"{way.label}: {problem}") from None

    def again(changes: Mapping[str, Any], good: Sequence[Mapping[int, Name]]) -> Grid:
        if twice := [name for name in found[0].options if name in changes]:
            raise InputError(f"retry() cannot change {twice[0]}, in which the ways differ.")
        grid = gridded(session, question.again(changes, runs[0].store.path), found, good)
        return cast("Grid", followed(grid, session))

    grid = Grid(found, runs, again)
    for run in runs:
        run.start()
    return grid


def planned(session: Session, question: Question, allowance: Allowance | None = None) -> Run:
    """Return a run over rows that has not begun.

    Parameters
    ----------
    session : Session
        Of the shell.
    question : Question
        What is asked of which rows.
    allowance : Allowance, optional
        What it may cost together with other runs.

    Raises
    ------
    InputError
        Something in it cannot be used.
    """
    if not threads.AVAILABLE:
        raise InputError("Rows are asked in a thread, and a Python in a web page has none.")
    server, asked, rows = backend.connect(session, asynchronous=True), question.asked, question.rows
    named = with_named(question.options, session.servers)
    # a batch's rows bear their names: those of a recording are the same whoever replays it
    name = RECORDING if server.is_recorded else server.models.provider
    known = name, server.models, session.locks, partial(with_tokens, session=session)
    plan = Plan(question.prompt, named, question.variables, *known)
    plan.check(rows)
    if asked.budget is not None and not server.emulated and _price(plan) is None:
        raise InputError(
            f"budget={asked.budget:g} cannot be kept: the price of {plan.model} there is not "
            "known. Leave it out, and ask fewer rows at first (sample=)."
        )
    given: dict[str, Any] = {
        "plan": plan,
        "table": rows,
        "store": _store(session, asked, in_memory=server.emulated or server.is_recorded),
        "client": server.client,
        "pace": _pace(session, server.client, plan.model),
        "samples": asked.samples,
        "budget": asked.budget,
        "limit": asked.limit,
        "again": asked.again,
        "most": asked.sample,
        "before": asked.before,
        "allowance": allowance,
    }
    if asked.sample is None and asked.executor is not None:
        part = Part.of(session, question, given["store"].path)
        return PartRun(**given, executor=asked.executor, ask=part, width=part.width)
    return (BatchRun if asked.via == "batch" and asked.sample is None else Run)(**given)


def followed(answers: Answers, session: Session) -> Answers:
    """Show a run until it ends; what ended it is raised as itself, for a script to catch."""
    return unwrapped(lambda: showing.followed(answers, session))


def unwrapped(work: Callable[[], _T]) -> _T:
    """Return what `work` does; what ended a run is raised as itself."""
    try:
        return work()
    except RunError as failed:
        raise failed.__cause__ or failed from None


def is_paid(session: Session) -> bool:
    """Whether answers may cost money."""
    return backend.connect(session, asynchronous=True).is_paid


def _pace(session: Session, client: Any, model: str) -> Pace:
    """Return the pace of a key and model in this process; a fork has its own."""
    asker = f"{client.base_url} {getattr(client.api_key, 'tail', '')} {os.getpid()}"
    return session.paces.setdefault((asker, model), Pace())


def _checked(changes: Mapping[str, Any]) -> Mapping[str, Any]:
    wrong = changes.keys() - {"model", "max_tokens", "temperature", "think", "system", "stop"}
    if wrong:
        raise InputError(
            "retry() takes model, max_tokens, temperature, think, system and stop; "
            f"not {min(wrong)!r}."
        )
    return changes


def _price(plan: Plan) -> float | None:
    return plan.models.cost(plan.model, {"input_tokens": 1, "output_tokens": 1})


def _store(session: Session, asked: Asked, *, in_memory: bool) -> Store:
    if str(asked.store) == IN_MEMORY:
        return Store(None)
    if asked.store is None and in_memory and asked.executor is None:  # free, or a recording's
        session.rows = session.rows or Store(None)
        return session.rows
    path = session.folder / STORE if asked.store is None else Path(asked.store).expanduser()
    return Store(path, secrets.known().scrub)


# Elsewhere.


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked of a part of the rows, in this process or in another; holds no key.

    Attributes
    ----------
    options, prompt, asked, variables
        As a `Question` has them.
    home : Owner
        Who hands it out: its own threads share its pace already.
    server : str
        Where rows are asked, which must be the same elsewhere.
    width : int
        Parts that are asked at once, which divide the limit.
    """

    options: Options
    prompt: str
    asked: Asked
    variables: Mapping[str, Any]
    home: Owner
    server: str
    width: int

    @classmethod
    def of(cls, session: Session, question: Question, path: Path | None) -> Part:
        """Return what is asked of each part."""
        asked, executor = question.asked, question.asked.executor
        if backend.connect(session, asynchronous=True).is_recorded:
            raise InputError(
                "executor= has rows asked elsewhere, and a recording is of this process: end it "
                "(%claude off), or leave out executor=."
            )
        if not isinstance(executor, ThreadPoolExecutor):
            _check_processes(session, question.options)
        system = prompt_of.system_template(question.options.system)  # the file is here
        return cls(
            question.options.changed({"system": system or None}),
            question.prompt,
            replace(asked, executor=None, store=None if path is None else path.resolve()),
            dict(question.variables),
            Owner(),
            _where(session),
            min(width_of(executor), asked.limit or MOST),
        )

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> Told:
        """Ask some rows, and tell how it went."""
        session = current()
        if (there := _where(session)) != self.server:
            raise InputError(
                f"executor= has rows asked by another process, which would ask {there} and not "
                f"{self.server}: set the same ANTHROPIC_BASE_URL and key in its environment."
            )
        given = (self.options, self.prompt, table(rows), self._asked(), self.variables)
        run = planned(session, Question(*given))
        run.start()
        try:
            run.wait()
        except KeyboardInterrupt:  # it goes to all processes of a terminal
            run.stop()
            run.wait()
        if run.fatal is not None:
            raise run.fatal
        return told(run)

    def _asked(self) -> Asked:
        here = Owner()
        if (here.machine, here.pid) == (self.home.machine, self.home.pid):
            return self.asked
        return replace(self.asked, limit=max(1, (self.asked.limit or MOST) // self.width))


def _check_processes(session: Session, options: Options) -> None:
    if accounts.of(session).budget is not None:
        raise InputError(
            "executor= has rows asked by other processes, on which the budget of %claude budget or "
            "CLAUDE_NB_BUDGET has no hold: end it first, or use threads."
        )
    if options.mcp:
        raise InputError(
            "executor= has rows asked by other processes, and tokens of MCP servers are not handed "
            "out: leave --mcp out, or use threads."
        )


def _where(session: Session) -> str:
    server = backend.connect(session, asynchronous=True)
    return "the built-in emulator" if server.emulated else str(server.client.base_url)
