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
from claude_nb.models.locks.locks import LockedBudgetError, LockedError
from claude_nb.models.spending import BudgetError
from claude_nb.models.spending.consent import UnconfirmedError
from claude_nb.notebook.answer.amounts import duration
from claude_nb.notebook.errors import CellError

__all__ = ["Explanation", "RunError", "describe", "why"]

MAX_WHY = 600


@dataclass(frozen=True, slots=True)
class Explanation:
    """One failed call, in words.

    Attributes
    ----------
    what : str
        What went wrong, in a few words.
    why : str
        The server's own sentence, or what the connection did; at most 600 characters, and empty
        where it says no more than `what`.
    advice : str
        What to do next.
    code : str
        The class of failure with its HTTP status if there was one, and the request's id: for who
        looks it up, or asks the provider.
    """

    what: str
    why: str
    advice: str
    code: str = ""

    def lines(self) -> list[str]:
        """Return the failure as at most four lines of text."""
        return [line for line in (self.what, self.why, self.advice, self.code) if line]


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
            return [f"{self.failure.what}: the cell failed, its output says what to do."]
        return self.failure.lines()


def describe(error: Exception, model: str, *, came: bool = False) -> Explanation:
    """Return `error` in words.

    Parameters
    ----------
    error : Exception
        What the client raised.
    model : str
        The model that was asked, for advice on its name.
    came : bool
        Whether a part of the answer is here.
    """
    what, advice = _known(error, model, came=came)
    why = one_line(hidden(_said(error) or _reason(error)), MAX_WHY)
    says_more = why.rstrip(".").casefold() not in what.casefold()
    return Explanation(
        what=what,
        why=why if says_more and not _is_said(error, came=came) else "",
        advice=_wait(error) or _foreign(error) or _no_model(error) or advice,
        code=_code(error),
    )


def _is_said(error: Exception, *, came: bool) -> bool:
    """Tell whether the advice says it all: the error's own words are for those who write Python."""
    return (came and _is_lost(error)) or isinstance(error, errors.MissingCredentialsError)


def _code(error: Exception) -> str:
    """Return how the error is called, with its status and the id of the request."""
    status = getattr(error, "status_code", None)
    name = f"{type(error).__name__} {status or ''}".rstrip()
    return " · ".join(filter(None, (name, getattr(error, "request_id", None))))


def _known(error: Exception, model: str, *, came: bool) -> tuple[str, str]:
    """Return what went wrong in a few words, and what to do about that."""
    if came and _is_lost(error):
        return "The connection was lost", _KEPT
    if isinstance(error, errors.NotFoundError) and _said(error).startswith("model"):
        return "The server has no such model", _unknown_model(model)
    for kinds, what, advice in _KNOWN:
        if isinstance(error, kinds):
            return what, advice(model) if callable(advice) else advice
    return "Something went wrong", _AGAIN


def _is_lost(error: Exception) -> bool:
    """Tell whether it says no more than that the connection broke."""
    told = (errors.APITimeoutError, errors.ProxyError, errors.CertificateError)
    return isinstance(error, errors.APIConnectionError) and not isinstance(error, told)


def why(reason: str) -> str:
    """Return in words why a call is tried again.

    Parameters
    ----------
    reason : str
        A status, or the kind of a failure below HTTP; see `RetryNotice`.
    """
    if reason.isdecimal():
        return _AGAIN_FOR.get(reason, "The server failed")
    return "No answer came" if reason.endswith("Timeout") else "The connection failed"


_AGAIN_FOR = {
    "529": "Overloaded",
    "429": "Too much at once",
    "408": "The server waited too long",
    "409": "The server refused",
}


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


def _no_model(error: Exception) -> str:
    """Return what to do where something else than the model was not found."""
    if not isinstance(error, errors.NotFoundError) or "model" in _said(error).lower():
        return ""
    if _said(error).strip(" .").lower() not in {"", "not found"}:
        return "Change what the message names and run the cell again."
    return (
        "The server knows no such path: set ANTHROPIC_BASE_URL to what stands before /v1/messages, "
        "as in https://api.anthropic.com."
    )


_FOREIGN = frozenset({400, 401, 403, 404, 405, 406, 410, 415, 421, 451})


def _unknown_model(model: str) -> str:
    if notice := models.BUILT_IN.notice(model):
        return notice
    near = models.near(model)
    hint = f"Did you mean {' or '.join(near[:2])}? " if near else ""
    return f"{hint}Use -m with one of the ids the server offers."


