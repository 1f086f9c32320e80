r"""Run cells in a real Jupyter kernel and see all that it said.

Ask for the fixture `kernel` (one kernel per test file), `fresh_kernel` (one per test) or
`start_kernel` (a function that takes `env`, for kernels that need another environment)::

    def test_answers(kernel):
        result = kernel.run("print('hello')\n1 + 1")
        assert result.status == "ok"
        assert result.text == "hello\n2"

`kernel.begin(code)` sends a cell and returns at once; `kernel.wait_for(condition)` reads messages
until one fulfils a condition, `kernel.interrupt()` interrupts, and `kernel.finish(run)` waits for
the cell's end. `CLAUDE_NB_KERNEL_PYTHON` names the Python of another environment (one with an
older ipykernel, see scripts/kernels.py) in which all these kernels then run.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbformat import NotebookNode, v4

from claude_nb.cli.demo import own_directories
from claude_nb.cli.headless import connect_in

DEADLINE = 60.0
"""Seconds a cell may take, unless a test says otherwise."""

HIDDEN = ("ANTHROPIC_", "CLAUDE_NB_", "PYTHONDONTWRITEBYTECODE")
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


def isolated_environment(home: Path, **extra: str) -> dict[str, str]:
    """Return an environment with Jupyter's and IPython's directories below `home`.

    Keys and addresses of the real API are taken out, and stored keys are out of reach, so that no
    test can reach it.
    """
    env = own_directories(home) | NO_KEYRING
    kept = {name: text for name, text in env.items() if not name.startswith(HIDDEN)}
    return kept | {"CLAUDE_NB_LEDGER": str(home / "usage.sqlite3")} | extra


def kernel_python() -> str:
    """Return the Python that kernels run in."""
    return os.environ.get("CLAUDE_NB_KERNEL_PYTHON", sys.executable)


def add_kernelspec(home: Path, name: str = "python3") -> Path:
    """Offer `kernel_python()` as kernel `name`; return the directory of kernel descriptions."""
    folder = home / "data" / "kernels"
    (folder / name).mkdir(parents=True, exist_ok=True)
    argv = [kernel_python(), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": name, "language": "python"}
    (folder / name / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return folder


@dataclass
class Run:
    """One execution: what was asked, and what the kernel has said about it so far."""

    id: str
    messages: list[dict] = field(default_factory=list)
    reply: dict = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether the kernel has gone idle after it and replied."""
        return bool(self.reply) and any(
            m["msg_type"] == "status" and m["content"]["execution_state"] == "idle"
            for m in self.messages
        )

    @property
    def status(self) -> str:
        """Return "ok", "error" or "aborted"."""
        return self.reply["status"]

    @property
    def error(self) -> str:
        """Return the name and text of the exception, or an empty text."""
        return f"{self.reply['ename']}: {self.reply['evalue']}" if "ename" in self.reply else ""

    @property
    def outputs(self) -> list[NotebookNode]:
        """Return the outputs as a notebook would save them: streams joined, displays updated."""
        saved: list[NotebookNode] = []
        shown: dict[str, NotebookNode] = {}
        for message in self.messages:
            _apply(message, saved, shown)
        return saved

    @property
    def text(self) -> str:
        """Return all plain text a person would see, without the last newline."""
        return "".join(_plain(output) for output in self.outputs).rstrip("\n")


def _apply(message: dict, saved: list[NotebookNode], shown: dict[str, NotebookNode]) -> None:
    """Do to the list of outputs what a front end does on one IOPub message."""
    kind, content = message["msg_type"], message["content"]
    name = content.get("transient", {}).get("display_id")
    if kind == "clear_output":
        saved.clear()
    elif kind == "update_display_data" and name in shown:
        shown[name].update(data=content["data"], metadata=content["metadata"])
    elif kind == "stream" and saved and saved[-1].get("name") == content["name"]:
        saved[-1].text += content["text"]
    elif kind in {"stream", "display_data", "execute_result", "error"}:
        saved.append(v4.output_from_msg(message))
        shown[name] = saved[-1]


