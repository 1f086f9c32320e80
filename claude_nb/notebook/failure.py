"""An error of the client -> what a person needs: what happened, why, and what to do; pure.

Owns the wording only. The card itself is drawn by `claude_nb.notebook.render`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from claude_nb import models
from claude_nb.api import errors
from claude_nb.cassette import CassetteError
from claude_nb.notebook.errors import CellError
from claude_nb.notebook.sanitise import one_line

__all__ = ["Failure", "RunError", "describe"]

MAX_WHY = 600


@dataclass(frozen=True, slots=True)
class Failure:
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
    failure : Failure
        The failure in words.
    shown : bool
        Whether a card in the output says it all already; one line is enough then.
    """

    def __init__(self, failure: Failure, *, shown: bool) -> None:
        super().__init__("\n".join(failure.lines()))
        self.failure = failure
        self.shown = shown

    def _render_traceback_(self) -> list[str]:
        if self.shown:
            return [f"{self.failure.what}. The cell failed; its output says why."]
        return self.failure.lines()


def describe(error: Exception, model: str) -> Failure:
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
    return Failure(
        what=f"{name} ({status})" if status else name,
        why=one_line(getattr(error, "api_message", None) or _reason(error), MAX_WHY),
        advice=_advice(error, model),
        request_id=getattr(error, "request_id", None),
    )


def _reason(error: Exception) -> str:
    cause = error.__cause__
    detail = f" ({cause})" if cause is not None and str(cause) not in str(error) else ""
    return f"{error}{detail}"


def _advice(error: Exception, model: str) -> str:
    for kinds, advice in _ADVICE:
        if isinstance(error, kinds):
            return advice(model)
    return "Run the cell again; if it stays, %claude doctor looks for the cause."


def _unknown_model(model: str) -> str:
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
        CassetteError,
        lambda _: "Set CLAUDE_NB_CASSETTE_MODE to auto to ask the server and record its answer.",
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
        errors.APIConnectionError,
        lambda _: "Check the network and ANTHROPIC_BASE_URL, then run the cell again.",
    ),
)
