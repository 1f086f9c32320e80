"""``claude_nb.map``: one prompt over every row of a table, from a notebook or a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from claude_nb import threads
from claude_nb.api.secret import known
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.ask.server_tools import with_named
from claude_nb.notebook import backend
from claude_nb.notebook.answer.failure import RunError
from claude_nb.notebook.run.mcp import with_tokens
from claude_nb.notebook.run.rows import showing
from claude_nb.notebook.session import Session, current
from claude_nb.rows.answers import Answers
from claude_nb.rows.batch import BatchRun
from claude_nb.rows.pace import Pace
from claude_nb.rows.plan import Plan
from claude_nb.rows.run import Run
from claude_nb.rows.store import Name, Store
from claude_nb.rows.tables import Table, table

__all__ = ["STORE", "Asked", "begun", "map"]

STORE = "claude-rows.sqlite3"
_MEMORY = ":memory:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of rows, besides the options of the question.

    Attributes
    ----------
    samples : int
        How often each row is asked.
    budget : float or None
        US dollars that the run may cost.
    limit : int or None
        Most requests at once.
    sample : int or None
        Rows to ask before all others are; then it ends.
    store : str, Path or None
        The file of answers.
    again : bool
        Whether rows that failed before are asked again.
    via : {"now", "batch"}
        Whether each row is a request of its own, or rows go out as message batches.
    before : Mapping
        What an earlier run answered, by place among the answers.
    """

    samples: int = 1
    budget: float | None = None
    limit: int | None = None
    sample: int | None = None
    store: str | Path | None = None
    again: bool = False
    via: Literal["now", "batch"] = "now"
    before: Mapping[int, Name] = field(default_factory=dict[int, Name])

    def __post_init__(self) -> None:
        if self.via not in {"now", "batch"}:
            raise InputError(f"via={self.via!r}: must be 'now' or 'batch'.")
        if self.via == "batch" and (self.budget is not None or self.limit is not None):
            raise InputError(
                "budget= and limit= have no hold on a batch, which is sent as a whole: ask a few "
                "rows with sample=, which says what all will cost, or leave out via='batch'."
            )
        for name in ("samples", "limit", "sample"):
            value = getattr(self, name)
            given = value is not None or name == "samples"
            if given and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                raise InputError(f"{name}={value!r}: must be a whole number, 1 or more.")
        budget: Any = self.budget
        if budget is not None and not (isinstance(budget, int | float) and budget > 0):
            raise InputError(f"budget={self.budget!r}: must be a number of US dollars above 0.")


def map(  # noqa: A001 (its name for people is claude_nb.map)
    prompt: str,
    rows: Any,
    *,
    model: str | None = None,
    system: str | None = None,
    schema: Any = None,
    tools: Sequence[Callable[..., Any]] = (),
    attach: Sequence[str] = (),
    temperature: float | None = None,
    max_tokens: int | None = None,
    think: int | str | None = None,
    stop: Sequence[str] = (),
    cache: bool = False,
    samples: int = 1,
    sample: int | None = None,
    budget: float | None = None,
    limit: int | None = None,
    store: str | Path | None = None,
    via: Literal["now", "batch"] = "now",
    again: bool = False,
    wait: bool = True,
) -> Answers:
    """Ask the same of every row of a table.

    Parameters
    ----------
    prompt : str
        ``{{column}}`` stands for the row's value in that column, ``{{row["a name"]}}`` for that of
        a column whose name is no name of Python.
    rows : object
        A table of pandas, polars or pyarrow, a list of dicts or of texts, or an iterator of them,
        which may be larger than memory.
    model, system, temperature, max_tokens, think, stop, cache
        As the options of ``%%claude``; what is not given is as the session has it.
    schema : type or dict, optional
        What each answer must look like: a pydantic model, a dataclass, a TypedDict or a JSON
        schema. Its fields become columns.
    tools : sequence of callable
        Functions that the model may call.
    attach : sequence of str
        Columns whose value goes along as a file, as with ``-a``: a path, a picture, a frame. They
        are read when their row's turn comes; see `claude_nb.rows.files`.
    samples : int
        How often each row is asked. Without it, rows that are equal are asked once.
    sample : int, optional
        Ask so many rows only, to see what comes and what all will cost; they are kept.
    budget : float, optional
        US dollars that this run may cost: it ends before it costs more.
    limit : int, optional
        Most requests at once; without it, as many as the server takes, up to 100.
    store : str or Path, optional
        The file in which answers are kept; ``":memory:"`` keeps none. Default:
        ``claude-rows.sqlite3`` in the folder where the session began; what the built-in emulator
        answers is free, and kept in memory, as is what a recording holds.
    via : {"now", "batch"}
        ``"batch"`` sends the rows as message batches: half the price, done within a day; the same
        call goes on with them after whatever happened, in any kernel.
    again : bool
        Whether rows that failed before are asked again.
    wait : bool
        Whether to return when all is done; else at once, while it runs.

    Returns
    -------
    Answers
        In the order of the rows.

    Raises
    ------
    InputError
        Something in it cannot be used; nothing was sent.
    APIError
        One that every row would meet, such as a wrong key. What was answered before is kept.
    """
    session = current()
    variables: dict[str, Any] = {}
    given = {"model": model, "system": system, "temperature": temperature, "think": think}
    given |= {"max_tokens": max_tokens, "stop": tuple(stop) or None, "cache": cache or None}
    given |= {"attach": (attach,) if isinstance(attach, str) else tuple(attach) or None}
    given |= {"schema": _named(schema, variables), "tools": _listed(tools, variables)}
    options = session.defaults().changed({n: v for n, v in given.items() if v is not None})
    asked = Asked(
        samples=samples,
        budget=budget,
        limit=limit,
        sample=sample,
        store=store,
        again=again,
        via=via,
    )
    answers = begun(session, options, prompt, table(rows), asked, variables)
    return _followed(answers, session) if wait else answers


