"""An error of the client -> what a person needs: what happened, why, and what to do; pure.

Owns the wording only. The card itself is drawn by `claude_nb.notebook.answer.render`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from claude_nb import models
from claude_nb.api import errors
from claude_nb.api.errors.instead import said_in
from claude_nb.api.hiding.hidden import hidden
from claude_nb.api.retry import LONGEST_WAIT, asked_wait
from claude_nb.cassette import CassetteError
from claude_nb.characters import one_line
from claude_nb.models.spending import BudgetError
from claude_nb.notebook.answer.amounts import duration
from claude_nb.notebook.errors import CellError

__all__ = ["Explanation", "RunError", "describe"]

MAX_WHY = 600


@dataclass(frozen=True, slots=True)
class Explanation:
    """One failed call, in words.

    Attributes
    ----------
    what : str
        The class of failure with its HTTP status if there was one.
    why : str
        The server's own sentence, or what the connection did; at most 600 characters.
    advice : str
        What to do next.
    request_id : str or None
        The id to name when asking the provider.
    """

    what: str
    why: str
    advice: str
    request_id: str | None = None

    def lines(self) -> list[str]:
        """Return the failure as at most four lines of text."""
        request = f"Request id: {self.request_id}" if self.request_id else ""
        return [line for line in (self.what, self.why, self.advice, request) if line]


class RunError(CellError):
    """The call failed.

    Parameters
    ----------
    failure : Explanation
        The failure in words.
    shown : bool
        Whether a card in the output says it all already; one line is enough then.
    """

    def __init__(self, failure: Explanation, *, shown: bool) -> None:
        super().__init__("\n".join(failure.lines()))
        self.failure = failure
        self.shown = shown

    def _render_traceback_(self) -> list[str]:
        if self.shown:
            return [f"{self.failure.what}. The cell failed; its output says why."]
        return self.failure.lines()


def describe(error: Exception, model: str) -> Explanation:
    """Return `error` in words.

    Parameters
    ----------
    error : Exception
        What the client raised.
    model : str
        The model that was asked, for advice on its name.
    """
    status = getattr(error, "status_code", None)
    name = type(error).__name__
    return Explanation(
        what=f"{name} ({status})" if status else name,
        why=one_line(hidden(_said(error) or _reason(error)), MAX_WHY),
        advice=_wait(error) or _foreign(error) or _advice(error, model),
        request_id=getattr(error, "request_id", None),
    )


def _said(error: Exception) -> str:
    """Return the sentence of the server, which may be another one than the API."""
    if not isinstance(error, errors.APIStatusError):
        return ""
    return error.api_message or said_in(error.body)


def _reason(error: Exception) -> str:
    cause = getattr(error.__cause__, "detail", error.__cause__)
    detail = f" ({cause})" if cause is not None and str(cause) not in str(error) else ""
    return f"{error}{detail}"


def _wait(error: Exception) -> str:
    """Say how long the server asks to wait, where that is longer than a client waits by itself."""
    response = getattr(error, "response", None)
    seconds = asked_wait(response.headers) if response is not None else None
    if seconds is None or seconds <= LONGEST_WAIT:
        return ""
    return f"The server asks to wait {duration(seconds)}: run the cell again after that."


def _foreign(error: Exception) -> str:
    """Return what to do about a refusal that is none of the API's."""
    if not isinstance(error, errors.APIStatusError) or error.type is not None:
        return ""
    if isinstance(error, errors.RedirectError):
        host = urlsplit(error.response.headers.get("location", "")).hostname or "where it points"
        return f"If {host} is the server you mean, name it in ANTHROPIC_BASE_URL."
    if error.status_code == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return "A proxy wants a login: set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT."
    if error.status_code not in _FOREIGN:
        return ""
    return (
        "This is no answer of the API: check ANTHROPIC_BASE_URL, and whether a proxy or firewall "
        "on the way refuses the call."
    )


_FOREIGN = frozenset({400, 401, 403, 404, 405, 406, 410, 415, 421, 451})


def _advice(error: Exception, model: str) -> str:
    if isinstance(error, errors.IncompleteStreamError) and error.partial_message is None:
        return "Nothing had come yet: run the cell again."
    for kinds, advice in _ADVICE:
        if isinstance(error, kinds):
            return advice(model)
    return "Run the cell again; if it stays, %claude doctor looks for the cause."


def _unknown_model(model: str) -> str:
    if notice := models.BUILT_IN.notice(model):
        return notice
    near = models.near(model)
    hint = f"Did you mean {' or '.join(near[:2])}? " if near else ""
    return f"{hint}Use -m with one of the ids the server offers."


Kinds = type[Exception] | tuple[type[Exception], ...]
_ADVICE: tuple[tuple[Kinds, Callable[[str], str]], ...] = (
    (
        errors.MissingCredentialsError,
        lambda _: "Set ANTHROPIC_API_KEY before Jupyter starts, or call claude_nb.login() here.",
    ),
    (
        errors.DamagedCredentialsError,
        lambda _: "Copy the key once more, from where it was made, and set it again.",
    ),
    (
        errors.UnsendableTextError,
        lambda _: "Correct that text and run the cell again.",
    ),
    (
        (errors.EventTooLargeError, errors.InvalidToolInputError),
        lambda _: "What came is kept above. Run the cell again for a whole answer.",
    ),
    (
        errors.APIResponseValidationError,
        lambda _: (
            "Check ANTHROPIC_BASE_URL. A network that asks people to sign in answers like this: "
            "open any page in a browser first."
        ),
    ),
    (
        CassetteError,
        lambda _: "%claude auto asks what is not recorded, and records its answer.",
    ),
    (
        BudgetError,
        lambda _: (
            "Ask for less (a shorter --max-tokens), or raise it: %claude budget $5. "
            "%claude budget shows what was spent."
        ),
    ),
    (
        errors.AuthenticationError,
        lambda _: "The server does not take this key: check ANTHROPIC_API_KEY and the base URL.",
    ),
    (errors.PermissionDeniedError, lambda _: "This key may not do that: ask who gave it to you."),
    (errors.PaymentRequiredError, lambda _: "Look at the billing page of your account."),
    (errors.NotFoundError, _unknown_model),
    (
        errors.ContentTooLargeError,
        lambda _: "The request is too large (32 MB at most): send less, or fewer attachments.",
    ),
    (
        errors.RateLimitError,
        lambda _: "Wait a little and run the cell again, or send less at once.",
    ),
    (
        errors.OverloadedError,
        lambda _: (
            "The service is busy: wait a little and run the cell again, or try another model."
        ),
    ),
    (errors.InternalServerError, lambda _: "The server has a problem: run the cell again."),
    (errors.BadRequestError, lambda _: "Change what the message names and run the cell again."),
    (
        errors.IncompleteStreamError,
        lambda _: "What came is kept above. Run the cell again for a whole answer.",
    ),
    (
        errors.APITimeoutError,
        lambda _: "Run the cell again; a shorter --max-tokens makes answers come sooner.",
    ),
    (
        errors.InsecureBaseURLError,
        lambda _: "Use https, or an address on this machine (127.0.0.1).",
    ),
    (
        (errors.ProxyError, errors.CertificateError),
        lambda _: "Then run the cell again; in a notebook, `%env NAME=value` sets a variable.",
    ),
    (
        errors.APIConnectionError,
        lambda _: "Check the network and ANTHROPIC_BASE_URL, then run the cell again.",
    ),
)
