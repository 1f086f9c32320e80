"""``claude-nb doctor``: look at an environment the way `%%claude` uses it, and say what to do.

Owns the questions and their wording. Each check is one line: what was looked at, what was found
and, where something is wrong, the next step. A key's source is named, the key never is.
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
from claude_nb.api.credentials import Credentials, available
from claude_nb.api.errors import AnthropicError
from claude_nb.models import DEFAULT_MODEL
from claude_nb.notebook.backend import EMULATED_HEADER, connect
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.failure import describe

__all__ = ["Check", "checks", "run"]

LAB = ("jupyterlab", "ipykernel", "ipywidgets", "anywidget")
PROMPT = "List the numbers from 1 to 30 in words."
FEW = 5  # pieces of text that are too few to tell whether they came one by one
BUFFERED = 0.1  # the share of the waiting time in which a buffered answer arrives


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


def run() -> int:
    """Print every check; return 0 if all is well, else 1."""
    fine = True
    for check in checks():
        fine = fine and check.fine
        mark = "ok  " if check.fine else "FIX "
        sys.stdout.write(f"{mark} {check.name}: {check.found}\n")
        if check.advice:
            sys.stdout.write(f"     {check.advice}\n")
        sys.stdout.flush()
    return 0 if fine else 1


def checks() -> Iterator[Check]:
    """Yield what was found, in the order in which things can go wrong.

    Notes
    -----
    The last ones ask for a short answer, which costs a few tokens where there is a key.
    """
    python = ".".join(map(str, sys.version_info[:3]))
    yield Check("claude_nb", f"{__version__} on Python {python}")
    yield from map(_package, LAB)
    yield _live_view()
    yield _key()
    try:
        client = connect().client
    except (AnthropicError, InputError) as error:
        yield Check("server", str(error), "Correct the environment variable that is named.")
        return
    yield from _answer(client)


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


def _key() -> Check:
    source = Credentials().source
    if source is None and available():
        source = "the keyring or Colab's secrets"
    return Check("API key", f"from {source}" if source else "none found")


def _answer(client: Any) -> Iterator[Check]:
    """Ask a short question; yield whether it was answered, and whether it really streamed."""
    name = f"answer of {client.base_url}"
    try:
        started, times, emulated = _stream(client)
    except AnthropicError as error:
        failure = describe(error, DEFAULT_MODEL)
        yield Check(name, f"{failure.what}: {failure.why}", failure.advice)
        return
    who = "the built-in emulator" if emulated else DEFAULT_MODEL
    yield Check(name, f"from {who}, first text after {times[0] - started:.2f} s")
    yield _streaming(started, times)


def _stream(client: Any) -> tuple[float, list[float], bool]:
    """Return when the request was sent, when each piece of text came, and if it was emulated."""
    question = {"role": "user", "content": PROMPT}
    started = time.monotonic()
    with client.messages.stream(model=DEFAULT_MODEL, max_tokens=300, messages=[question]) as stream:
        times = [time.monotonic() for _ in stream.text_stream]
        return started, times or [time.monotonic()], EMULATED_HEADER in stream.response.headers


def _streaming(started: float, times: list[float]) -> Check:
    arriving, waiting = times[-1] - times[0], times[-1] - started
    found = f"{len(times)} pieces of text in {arriving:.2f} s"
    if len(times) < FEW or arriving >= BUFFERED * waiting:
        return Check("streaming", found)
    return Check(
        "streaming",
        f"{found}, after {times[0] - started:.2f} s of nothing",
        "A proxy on the way seems to hold answers back: turn its response buffering off.",
    )
