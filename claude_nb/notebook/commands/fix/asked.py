"""A question of `fix`, `edit` or `explain`, in a chat of its own, and the code in its answer."""

from __future__ import annotations

from claude_nb.ask import request
from claude_nb.ask.answers import extract
from claude_nb.ask.options import SETTINGS, Options
from claude_nb.ask.question import Question
from claude_nb.conversation.sent_back import text_of
from claude_nb.notebook.answer.folding import Below
from claude_nb.notebook.run.follow import Outcome
from claude_nb.notebook.session import Session

__all__ = ["asked", "last_code"]

_PYTHON = frozenset({"", "python", "python3", "py", "ipython", "ipython3"})


def asked(session: Session, text: str, *, system: str, chat: str) -> Question:
    """Return the question, in a chat of its own that begins anew each time.

    Parameters
    ----------
    session : Session
        Has the defaults.
    text : str
        Sent as it is: what looks like a variable of a prompt in it is somebody's code.
    system : str
        What a model is to do.
    chat : str
        Its name, for ``%claude show``.
    """
    given = session.defaults()
    manner = {s.name: getattr(given, s.name) for s in SETTINGS if s.manner}
    options = Options(**manner, system=system, chat=chat, fresh=True)
    params = request.build(options, [{"role": "user", "content": text}], session.models)
    request.check(params, session.models, session.locks)
    return Question(params=params, options=options)


def last_code(before: str, question: Question, outcome: Outcome) -> Below:
    """Return the last whole block of Python, unless it is what was sent; a model's own, or none."""
    del question
    if outcome.emulated or outcome.message is None:
        return Below()
    answer = text_of(outcome.message.to_dict())
    blocks = [b.text for b in extract.fences(answer) if b.closed and b.language in _PYTHON]
    return Below(code for code in blocks[-1:] if code.strip() != before.strip())
