"""Claude on Google Cloud: ``rawPredict`` and ``streamRawPredict`` of Vertex AI.

References
----------
Vertex AI API reference, ``projects.locations.publishers.models``; Claude on Vertex AI.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import threading
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from claude_nb.api import errors
from claude_nb.api.platforms import fitness
from claude_nb.api.platforms.credentials import Credentials
from claude_nb.api.platforms.dialect import Dialect, rewritten, split_url
from claude_nb.api.platforms.paths import COUNT_TOKENS, MESSAGES
from claude_nb.api.platforms.platform import Platform
from claude_nb.api.secret import Secret
from claude_nb.api.wire import Request

__all__ = ["vertex"]

_VERSION = "vertex-2023-10-16"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_PROJECTS = ("ANTHROPIC_VERTEX_PROJECT_ID", "GOOGLE_CLOUD_PROJECT")
_REGION = "CLOUD_ML_REGION"
_HOSTS = {
    "global": "aiplatform.googleapis.com",
    "us": "aiplatform.us.rep.googleapis.com",
    "eu": "aiplatform.eu.rep.googleapis.com",
}


def vertex(
    region: str | None = None,
    *,
    project: str | None = None,
    token: Any = None,
    base_url: str | None = None,
) -> Platform:
    """Return Google Cloud as the platform of a client: ``Anthropic(platform=vertex(...))``.

    Parameters
    ----------
    region : str, optional
        ``"global"``, ``"us"``, ``"eu"`` or a region. Default: ``CLOUD_ML_REGION``.
    project : str, optional
        Default: ``ANTHROPIC_VERTEX_PROJECT_ID``, ``GOOGLE_CLOUD_PROJECT``, then what the
        application default credentials say.
    token : str, optional
        An access token. Default: that of the application default credentials, renewed as needed
        (extra ``vertex``).
    base_url : str, optional
        Default: the region's own address.

    Raises
    ------
    CredentialsError
        A package is missing, or there are no credentials to find a project by.
    ValueError
        No region or project is said anywhere.
    """
    region = region or os.environ.get(_REGION)
    if not region:
        raise ValueError(f"No region is said: vertex('global'), or {_REGION}.")
    secret = Secret.of(token or None)
    source = None if secret else _Tokens()
    project = project or next(filter(None, map(os.environ.get, _PROJECTS)), None)
    project = project or (source.project() if source is not None else None)
    if not project:
        raise ValueError(f"No project is said: vertex({region!r}, project=...), or {_PROJECTS[0]}.")
    host = _HOSTS.get(region, f"{region}-aiplatform.googleapis.com")
    place = f"/v1/projects/{quote(project, safe='')}/locations/{quote(region, safe='')}"
    return Platform(
        authorize=partial(_bearer, secret) if secret else _Bearer(source),
        name="Google Cloud",
        base_url=base_url or f"https://{host}",
        dialect=Dialect(partial(_predicted, place), "Google Cloud"),
    )


def _predicted(place: str, request: Request) -> Request | None:
    """Return a request as Vertex takes it; None for what it does not have."""
    base, path, query = split_url(request)
    if request.method != "POST" or path not in {MESSAGES, COUNT_TOKENS}:
        return None
    body = json.loads(request.content)
    model, action = "count-tokens", "rawPredict"
    if path == MESSAGES:
        model = str(body.pop("model", ""))
        action = "streamRawPredict" if body.get("stream") else "rawPredict"
    name = quote(model, safe="@")
    url = f"{base}{place}/publishers/anthropic/models/{name}:{action}{query}"
    written = {"anthropic_version": _VERSION, **body}
    return rewritten(request, url, written, "anthropic-version")


def _bearer(token: Secret, *_: object) -> Mapping[str, Secret]:
    fit = fitness.key(fitness.mended(token), "The access token")
    return {"authorization": Secret(f"Bearer {fit.reveal()}")}


class _Bearer:
    """Gives each request a token that is valid then."""

    def __init__(self, source: _Tokens | None) -> None:
        self._source = source or _Tokens()

    def __call__(self, _: Request, __: Credentials) -> Mapping[str, Secret]:
        """Return the header field with the token."""
        return _bearer(self._source.token())


class _Tokens:
    """The application default credentials of Google Cloud."""

    def __init__(self) -> None:
        try:
            found = importlib.util.find_spec("google.auth")
        except ModuleNotFoundError:
            found = None
        if found is None:
            raise errors.CredentialsError(
                'Asking Google Cloud needs google-auth: pip install "claude-nb[vertex]", or give '
                "an access token: vertex(..., token=...)."
            )
        self._found: tuple[Any, str | None] | None = None
        self._lock = threading.Lock()

    def project(self) -> str | None:
        """Return the project that they belong to."""
        return self._read()[1]

    def token(self) -> Secret:
        """Return a token that is valid now.

        Raises
        ------
        CredentialsError
            There is none, or it cannot be renewed.
        """
        with self._lock:
            credentials, _ = self._read()
            if not credentials.valid:
                _told(self._renew, credentials)
            return Secret(str(credentials.token))

    def _read(self) -> tuple[Any, str | None]:
        if self._found is None:
            default = importlib.import_module("google.auth").default
            self._found = _told(partial(default, scopes=[_SCOPE]))
        return self._found  # pyright: ignore[reportReturnType] (as read)

    def _renew(self, credentials: Any) -> None:
        made = importlib.import_module("google.auth.transport.requests").Request()
        credentials.refresh(made)


def _told(work: Any, *given: Any) -> Any:
    """Do it; what goes wrong becomes one sentence."""
    try:
        return work(*given)
    except Exception as error:  # noqa: BLE001 - each source of credentials has its own
        problem = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    raise errors.CredentialsError(
        f"Google Cloud credentials cannot be used ({problem}). Run gcloud auth "
        "application-default login, or set GOOGLE_APPLICATION_CREDENTIALS. Nothing was sent."
    )
