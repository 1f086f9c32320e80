"""Interrupts in a real kernel: what they end, wherever a run is, and what they leave alone."""

from __future__ import annotations

import os
import random

import pytest
from kernel_rig import Kernel

pytestmark = pytest.mark.kernel

SETUP = '''%load_ext claude_nb
import signal, threading, time
from claude_nb import emulator
from claude_nb.emulator import Fault
from claude_nb.notebook.run import run as engine
from pathlib import Path

asked, stoppers = [], []

def answer(request):
    """Keep what was asked; write a story, or call a tool."""
    asked.append(request)
    Path(f"asked-{len(asked)}").touch()
    if "tools" not in request or len(request["messages"]) > 1:
        return "and so it went on " * 40
    call = {"type": "tool_use", "id": "toolu_1", "name": request["tools"][0]["name"], "input": {}}
    return [call | {"input": {"what": "rain"}}]

class Stopper(engine.Stopper):
    """Keeps itself, so that a test can press Stop."""
    def __init__(self):
        super().__init__()
        stoppers.append(self)

engine.Stopper = Stopper
server = emulator.serve(tokens_per_second=40, answer=answer, api_key="canary")
%env ANTHROPIC_BASE_URL={server.url}
%env ANTHROPIC_API_KEY=canary

def press():
    stoppers[-1].stop()

def press_soon(runs=1):
    """Press Stop of the run that has begun by then: the next one, by default."""
    number = len(stoppers) + runs

    def wait():
        while len(stoppers) < number:
            time.sleep(0.01)
        time.sleep(0.5)
        press()

    threading.Thread(target=wait, daemon=True).start()

def pester(times):
    """Interrupt the run at these moments, each in seconds after the one before."""
    for seconds in times:
        time.sleep(seconds)
        with stoppers[-1]._lock:
            if stoppers[-1]._active:
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

def sleeps(what: str) -> str:
    "Wait for something."
    Path("sleeps").touch()
    time.sleep(300)

def swallows(what: str) -> str:
    "Wait for something."
    Path("swallows").touch()
    try:
        time.sleep(300)
    except BaseException:
        return "I go on"

def stops(what: str) -> str:
    "Wait for something."
    press_soon(runs=0)
    return swallows(what)
'''
MANY = int(os.environ.get("CLAUDE_NB_INTERRUPTS", "25"))  # runs with interrupts at random moments


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """Start a kernel that keeps what is asked; it shows answers live, to nobody."""
    home = tmp_path_factory.mktemp("kernel") / "home"
    with Kernel(home, {"CLAUDE_NB_DISPLAY": "live"}) as kernel:
        assert kernel.run(SETUP).status == "ok"
        kernel.run("%%claude --max-tokens 1 --no-history\nWarm up")
        yield kernel


@pytest.fixture(autouse=True)
def _anew(kernel):
    assert kernel.run("asked.clear(); server.faults._armed.clear()\n%claude reset").status == "ok"


def asked(kernel) -> int:
    return int(kernel.run("print(len(asked))").text)


def shown(run) -> bool:
    return any(message["msg_type"] == "display_data" for message in run.messages)


def test_an_interrupt_ends_run_all_and_nothing_more_is_asked(kernel):
    cells = [f"%%claude --max-tokens {n}\nQuestion" for n in (2, 500, 500, 500, 500)]
    runs = [kernel.begin(cell, stop_on_error=True) for cell in cells]
    kernel.wait_for((kernel.work / "asked-2").exists)
    kernel.interrupt()
    for run in runs:
        kernel.finish(run)
    assert [run.status for run in runs] == ["ok", "error", *3 * ["aborted"]]
    card, error = runs[1].outputs
    assert "stopped" in card.data["text/html"].lower()
    assert error.ename == "StoppedError"
    assert error.traceback == [error.evalue]  # one quiet line
    assert asked(kernel) == 2


PLACES = {
    "connecting": 'server.faults.add(Fault("delay", seconds=300))',
    "between retries": 'server.faults.add(Fault("status", status=529, retry_after="50"))',
    "in a silent stream": 'server.faults.add(Fault("stall", after=4))',
}


@pytest.mark.parametrize("options", ["", "--think 2000", "--no-stream --max-tokens 30_000"])
@pytest.mark.parametrize("place", PLACES)
def test_stop_ends_the_answer_and_an_interrupt_fails_the_cell(kernel, place, options):
    for press in ("", "press_soon(); "):
        kernel.run(f"server.faults._armed.clear(); {PLACES[place]}")
        ask = f"get_ipython().run_cell_magic('claude', '--no-history {options}', 'Question')"
        run = kernel.begin(f"asked.clear(); {press}{ask}")
        kernel.wait_for(lambda run=run: shown(run))
        if not press:
            kernel.interrupt()
        kernel.finish(run, 20)
        assert run.error.startswith("" if press else "StoppedError: Interrupted")
        assert run.status == ("ok" if press else "error")
        assert asked(kernel) <= 1


@pytest.mark.parametrize("tool", ["sleeps", "swallows", "stops"])
def test_a_tool_cannot_make_the_run_go_on(kernel, tool):
    waiting = kernel.work / tool.replace("stops", "swallows")
    waiting.unlink(missing_ok=True)
    run = kernel.begin(f"%%claude --tools {tool}\nUse the tool to wait for rain.")
    kernel.wait_for(waiting.exists, 20)
    if tool != "stops":
        kernel.interrupt()
    kernel.finish(run, 20)
    assert run.status == ("ok" if tool == "stops" else "error")
    assert "stopped" in run.outputs[0].data["text/html"]
    assert asked(kernel) == 1


def test_stop_lets_the_next_cell_run_unless_config_says_otherwise(kernel):
    for ends_run, statuses in ((False, ["ok", "ok"]), (True, ["error", "aborted"])):
        kernel.run(f"%config ClaudeMagics.stop_ends_run = {ends_run}")
        ask = "press_soon()\n%claude --no-history --max-tokens 500 Question"
        runs = [kernel.begin(cell, stop_on_error=True) for cell in (ask, "1 + 1")]
        for run in runs:
            kernel.finish(run, 20)
        assert [run.status for run in runs] == statuses
        assert "stopped" in runs[0].outputs[0].data["text/html"]


@pytest.mark.slow
def test_interrupts_at_any_moment_leave_the_kernel_as_it_was(kernel):
    chance = random.Random(19)  # noqa: S311 (for the same moments in every run)
    for number in range(MANY):
        times = [chance.random() / 4 for _ in range(chance.randint(1, 3))]
        kernel.run(f"thread = threading.Thread(target=pester, args=({times},))")
        run = kernel.begin("thread.start()\n%claude --no-history --max-tokens 8 Question")
        kernel.finish(run, 20)
        assert run.error.partition(":")[0] in {"", "StoppedError"}
        assert kernel.run("thread.join()").status == "ok"
        assert asked(kernel) <= number + 1
    assert kernel.run("print(threading.active_count() < 30)").text == "True"
