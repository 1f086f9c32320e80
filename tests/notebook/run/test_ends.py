"""How an answer can end: said once in its last line, and no option complains of it again."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from claude_nb.api.types import Message
from claude_nb.ask.answers import formats
from claude_nb.ask.errors import AnswerError
from claude_nb.ask.options import Options
from claude_nb.ask.question import compose
from claude_nb.models import BUILT_IN
from claude_nb.notebook.places import CellPlace
from claude_nb.notebook.run import result, run
from claude_nb.notebook.run.follow import Outcome
from claude_nb.notebook.run.rounds import Round
from claude_nb.notebook.session import Session

REFUSED = {"type": "refusal", "category": "cyber", "explanation": "Not this."}
THOUGHT = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
HALF = '{"name": "Tom'
ENDS = {
    "refused": ([], "refusal", "refused: cyber: Not this."),
    "refused late": (["Well, "], "refusal", "refused: cyber: Not this."),
    "empty": ([], "end_turn", "the answer is empty"),
    "blank": ([" \n"], "end_turn", "the answer is empty"),
    "only thought": ([THOUGHT], "end_turn", "the answer is empty"),
    "all thought": ([THOUGHT], "max_tokens", "cut off at max_tokens: thinking took all of it"),
    "cut": ([HALF], "max_tokens", "cut off at max_tokens"),
    "full": ([HALF], "model_context_window_exceeded", "cut off: the context window is full"),
    "paused": (["Let me "], "pause_turn", "paused by the server"),
}
WANTED = [{"format": "json"}, {"schema": "Pet"}, {"extract": True}, {"format": "code"}]
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


def ended(name: str, **options):
    """Return (question, message, place, session) of an answer that ended so."""
    content, reason, _ = ENDS[name]
    blocks = [{"type": "text", "text": each} if isinstance(each, str) else each for each in content]
    message = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": blocks,
        "stop_reason": reason, "stop_details": REFUSED if reason == "refusal" else None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }  # fmt: skip
    session = Session(shell=SimpleNamespace(user_ns={"v": "of an earlier run"}))
    chosen = Options(**options, out="v")
    question = compose(chosen, "A pet?", variables={"Pet": SCHEMA}, history=[], models=BUILT_IN)
    return question, Message.model_validate(message), CellPlace(session, chosen, "a"), session


def kept(question, message, place):
    outcome = Outcome(rounds=[Round(message=message)])
    return result.bundle(question, outcome, place, [], number=1, cost=None, timed=False)


@pytest.mark.parametrize("options", WANTED, ids=str)
@pytest.mark.parametrize("name", ENDS)
def test_an_end_is_said_once_and_no_option_complains_of_it(name, options):
    question, message, place, session = ended(name, **options)
    result.deliver(question, message, place, session)
    last = kept(question, message, place)["text/plain"].split("\n")[-1]
    assert last.startswith(f"— {ENDS[name][2]}")
    value = session.shell.user_ns["v"]
    assert value != "of an earlier run"
    assert (value is None) == ("v is None" in last)


@pytest.mark.parametrize("options", WANTED[:3], ids=str)
def test_an_answer_that_is_whole_and_not_of_its_format_is_an_error(options):
    question, message, place, session = ended("cut", **options)
    whole = message.model_copy(update={"stop_reason": "end_turn"})
    with pytest.raises(AnswerError):
        result.deliver(question, whole, place, session)


@pytest.mark.parametrize("name", ENDS)
def test_what_is_no_turn_leaves_no_turn(name):
    question, message, _, _ = ended(name)
    turn = run._turn(question, Outcome(rounds=[Round(message=message)]), "a")
    assert (turn is not None) == (name in {"cut", "full", "paused"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# no heading\n*x = 1", "`````\n# no heading\n*x = 1\n`````"),
        ("```python\nx\n```", "```python\nx\n```"),
        (" \n", " \n"),
    ],
)
def test_code_without_a_fence_is_shown_as_the_code_that_it_is_taken_for(text, shown):
    assert formats.shown("code", text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# no headi", None),
        ("# no heading", "`````\n# no heading"),
        ("x = 1\n", "`````\nx = 1\n"),
        ("\n```", "\n```"),
        ("Here is the code", "Here is the code"),
        ("SELECT * FROM t", "`````\nSELECT * FROM t"),
    ],
)
def test_code_without_a_fence_streams_as_code(text, shown):
    assert formats.begins("code", text) == shown


def test_other_formats_begin_at_once():
    assert formats.begins("json", "{") == "`````json\n{"
