"""What is asked of rows, besides the options of the question; checked before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from claude_nb.ask.errors import InputError
from claude_nb.rows.store import Name

__all__ = ["IN_MEMORY", "Asked"]

IN_MEMORY = ":memory:"


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
    executor : Executor or None
        Who gives parts of the table to those who ask them; None asks here.
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
    executor: Executor | None = None
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
        if self.executor is not None:
            self._check_executor()

    def _check_executor(self) -> None:
        given: Any = self.executor
        if not isinstance(given, Executor):
            raise InputError(
                f"executor={given!r:.100}: must be a concurrent.futures.Executor, such as "
                "ThreadPoolExecutor(4) or client.get_executor() of Dask."
            )
        if self.budget is not None or self.via == "batch":
            raise InputError(
                "budget= and via='batch' have no hold on what an executor runs elsewhere: ask a "
                "few rows with sample=, which says what all will cost, or leave out executor=."
            )
        if str(self.store) == IN_MEMORY:
            raise InputError(
                "store=':memory:' cannot be shared: with executor= name a file on a disk that all "
                "see, or leave store= out."
            )
