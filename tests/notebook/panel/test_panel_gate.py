"""Whatever a page says to a panel, nothing raises, and what is no wish of ours changes nothing."""

from __future__ import annotations

import base64
import json
import logging
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_nb.ask.errors import InputError
from claude_nb.notebook import session
from claude_nb.notebook.panel import Panel, commands, screen
from claude_nb.notebook.panel.uploads import Uploads
from claude_nb.notebook.panel.values import SettingError


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Give each test a session of its own, and a page to show panels in."""
    alone = session.Session()
    monkeypatch.setattr(session, "_alone", lambda: alone)
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "live")


class Page:
    """A panel, and what its page was told."""

    def __init__(self, **values):
        self.panel = Panel(count=False, **values)
        self.screen = screen.Screen(self.panel)
        self.told = []
        self.screen.widget.tell = lambda **content: self.told.append(content)

    def says(self, content):
        """Let the page say something; return what the person is shown."""
        self.told.clear()
        commands.run(self.panel, self.screen, content)
        return [each["note"] for each in self.told if "note" in each]

    def state(self):
        """Return all that a message could change."""
        panel = self.panel
        return (
            *(panel.options(), panel.prompt, list(panel.attach), list(panel.columns)),
            *(dict(panel.typed), len(panel.conversation), panel.conversation.at),
            *(panel.uploads._directory, sorted(panel.session.chats), dict(self.screen._taken)),
        )


REFUSED = {
    "nothing": None,
    "a number": 5,
    "a list": [{"do": "clear"}],
    "a text": "clear",
    "no wish": {},
    "a wish that is none": {"do": "__init__"},
    "a wish that is a list": {"do": ["clear"]},
    "values": {"do": "set", "values": 5},
    "no values": {"do": "set"},
    "values in values": {"do": "set", "values": {"temperature": {"x": 1}}},
    "lists in lists": {"do": "set", "values": {"stop": [["x"]]}},
    "NaN": {"do": "set", "values": {"temperature": float("nan")}},
    "infinite": {"do": "set", "values": {"top_p": float("inf")}},
    "huge": {"do": "set", "values": {"max_tokens": 10**400}},
    "column": {"do": "set", "values": {}, "column": "0"},
    "a column of 400 digits": {"do": "set", "values": {}, "column": 10**400},
    "a change that is none": {"do": "set", "values": {}, "change": 1.5},
    "typed": {"do": "draft", "text": "x", "typed": 5},
    "typed numbers": {"do": "draft", "text": "x", "typed": {"x": 5}},
    "a prompt that is a list": {"do": "send", "text": ["x"]},
    "half a character": {"do": "draft", "text": "\ud800"},
    "an id that is none": {"do": "again", "id": {"x": 1}},
    "no id": {"do": "branch"},
    "a truth for a number": {"do": "go", "at": True},
    "below nothing": {"do": "go", "at": -1},
    "a form": {"do": "export", "form": "../../x"},
    "more": {"do": "clear", "more": 1},
    "columns": {"do": "compare", "number": 10**6},
    "a take": {"do": "keep", "id": "x", "take": -1},
    "pieces": {"do": "upload", "name": "x", "piece": 5, "first": True, "last": True},
    "first": {"do": "upload", "name": "x", "piece": "", "first": "yes", "last": True},
    "a name": {"do": "attach", "name": "x" * 5_000},
    "data": {"do": "resume", "data": {"kind": "claude_nb chat", "turns": []}},
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_is_no_wish_is_refused_in_one_line_and_changes_nothing(content, caplog):
    page = Page(columns=[{}, {}])
    before = page.state()
    [note] = page.says(content)
    assert note.endswith(("reload it.", "characters are taken."))
    assert page.state() == before
    [record] = caplog.records
    assert record.name == "claude_nb"
    assert len(record.getMessage()) < 400


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"do": "draft", "text": "x" * 2_000_001}, "The prompt is too long: 2,000,000 characters"),
        ({"do": "set", "values": {"model": "x" * 1_000_000}}, "model has 1,000,000 characters"),
        ({"do": "paste", "text": "%%claude -m " + "x" * 50_000}, "model has 50,000 characters"),
        ({"do": "paste", "text": "%%claude -m " + "x" * 1_000_000}, "options have 1,000,"),
        ({"do": "paste", "text": "%%claude \\\n" + "\\\n" * 900_000}, "options have"),
        ({"do": "paste", "text": "%%claude --" + "x" * 90_000}, "There is no option --xxx"),
        ({"do": "set", "values": {"chat": "x" * 201}}, "chat has 201 characters"),
        ({"do": "set", "values": {"stop": ["x"] * 1_001}}, "reload it."),
        ({"do": "set", "values": {"bogus": 1}}, "no setting 'bogus'"),
        ({"do": "resume", "data": "[" * 100_000}, "no saved chat"),
        ({"do": "resume", "data": '{"a":' * 100_000}, "no saved chat"),
        ({"do": "attach", "name": "x" * 4_000}, "cannot be read"),
        ({"do": "attach", "name": "\0"}, "no file"),
        ({"do": "attach", "name": "http://[x"}, "no address"),
        (
            {"do": "send", "text": "{{x[" + "1" * 5_000 + "]}}", "typed": {"x": "a"}},
            "must be a whole number",
        ),
        ({"do": "send", "text": "{{" + "x" * 1_000_000 + "}}"}, "there is no variable"),
    ],
)
def test_what_is_too_much_is_said_in_one_sentence_and_soon(content, words):
    page = Page()
    before = page.panel.options(), list(page.panel.attach), len(page.panel.conversation)
    began = time.process_time()
    [note] = page.says(content)
    assert time.process_time() - began < 2
    assert words in note
    assert len(note) < 1_000
    assert before == (page.panel.options(), list(page.panel.attach), len(page.panel.conversation))


def test_the_log_shows_no_value_and_nothing_that_hides(caplog):
    page = Page()
    page.says({"do": "set", "values": {"\u202e\x1b]0;x\x07\n": ["canary", 5]}})
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "canary" not in record.getMessage()
    assert record.getMessage().isprintable()


WISHES = [
    *("again", "attach", "branch", "clear", "code", "compare", "detach", "draft", "export", "go"),
    *("html", "keep", "paste", "resume", "set", "stop", "undo", "upload", "x"),
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["%%claude -t nan", "%%claude -m [", "[[[", "{{x}}", "temperature", 10**400])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
settings_of = st.dictionaries(
    st.sampled_from(["model", "temperature", "think", "stop", "max_tokens", "cache", "chat", "x"]),
    anything,
    max_size=3,
)
messages = anything | st.fixed_dictionaries(
    {"do": st.sampled_from(WISHES)},
    optional={
        **dict.fromkeys(["id", "text", "name", "data", "form", "page", "piece"], anything),
        **dict.fromkeys(["typed", "values"], anything | settings_of),
        **dict.fromkeys(["at", "number", "take", "column", "change"], anything),
        **dict.fromkeys(["first", "last", "pasted", "instead"], anything),
    },
)


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(messages)
def test_no_message_raises_nor_asks_anything(content):
    page = Page()
    try:
        page.says(content)
        page.panel.options()
        page.screen.refresh()
        assert not page.panel.running
    finally:
        page.panel.close()


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.sampled_from(WISHES), st.dictionaries(st.text(max_size=8), scalars, min_size=1))
def test_what_carries_fields_of_no_wish_changes_nothing(wish, fields):
    page = Page()
    before = page.state()
    page.says({**{f"{name}?": value for name, value in fields.items()}, "do": wish})
    assert page.state() == before


# Files.


def piece(data=b"x"):
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\x",
        "\0",
        "/",
        "..",
        "漢" * 300 + ".png",
        "x" * 4_000,
        "a\ud800b",
        " ",
    ],
)
def test_a_file_is_kept_in_the_panel_s_folder_whatever_it_is_called(name):
    uploads = Uploads()
    path = uploads._path(name)
    assert path.parent == uploads._path("x").parent
    assert uploads.take(name, piece(), first=True) == str(path)
    assert path.read_bytes() == b"x"
    assert len(path.name.encode()) <= 180
    assert path.suffix == (".png" if name.endswith(".png") else "")
    uploads.close()


@pytest.mark.parametrize("data", ["é", "====", "x", "a b\n", "\ud800"])
def test_a_damaged_piece_is_said_to_be_one(data):
    uploads = Uploads()
    with pytest.raises(InputError, match="arrived damaged"):
        uploads.take("x", data, first=True)
    uploads.close()


def test_a_file_begins_with_its_first_piece():
    uploads = Uploads()
    with pytest.raises(InputError, match="arrived damaged"):
        uploads.take("x", piece(), first=False)
    uploads.close()


def test_a_panel_holds_so_many_files_and_says_what_to_do(monkeypatch):
    uploads = Uploads()
    monkeypatch.setattr("claude_nb.notebook.panel.uploads._MOST_ALL", 10)
    uploads.take("a", piece(b"x" * 8), first=True)
    with pytest.raises(InputError, match=r"panel\.close\(\) deletes them"):
        uploads.take("b", piece(b"x" * 8), first=True)
    uploads.take("a", piece(b"x" * 9), first=True)  # in its own place
    monkeypatch.setattr("claude_nb.notebook.panel.uploads._MOST_FILES", 1)
    with pytest.raises(InputError, match="holds 1 files"):
        uploads.take("b", piece(), first=True)
    uploads.close()


# From Python.


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"bogus": 1}, "A panel has no setting 'bogus'. It has model"),
        ({"temprature": 1}, "Did you mean temperature?"),
        ({"x" * 1_000_000: 1}, "A panel has no setting 'xxx"),
        ({"temperature": float("nan")}, "temperature with that number is out of range"),
        ({"top_k": -(10**400)}, "top_k is too large a number"),
        ({"max_tokens": 10**5_000}, "max_tokens is too large a number"),
        ({"system": "x" * 2_000_001}, "system has 2,000,001 characters"),
    ],
)
def test_a_panel_says_in_one_sentence_what_it_cannot_be_made_with(values, words):
    with pytest.raises(SettingError) as caught:
        Panel(**values)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_panel_that_was_closed_is_not_shown_and_says_how_to_go_on():
    panel = Panel()
    panel.show()
    panel.close()
    with pytest.raises(InputError, match=rf"closed.*Panel\(chat='{panel.chat}'\)"):
        panel.show()
    with pytest.raises(InputError, match="closed"):
        panel._ipython_display_()


@pytest.mark.kernel
def test_a_closed_panel_as_the_value_of_a_cell_is_a_sentence_and_no_traceback(kernel):
    kernel.run("from claude_nb import Panel\np = Panel(chat='mine')\np.show()\np.close()")
    said = json.dumps(kernel.run("p").outputs, default=str)
    assert "closed" in said
    assert "Panel(chat='mine')" in said
    assert "Traceback" not in said
    assert "panel.py" not in said


def test_a_page_sets_no_trait_of_a_widget():
    page = Page()
    widget = page.screen.widget
    before = widget.get_state()
    for state in ({"turns": [5]}, {"panel": "x", "_esm": "alert(1)"}, {"layout": 1}):
        widget._handle_msg({"content": {"data": {"method": "update", "state": state}}})
    assert json.dumps(widget.get_state(), default=str) == json.dumps(before, default=str)


def test_a_chat_that_is_there_is_gone_on_with_and_nothing_is_lost():
    one, other = Panel(chat="one"), Panel(chat="other")
    turn = {
        "prompt": "One?",
        "messages": [{"role": "user", "content": "One?"}, {"role": "assistant", "content": "Yes."}],
    }
    one.resume({"kind": "claude_nb chat", "turns": [turn]})
    one.clear()
    one.chat = "new"
    assert one.conversation.undoable  # what was cleared can be brought back here, too
    one.undo()
    assert [each.prompt for each in one.conversation] == ["One?"]
    one.chat = "other"
    assert one.conversation is other.conversation
    assert len(one.session.chats["new"]) == 1
