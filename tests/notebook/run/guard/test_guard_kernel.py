"""Cells that wait in a real kernel, of a server that is taken for one that is paid."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.kernel

CHARGED = """
import os
from claude_nb import emulator
from claude_nb.api import addresses, calls, config
from claude_nb.notebook import backend
server = emulator.serve(tokens_per_second=0, answer=lambda _: "Yes.")
running = server.__enter__()
addresses.stays_here = lambda _: False
backend.EMULATED_HEADER = calls.EMULATED_HEADER = "x-nobody-sends-this"
config.DEFAULT_BASE_URL = os.environ["ANTHROPIC_BASE_URL"] = running.url
os.environ["ANTHROPIC_API_KEY"] = "canary-7c1"
%load_ext claude_nb
%config ClaudeMagics.max_tokens = 20_000
%config ClaudeMagics.unasked = "cancel"
"""
CELLS = [f"%%claude --no-history\nWhat is {number} + 1?" for number in range(8)]


LOOK = """
import time
from claude_nb.notebook.run.guard.waiting import is_waiting
time.sleep(0.3)
print(is_waiting(get_ipython().kernel))
"""
WRITTEN = """
from claude_nb.notebook import session
from claude_nb.notebook.ledger import accounts
print([call.outcome for call in accounts.of(session.current()).store.calls()])
"""


def test_what_waits_is_seen_and_stopped_where_nobody_can_be_asked(start_kernel):
    kernel = start_kernel(CLAUDE_NB_DISPLAY="final")
    assert kernel.run(CHARGED).status == "ok"
    assert kernel.run(LOOK).text == "False"
    looks = [kernel.begin(LOOK) for _ in range(4)]
    assert [kernel.finish(look).text for look in looks][::3] == ["True", "False"]

    runs = [kernel.begin(cell, f"c{n}", stop_on_error=True) for n, cell in enumerate(CELLS)]
    ended = [kernel.finish(run) for run in runs]
    assert [run.status for run in ended] == ["ok"] * 3 + ["error"] + ["aborted"] * 4
    assert "Nothing was sent\n4 prompts, about " in ended[3].text
    assert "nobody could be asked (no page runs these cells)" in ended[3].text
    assert "so nothing more is sent." in ended[3].text
    assert kernel.run(WRITTEN).text == "['ok', 'ok', 'ok']"
