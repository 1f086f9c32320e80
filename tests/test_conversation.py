from claude_nb.conversation import Conversation, Turn, answer_param


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
    assert chat.undo() is None
    chat.record(turn("a", usage={"output_tokens": 3}))
    chat.record(turn("b", usage={"output_tokens": 4}))
    assert chat.total("output_tokens") == 7
    assert chat.undo().cell == "b"
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
