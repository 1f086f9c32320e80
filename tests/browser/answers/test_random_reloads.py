"""An answer is not lost, whenever the page is reloaded, left, or its output cleared while it comes.

Each seed is an answer of some seconds, and one to three things that happen at random places of it.
`CLAUDE_NB_RELOADS=60` tries so many; a few are tried with all tests.
"""

from __future__ import annotations

import os
import random
import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEEDS = int(os.environ.get("CLAUDE_NB_RELOADS", "3"))
MARKS = 150
WRITTEN = "".join(f"q{n}z and\n{'' if n % 9 else chr(10)}" for n in range(MARKS))
SETUP = f"""%load_ext claude_nb
from claude_nb import emulator
server = emulator.serve(tokens_per_second=150, answer=lambda request: {WRITTEN!r}, api_key="canary")
%env ANTHROPIC_BASE_URL={{server.url}}
%env ANTHROPIC_API_KEY=canary"""
ASK = "%%claude --no-history\nWhat is there?"


def marks(text: str) -> list[int]:
    """Return the numbers of the marks in a text, in order."""
    return [int(number) for number in re.findall(r"q(\d+)z", text)]


def comes(lab, n: int, most: int) -> None:
    """Wait until the answer of cell `n` shows so many marks, or has ended."""
    footer = lab.output(n).locator(".claude-nb:not(.claude-nb-live) footer")
    lab.until(lambda: len(marks(lab.text(n))) >= most or footer.count() > 0)


def reload(lab, _n: int) -> None:
    """Reload the page."""
    lab.reload()


def leave(lab, _n: int) -> None:
    """Close the page, and open the notebook in it again."""
    url = lab.page.url
    lab.page.goto("about:blank")
    lab.page.goto(url)
    lab.page.wait_for_function("() => window.rig?.connected()")


def clear(lab, _n: int) -> None:
    """Clear the outputs, and come back for the answer."""
    lab.command("notebook:clear-all-cell-outputs")
    lab.reload()


HAPPENS = [reload, reload, leave, clear]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_happens_the_answer_is_there_once_on_the_page_and_in_the_file(lab, seed):
    chance = random.Random(seed)  # noqa: S311 - the same each time
    lab.open([SETUP, ASK], name=f"reloads-{seed}.ipynb")
    lab.run(0)
    lab.save()
    lab.run(1, wait=False)
    for place in sorted(chance.choices(range(MARKS), k=chance.randint(1, 3))):
        comes(lab, 1, place)
        chance.choice(HAPPENS)(lab, 1)
    footer = lab.output(1).locator(".claude-nb:not(.claude-nb-live) footer")
    expect(footer).to_have_count(1)
    expect(footer).to_contain_text("in ·")
    assert marks(lab.text(1)) == list(range(MARKS))
    [saved] = lab.save().cells[1].outputs
    assert marks(saved.data["text/html"]) == marks(saved.data["text/plain"]) == list(range(MARKS))
    assert "unfinished" not in str(saved.metadata)
