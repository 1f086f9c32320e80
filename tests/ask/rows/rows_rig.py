"""Runs over rows without a notebook, and what counts how often each prompt was asked."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claude_nb.api.client import AsyncAnthropic
from claude_nb.ask.options import Options
from claude_nb.rows.answers import Answers
from claude_nb.rows.pace import Pace
from claude_nb.rows.plan import Plan
from claude_nb.rows.run import Run
from claude_nb.rows.store import Store
from claude_nb.rows.tables import table


@dataclass
class Counted:
    """An answer for the emulator: says the prompt again, in capitals, and counts it."""

    lock: threading.Lock
    counts: dict[str, int]

    def __call__(self, request: Any) -> str:
        prompt = request["messages"][-1]["content"]
        text = prompt if isinstance(prompt, str) else prompt[-1]["text"]
        with self.lock:
            self.counts[text] = self.counts.get(text, 0) + 1
        return text.upper()

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass
class Asking:
    """Asks rows of one server, as `claude_nb.map` does."""

    url: str
    path: Path | None

    def run(
        self, prompt: str, rows: Any, *, variables: Any = None, kind: Any = Run, **given: Any
    ) -> Any:
        """Return a run that has not begun."""
        names = {"schema", "tools", "model", "max_tokens", "system", "attach"} & given.keys()
        options = Options(**{name: given.pop(name) for name in names})
        plan = Plan(prompt, options, variables or {}, "test")
        found = table(rows)
        plan.check(found)
        client = AsyncAnthropic(api_key="test", base_url=self.url)
        pace = given.pop("pace", None) or Pace()
        return kind(plan, found, Store(self.path), client, pace, **given)

    def __call__(self, prompt: str, rows: Any, **given: Any) -> Answers:
        """Ask, wait and return the answers; raise what ended the run."""
        run = self.run(prompt, rows, **given)
        answers = Answers(
            run,
            lambda changes, before: self(
                prompt, rows, **{**given, **changes, "again": True, "before": before}
            ),
        )
        run.start()
        return answers.wait()
