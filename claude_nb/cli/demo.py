"""``claude-nb demo``: the first notebook in JupyterLab against the emulator, or printed as text.

Owns starting a Jupyter server whose settings, data, runtime files and IPython profile are in a
directory of their own, so that nothing of the user's is read or changed. Needs the extra ``lab``;
must not know what a notebook holds.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["Jupyter", "own_directories", "run", "start"]

HOST = "127.0.0.1"
NAME = "00_first_light.ipynb"
NEEDED = ("jupyterlab", "ipykernel", "nbclient")
DEADLINE = 90.0  # seconds until a server must answer; a loaded machine needs some 15


@dataclass
class Jupyter:
    """A running Jupyter server.

    Attributes
    ----------
    process : subprocess.Popen
        The server; end it with `close`.
    url : str
        Its base address, ending in ``/``.
    token : str
        What a browser must show once.
    """

    process: subprocess.Popen[bytes]
    url: str
    token: str

    def address(self, path: str) -> str:
        """Return where a browser finds `path` below the base address."""
        return f"{self.url}{path}?token={self.token}"

    def close(self) -> None:
        """Stop the server and its kernels."""
        stop(self.process)


def run(notebook: Path | None = None, *, port: int = 8888, headless: bool = False) -> int:
    """Show a notebook to a person, until Ctrl-C, or print what it shows.

    Parameters
    ----------
    notebook : Path, optional
        Opened in place; by default a copy of the first notebook, in a new directory.
    port : int
        First port to try on 127.0.0.1.
    headless : bool
        Execute the notebook and print it as text, with no server and no browser.

    Returns
    -------
    int
        Exit status.
    """
    problem = _problem(notebook)
    if problem:
        sys.stderr.write(f"claude-nb demo: {problem}\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="claude-nb-", ignore_cleanup_errors=True) as home:
        path = notebook.resolve() if notebook else _copy(Path(tempfile.mkdtemp()))
        env = own_directories(Path(home)) | {"CLAUDE_NB_BACKEND": "emulator"}
        if headless:
            from claude_nb.cli.headless import execute  # noqa: PLC0415 (the extra lab may be missing)

            return execute(path, env | {"CLAUDE_NB_DISPLAY": "text"}, Path(home))
        return _show(path, Path(home), env, port)


def own_directories(home: Path) -> dict[str, str]:
    """Return this process's environment with Jupyter's and IPython's directories below `home`."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "IPYTHON", "JPY_"))}
    for name in ("CONFIG", "DATA", "RUNTIME"):
        env[f"JUPYTER_{name}_DIR"] = str(home / name.lower())
    return env | {"IPYTHONDIR": str(home / "ipython")}


def start(home: Path, module: str, options: Mapping[str, Any], env: Mapping[str, str]) -> Jupyter:
    """Start a Jupyter application on 127.0.0.1 and wait until it answers.

    Parameters
    ----------
    home : Path
        Directory whose ``runtime`` the environment names; the log goes there too.
    module : str
        ``"jupyterlab"`` or ``"notebook"``.
    options : Mapping[str, Any]
        Configuration: ``{"ServerApp.port": 8888}``.
    env : Mapping[str, str]
        The server's whole environment, and so its kernels'.

    Raises
    ------
    RuntimeError
        When it ends or does not answer in time; the text holds the end of its log.
    """
    token = secrets.token_hex(16)
    fixed = {
        "ServerApp.ip": HOST,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "LabApp.extension_manager": "readonly",
        "LabApp.news_url": "",
    }
    flags = [f"--{name}={value}" for name, value in {**fixed, **options}.items()]
    log = home / f"{module}-{token[:6]}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 (a command of our own, no shell)
            [sys.executable, "-m", module, *flags],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**env, "JUPYTER_TOKEN": token},  # a command line can be read by every user
            cwd=home,  # extensions keep databases where the server was started
            start_new_session=True,  # Ctrl-C is for us, who then end the server in order
        )
    try:
        return Jupyter(process, _address(home, process), token)
    except TimeoutError:
        tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"{module} did not start:\n{tail}") from None


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server as Ctrl-C in its terminal would, kernels included."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(home: Path, process: subprocess.Popen[bytes]) -> str:
    """Wait for the notice in which a server that listens says where."""
    notice = home / "runtime" / f"jpserver-{process.pid}.json"
    deadline = time.monotonic() + DEADLINE
    try:
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(OSError, ValueError):  # not there, half written, or not listening yet
                said = json.loads(notice.read_text(encoding="utf-8"))
                socket.create_connection((HOST, said["port"]), timeout=1).close()
                return str(said["url"])
            time.sleep(0.05)
    except BaseException:  # Ctrl-C while it starts
        stop(process)
        raise
    stop(process)
    raise TimeoutError


def _problem(notebook: Path | None) -> str:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        return f'{", ".join(missing)} not installed. Run: pip install "claude-nb[lab]"'
    if notebook and not notebook.is_file():
        return f"there is no notebook {notebook}"
    return ""


def _copy(folder: Path) -> Path:
    """Copy the first notebook, from the installed package or from the checkout, to `folder`."""
    package = Path(__file__).parents[1]
    places = (package / "notebook" / NAME, package.parent / "notebooks" / NAME)
    source = next(place for place in places if place.is_file())
    return Path(shutil.copy(source, folder))


def _show(path: Path, home: Path, env: Mapping[str, str], port: int) -> int:
    options = {
        "ServerApp.root_dir": path.parent,
        "ServerApp.port": port,
        "LabApp.user_settings_dir": home / "settings",
        "LabApp.workspaces_dir": home / "workspaces",
    }
    for name in ("SIGTERM", "SIGHUP"):  # the server must not outlive a closed terminal either
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    _say("Starting JupyterLab …")
    try:
        server = start(home, "jupyterlab", options, env)
    except RuntimeError as error:
        sys.stderr.write(f"claude-nb demo: {error}\n")
        return 1
    _say(f"\n  Open  {server.address(f'lab/tree/{path.name}')}\n")
    _say(f"The notebook is {path}\nAnswers come from the built-in emulator. Ctrl-C ends.")
    try:
        return server.process.wait()
    except KeyboardInterrupt:
        _say("\nEnding.")
        return 0
    finally:
        server.close()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
