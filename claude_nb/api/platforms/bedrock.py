"""Claude on Amazon Bedrock: ``invoke`` and its stream, or Bedrock's own Messages API.

References
----------
Amazon Bedrock API reference: InvokeModel, InvokeModelWithResponseStream, API keys; Claude in Amazon
Bedrock (``/anthropic/v1/messages``); Signature Version 4.
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
from claude_nb.api.platforms.dialect import Dialect, as_it_is, rewritten, split_url
from claude_nb.api.platforms.eventstream import EventStream
from claude_nb.api.platforms.paths import MESSAGES
from claude_nb.api.platforms.platform import Platform
from claude_nb.api.secret import Secret
from claude_nb.api.wire import Request

__all__ = ["bedrock"]

_VERSION = "bedrock-2023-05-31"
_TOKEN = "AWS_BEARER_TOKEN_BEDROCK"  # noqa: S105 - the name of a variable
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_SIGNED = frozenset({"authorization", "x-amz-date", "x-amz-security-token"})
_INSTALL = 'pip install "claude-nb[bedrock]"'


def bedrock(
    region: str | None = None,
    *,
    profile: str | None = None,
    token: Any = None,
    base_url: str | None = None,
    messages_api: bool = False,
) -> Platform:
    """Return Amazon Bedrock as the platform of a client: ``Anthropic(platform=bedrock(...))``.

    Parameters
    ----------
    region : str, optional
        Default: ``AWS_REGION``, ``AWS_DEFAULT_REGION``, then the profile's.
    profile : str, optional
        Of the AWS configuration, whose credentials sign each request (extra ``bedrock``).
    token : str, optional
        A Bedrock API key, sent in the place of a signature. Default:
        ``AWS_BEARER_TOKEN_BEDROCK``, unless a profile is given.
    base_url : str, optional
        Default: the region's own address.
    messages_api : bool
        Whether to speak to Bedrock's Messages API (models after Opus 4.6) instead of ``invoke``.

    Raises
    ------
    CredentialsError
        Signing needs a package that is not installed.
    ValueError
        No region is said anywhere.
    """
    found = os.environ.get(_TOKEN) if token is None and profile is None else token
    key = fitness.mended(secret) if (secret := Secret.of(found or None)) else None
    session = _session(profile) if not key else None
    region = region or _region(session)
    service = "bedrock-mantle" if messages_api else "bedrock"
    authorize = partial(_bearer, key) if key else _Signer(session, service, region)
    return Platform(
        authorize=authorize,
        name="Amazon Bedrock",
        base_url=base_url or _address(region, messages_api=messages_api),
        dialect=_MESSAGES if messages_api else _INVOKE,
    )


def _address(region: str, *, messages_api: bool) -> str:
    if messages_api:
        return f"https://bedrock-mantle.{region}.api.aws/anthropic"
    end = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://bedrock-runtime.{region}.{end}"


def _session(profile: str | None) -> Any:
    if importlib.util.find_spec("botocore") is None:
        raise errors.CredentialsError(
            f"Signing for Bedrock needs botocore: {_INSTALL}; or set {_TOKEN} to an API key."
        )
    return importlib.import_module("botocore.session").Session(profile=profile)


def _region(session: Any) -> str:
    named = next(filter(None, map(os.environ.get, _REGIONS)), None)
    found = named or (session.get_config_variable("region") if session is not None else None)
    if not found:
        raise ValueError(
            "No AWS region is said: bedrock('us-east-1'), AWS_REGION, or the region of a profile."
        )
    return str(found)


def _invoked(request: Request) -> Request | None:
    """Return a request as Bedrock takes it; None for what its invoke API does not have."""
    base, path, query = split_url(request)
    if path != MESSAGES or request.method != "POST":
        return None
    body = json.loads(request.content)
    model, stream = str(body.pop("model", "")), body.pop("stream", False)
    action = "invoke-with-response-stream" if stream else "invoke"
    url = f"{base}/model/{quote(model, safe='')}/{action}{query}"
    betas = [name.strip() for name in request.headers.get("anthropic-beta", "").split(",")]
    beta = {"anthropic_beta": [name for name in betas if name]} if any(betas) else {}
    written = {"anthropic_version": _VERSION, **beta, **body}
    return rewritten(request, url, written, "anthropic-version", "anthropic-beta")


_INVOKE = Dialect(_invoked, "Bedrock's invoke API", EventStream)
_MESSAGES = Dialect(as_it_is, "Bedrock's Messages API")


def _bearer(key: Secret, *_: object) -> Mapping[str, Secret]:
    fit = fitness.key(key, "The API key of Bedrock")
    return {"authorization": Secret(f"Bearer {fit.reveal()}")}


class _Signer:
    """Signs each request with what the AWS configuration says at that moment."""

    def __init__(self, session: Any, service: str, region: str) -> None:
        self._session = session
        self._service = service
        self._region = region
        self._lock = threading.Lock()  # credentials that expire are renewed by one thread at a time

    def __call__(self, request: Request, _: Credentials) -> Mapping[str, Secret]:
        """Return the header fields of the signature.

        Raises
        ------
        CredentialsError
            There are no credentials, or they cannot be had.
        """
        try:
            with self._lock:
                return self._signed(request)
        except errors.CredentialsError:
            raise
        except Exception as error:  # noqa: BLE001 - each source of credentials has its own
            problem = f"AWS credentials cannot be used ({type(error).__name__}: {error})"
        raise errors.CredentialsError(f"{problem}. Nothing was sent.")

    def _signed(self, request: Request) -> Mapping[str, Secret]:
        credentials = self._session.get_credentials()
        if credentials is None:
            raise errors.CredentialsError(
                "No AWS credentials were found: run aws configure or aws sso login, set "
                f"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or set {_TOKEN}."
            )
        # only what no proxy on the way changes is signed
        kept = {"content-type": request.headers.get("content-type", "application/json")}
        made = importlib.import_module("botocore.awsrequest").AWSRequest(
            method=request.method, url=request.url, data=request.content, headers=kept
        )
        sign = importlib.import_module("botocore.auth").SigV4Auth
        sign(credentials.get_frozen_credentials(), self._service, self._region).add_auth(made)
        fields = {str(name).lower(): str(value) for name, value in made.headers.items()}
        return {name: Secret(fields[name]) for name in _SIGNED & fields.keys()}
