"""A company's gateway: its address, its header fields, and a command that prints its key."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from claude_nb.api import errors
from claude_nb.api.platforms import fitness
from claude_nb.api.platforms.credentials import Credentials
from claude_nb.api.platforms.platform import Platform
from claude_nb.api.secret import Secret
from claude_nb.api.wire import Request

__all__ = ["gateway"]

_PATIENCE = 10.0  # seconds for the command
_LASTS = 300.0  # seconds that a key of the command is used for


def gateway(
    base_url: str,
    *,
    auth_token: Any = None,
    api_key: Any = None,
    api_key_helper: str | Sequence[str] | None = None,
    headers: Mapping[str, Any] | None = None,
    lasts: float = _LASTS,
) -> Platform:
    """Return a gateway as the platform of a client: ``Anthropic(platform=gateway(...))``.

    Parameters
    ----------
    base_url : str
        What stands before ``/v1/messages``.
    auth_token, api_key : str, optional
        Sent as a bearer token, and as ``x-api-key``. No key of the environment is ever sent.
    api_key_helper : str or sequence of str, optional
        A command that prints the key, sent as both: a line for the shell, or a program and its
        arguments. It has ten seconds, and what it prints is shown nowhere.
    headers : Mapping, optional
        Further header fields of each request.
    lasts : float
        Seconds after which the command is asked again.

    Raises
    ------
    ValueError
        More than one way to get a key is given.
    """
    ways = [auth_token, api_key, api_key_helper]
    if sum(way is not None for way in ways) > 1:
        raise ValueError("gateway() takes one of auth_token, api_key and api_key_helper.")
    more = {str(n): Secret.of(value) or Secret("") for n, value in (headers or {}).items()}
    helper = _Helper(api_key_helper, lasts) if api_key_helper is not None else None
    token, key = Secret.of(auth_token), Secret.of(api_key)
    return Platform(
        authorize=partial(_authorized, more, token, key, helper), name="", base_url=base_url
    )


def _authorized(
    more: Mapping[str, Secret],
    token: Secret | None,
    key: Secret | None,
    helper: _Helper | None,
    _: Request,
    __: Credentials,
) -> Mapping[str, Secret]:
    if helper is not None:
        token = key = helper.key()
    found = {name: fitness.header(value, f"The header {name!r}") for name, value in more.items()}
    if key is not None:
        found["x-api-key"] = fitness.key(fitness.mended(key), "The key of the gateway")
    if token is not None:
        fit = fitness.key(fitness.mended(token), "The token of the gateway")
        found["authorization"] = Secret(f"Bearer {fit.reveal()}")
    return found


class _Helper:
    """Asks a command for a key, and keeps it for a while."""

    def __init__(self, command: str | Sequence[str], lasts: float) -> None:
        self._command: Any = command if isinstance(command, str) else [*command]
        self._lasts = lasts
        self._kept: tuple[float, Secret] | None = None
        self._lock = threading.Lock()

    def key(self) -> Secret:
        """Return the key.

        Raises
        ------
        CredentialsError
            The command failed, took too long, or printed no key.
        """
        with self._lock:
            now = time.monotonic()
            if self._kept is None or now - self._kept[0] >= self._lasts:
                self._kept = now, self._asked()
            return self._kept[1]

    def _asked(self) -> Secret:
        try:
            process = subprocess.Popen(  # noqa: S603 (the person's own command, by their wish)
                self._command,
                shell=isinstance(self._command, str),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=os.name == "posix",
            )
        except OSError as error:
            raise _no_key(f"it cannot be run: {error.strerror}") from None
        try:
            printed, _ = process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            _end(process)
            raise _no_key(f"it took longer than {_PATIENCE:g} s") from None
        if process.returncode:
            raise _no_key(f"it ended with {process.returncode}")
        secret = fitness.mended(Secret(printed.decode("utf-8", "replace")))
        if not secret:
            raise _no_key("it printed nothing")
        return fitness.key(secret, "What the command of api_key_helper printed")


def _no_key(why: str) -> errors.CredentialsError:
    return errors.CredentialsError(
        f"The command of api_key_helper gave no key: {why}. What it prints is not shown here: run "
        "it in a terminal. Nothing was sent."
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command with all that it started, which may hold its output open."""
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=1)
