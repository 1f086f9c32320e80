"""``claude_nb.rows.answer_rows``: a part of a table in, the same part with its answers out.

For engines that cut a table into parts and call a function on each, perhaps twice: the store that
all share knows what was asked. Pickled by its name; a process reads its key from its environment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from claude_nb.ask.errors import InputError
from claude_nb.notebook.run.rows.asked import IN_MEMORY, Asked
from claude_nb.notebook.run.rows.mapping import options_of
from claude_nb.notebook.run.rows.running import Question, planned
from claude_nb.notebook.session import current
from claude_nb.rows.answers import Answers
from claude_nb.rows.pace import MOST
from claude_nb.rows.tables import table

__all__ = ["answer_rows"]


def answer_rows(
    frame: Any,
    prompt: str,
    *,
    store: str | Path,
    workers: int = 1,
    limit: int = MOST,
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
    again: bool = False,
) -> Any:
    """Ask the same of every row of a part of a table, and return that part with what came.

    Parameters
    ----------
    frame : object
        The part: a frame of pandas or polars, a table of pyarrow, or a list of dicts. One with no
        rows is given its columns and asks nothing, which tells an engine what will come.
    prompt : str
        As `claude_nb.map` takes it.
    store : str or Path
        The file of answers, on a disk that all workers see: what one has asked, none asks again.
    workers : int
        How many processes do this at once: each gets its share of the limit.
    limit : int
        Most requests at once, of all workers together.
    model, system, schema, tools, attach, temperature, max_tokens, think, stop, cache
        As `claude_nb.map` takes them.
    samples, again
        As there.

    Returns
    -------
    object
        Of the kind that came in; see `Answers.to_frame`. A row never fails the others.

    Raises
    ------
    InputError
        Something in it cannot be used; nothing was sent.
    APIError
        One that every row would meet, such as a wrong key.
    """
    if str(store) == IN_MEMORY:
        raise InputError("store=':memory:' cannot be shared: name a file that all workers see.")
    session, rows = current(), table(frame)
    given = {"model": model, "system": system, "temperature": temperature, "think": think}
    given |= {"max_tokens": max_tokens, "stop": stop, "cache": cache, "attach": attach}
    options, variables = options_of(session, given, schema, tools)
    asked = Asked(samples=samples, store=store, again=again, limit=_share(limit, workers))
    if rows.count == 0:
        asked = Asked(samples=samples, store=IN_MEMORY)
    run = planned(session, Question(options, prompt, rows, asked, variables))
    run.start()
    return Answers(run, _none).wait().to_frame()


def _share(limit: int, workers: int) -> int:
    given: dict[str, Any] = {"limit": limit, "workers": workers}
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InputError(f"{name}={value!r}: must be a whole number, 1 or more.")
    return max(1, limit // workers)


def _none(*_: Any) -> Answers:
    raise InputError("Call answer_rows with again=True.")