def begun(  # noqa: PLR0917 (of ours)
    session: Session,
    options: Options,
    prompt: str,
    rows: Table,
    asked: Asked,
    variables: Mapping[str, Any],
) -> Answers:
    """Start a run over rows, and return its answers while they come.

    Raises
    ------
    InputError
        Something in it cannot be used; nothing was sent.
    """
    if not threads.AVAILABLE:
        raise InputError("Rows are asked in a thread, and a Python in a web page has none.")
    server = backend.connect(session, asynchronous=True)
    named = with_named(options, session.servers)
    sealed = partial(with_tokens, session=session)
    # a batch's rows bear their names: those of a recording are the same whoever replays it
    name = "a recording" if server.is_recorded else server.models.provider
    known = name, server.models, session.locks, sealed
    plan = Plan(prompt, named, variables, *known)
    plan.check(rows)
    if asked.budget is not None and not server.emulated and _price(plan) is None:
        raise InputError(
            f"budget={asked.budget:g} cannot be kept: the price of {plan.model} there is not "
            "known. Leave it out, and ask fewer rows at first (sample=)."
        )
    client = server.client
    asker = f"{client.base_url} {getattr(client.api_key, 'tail', '')}"
    make = BatchRun if asked.via == "batch" and asked.sample is None else Run
    run = make(
        plan,
        rows,
        _store(session, asked.store, in_memory=server.emulated or server.is_recorded),
        client,
        session.paces.setdefault((asker, plan.model), Pace()),
        samples=asked.samples,
        budget=asked.budget,
        limit=asked.limit,
        again=asked.again,
        most=asked.sample,
        before=asked.before,
    )

    def retry(changes: Mapping[str, Any], before: Mapping[int, Name]) -> Answers:
        if not rows.again:
            raise InputError(
                "The rows came from an iterator, which is at its end: call claude_nb.map with a "
                "new one and again=True; what was answered is not asked again."
            )
        changed = options.changed(_checked(changes))
        more = replace(asked, again=True, sample=None, before=before)
        return _followed(begun(session, changed, prompt, rows, more, variables), session)

    answers = Answers(run, retry)
    run.start()
    return answers


def _followed(answers: Answers, session: Session) -> Answers:
    """Show a run until it ends; what ended it is raised as itself, for a script to catch."""
    try:
        return showing.followed(answers, session)
    except RunError as failed:
        raise failed.__cause__ or failed from None


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


def _store(session: Session, given: str | Path | None, *, in_memory: bool) -> Store:
    if str(given) == _MEMORY:
        return Store(None)
    if given is None and in_memory:  # it is free, or a recording keeps it
        session.rows = session.rows or Store(None)
        return session.rows
    path = session.folder / STORE if given is None else Path(given).expanduser()
    return Store(path, known().scrub)


def _named(schema: Any, variables: dict[str, Any]) -> str | None:
    if schema is None:
        return None
    name = getattr(schema, "__name__", "schema")
    name = name if name.isidentifier() else "schema"
    variables[name] = schema
    return name


def _listed(tools: Sequence[Callable[..., Any]], variables: dict[str, Any]) -> str | None:
    names = [str(getattr(tool, "__name__", getattr(tool, "name", ""))) for tool in tools]
    for name, tool in zip(names, tools, strict=True):
        if not name.isidentifier():
            raise InputError(f"tools: {tool!r:.100} has no name; define it with def.")
        variables[name] = tool
    return ",".join(names) or None
