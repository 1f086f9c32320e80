"""``claude_nb.map``: one prompt over every row of a table, from a notebook or a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.notebook.run.rows.asked import Asked
from claude_nb.notebook.run.rows.confirming import asked_first, is_seen
from claude_nb.notebook.run.rows.running import (
    Question,
    followed,
    is_paid,
    started,
    unwrapped,
)
from claude_nb.notebook.session import Session, current
from claude_nb.rows.answers import Answers
from claude_nb.rows.grid import ways
from claude_nb.rows.tables import table

__all__ = ["map", "options_of"]


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
    models: Sequence[str] | None = None,
    temperatures: Sequence[float | None] | None = None,
    systems: Sequence[str] | Mapping[str, str] | None = None,
    sample: int | None = None,
    budget: float | None = None,
    limit: int | None = None,
    store: str | Path | None = None,
    via: Literal["now", "batch"] = "now",
    executor: Executor | None = None,
    again: bool = False,
    confirm: Literal["page", "never"] = "page",
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
    models, temperatures, systems : sequence, optional
        Ask each row of each model, at each temperature, with each system prompt (which a dict gives
        names). The answers are a `Grid` then, which compares them. What one of the models would
        refuse is said before anything is sent.
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
    executor : concurrent.futures.Executor, optional
        Has the rows asked by its threads or processes, 200 at a time, which share the store and
        divide the limit: a pool of the standard library, ``client.get_executor()`` of Dask, loky.
        A process reads its key from its own environment.
    again : bool
        Whether rows that failed before are asked again.
    confirm : {"page", "never"}
        Where rows cost money and somebody sees the page, five of more than twenty are asked first,
        and the rest after a click; ``"never"``, or a `budget`, asks them all at once.
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
    given = {"model": model, "system": system, "temperature": temperature, "think": think}
    given |= {"max_tokens": max_tokens, "stop": stop, "cache": cache, "attach": attach}
    options, variables = options_of(session, given, schema, tools)
    asked = Asked(
        samples=samples,
        budget=budget,
        limit=limit,
        sample=sample,
        store=store,
        again=again,
        via=via,
        executor=executor,
    )
    found = ways(models, temperatures, systems)
    if twice := [name for way in found for name in way.options if given[name] is not None]:
        raise InputError(f"{twice[0]}= and {twice[0]}s= say the same: leave one of them out.")
    if confirm not in {"page", "never"}:
        raise InputError(f"confirm={confirm!r}: must be 'page' or 'never'.")
    given_rows = table(rows)

    def begin(most: int | None) -> Answers:
        what = Question(options, prompt, given_rows, replace(asked, sample=most), variables)
        return started(session, what, found)

    if not wait:
        return begin(sample)
    each = samples * max(1, len(found))
    is_said = confirm == "never" or budget is not None or sample is not None
    asks = not is_said and is_seen(session, given_rows, each) and is_paid(session)
    answers = unwrapped(lambda: asked_first(session, begin)) if asks else None
    return followed(begin(sample), session) if answers is None else answers


def options_of(
    session: Session, given: Mapping[str, Any], schema: Any, tools: Sequence[Callable[..., Any]]
) -> tuple[Options, dict[str, Any]]:
    """Return the options of a question, and the names that it may use.

    Parameters
    ----------
    session : Session
        Whose defaults hold where nothing is given.
    given : Mapping
        Options by name; what is empty is not given.
    schema, tools
        As `map` takes them.
    """
    variables: dict[str, Any] = {}
    told = {**given, "schema": _named(schema, variables), "tools": _listed(tools, variables)}
    for name in ("attach", "stop"):
        value = told.get(name) or ()
        told[name] = (value,) if isinstance(value, str) else tuple(value)
    left = {n: v for n, v in told.items() if v is not None and v is not False and v != ()}
    return session.defaults().changed(left), variables


def _named(schema: Any, variables: dict[str, Any]) -> str | None:
    if schema is None:
        return None
    name = getattr(schema, "__name__", "schema")
    name = name if name.isidentifier() else "schema"
    variables[name] = schema
    return name


def _listed(given: Any, variables: dict[str, Any]) -> str | None:
    if isinstance(given, str):
        raise InputError(f"tools={given!r:.100}: give the functions themselves: tools=[...].")
    tools: Sequence[Any] = (given,) if callable(given) else tuple(given)
    names = [str(getattr(tool, "__name__", getattr(tool, "name", ""))) for tool in tools]
    for name, tool in zip(names, tools, strict=True):
        if not name.isidentifier():
            raise InputError(
                f"tools: {tool!r:.100} is no function with a name: define one with def."
            )
        variables[name] = tool
    return ",".join(names) or None
