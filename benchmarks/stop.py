"""Measure the time from a click on Stop, or an interrupt, to the server seeing the stream end.

    python benchmarks/stop.py                        with the installed ipykernel
    CLAUDE_NB_KERNEL_PYTHON=… python benchmarks/stop.py     in an environment with another one

Server, kernel and page share one clock. A click is timed in the page, by its event; an interrupt at
the page's call of the kernel's interrupt; the end when the emulator's socket is closed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from live_view import Bench, bench
from playwright.sync_api import expect
from tornado.http1connection import HTTP1Connection

ROUNDS = 10
DEADLINE = 20.0  # seconds until a stop counts as lost
CLOCK = "performance.timeOrigin + performance.now()"
CLICK = f"""() => {{
  const button = [...document.querySelectorAll('.jp-Cell-outputArea button')]
    .find((button) => button.textContent.trim() === 'Stop');
  const at = {CLOCK};
  button.click();
  return at;
}}"""
INTERRUPT = f"() => {{ const at = {CLOCK}; rig.interrupt(); return at; }}"

closed: list[float] = []


def watch_closing() -> Callable[[], None]:
    """Note when a client leaves; return what takes the watch away again."""
    original = HTTP1Connection.set_close_callback

    def noted(self: HTTP1Connection, callback: Callable[[], None] | None) -> None:
        def both() -> None:
            closed.append(time.time())
            if callback is not None:
                callback()

        original(self, both)

    HTTP1Connection.set_close_callback = noted
    return lambda: setattr(HTTP1Connection, "set_close_callback", original)


def one(rig: Bench, how: str) -> float:
    """Start a slow answer, stop it, and return the seconds until the server saw it."""
    rig.lab.set_source(1, "%%claude --max-tokens 60000 --no-history\nslow")
    rig.lab.run(1, wait=False)
    expect(rig.lab.output(1)).to_contain_text("q0z")
    closed.clear()
    began = rig.lab.page.evaluate(how) / 1000
    rig.lab.wait(1, DEADLINE)
    if "stopped" not in rig.lab.text(1):
        raise RuntimeError(f"The answer was not stopped: {rig.lab.text(1)[-200:]}")
    return closed[0] - began


def main() -> None:
    """Print the figures."""
    unwatch = watch_closing()
    with bench() as rig:
        rig.lab.set_source(0, "import ipykernel; print(ipykernel.__version__)")
        rig.lab.run(0)
        print(f"ipykernel {rig.lab.text(0).split()[-1]}: ms until the server saw the end")
        for name, how in (("Stop button", CLICK), ("interrupt", INTERRUPT)):
            times = sorted(one(rig, how) * 1000 for _ in range(ROUNDS))
            each = " ".join(f"{took:.0f}" for took in times)
            print(f"{name:<12} median {statistics.median(times):>5.0f}   each {each}", flush=True)
    unwatch()


if __name__ == "__main__":
    main()