def _plain(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return "\n".join(output.traceback) + "\n"
    return output.data.get("text/plain", "") + "\n"


class Kernel:
    """One running kernel with its own directories; use it as a context manager.

    Parameters
    ----------
    home : Path
        Directory for everything the kernel writes; it starts in `home/work`.
    env : dict[str, str]
        Added to the kernel's environment.
    """

    def __init__(self, home: Path, env: dict[str, str] | None = None) -> None:
        self.work = home / "work"
        self.work.mkdir(parents=True)
        specs = KernelSpecManager(kernel_dirs=[str(add_kernelspec(home))])
        self._manager = KernelManager(kernel_name="python3", kernel_spec_manager=specs)
        connect_in(home, self._manager)  # a port might be taken before the kernel listens there
        self._runs: dict[str, Run] = {}
        environment = isolated_environment(home, **(env or {}))
        self._manager.start_kernel(env=environment, cwd=str(self.work))
        self._client = self._manager.client()
        self._client.start_channels()
        try:
            self._client.wait_for_ready(timeout=DEADLINE)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The kernel's process id."""
        return self._manager.provisioner.pid

    def run(self, code: str, deadline: float = DEADLINE) -> Run:
        """Run a cell to its end; `deadline` in seconds."""
        return self.finish(self.begin(code), deadline)

    def begin(self, code: str, cell_id: str | None = None, *, stop_on_error: bool = False) -> Run:
        """Send a cell and return at once; `cell_id` and `stop_on_error` as front ends send them."""
        content = {"code": code, "silent": False, "store_history": True}
        content |= {"user_expressions": {}, "allow_stdin": False, "stop_on_error": stop_on_error}
        metadata = {"cellId": cell_id} if cell_id else {}
        message = self._client.session.msg("execute_request", content, metadata=metadata)
        run = self._runs[message["header"]["msg_id"]] = Run(message["header"]["msg_id"])
        self._client.shell_channel.send(message)
        return run

    def finish(self, run: Run, deadline: float = DEADLINE) -> Run:
        """Read messages until `run` has ended.

        Raises
        ------
        TimeoutError
            When it has not after `deadline` seconds; the cell is interrupted then.
        """
        try:
            self.wait_for(lambda: run.ended, deadline)
        except TimeoutError as error:
            self.interrupt()
            raise TimeoutError(f"{error} It had said:\n{run.text}") from None
        return run

    def wait_for(self, condition: Callable[[], bool], deadline: float = DEADLINE) -> None:
        """Read messages until `condition()` holds; runs collect theirs, ended or not."""
        end = time.monotonic() + deadline
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"The kernel did not get there within {deadline:g} s.")
            self._pump()

    def interrupt(self) -> None:
        """Interrupt the kernel as Jupyter does."""
        self._manager.interrupt_kernel()

    def complete(self, code: str, cursor: int | None = None) -> list[str]:
        """Return what Tab offers at `cursor` (default: the end)."""
        reply = self._client.complete(code, cursor, reply=True, timeout=DEADLINE)
        return reply["content"]["matches"]

    def inspect(self, code: str) -> str:
        """Return the help that Shift-Tab or `?` shows, as plain text."""
        reply = self._client.inspect(code, reply=True, timeout=DEADLINE)
        return reply["content"]["data"].get("text/plain", "")

    def close(self) -> None:
        """End the kernel and free its sockets."""
        client = getattr(self, "_client", None)
        if client is not None:
            client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_resources()

    def _pump(self) -> None:
        """Take the messages that are there, waiting a moment for one on IOPub."""
        self._drain("iopub", wait=0.05)
        self._drain("shell", wait=0)

    def _drain(self, channel: str, wait: float) -> None:
        receive = getattr(self._client, f"get_{channel}_msg")
        try:
            self._sort(channel, receive(timeout=wait))
            while True:
                self._sort(channel, receive(timeout=0))
        except queue.Empty:
            pass

    def _sort(self, channel: str, message: dict) -> None:
        number = message["parent_header"].get("msg_id", "")
        run = self._runs.get(number)
        if not number and self._runs:  # as a live view's messages: they are of the latest cell
            run = next(reversed(self._runs.values()))
        if run is None:
            return
        if channel == "iopub":
            run.messages.append(message)
        else:
            run.reply = message["content"]
