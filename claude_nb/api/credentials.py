"""Where the API key comes from, and how a request gets it.

In this order: the argument, ``ANTHROPIC_API_KEY``, ``ANTHROPIC_AUTH_TOKEN``, the keyring (extra
``keyring``, service ``claude_nb``), Colab's secrets, `login`. The source may be named, the value
never is.
"""

from __future__ import annotations

import getpass
import importlib
import os
from collections.abc import Callable
from typing import Any, NoReturn, cast

from claude_nb.api import errors
from claude_nb.api.secret import Secret
from claude_nb.api.wire import Request

__all__ = ["Credentials", "available", "logged_in", "login"]

_KEY = "ANTHROPIC_API_KEY"
_TOKEN = "ANTHROPIC_AUTH_TOKEN"  # noqa: S105 - the name of a variable
_SERVICE = "claude_nb"
_MISSING = (
    f"No API key. Pass api_key=, set {_KEY} (or {_TOKEN}) in the environment, store one in the "
    f"keyring (service {_SERVICE!r}, user {_KEY!r}), or call claude_nb.login()."
)

_session: dict[str, Secret] = {}  # what login() was told, for this process


def login(*, remember: bool = False) -> None:
    """Ask for an API key, for clients that are made without one.

    What is typed is not shown, and is stored in no history or notebook.

    Parameters
    ----------
    remember : bool
        Whether to store the key in the system's keyring too (needs the extra ``keyring``).

    Raises
    ------
    CredentialsError
        Nothing was typed, or there is no keyring.
    """
    secret = Secret(getpass.getpass("Anthropic API key: ").strip())
    if not secret:
        raise errors.CredentialsError("No key was typed; nothing has changed.")
    _session[_KEY] = secret
    if remember:
        _remember(secret)


def _remember(secret: Secret) -> None:
    try:
        keyring = importlib.import_module("keyring")
        keyring.set_password(_SERVICE, _KEY, secret.reveal())
    except Exception as error:  # noqa: BLE001 - backends raise what they like
        kind = type(error).__name__
    else:
        return
    raise errors.CredentialsError(
        f"The key is set for this session, but could not be stored in the keyring ({kind})."
    )


class Credentials:
    """The key or token of a client, found when it is first needed.

    Parameters
    ----------
    key, token : Secret or None
        As given to the client; either is taken from the environment if neither is given.

    Attributes
    ----------
    source : str or None
        Where the key or token came from.
    """

    def __init__(self, key: Secret | None = None, token: Secret | None = None) -> None:
        self.key = key
        self.token = token
        self.source: str | None = "argument" if key or token else None
        if self.source is None:
            self._from_environment()

    def __repr__(self) -> str:
        return f"Credentials(source={self.source!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("An API key cannot be pickled; make the client anew where it is needed.")

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Everything to keep out of errors."""
        return tuple(secret for secret in (self.key, self.token) if secret)

    def headers(self) -> dict[str, str]:
        """Return the headers that carry the key. Called as a request is sent, and only then."""
        if self.key:
            return {"x-api-key": self.key.reveal()}
        if self.token:
            return {"authorization": f"Bearer {self.token.reveal()}"}
        return {}

    def require(self, request: Request) -> None:
        """Make sure there is something to identify this request with.

        Raises
        ------
        MissingCredentialsError
            There is not; the message names the environment variables.
        """
        if self.secrets or "x-api-key" in request.headers or "authorization" in request.headers:
            return
        for source, look in _SOURCES.items():
            found = look()
            if found:
                self.key, self.source = found, source
                return
        raise errors.MissingCredentialsError(_MISSING)

    def _from_environment(self) -> None:
        for name, attribute in ((_KEY, "key"), (_TOKEN, "token")):
            if os.environ.get(name):
                setattr(self, attribute, Secret(os.environ[name]))
                self.source = name
                return


def _from_keyring() -> Secret | None:
    try:
        keyring = importlib.import_module("keyring")
        found = cast("str | None", keyring.get_password(_SERVICE, _KEY))
    except Exception:  # noqa: BLE001 - not installed, locked, no backend: all mean "not there"
        return None
    return Secret(found) if found else None


def _from_colab() -> Secret | None:
    try:
        userdata: Any = importlib.import_module("google.colab.userdata")
        found = cast("str | None", userdata.get(_KEY))
    except Exception:  # noqa: BLE001 - not in Colab, no such secret, access not granted
        return None
    return Secret(found) if found else None


def _from_login() -> Secret | None:
    return _session.get(_KEY)


_SOURCES: dict[str, Callable[[], Secret | None]] = {
    "keyring": _from_keyring,
    "Colab secrets": _from_colab,
    "login": _from_login,
}


def logged_in() -> bool:
    """Return whether `login` was told a key in this process."""
    return bool(_session)


def available() -> bool:
    """Return whether a client that is made without a key would find one somewhere."""
    return bool(Credentials().secrets) or any(look() for look in _SOURCES.values())
