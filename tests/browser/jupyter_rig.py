r"""A page object for one notebook open in a real JupyterLab 4 or Notebook 7.

Ask for the fixture `lab` (JupyterLab), `notebook7` (Notebook 7), `both_labs` (the test runs in
both) or `each_lab` (in Notebook 7 by `make long` only). Cells are numbered from 0 as in the file;
every wait has a deadline and none is a fixed sleep::

    def test_streams(lab):
        lab.open(["%load_ext claude_nb", "%%claude\nWhat is a comm?"])
        lab.run(0)                                   # waits until the cell has ended
        lab.watch(1)                                 # record every change of cell 1's output
        lab.run(1, wait=False)                       # returns at once, while the cell runs
        expect(lab.output(1)).to_contain_text("…")   # a playwright locator, with its own waits
        lab.wait(1)
        assert len(lab.states()) >= 3                # (wall-clock s, characters shown)
        saved = lab.save()                           # the file, as nbformat reads it
        lab.reopen(kernel=False)                     # from the file, on a server with no kernels
        expect(lab.output(1).locator("details")).not_to_have_attribute("open", "")
        lab.screenshot("first-light-reopened")       # artifacts/first-light-reopened.png
        assert lab.errors == []

JupyterLab stays open from test to test, as it does for a person; a test that needs a new page asks
for it with `lab.leave()` before it opens anything.

More doors: `theme("dark")`, `reload()` (the page only; the kernel lives on), `interrupt()`,
`outputs(n)` (nbformat outputs), `set_source`, `command(id, **args)`, `choose(label)` (in the
command palette), `resize(width)`,
`ws_bytes` (kernel-to-page WebSocket payload, in bytes, since `open` or since it was set to 0),
`ws_kinds` (the same by message type),
`foreign` (addresses outside this machine that the page asked for; always blocked) and `page`,
playwright's own page.
"""

from __future__ import annotations

import re
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
from jupyter_server import JupyterServer
from nbformat import v4
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect

DEADLINE = 60.0
"""Seconds any single wait may take before the test fails."""
SIZE = 1280, 900
"""Width and height of the window, in CSS pixels, unless a test changes it."""

KIND = re.compile(rb'"msg_type": ?"(\w+)"')
expect.set_options(timeout=DEADLINE * 1000)

HERE = Path(__file__).parent
ARTIFACTS = HERE.parent.parent / "artifacts"
LABEXTENSION = HERE.parent.parent / "claude_nb" / "labextension"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def launch(playwright: Playwright) -> Browser:
    """Start the system's Chromium, headless.

    Raises
    ------
    RuntimeError
        When there is none on the PATH.
    """
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        raise RuntimeError(
            f"No Chromium found (looked for {', '.join(CHROMIUM_NAMES)}). Run `make browser`, or "
            'leave these tests out with -m "not browser".'
        )
    return playwright.chromium.launch(executable_path=found, args=list(CHROMIUM_FLAGS))


def new_page(window: Browser | BrowserContext) -> Page:
    """Open a page that `Lab` can drive."""
    page = window.new_page()
    page.set_default_timeout(DEADLINE * 1000)
    page.add_init_script(path=HERE / "page.js")
    return page


def write_notebook(path: Path, cells: list[str], kernel: str = "python3") -> None:
    """Write code cells as a notebook that asks for `kernel`."""
    book = v4.new_notebook(cells=[v4.new_code_cell(text) for text in cells])
    book.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "python"}
    nbformat.write(book, path)


