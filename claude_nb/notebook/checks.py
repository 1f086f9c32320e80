"""Look at an environment the way `%%claude` uses it, and say what to do.

Owns the questions and their wording. Each check is one line: what was looked at, what was found
and, where something is wrong, the next step. A key's source is named, the key never is. Serves
``claude-nb doctor`` and ``%claude doctor``; needs no IPython.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from claude_nb._version import __version__
from claude_nb.api.addresses import stays_here
from claude_nb.api.calls import EMULATED_HEADER
from claude_nb.api.errors import AnthropicError, NotFoundError
from claude_nb.api.network.proxies import environment_proxy
from claude_nb.api.platforms.credentials import Credentials, available
from claude_nb.ask.errors import InputError
from claude_nb.models import DEFAULT_MODEL
from claude_nb.notebook.answer.failure import describe
from claude_nb.notebook.backend import local, open_backend
from claude_nb.notebook.environment import Environment
from claude_nb.notebook.session import current

__all__ = ["Check", "checks"]

LAB = ("jupyterlab", "ipykernel", "ipywidgets", "anywidget")
PROMPT = "List the numbers from 1 to 30 in words."
FEW = 5  # pieces of text that are too few to tell whether they came one by one
PATIENCE = 10.0  # seconds for what takes a server no time
BUFFERED = 0.1  # the share of the waiting time in which a buffered answer arrives
QUICK = 0.5  # seconds: an answer that is whole sooner was not held back


@dataclass(frozen=True, slots=True)
class Check:
    """One answer.

    Attributes
    ----------
    name : str
        What was looked at.
    found : str
        What was found.
    advice : str
        What to do; empty where all is well.
    """

    name: str
    found: str
    advice: str = ""

    @property
    def fine(self) -> bool:
        """Whether nothing needs doing."""
        return not self.advice


def checks(model: str = DEFAULT_MODEL) -> Iterator[Check]:
    """Yield what was found, in the order in which things can go wrong.

    Parameters
    ----------
    model : str
        Id of the model to look for and to ask.

    Notes
    -----
    The last ones ask for a short answer, which costs a few tokens where there is a key.
    """
    python = ".".join(map(str, sys.version_info[:3]))
    yield Check("claude_nb", f"{__version__} on Python {python}")
    yield from map(_package, LAB)
    yield _live_view()
    yield from _local()
    yield from _locked()
    try:
        using = current().using
        backend = open_backend(Environment.read(), using)
    except (AnthropicError, InputError) as error:
        yield Check("server", str(error), "Correct the environment variable that is named.")
        return
    yield _key(emulated=backend.emulated, using=using)
    with backend.client as client:
        yield from _proxy(client.base_url) if using is None else ()
        server = _server(client, model, backend.where)
        yield server
        if server.fine:
            yield from _answer(client, model)


def _local() -> Iterator[Check]:
    """Name the servers of this machine that could answer, if there are any."""
    if found := local.offer():
        yield Check("on this machine", found)


def _locked() -> Iterator[Check]:
    """Say what nobody can change from a notebook, if there is something."""
    try:
        each = current().locks.each
    except InputError as problem:
        yield Check("locked", str(problem), "Show this to whoever runs the machine.")
        return
    for lock in each:
        yield Check("locked", f"{'; '.join(lock.lines()) or 'nothing'}. {lock.who}")


def _package(name: str) -> Check:
    try:
        return Check(name, version(name))
    except PackageNotFoundError:
        return Check(name, "not installed", 'Run: pip install "claude-nb[lab]"')


def _live_view() -> Check:
    """Look for the part of anywidget that runs in the page."""
    places = (Path(sys.prefix), Path.home() / ".local")
    found = any((p / "share/jupyter/labextensions/anywidget").is_dir() for p in places)
    if found:
        return Check("live view", "its JupyterLab part (anywidget) is installed here")
    return Check(
        "live view",
        "its JupyterLab part (anywidget) is not in this environment",
        "Install anywidget where JupyterLab runs too, then reload the page.",
    )


def _key(*, emulated: bool, using: Any = None) -> Check:
    if using is not None and not emulated:
        return Check("API key", f"that of {using.name}, as claude_nb.use was told")
    source = Credentials().source
    if source is None and available():
        source = "the keyring or Colab's secrets"
    if emulated:
        found = f"from {source}, not used" if source else "none found"
        return Check("API key", f"{found}: the built-in emulator answers")
    return Check("API key", f"from {source}" if source else "none found")


def _proxy(url: str) -> Iterator[Check]:
    """Name the proxy on the way, if there is one."""
    proxy = None if stays_here(url) else environment_proxy(url)
    if proxy is not None:
        yield Check("proxy", f"{proxy.host}, from {proxy.variable}")


def _server(client: Any, model: str, where: str) -> Check:
    """Ask the server about a model, and measure how fast it replies."""
    name = f"server {where}"
    started = time.monotonic()
    try:
        client.with_options(max_retries=0, timeout=PATIENCE).models.retrieve(model)
        offers = f"offers {model}"
    except NotFoundError:  # some servers list no models; the answer below decides
        offers = f"does not list {model}"
    except AnthropicError as error:
        failure = describe(error, model)
        return Check(name, ": ".join(filter(None, (failure.what, failure.why))), failure.advice)
    return Check(name, f"{offers}; it replied after {time.monotonic() - started:.2f} s")


def _answer(client: Any, model: str) -> Iterator[Check]:
    """Ask a short question; yield whether it was answered, and whether it really streamed."""
    name = f"answer of {model}"
    try:
        started, times, emulated = _stream(client, model)
    except AnthropicError as error:
        failure = describe(error, model)
        yield Check(name, ": ".join(filter(None, (failure.what, failure.why))), failure.advice)
        return
    who = "the emulator" if emulated else "the model"
    yield Check(name, f"from {who}, first text after {times[0] - started:.2f} s")
    yield _streaming(started, times)


def _stream(client: Any, model: str) -> tuple[float, list[float], bool]:
    """Return when the request was sent, when each piece of text came, and if it was emulated."""
    question = {"role": "user", "content": PROMPT}
    started = time.monotonic()
    with client.messages.stream(model=model, max_tokens=300, messages=[question]) as stream:
        times = [time.monotonic() for _ in stream.text_stream]
        return started, times or [time.monotonic()], EMULATED_HEADER in stream.response.headers


def _streaming(started: float, times: list[float]) -> Check:
    arriving, waiting = times[-1] - times[0], times[-1] - started
    found = f"{len(times)} pieces of text in {arriving:.2f} s"
    if len(times) < FEW or waiting < QUICK or arriving >= BUFFERED * waiting:
        return Check("streaming", found)
    return Check(
        "streaming",
        f"{found}, after {times[0] - started:.2f} s of nothing",
        "A proxy on the way seems to hold answers back: turn its response buffering off.",
    )
