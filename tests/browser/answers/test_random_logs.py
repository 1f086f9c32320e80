"""Random answers, told in random pieces at random times: a page shows what is saved.

The page is an empty one with the live view's own script, and a clock and frames that the test
moves: no Jupyter, no waiting. Seeds are fixed; `CLAUDE_NB_SEEDS=1000` tries more of them.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from claude_nb.characters import plain
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.live.operations import Operations
from claude_nb.notebook.text import growing
from claude_nb.notebook.text.markdown import to_html

sys.path.insert(0, str(Path(__file__).parents[2] / "project"))
import gallery

pytestmark = pytest.mark.browser

SEEDS = int(os.environ.get("CLAUDE_NB_SEEDS", "16"))
MOST = 1, 4, 30, 10_000  # operations that come at once
CODE = "```python\n" + "".join(f"x{n} = {n}\n" for n in range(60)) + "```\n"
ROWS = "".join(f"| **r{n}** | {n} |\n" for n in range(40))
TABLE = f"| name | n |\n|---|--:|\n{ROWS}"
LONG = [CODE, TABLE, CODE.replace("```", "~~~~"), f"Words.\n\n{TABLE}", "One line\n" * 30]
LAID = "# Title\n\n- a\n- b\n\n> said\n\nA *paragraph* with `code` 🎉.\n"


def sections(chance: random.Random) -> list[tuple[str, str]]:
    """Return what a model writes: thinking, tools and texts, some of them long."""
    written = [*(4 * LONG), LAID, *gallery.samples().values()]
    told = [text for text in written if "\u200b" not in text]  # named by its neighbours, if at all
    made = []
    for number in range(chance.randint(1, 4)):
        kind = "text" if number % 2 == 0 else chance.choice(["think", "tool"])
        parts = chance.choices(written if kind == "text" else told, k=chance.randint(1, 4))
        made.append((kind, "\n".join(parts) if kind == "text" else "".join(parts)))
    return made


def log(chance: random.Random, parts: list[tuple[str, str]]) -> list[list[object]]:
    """Return the operations of an answer whose deltas are cut anywhere."""
    operations = Operations()
    for kind, text in parts:
        waiting = [Piece("begin", "call")] if kind == "tool" else []
        at = 0
        largest = chance.choice([3, 20, 200, 4_000])
        while at < len(text):
            size = chance.randint(1, largest)
            waiting.append(Piece(kind, text[at : at + size]))
            at += size
            if chance.random() < 0.4:
                operations.extend(waiting)
                waiting = []
        operations.extend([*waiting, Piece("end", "done")])
    operations.extend([Piece("state", "Answer complete.")] if chance.random() < 0.5 else [])
    return operations.log


def plan(chance: random.Random, number: int, most: int) -> list[tuple[int, list[int]]]:
    """Return how many operations come at once, at most so many, and the frames after each time."""
    made = []
    while number > 0:
        more = chance.randint(1, most)
        frames = [chance.choice([1, 8, 17, 34, 90]) for _ in range(chance.randint(0, 4))]
        made.append((more, frames))
        number -= more
    return made


def ends(operations: list[list[object]]) -> list[int]:
    """Return where to look: within what grows by pieces, where there is such, and at the end."""
    growing = [n for n, (kind, *_) in enumerate(operations, 1) if kind in "rx"]
    return [*(growing or range(1, len(operations))), *[len(operations)] * (1 + len(growing))]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_comes_in_pieces_is_what_is_saved(alone, monkeypatch, seed):
    chance = random.Random(seed)  # noqa: S311 - the same each time
    limits = {"_LONG_TABLE": chance.choice([100, 2_000]), "_LONG_CODE": chance.choice([100, 4_000])}
    for name, value in limits.items():
        monkeypatch.setattr(growing, name, value)
    parts = sections(chance)
    operations = log(chance, parts)
    wanted = [(kind, to_html(text) if kind == "text" else plain(text)) for kind, text in parts]
    saved = alone.evaluate("parts => should(parts)", wanted)
    for most in MOST:
        told = operations[: chance.choice(ends(operations))]
        should = alone.evaluate("log => slowly(log)", told)
        if len(told) == len(operations):
            assert should == saved
        shown = alone.evaluate(
            "([log, plan]) => play(log, plan)", [told, plan(chance, len(told), most)]
        )
        assert shown == [should] * 3
