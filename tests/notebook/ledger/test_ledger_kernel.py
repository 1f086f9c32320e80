"""A kernel that is killed right after an answer has written that call down."""

from __future__ import annotations

from pathlib import Path

import pytest
from kernel_rig import Kernel, isolated_environment

from claude_nb.notebook.ledger.store import Store

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc"),
]

DIES = """
import os, signal
from claude_nb.notebook.run import run
run.conclude = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)  # the answer has come
"""


def is_dead(pid):
    """Whether a process has ended, also where nobody has asked how yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize("option", ["", " --no-stream"])
def test_a_call_is_written_before_its_cell_ends(tmp_path, option):
    env = isolated_environment(
        tmp_path, CLAUDE_NB_BACKEND="emulator", CLAUDE_NB_NOTEBOOK="/n/x.ipynb"
    )
    with Kernel(tmp_path, env) as kernel:
        kernel.run("%load_ext claude_nb")
        kernel.run(DIES)
        run = kernel.begin(f"%%claude{option}\nWhat is 17 * 23?")
        kernel.wait_for(lambda: is_dead(kernel.pid))
        assert not run.ended
    (call,) = Store(tmp_path / "usage.sqlite3").calls()
    assert (call.notebook, call.origin, call.outcome) == ("/n/x.ipynb", "emulator", "ok")
    assert call.output > 0
    assert call.cost == 0.0
