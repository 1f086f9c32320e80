"""A real JupyterLab 4 or Notebook 7 server in a directory of its own, for tests in a browser.

Nothing of the user's is read or written: configuration, data, runtime files, settings and the
IPython profile all live below `home`. The server listens on 127.0.0.1 only, with a token, fetches
no news, asks for no updates and offers no extension manager.
"""

from __future__ import annotations

import json
import secrets
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx
from kernel_rig import add_kernelspec, isolated_environment

from claude_nb.cli.demo import start

MODULES = {"lab": "jupyterlab", "notebook": "notebook"}
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
    "completer-extension/manager": {"providerTimeout": 60_000},  # ms: it gives a busy kernel 1 s
}


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

    def __post_init__(self) -> None:
        self.root = self.root or self.home / "notebooks"
        self.root.mkdir(parents=True, exist_ok=True)
        self._write_settings()
        add_kernelspec(self.home)
        # so that the kernel above comes before the one of this environment
        environment = isolated_environment(self.home, JUPYTER_PREFER_ENV_PATH="0", **self.env)
        self._jupyter = start(self.home, MODULES[self.kind], self._options(), environment)
        self.url = self._jupyter.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def page(self, name: str) -> str:
        """Return the address at which a browser opens notebook `name`, with the token."""
        workspace = f"lab/workspaces/{secrets.token_hex(4)}/tree"
        place = workspace if self.kind == "lab" else "notebooks"
        return self._jupyter.address(f"{place}/{name}")

    def request(self, path: str, method: str = "GET") -> object:
        """Call the server's REST API and return the decoded JSON, or None for an empty answer."""
        headers = {"Authorization": f"token {self._jupyter.token}"}
        reply = httpx.request(method, self.url + path, headers=headers, timeout=30)
        reply.raise_for_status()
        return reply.json() if reply.content else None

    def shut_kernels_down(self) -> None:
        """End every session and its kernel."""
        for session in self.request("api/sessions"):
            self.request(f"api/sessions/{session['id']}", "DELETE")

    def wait_for_idle(self, deadline: float = 60.0) -> None:
        """Wait until no kernel runs a cell; at most `deadline` seconds."""
        end = time.monotonic() + deadline
        while any(each["execution_state"] == "busy" for each in self.request("api/kernels")):
            if time.monotonic() > end:
                raise TimeoutError("A kernel is still busy.")
            time.sleep(0.1)

    def close(self) -> None:
        """Stop the server and its kernels."""
        self._jupyter.close()

    def _write_settings(self) -> None:
        for name, values in SETTINGS.items():
            path = self.home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values), encoding="utf-8")

    def _options(self) -> dict[str, object]:
        app = "LabApp" if self.kind == "lab" else "JupyterNotebookApp"
        options = {
            "ServerApp.port": free_port(),
            "ServerApp.root_dir": self.root,
            f"{app}.expose_app_in_browser": True,
            f"{app}.user_settings_dir": self.home / "settings",
            f"{app}.workspaces_dir": self.home / "workspaces",
        }
        if self.kernels:
            return options
        none = {"allowed_kernelspecs": "none", "ensure_native_kernel": False}
        return options | {f"KernelSpecManager.{name}": value for name, value in none.items()}
