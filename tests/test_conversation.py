import pytest

from claude_nb.conversation import Conversation, Turn
from claude_nb.conversation.sent_back import answer_param, exchanged


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


SEARCH = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}}
FOUND = {
    "type": "web_search_tool_result",
    "tool_use_id": "s1",
    "content": [{"type": "web_search_result", "encrypted_content": "abc=", "page_age": None}],
}
CITED = {"type": "text", "text": "Blue.", "citations": [{"encrypted_index": "def=", "url": "u"}]}
SIGNED = {"type": "thinking", "thinking": "", "signature": "c2ln"}


def test_what_the_servers_tools_gave_goes_back_as_it_came():
    whole = [SIGNED, LOOK, SEARCH, FOUND, CITED]
    assert answer_param(whole)["content"] == whole
    assert list(exchanged(ASKED, [], whole)) == [ASKED, said(*whole)]


def test_a_call_of_the_server_that_has_no_result_is_left_out():
    assert answer_param([LOOK, SEARCH])["content"] == [LOOK]
    assert answer_param([FOUND]) is None
    assert list(exchanged(ASKED, [said(LOOK, SEARCH)], [])) == [ASKED, said(LOOK)]


def test_a_pause_may_part_a_call_from_its_result():
    kept = exchanged(ASKED, [said(LOOK, SEARCH)], [FOUND, CITED])
    assert list(kept) == [ASKED, said(LOOK, SEARCH, FOUND, CITED)]


def test_where_code_ran_is_known_of_the_turns_before():
    chat = Conversation()
    chat.record(turn("a", container=("c1", "2030-01-01T00:00:00Z")))
    chat.record(turn("b"))
    assert chat.container("c") == ("c1", "2030-01-01T00:00:00Z")
    assert chat.container("a") == ("", "")
