"""Claude in Microsoft Foundry: the Messages API at a resource's own address.

References
----------
Claude in Microsoft Foundry: base URL, ``api-key`` and Entra ID tokens.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from claude_nb.api import errors
from claude_nb.api.platforms import fitness
from claude_nb.api.platforms.dialect import Dialect, as_it_is
from claude_nb.api.platforms.platform import Platform
from claude_nb.api.secret import Secret

__all__ = ["foundry"]

_KEY, _RESOURCE = "ANTHROPIC_FOUNDRY_API_KEY", "ANTHROPIC_FOUNDRY_RESOURCE"
_ADDRESS = "ANTHROPIC_FOUNDRY_BASE_URL"


def foundry(
    resource: str | None = None,
    *,
    api_key: Any = None,
    token: Callable[[], str] | None = None,
    base_url: str | None = None,
) -> Platform:
    """Return Microsoft Foundry as the platform of a client: ``Anthropic(platform=foundry(...))``.

    Parameters
    ----------
    resource : str, optional
        Its name. Default: ``ANTHROPIC_FOUNDRY_RESOURCE``.
    api_key : str, optional
        Default: ``ANTHROPIC_FOUNDRY_API_KEY``.
    token : callable, optional
        Returns an Entra ID token, and is called for each request; used instead of a key.
    base_url : str, optional
        In the place of a resource. Default: ``ANTHROPIC_FOUNDRY_BASE_URL``.

    Raises
    ------
    CredentialsError
        There is neither a key nor a token.
    ValueError
        No resource is said anywhere.
    """
    resource = resource or os.environ.get(_RESOURCE)
    address = base_url or os.environ.get(_ADDRESS)
    if not address and not resource:
        raise ValueError(f"No resource is said: foundry('my-resource'), or {_RESOURCE}.")
    key = Secret.of(api_key or os.environ.get(_KEY) or "") or Secret("")
    if token is None and not key:
        raise errors.CredentialsError(
            f"There is no key of Foundry: set {_KEY}, or give api_key= or token=."
        )
    authorize = partial(_bearer, token) if token is not None else partial(_keyed, key)
    address = address or f"https://{resource}.services.ai.azure.com/anthropic"
    dialect = Dialect(as_it_is, "Microsoft Foundry")
    return Platform(authorize=authorize, dialect=dialect, name=dialect.name, base_url=address)


def _keyed(key: Secret, *_: object) -> Mapping[str, Secret]:
    fit = fitness.key(fitness.mended(key), "The key of Foundry")
    return {"x-api-key": fit, "api-key": fit}


def _bearer(token: Callable[[], str], *_: object) -> Mapping[str, Secret]:
    try:
        given = Secret.of(token())
    except Exception as error:  # noqa: BLE001 - whatever the person's own function raises
        kind, given = type(error).__name__, None
    else:
        kind = "it gave nothing"
    if not given:
        raise errors.CredentialsError(f"token() of Foundry gave no token ({kind}).")
    fit = fitness.key(fitness.mended(given), "The token of Foundry")
    return {"authorization": Secret(f"Bearer {fit.reveal()}")}