class Lab:
    """One browser page on one Jupyter server (see the module's text for its use).

    Parameters
    ----------
    page : Page
        A page of headless Chromium, made by `new_page`.
    server : JupyterServer
        Where notebooks run.
    reader : Callable[[], JupyterServer]
        Gives a server on the same directory that offers no kernels and trusts nothing.
    """

    def __init__(self, page: Page, server: JupyterServer, reader) -> None:
        self.page, self.server, self._reader = page, server, reader
        self.kind = server.kind
        self.name = ""
        self.ws_bytes = 0
        self.ws_kinds: Counter[str] = Counter()
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self._listeners = {
            "console": self._on_console,
            "pageerror": self._on_error,
            "request": self._on_request,
            "websocket": self._on_websocket,
        }
        for event, listener in self._listeners.items():
            page.on(event, listener)

    @property
    def path(self) -> Path:
        """The notebook file on disk."""
        return self.server.root / self.name

    def open(self, cells: list[str], *, name: str = "test.ipynb", kernel: str = "python3") -> Lab:
        """Write `cells` to notebook `name`, open it and wait until its kernel is idle."""
        self.name = name
        write_notebook(self.path, cells, kernel)
        return self.open_file(name)

    def open_file(self, name: str, *, kernel: bool = True) -> Lab:
        """Open a notebook that is in the server's directory already."""
        self.name, self.ws_bytes = name, 0
        self.ws_kinds.clear()
        if kernel and self._is_there():
            self.page.evaluate("name => rig.open(name)", name)
        else:
            server = self.server if kernel else self._reader()
            self.page.goto(server.page(name))
        self._settle(kernel=kernel)
        return self

    def leave(self) -> Lab:
        """Leave the application, so that what is opened next comes in a new page."""
        if self._is_there():
            self.page.evaluate("() => rig.close()")
        self.page.goto("about:blank")
        return self

    def release(self) -> None:
        """Close what is open and leave the page as it was given, for whoever has it next."""
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)
        self.page.unroute_all()
        if not self._is_there():
            return
        self.page.evaluate("() => rig.close()")
        self.page.emulate_media(media="null", reduced_motion="null", forced_colors="null")
        self.page.mouse.move(0, 0)
        self.resize(*SIZE)
        self.theme("light")

    def reload(self) -> Lab:
        """Reload the page from the saved file; the kernel goes on, and so does a running cell."""
        self.page.reload()
        self._wait_for("() => window.rig?.connected()", None)
        return self

    def reopen(self, *, kernel: bool, copy: str | None = None) -> Lab:
        """End the kernel and open the saved file anew, with a new kernel or with none at all.

        Without a kernel the server is one that offers none and has never seen the notebook,
        so that its outputs are not trusted. `copy` opens a copy of that name instead.
        """
        self.leave()
        self.server.shut_kernels_down()
        if copy is not None:
            shutil.copy(self.path, self.server.root / copy)
        return self.open_file(copy or self.name, kernel=kernel)

    def run(self, n: int, *, wait: bool = True) -> None:
        """Run cell `n` through the application's own command."""
        self.page.evaluate("n => rig.run(n)", n)
        if wait:
            self.wait(n)

    def wait(self, n: int, deadline: float = DEADLINE) -> None:
        """Wait until the run of cell `n` has ended; at most `deadline` seconds."""
        self._wait_for("n => rig.ended(n)", n, deadline)

    def cell(self, n: int) -> Locator:
        """Return cell `n`, input and output."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(n)

    def output(self, n: int) -> Locator:
        """Return the output area of cell `n`."""
        return self.cell(n).locator(".jp-Cell-outputArea")

    def text(self, n: int) -> str:
        """Return what a person reads in the output of cell `n` now."""
        return self.output(n).inner_text()

    def html(self, n: int) -> str:
        """Return the output DOM of cell `n` now."""
        return self.output(n).inner_html()

    def outputs(self, n: int) -> list[dict]:
        """Return the outputs of cell `n` as the notebook holds them (nbformat 4)."""
        return self.page.evaluate("n => rig.outputs(n)", n)

    def set_source(self, n: int, text: str) -> None:
        """Replace the source of cell `n`."""
        self.page.evaluate("([n, text]) => rig.setSource(n, text)", [n, text])

    def watch(self, n: int) -> None:
        """Record from now on how the text in the output of cell `n` grows."""
        self.page.evaluate("n => rig.watch(n)", n)

    def states(self) -> list[tuple[float, int]]:
        """Return what `watch` saw: (seconds since 1970, characters shown), in order."""
        return [(at / 1000, size) for at, size in self.page.evaluate("() => rig.states()")]

    def save(self) -> nbformat.NotebookNode:
        """Save the notebook and return the file as nbformat reads it (lines joined)."""
        self.page.evaluate("() => rig.save()")
        return nbformat.read(self.path, as_version=4)

    def interrupt(self) -> None:
        """Interrupt the kernel as the toolbar's stop button does."""
        self.page.evaluate("() => rig.interrupt()")

    def command(self, command: str, **args: object) -> None:
        """Execute an application command and wait for it."""
        self.page.evaluate("([id, args]) => rig.execute(id, args)", [command, args])

    def choose(self, label: str) -> None:
        """Run a command as a person finds it: open the palette, type its name, choose it."""
        self._wait_for("label => rig.choose(label)", label)

    def theme(self, shade: str) -> None:
        """Switch the application to its "light" or "dark" theme."""
        name = f"JupyterLab {shade.capitalize()}"
        if self.page.evaluate("() => document.body.dataset.jpThemeName") != name:
            self.command("apputils:change-theme", theme=name)  # again, it writes the settings anew
        self._wait_for("name => document.body.dataset.jpThemeName === name", name)
        self._wait_for("() => !document.getElementById('jupyterlab-splash')", None)

    def resize(self, width: int, height: int = 900) -> None:
        """Set the size of the window, in CSS pixels."""
        self.page.set_viewport_size({"width": width, "height": height})

    def screenshot(self, name: str, n: int | None = None) -> Path:
        """Save artifacts/`name`.png of the window, or of cell `n` only."""
        ARTIFACTS.mkdir(exist_ok=True)
        path = ARTIFACTS / f"{name}.png"
        (self.page if n is None else self.cell(n)).screenshot(path=path)
        return path

    def _is_there(self) -> bool:
        """Tell whether JupyterLab is in the page, and can open another notebook in it.

        Notebook 7 opens each notebook in a page of its own.
        """
        is_ours = self.kind == "lab" and self.page.url.startswith(self.server.url)
        return is_ours and self.page.evaluate("() => Boolean(window.rig && window.jupyterapp)")

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so that the page's events bring about."""
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, "The page did not get there."
            self.page.wait_for_timeout(50)

    def _settle(self, *, kernel: bool) -> None:
        if not kernel:
            self._refuse_kernel()
        self._wait_for(f"() => window.rig?.{'idle' if kernel else 'readable'}()", None)

    def _refuse_kernel(self) -> None:
        """Answer "No Kernel" in the dialog that a server without kernels opens."""
        self.page.locator(".jp-Dialog button.jp-mod-reject").first.click()
        self.page.locator(".jp-Dialog").wait_for(state="detached")

    def _wait_for(self, condition: str, arg: object, deadline: float = DEADLINE) -> None:
        self.page.wait_for_function(condition, arg=arg, timeout=deadline * 1000)

    def _on_console(self, message) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _on_error(self, error) -> None:
        self.errors.append(str(error))

    def _on_request(self, request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname != "127.0.0.1":
            self.foreign.append(request.url)

    def _on_websocket(self, socket) -> None:
        if "/api/kernels/" in socket.url:
            socket.on("framereceived", self._count)

    def _count(self, payload: str | bytes) -> None:
        data = payload if isinstance(payload, bytes) else payload.encode()
        kind = KIND.search(data)
        self.ws_bytes += len(data)
        self.ws_kinds[kind[1].decode() if kind else ""] += len(data)
