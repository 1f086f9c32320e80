import pytest

from claude_nb.conversation import Conversation, Turn, answer_param, exchanged


def turn(cell, text="hi", **fields):
    asked, said = {"role": "user", "content": text}, {"role": "assistant", "content": "ok"}
    return Turn(cell=cell, messages=(asked, said), **fields)


def test_the_history_is_the_turns_before_a_cell():
    chat = Conversation()
    assert chat.messages("a") == []
    chat.record(turn("a", "one"))
    chat.record(turn("b", "two"))
    assert [message["content"] for message in chat.messages("c")] == ["one", "ok", "two", "ok"]
    assert [message["content"] for message in chat.messages("b")] == ["one", "ok"]


def test_running_a_cell_again_replaces_its_turn_and_marks_later_ones_stale():
    chat = Conversation()
    for cell in "abc":
        assert chat.record(turn(cell)) == []
    later = chat.record(turn("a", "again"))
    assert [old.cell for old in later] == ["b", "c"]
    assert [(t.cell, t.stale) for t in chat.turns] == [("a", False), ("b", True), ("c", True)]
    assert chat.turns[0].messages[0]["content"] == "again"


def test_undo_and_clear():
    chat = Conversation("side")
    assert chat.take_back() is None
    chat.record(turn("a", usage={"output_tokens": 3}))
    chat.record(turn("b", usage={"output_tokens": 4}))
    assert chat.total("output_tokens") == 7
    assert chat.take_back().cell == "b"
    assert repr(chat) == "<Conversation 'side': 1 turns>"
    chat.clear()
    assert chat.turns == []


def test_only_text_of_an_answer_is_sent_back():
    content = [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "text", "text": "Yes.", "citations": None},
        {"type": "text", "text": "  "},
    ]
    assert answer_param(content) == {
        "role": "assistant",
        "content": [{"type": "text", "text": "Yes."}],
    }
    assert answer_param(content[:1]) is None


ASKED = {"role": "user", "content": "Weather in Bonn?"}
LOOK = {"type": "text", "text": "Let me look."}
CALL = {"type": "tool_use", "id": "t1", "name": "weather", "input": {"city": "Bonn"}}
OTHER = {"type": "tool_use", "id": "t2", "name": "weather", "input": {"city": "Ulm"}}
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "s"}
GIVEN = {"type": "tool_result", "tool_use_id": "t1", "content": "24"}
LAST = {"type": "text", "text": "24 degrees."}


def said(*blocks):
    return {"role": "assistant", "content": list(blocks)}


def told(*blocks):
    return {"role": "user", "content": list(blocks)}


EXCHANGED = [  # what was sent after the question, the last answer, what is kept
    ([], [LAST], [said(LAST)]),
    ([], [], []),
    ([said(THOUGHT, LOOK, CALL), told(GIVEN)], [LAST], [said(LOOK, CALL), told(GIVEN), said(LAST)]),
    # stopped while the tool ran, or before anything came to its result
    ([], [LOOK, CALL], [said(LOOK)]),
    ([said(LOOK, CALL), told(GIVEN)], [], [said(LOOK)]),
    ([said(CALL), told(GIVEN)], [], []),
    # two rounds, of which the second was not answered
    (
        [said(LOOK, CALL), told(GIVEN), said(LAST, OTHER), told({**GIVEN, "tool_use_id": "t2"})],
        [],
        [said(LOOK, CALL), told(GIVEN), said(LAST)],
    ),
    # a call without its result is left out, and a result without its call
    ([said(LOOK, CALL, OTHER), told(GIVEN)], [LAST], [said(LOOK, CALL), told(GIVEN), said(LAST)]),
    ([said(LOOK), told(GIVEN)], [LAST], [said(LOOK, LAST)]),
    # paused by the server and gone on with: one answer
    ([said(LOOK)], [LAST], [said(LOOK, LAST)]),
    ([{"role": "assistant", "content": "Let me look."}], [LAST], [said(LOOK, LAST)]),
]


@pytest.mark.parametrize(("steps", "last", "kept"), EXCHANGED)
def test_calls_and_results_stay_in_pairs_and_the_turn_ends_with_an_answer(steps, last, kept):
    assert list(exchanged(ASKED, steps, last)) == ([ASKED, *kept] if kept else [])


def test_a_turn_with_calls_is_read_as_a_whole():
    steps = [said(LOOK, CALL), told(GIVEN)]
    turn = Turn(cell="a", messages=exchanged(ASKED, steps, [LAST]))
    assert turn.answer == "Let me look.\n\n24 degrees."
    named = [block.get("name") for _, blocks in turn.blocks() for block in blocks]
    assert named == [None, None, "weather", "weather", None]
    assert "name" not in turn.messages[2]["content"][0]