_KEPT = "What came is kept above. Run the cell again for a whole answer."
_AGAIN = "Run the cell again; if it stays, %claude doctor looks for the cause."
_FOUND = "Then run the cell again; in a notebook, `%env NAME=value` sets a variable."

Kinds = type[Exception] | tuple[type[Exception], ...]
_KNOWN: tuple[tuple[Kinds, str, str | Callable[[str], str]], ...] = (
    (
        errors.MissingCredentialsError,
        "There is no API key",
        (
            "Set ANTHROPIC_API_KEY (or ANTHROPIC_AUTH_TOKEN) before Jupyter starts, or call "
            "claude_nb.login() here. CLAUDE_NB_BACKEND=emulator answers with no key, by rules."
        ),
    ),
    (
        errors.DamagedCredentialsError,
        "The API key is damaged",
        "Copy the key once more, from where it was made, and set it again.",
    ),
    (
        errors.CredentialsError,
        "There are no credentials to ask with",
        (
            "Sign in where that client looks for them (aws configure, gcloud auth "
            "application-default login), or hand them to it; then run the cell again."
        ),
    ),
    (
        errors.UnsendableTextError,
        "The request cannot be written",
        "Correct that text and run the cell again.",
    ),
    (
        (errors.EventTooLargeError, errors.InvalidToolInputError),
        "The answer cannot be read on",
        _KEPT,
    ),
    (
        errors.APIResponseValidationError,
        "This is no answer of the API",
        (
            "Check ANTHROPIC_BASE_URL. A network that asks people to sign in answers like this: "
            "open any page in a browser first."
        ),
    ),
    (
        CassetteError,
        "Nothing is recorded for this",
        "%claude auto asks what is not recorded, and records its answer.",
    ),
    (LockedError, "That is locked here", "Keep to what is allowed."),
    (
        LockedBudgetError,
        "The budget of this machine does not allow it",
        "%claude budget shows what was spent; ask for less (a shorter --max-tokens).",
    ),
    (
        BudgetError,
        "The budget does not allow it",
        (
            "Ask for less (a shorter --max-tokens), or raise it: %claude budget $5. "
            "%claude budget shows what was spent."
        ),
    ),
    (
        UnconfirmedError,
        "Nothing was sent",
        (
            "Run the cells again to be asked again, or one by one: a single cell asks nothing. "
            "%config ClaudeMagics.ask_above = 5 asks from $5 on."
        ),
    ),
    (
        errors.AuthenticationError,
        "The API key was refused",
        "The server does not take this key: check ANTHROPIC_API_KEY and the base URL.",
    ),
    (
        errors.PermissionDeniedError,
        "The API key may not do this",
        "Ask who gave the key to you.",
    ),
    (
        errors.PaymentRequiredError,
        "The account cannot pay for this",
        "Look at the billing page of your account.",
    ),
    (errors.NotFoundError, "The server does not have that", _unknown_model),
    (
        errors.ContentTooLargeError,
        "The request is too large",
        "32 MB at most: send less, or fewer attachments.",
    ),
    (
        errors.RateLimitError,
        "Too much at once",
        "Wait a little and run the cell again, or send less at once.",
    ),
    (
        errors.OverloadedError,
        "Claude is overloaded",
        "Wait a little and run the cell again, or try another model.",
    ),
    (errors.InternalServerError, "The server failed", "Run the cell again."),
    (
        errors.BadRequestError,
        "The request was refused",
        "Change what the message names and run the cell again.",
    ),
    (errors.IncompleteStreamError, "The connection was lost", "Run the cell again."),
    (
        errors.APITimeoutError,
        "The answer took too long",
        "Run the cell again; a shorter --max-tokens makes answers come sooner.",
    ),
    (
        errors.InsecureBaseURLError,
        "The address is not safe",
        "Use https, or an address on this machine (127.0.0.1).",
    ),
    (errors.ProxyError, "The proxy lets nothing through", _FOUND),
    (errors.CertificateError, "The server cannot be trusted", _FOUND),
    (
        errors.APIConnectionError,
        "The server cannot be reached",
        "Check the network and ANTHROPIC_BASE_URL, then run the cell again.",
    ),
    (errors.APIStatusError, "The server refused", _AGAIN),
)
