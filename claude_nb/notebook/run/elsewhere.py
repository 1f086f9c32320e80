"""What to do about a failure where something else answers, or could: a lent client, a notebook."""

from __future__ import annotations

from claude_nb.api import errors
from claude_nb.cassette import CassetteError
from claude_nb.notebook.backend import local
from claude_nb.notebook.backend.using import Used
from claude_nb.notebook.session import Session

__all__ = ["advice"]

_SHOWN = 5  # models in a sentence
_IN_CELLS = (
    "%claude auto asks what is not kept; the cell's output keeps its answer, and is replayed once "
    "the notebook is saved."
)


def advice(error: Exception, session: Session, usual: str) -> str:
    """Return what to do, by where the question went.

    Parameters
    ----------
    error : Exception
        What went wrong.
    session : Session
        Of the notebook.
    usual : str
        What to do where the API itself answers.
    """
    if isinstance(error, errors.MissingCredentialsError):
        found = local.offer()
        return f"{usual} Or: {found}." if found else usual
    if isinstance(error, CassetteError) and session.cassette is not None:
        return _IN_CELLS if session.cassette[1].unit == "cell" else usual
    used: Used | None = session.using
    return (_there(error, used) or usual) if used is not None else usual


def _there(error: Exception, used: Used) -> str:
    """Return what to do at the server that was chosen; empty if it is the same anywhere."""
    if isinstance(error, errors.AuthenticationError):
        return f"{used.name} does not take these credentials: sign in there again."
    if isinstance(error, errors.NotFoundError) and "model" in str(error).lower():
        some = ", ".join(used.listed[:_SHOWN])
        return f"Name a model as {used.name} calls it, with -m{f': {some}' if some else ''}."
    is_lost = isinstance(error, errors.APIConnectionError) and not isinstance(
        error, errors.APITimeoutError | errors.ProxyError | errors.CertificateError
    )
    if is_lost and used.is_local:
        return f"Is {used.name} still running? %claude use says what answers here."
    if is_lost and used.address:
        return f"Check the network, and the address of {used.name}: {used.address}."
    return ""
