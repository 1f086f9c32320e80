"""How long Stop takes: from the click or the interrupt until the server sees the close.

Run ``python benchmarks/stop_kernels.py`` (interrupts) or with ``--browser`` (the Stop button in a
real JupyterLab). Kernels of other versions are used where ``make kernels`` has
set up their environments. A cell that awaits is measured beside the synchronous magic, because
that is the choice these figures decided.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from kernel_rig import Kernel  # noqa: E402 (needs the path above)

TRIES = 10
GIVE_UP = 8.0  # seconds after which an interrupt counts as not heard
SYNC = "%%claude --no-history\ngo on"
AWAITED = """\
from claude_nb import AsyncAnthropic
async with AsyncAnthropic().messages.stream(
    model="m", max_tokens=100, messages=[{"role": "user", "content": "go on"}]
) as stream:
    async for event in stream:
        pass
"""


class Endless:
    """A server whose answer never ends; it notes when its client leaves.

    Parameters
    ----------
    stalled : bool
        Whether it falls silent after the first words.
    """

    def __init__(self, *, stalled: bool) -> None:
        self._stalled = stalled
        self.streaming = threading.Event()
        self.closed = threading.Event()
        self.closed_at = 0.0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.recv(65536)
        self._send(connection, HEAD)
        self._send(connection, _event("content_block_start", index=0, content_block=TEXT))
        self._send(connection, DELTA)
        self.streaming.set()
        connection.settimeout(0.05)
        while True:
            try:
                if not connection.recv(1024):
                    break
            except TimeoutError:
                if not self._stalled:
                    self._send(connection, DELTA)
            except OSError:
                break
        self.closed_at = time.time()
        self.closed.set()

    def _send(self, connection: socket.socket, data: bytes) -> None:
        try:
            connection.sendall(data)
        except OSError:
            return

    def reset(self) -> None:
        """Get ready for the next client."""
        self.streaming.clear()
        self.closed.clear()


def _event(kind: str, **fields: object) -> bytes:
    data = json.dumps({"type": kind, **fields})
    return f"event: {kind}\ndata: {data}\n\n".encode()


TEXT = {"type": "text", "text": ""}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n" + _event(
    "message_start", message=MESSAGE
)
DELTA = _event("content_block_delta", index=0, delta={"type": "text_delta", "text": "and on "})


def pythons() -> dict[str, str]:
    """Return the Python of each ipykernel at hand, by version."""
    found = {"this": sys.executable}
    for folder in sorted(ROOT.glob(".venv-ipykernel-*")):
        found[folder.name.rpartition("-")[2]] = str(folder / "bin" / "python")
    return found


def interrupts(code: str, *, stalled: bool, display: str) -> list[float]:
    """Return seconds from interrupt to close; infinity where it was not heard."""
    server = Endless(stalled=stalled)
    env = {"ANTHROPIC_BASE_URL": server.url, "ANTHROPIC_API_KEY": "k", "CLAUDE_NB_DISPLAY": display}
    times: list[float] = []
    with Kernel(Path(tempfile.mkdtemp()) / "home", env) as kernel:
        kernel.run("%load_ext claude_nb")
        for _ in range(TRIES):
            times.append(_interrupt_once(kernel, server, code))
            if times[-1] == float("inf"):
                break  # this kernel is stuck; one is enough to know
    return times


def _interrupt_once(kernel: Kernel, server: Endless, code: str) -> float:
    server.reset()
    run = kernel.begin(code)
    server.streaming.wait(30)
    time.sleep(0.3)
    asked = time.time()
    kernel.interrupt()
    if not server.closed.wait(GIVE_UP):
        return float("inf")
    kernel.finish(run)
    return server.closed_at - asked


def clicks(python: str) -> list[float]:
    """Return seconds from a click on Stop in JupyterLab to the server seeing the close."""
    from jupyter_rig import Lab, launch, new_page  # noqa: PLC0415 (needs a browser)
    from jupyter_server import JupyterServer  # noqa: PLC0415
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    os.environ["CLAUDE_NB_KERNEL_PYTHON"] = python
    server = Endless(stalled=False)
    setup = (
        f"import os\nos.environ['ANTHROPIC_BASE_URL'] = {server.url!r}\n"
        "os.environ['ANTHROPIC_API_KEY'] = 'k'\n%load_ext claude_nb"
    )
    with sync_playwright() as playwright:
        jupyter = JupyterServer(Path(tempfile.mkdtemp()), "lab")
        browser = launch(playwright)
        try:
            lab = Lab(new_page(browser), jupyter, lambda: jupyter)
            lab.open([setup, SYNC])
            lab.run(0)
            return [_click_once(lab, server) for _ in range(TRIES)]
        finally:
            browser.close()
            jupyter.close()


def _click_once(lab: object, server: Endless) -> float:
    server.reset()
    lab.run(1, wait=False)
    button = lab.output(1).get_by_role("button", name="Stop")
    button.wait_for()
    time.sleep(0.3)
    asked = button.evaluate("node => { const now = Date.now(); node.click(); return now }") / 1000
    if not server.closed.wait(GIVE_UP):
        return float("inf")
    lab.wait(1)
    return server.closed_at - asked


def report(name: str, times: list[float]) -> None:
    """Print one row."""
    heard = [seconds * 1000 for seconds in times if seconds != float("inf")]
    missed = len(times) - len(heard)
    figures = (
        f"median {statistics.median(heard):6.0f} ms · worst {max(heard):6.0f} ms" if heard else ""
    )
    print(f"{name:55} {len(heard):2} of {len(times):2} heard   {figures}", flush=True)
    assert missed < len(times) or "await" in name, f"{name}: never heard"


def main() -> None:
    """Measure and print."""
    for version, python in pythons().items():
        os.environ["CLAUDE_NB_KERNEL_PYTHON"] = python
        if "--browser" in sys.argv:
            report(f"ipykernel {version}: Stop button in JupyterLab", clicks(python))
            continue
        for stalled in (False, True):
            kind = "stalled" if stalled else "streaming"
            times = interrupts(SYNC, stalled=stalled, display="live")
            report(f"ipykernel {version}: interrupt, %%claude, {kind}", times)
        report(
            f"ipykernel {version}: interrupt, a cell that awaits, stalled",
            interrupts(AWAITED, stalled=True, display="live"),
        )


if __name__ == "__main__":
    main()
