"""What is said outside of the notebook: which server answers, and how answers are shown.

Read once a question, at the edge; below it nothing looks at the process's environment.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any, Self

from IPython.core.getipython import get_ipython

from claude_nb import threads
from claude_nb._http import LIBRARIES
from claude_nb.api.network import certificates, proxies
from claude_nb.api.platforms import credentials
from claude_nb.ask.errors import InputError
from claude_nb.models.spending import limits
from claude_nb.notebook.session import current

__all__ = ["Environment"]

MODES = ("auto", "api", "emulator")
CASSETTE_MODES = ("auto", "record", "replay", "off")  # of `cassette`, loaded when it is used
DISPLAYS = ("auto", "live", "final", "text")
_KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says at one moment.

    Attributes
    ----------
    mode : str
        ``CLAUDE_NB_BACKEND``: ``auto`` (the emulator when there is neither a key nor a base
        URL), ``api`` (never the emulator) or ``emulator`` (always).
    base_url : str
        ``ANTHROPIC_BASE_URL``.
    network : int
        Changes with the proxies and certificates that are named.
    keys : int
        Changes with the keys and tokens that are set, and tells nothing of them.
    logins : int
        How often ``login()`` was told a key.
    cassette, cassette_mode : str
        ``CLAUDE_NB_CASSETTE``, a file in which answers are recorded and played from, and
        ``CLAUDE_NB_CASSETTE_MODE``: how (see `claude_nb.cassette`); empty if nobody says.
    cassette_speed : float
        ``CLAUDE_NB_CASSETTE_SPEED``: how fast streams are played, 1 as they came, 0 at once.
    ci : bool
        ``CI``: whether this is a run that nobody watches.
    speed : float or None
        ``CLAUDE_NB_EMULATOR_SPEED``: tokens a second, 0 for at once.
    ledger : str
        ``CLAUDE_NB_LEDGER``: the file that keeps what calls took, or ``off``; empty for the usual
        file.
    budget : tuple
        ``CLAUDE_NB_BUDGET``: the most that this kernel may spend, in dollars and in tokens; None
        for no limit.
    http : str
        ``CLAUDE_NB_HTTP``: the library that carries requests; empty for the usual one.
    display : str
        How answers are shown: ``live``, ``final`` (one output at the end) or ``text``; from
        ``CLAUDE_NB_DISPLAY``, or by what is known of the front end.
    timed : bool
        Whether outputs say how long things took: not where ``final`` was asked for, so that the
        same notebook gives the same file.
    notebook : str
        ``CLAUDE_NB_NOTEBOOK`` or ``JPY_SESSION_NAME``: the notebook's file, where what runs it
        names it.
    """

    mode: str
    base_url: str
    network: int
    keys: int
    logins: int
    cassette: str
    cassette_mode: str
    cassette_speed: float
    ci: bool
    speed: float | None
    ledger: str
    budget: tuple[float | None, int | None]
    http: str
    display: str
    timed: bool
    notebook: str

    @property
    def pace(self) -> dict[str, Any]:
        """What the emulator is told of its speed."""
        return {} if self.speed is None else {"tokens_per_second": self.speed}

    @classmethod
    def read(cls) -> Self:
        """Return what the environment says now.

        Raises
        ------
        InputError
            A variable has a value that cannot be used.
        """
        display = _one_of("CLAUDE_NB_DISPLAY", DISPLAYS)
        return cls(
            mode=_mode(),
            base_url=_said("ANTHROPIC_BASE_URL"),
            network=hash((proxies.stamp(), certificates.stamp())),
            keys=hash(tuple(os.environ.get(name) for name in _KEYS)),
            logins=credentials.logins(),
            cassette=_said("CLAUDE_NB_CASSETTE"),
            cassette_mode=_one_of("CLAUDE_NB_CASSETTE_MODE", ("", *CASSETTE_MODES)),
            cassette_speed=_number("CLAUDE_NB_CASSETTE_SPEED", "times as fast as recorded") or 0,
            ci=_said("CI").lower() not in {"", "0", "false", "no"},
            speed=_number("CLAUDE_NB_EMULATOR_SPEED", "tokens a second"),
            ledger=_said("CLAUDE_NB_LEDGER"),
            budget=_amounts("CLAUDE_NB_BUDGET"),
            http=_one_of("CLAUDE_NB_HTTP", ("", *LIBRARIES)),
            display=_front_end() if display == "auto" else display,
            timed=display != "final",
            notebook=_said("CLAUDE_NB_NOTEBOOK") or _said("JPY_SESSION_NAME"),
        )


def _mode() -> str:
    """Return which server is to answer; nothing else than the emulator where that is locked."""
    said = _one_of("CLAUDE_NB_BACKEND", MODES)
    only = current().locks.only_emulator
    if only is not None and said == "api":
        raise InputError(only.server_refusal("CLAUDE_NB_BACKEND=api"))
    return "emulator" if only is not None else said


def _said(name: str) -> str:
    return os.environ.get(name, "").strip()


def _one_of(name: str, words: Sequence[str]) -> str:
    """Return what a variable says, the first of the words where it says nothing."""
    said = _said(name).lower() or words[0]
    if said not in words:
        known = ", ".join(filter(None, words))
        raise InputError(f"{name} is {said!r}, but must be one of {known}.")
    return said


def _amounts(name: str) -> tuple[float | None, int | None]:
    """Return the limits that a variable says."""
    text = _said(name)
    try:
        return limits(text) if text else (None, None)
    except ValueError as problem:
        raise InputError(f"{name}: {problem}. Write $2, or 200,000 tokens, or both.") from None


def _number(name: str, unit: str) -> float | None:
    """Return the speed that a variable says; None where it says nothing."""
    text = _said(name)
    try:
        speed = float(text or "0")
    except ValueError:
        speed = nan
    if not isfinite(speed):
        raise InputError(f"{name} is {text!r}, but must be a number of {unit} (0: at once).")
    return speed if text else None


def _front_end() -> str:
    """Return the display that fits what is known of the front end.

    Jupyter servers name the session in a kernel's environment; VS Code and Colab start kernels
    in their own way. A run that was started from one of them inherits those names, but lets no cell
    ask for input; nor does Voila, whose page shows widgets all the same. Everything else (nbclient,
    nbval, papermill) reads outputs as a file.
    """
    if not threads.AVAILABLE:
        return "live"  # a kernel in a page has no other front end
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return "text"
    if _is_voila(kernel):
        return "live"
    if getattr(kernel, "_allow_stdin", True) is False:
        return "final"  # nobody could answer input(): a run, whatever environment it inherited
    pages = ("JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD", "COLAB_RELEASE_TAG")
    return "live" if any(map(_said, pages)) else "final"


def _is_voila(kernel: Any) -> bool:
    """Whether Voila runs this kernel, and not one that ours was started from: it names its own."""
    named = _said("VOILA_KERNEL_ID")
    return bool(named) and named in getattr(getattr(kernel, "parent", None), "connection_file", "")
