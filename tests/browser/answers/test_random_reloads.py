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

pytestmark = [pytest.mark.browser, pytest.mark.long]

SEEDS = int(os.environ.get("CLAUDE_NB_RELOADS", "3"))
MARKS = 150
WRITTEN = "".join(f"q{n}z and\n{'' if n % 9 else chr(10)}" for n in range(MARKS))
SETUP = f"""%load_ext claude_nb
import os, time
from claude_nb import emulator

def until(name: str) -> str:
    "Wait until the test makes this file: what happens before happens while the answer comes."
    while not os.path.exists(name):
        time.sleep(0.01)
    return "now"

def answer(request):
    if len(request["messages"]) > 1:
        return "The end."
    name = str(request["messages"][0]["content"]).split()[-1].strip("'}}]")
    call = {{"type": "tool_use", "id": "toolu_1", "name": "until", "input": {{"name": name}}}}
    return [{{"type": "text", "text": {WRITTEN!r}}}, call]

server = emulator.serve(tokens_per_second=150, answer=answer, api_key="canary")
%env ANTHROPIC_BASE_URL={{server.url}}
%env ANTHROPIC_API_KEY=canary"""
ASK = "%%claude --no-history --tools until\nWhat is there until {}"


def marks(text: str) -> list[int]:
    """Return the numbers of the marks in a text, in order."""
    return [int(number) for number in re.findall(r"q(\d+)z", text)]


def comes(lab, n: int, most: int) -> None:
    """Wait until the answer of cell `n` shows so many marks."""
    expect(lab.output(n).locator(".claude-nb-live")).to_have_count(1)
    lab.until(lambda: len(marks(lab.text(n))) >= most)


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
def test_whatever_happens_the_answer_is_there_once_on_the_page_and_in_the_file(lab, go, seed):
    chance = random.Random(seed)  # noqa: S311 - the same each time
    lab.open([SETUP, ASK.format(f"go-{seed}")], name=f"reloads-{seed}.ipynb")
    lab.run(0)
    lab.save()
    lab.run(1, wait=False)
    for place in sorted(chance.choices(range(MARKS), k=chance.randint(1, 3))):
        comes(lab, 1, place)
        chance.choice(HAPPENS)(lab, 1)
    go(f"go-{seed}")
    footer = lab.output(1).locator(".claude-nb:not(.claude-nb-live) footer")
    expect(footer).to_have_count(1)
    expect(footer).to_contain_text("in ·")
    expect(lab.output(1)).to_contain_text("The end.")
    assert marks(lab.text(1)) == list(range(MARKS))
    [saved] = lab.save().cells[1].outputs
    assert marks(saved.data["text/html"]) == marks(saved.data["text/plain"]) == list(range(MARKS))
    assert "unfinished" not in str(saved.metadata)
