"""What hundreds of fast answers leave behind in the kernel, with a page that is late: nothing."""

from __future__ import annotations

import ast

import pytest

from claude_nb.notebook.ledger.kept import MOST

pytestmark = [pytest.mark.browser, pytest.mark.long]

LOAD = """
%load_ext claude_nb
%env CLAUDE_NB_EMULATOR_SPEED=0
import gc, os, threading
from comm import get_comm_manager
from ipywidgets import Widget
from claude_nb.notebook.live import live, widget
ask = get_ipython().run_cell_magic
def left():
    gc.collect()
    names = [thread.name for thread in threading.enumerate()]
    return dict(
        comms=sum(each.target_name != "claude_nb.answers"  # one a page, for what it missed
                  for each in get_comm_manager().comms.values()),
        listeners=len(widget._pages.listeners),
        widgets=sum(type(each).__module__.startswith("claude_nb") for each in gc.get_objects()
                    if isinstance(each, Widget)),
        views=sum(isinstance(each, live.LiveView) for each in gc.get_objects()),
        threads=sum(name.startswith("claude_nb") for name in names if "emulator" not in name),
        files=len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0,
    )
ask("claude", "--no-history --max-tokens 20", "What is 2 + 2?")
"""
MANY = """
for number in range(150):
    ask("claude", "--no-history --max-tokens 20{}", f"What is {{number}} + 2?")
"""


def left(lab, n):
    """Run a cell that prints what is left, until the page has caught up, and not for ever."""
    for _ in range(100):
        lab.run(n)
        said = ast.literal_eval(lab.text(n).strip())
        if said["comms"] == 0:
            break
    return said


@pytest.mark.parametrize("way", ["", " --bg"])
def test_fast_answers_leave_nothing_in_the_kernel(lab, way):
    lab.open([LOAD, MANY.format(way), "print(left())"])
    lab.run(0)
    before = left(lab, 2)
    lab.run(1)
    after = left(lab, 2)
    assert after["files"] <= before["files"] + 75  # half of one an answer: some stay open
    assert (after["comms"], after["threads"]) == (before["comms"], before["threads"]) == (0, 0)
    for name in ("listeners", "widgets"):
        assert after[name] <= 1, after  # the last answer in the background is kept by its handle
    assert after["views"] <= MOST + 1, after  # answers that `%claude last` shows
