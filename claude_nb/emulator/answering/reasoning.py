"""How much an answer thinks, whether it shows it, and what the thinking says.

Pure. The rules per model come from `claude_nb.models`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from claude_nb.emulator import catalog
from claude_nb.emulator.answering.skills import words
from claude_nb.emulator.task import Draft, Task
from claude_nb.emulator.wire import section

__all__ = ["depth", "display", "thought"]

_EFFORT_DEPTH = {"low": 3, "medium": 6, "high": 9, "xhigh": 12, "max": 15}
_LEAST_BUDGET, _MOST_BUDGET = 1024, 1_000_000  # tokens


def depth(params: Mapping[str, Any]) -> int:
    """Return how many steps of thinking a valid request asks for; 0 for none.

    Notes
    -----
    A budget of 1,024 tokens gives 5 steps, and two more each time it doubles; effort gives 3
    (low) to 15 (max).
    """
    model = catalog.find(params["model"])
    config = section(params, "thinking")
    kind = config.get("type") or ("adaptive" if model.thinking_default == "on" else "off")
    if kind == "enabled":
        budget = min(config["budget_tokens"], _MOST_BUDGET)
        return 5 + int(2 * math.log2(budget / _LEAST_BUDGET))
    if kind != "adaptive":
        return 0
    effort = section(params, "output_config").get("effort")
    return _EFFORT_DEPTH[effort or model.default_effort or "high"]


def display(params: Mapping[str, Any]) -> str:
    """Return ``"summarized"`` or ``"omitted"``, the model's own default if none is asked for."""
    model = catalog.find(params["model"])
    asked = section(params, "thinking").get("display")
    return asked or model.display_default


def thought(task: Task, draft: Draft, steps: int) -> str:
    """Return the thinking text: the draft's own steps, then as many checks as `steps` allows."""
    made = [*draft.steps, *_checks(task, draft)]
    return "\n\n".join(made[:steps])


def _checks(task: Task, draft: Draft) -> list[str]:
    key = words.keywords(task.prompt, most=3)
    n_asked, n_said = len(words.plain(task.prompt)), len(words.plain(draft.text))
    wants = ", ".join(key) or "nothing in particular"
    form = f"a Markdown answer of about {n_said} words" if n_said else "the exact values alone"
    return [
        (
            f"Let me reread the request with that in hand. It has {n_asked} words and turns on "
            f"{wants}; the answer keeps to that."
        ),
        f"Is the form right? It will be {form}, and that suits the request.",
        _about_system(task),
        (
            "Could it be understood differently? The plainest reading is the one to serve; "
            "a different one can be asked for in the next turn."
        ),
        _about_history(task),
        (
            "Is anything claimed that was not computed here? No: every statement follows from the "
            "request itself."
        ),
        (
            "What would a reader want to check first? The result, so it stands at the top and the "
            "way to it below."
        ),
        "Could it be shorter? Each part answers something that was asked, so it can stay.",
        "Going through the steps once more from the end to the beginning gives the same result.",
        "Last, the answer must say that it was emulated, so that nobody takes it for a model's.",
        "Nothing is left open; I can write it down.",
    ]


def _about_system(task: Task) -> str:
    if not task.system:
        return "There is no system prompt, so no persona and no house rules to follow."
    return f"The system prompt says “{words.quote(task.system, 100)}”, and that comes first."


def _about_history(task: Task) -> str:
    if len(task.turns) <= 1:
        return "This is the first turn, so nothing said earlier has to be kept in mind."
    return f"This is turn {len(task.turns)}; what was said before still holds."
