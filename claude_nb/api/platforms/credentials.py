"""Where the API key comes from, and how a request gets it.

In this order: the argument, `login`, ``ANTHROPIC_API_KEY``, ``ANTHROPIC_AUTH_TOKEN``, the keyring
(extra ``keyring``, service ``claude_nb``), Colab's secrets. The source may be named, the
value never is.
"""

from __future__ import annotations

import getpass
import importlib
import os
from collections.abc import Callable
from typing import Any, NoReturn, cast

from claude_nb.api import errors
from claude_nb.api.platforms import fitness
from claude_nb.api.secret import Secret
from claude_nb.api.wire import Request

__all__ = ["Credentials", "available", "login", "logins"]

_KEY = "ANTHROPIC_API_KEY"
_TOKEN = "ANTHROPIC_AUTH_TOKEN"  # noqa: S105 - the name of a variable
_SERVICE = "claude_nb"
_MISSING = (
    f"No API key. Pass api_key=, set {_KEY} (or {_TOKEN}) in the environment, store one in the "
    f"keyring (service {_SERVICE!r}, user {_KEY!r}), or call claude_nb.login(). "
    "claude_nb.connect() gives the client that cells use: with no key, that of the built-in "
    "emulator."
)

_told: list[Secret] = []  # what login() was told, for this process, the newest last


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
        Nothing was typed, or it cannot be a key, or there is no keyring.
    """
    secret = fitness.mended(Secret(getpass.getpass("Anthropic API key: ")))
    if not secret:
        raise errors.CredentialsError("No key was typed; nothing has changed.")
    fitness.key(secret, "What was typed")
    _told.append(secret)
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
        As given to the client; if neither is, what `login` was told, or the environment has.

    Attributes
    ----------
    source : str or None
        Where the key or token came from.
    """

    def __init__(self, key: Secret | None = None, token: Secret | None = None) -> None:
        self.key: Secret | None = fitness.mended(key) if key else None
        self.token: Secret | None = fitness.mended(token) if token else None
        self.source: str | None = "argument" if self.key or self.token else None
        if self.source is None:
            self._from_process()

    def __repr__(self) -> str:
        return f"Credentials(source={self.source!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("An API key cannot be pickled; make the client anew where it is needed.")

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Everything to keep out of errors."""
        return tuple(secret for secret in (self.key, self.token) if secret)

    def headers(self) -> dict[str, Secret]:
        """Return the header fields that carry the key.

        Raises
        ------
        DamagedCredentialsError
            It holds what no key can hold.
        """
        if self.key:
            return {"x-api-key": fitness.key(self.key, self._name(_KEY, "api_key"))}
        if self.token:
            token = fitness.key(self.token, self._name(_TOKEN, "auth_token"))
            return {"authorization": Secret(f"Bearer {token.reveal()}")}
        return {}

    def _name(self, variable: str, argument: str) -> str:
        """Return what the key is called where it came from."""
        told = {"argument": f"{argument}=", "login()": "The key that login() was told"}
        named = f"The key of {self.source}" if self.source != variable else variable
        return told.get(str(self.source), named)

    def require(self, request: Request) -> None:
        """Make sure there is something to identify this request with.

        Raises
        ------
        MissingCredentialsError
            There is not; the message names the environment variables.
        """
        if self.secrets or {"x-api-key", "authorization"} & {*request.headers, *request.private}:
            return
        for source, look in _SOURCES.items():
            found = look()
            if found:
                self.key, self.source = found, source
                return
        raise errors.MissingCredentialsError(_MISSING)

    def _from_process(self) -> None:
        if _told:  # the person's last word
            self.key, self.source = _told[-1], "login()"
            return
        for name, attribute in ((_KEY, "key"), (_TOKEN, "token")):
            if found := fitness.mended(Secret(os.environ.get(name, ""))):
                setattr(self, attribute, found)
                self.source = name
                return


def _from_keyring() -> Secret | None:
    try:
        keyring = importlib.import_module("keyring")
        found = cast("str | None", keyring.get_password(_SERVICE, _KEY))
    except Exception:  # noqa: BLE001 - not installed, locked, no backend: all mean "not there"
        return None
    return (fitness.mended(Secret(found)) or None) if found else None


def _from_colab() -> Secret | None:
    try:
        userdata: Any = importlib.import_module("google.colab.userdata")
        found = cast("str | None", userdata.get(_KEY))
    except Exception:  # noqa: BLE001 - not in Colab, no such secret, access not granted
        return None
    return (fitness.mended(Secret(found)) or None) if found else None


_SOURCES: dict[str, Callable[[], Secret | None]] = {
    "keyring": _from_keyring,
    "Colab secrets": _from_colab,
}


def logins() -> int:
    """Return how often `login` was told a key in this process: another number, another key."""
    return len(_told)


def available() -> bool:
    """Return whether a client that is made without a key would find one somewhere."""
    return bool(Credentials().secrets) or any(look() for look in _SOURCES.values())
