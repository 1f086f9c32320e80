"""A real JupyterLab 4 or Notebook 7 server in a directory of its own, for tests in a browser.

Nothing of the user's is read or written: configuration, data, runtime files, settings and the
IPython profile all live below `home`. The server listens on 127.0.0.1 only, with a token, fetches
no news, asks for no updates and offers no extension manager.
"""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx
from kernel_rig import add_kernelspec, isolated_environment

START_DEADLINE = 90.0
"""Seconds a server may take to answer its first request (a loaded machine needs some 15)."""

MODULES = {"lab": "jupyterlab", "notebook": "notebook"}
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "apputils-extension/palette": {"modal": True},
    "docmanager-extension/plugin": {"autosave": False},
}


class ServerError(RuntimeError):
    """The server ended or stayed silent; the message holds the end of its log."""


def free_port() -> int:
    """Return a port on 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class JupyterServer:
    """One running server; use it as a context manager or call `close`.

    Parameters
    ----------
    home : Path
        Directory for everything the server writes; notebooks are in `home/notebooks` unless
        `root` names another directory.
    kind : str
        "lab" for JupyterLab 4, "notebook" for Notebook 7.
    kernels : bool
        False offers no kernel at all, as on a machine that only reads notebooks.
    env : dict[str, str]
        Added to the environment of the server, and so of its kernels.
    """

    home: Path
    kind: str = "lab"
    kernels: bool = True
    root: Path | None = None
    env: dict[str, str] = field(default_factory=dict)
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    def __post_init__(self) -> None:
        self.root = self.root or self.home / "notebooks"
        self.root.mkdir(parents=True, exist_ok=True)
        self._write_settings()
        self.log = self.home / f"server-{self.token[:6]}.log"
        self._process = self._start()
        try:
            self.url = self._wait_for_address()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def page(self, name: str) -> str:
        """Return the address at which a browser opens notebook `name`, with the token."""
        workspace = f"lab/workspaces/{secrets.token_hex(4)}/tree"
        place = workspace if self.kind == "lab" else "notebooks"
        return f"{self.url}{place}/{name}?token={self.token}"

    def request(self, path: str, method: str = "GET") -> object:
        """Call the server's REST API and return the decoded JSON, or None for an empty answer."""
        headers = {"Authorization": f"token {self.token}"}
        reply = httpx.request(method, self.url + path, headers=headers, timeout=30)
        reply.raise_for_status()
        return reply.json() if reply.content else None

    def shut_kernels_down(self) -> None:
        """End every session and its kernel."""
        for session in self.request("api/sessions"):
            self.request(f"api/sessions/{session['id']}", "DELETE")

    def close(self) -> None:
        """Stop the server and its kernels."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _write_settings(self) -> None:
        for name, values in SETTINGS.items():
            path = self.home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values), encoding="utf-8")

    def _start(self) -> subprocess.Popen[bytes]:
        env = isolated_environment(self.home, **self.env)
        with self.log.open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - the command line is our own
                self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env
            )

    def _command(self) -> list[str]:
        app = "LabApp" if self.kind == "lab" else "JupyterNotebookApp"
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": free_port(),
            "ServerApp.root_dir": self.root,
            "ServerApp.open_browser": False,
            "ServerApp.allow_root": True,
            "IdentityProvider.token": self.token,
            f"{app}.expose_app_in_browser": True,
            f"{app}.user_settings_dir": self.home / "settings",
            f"{app}.workspaces_dir": self.home / "workspaces",
            "LabApp.extension_manager": "readonly",
            "LabApp.news_url": "",
        }
        if self.kernels:
            options["KernelSpecManager.kernel_dirs"] = add_kernelspec(self.home)
        else:
            options["KernelSpecManager.allowed_kernelspecs"] = "none"
            options["KernelSpecManager.ensure_native_kernel"] = False
        flags = [f"--{name}={value}" for name, value in options.items()]
        return [sys.executable, "-m", MODULES[self.kind], *flags]

    def _wait_for_address(self) -> str:
        notice = self.home / "runtime" / f"jpserver-{self._process.pid}.json"
        deadline = time.monotonic() + START_DEADLINE
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self.url = json.loads(notice.read_text(encoding="utf-8"))["url"]
                self.request("api/status")
            except (OSError, ValueError, httpx.HTTPError):
                time.sleep(0.05)  # the pause between two looks, not a guess at readiness
            else:
                return self.url
        tail = self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise ServerError(f"Jupyter did not start within {START_DEADLINE:g} s:\n{tail}")
