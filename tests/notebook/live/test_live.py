"""The live view: nothing lost or repeated, few messages, one static output at the end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from comm import get_comm_manager
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.live import channel as channels
from claude_nb.notebook.live import publishing, widget
from claude_nb.notebook.live.live import LiveView, Pace
from claude_nb.notebook.live.operations import Operations
from claude_nb.notebook.page.constants import VIEW
from claude_nb.notebook.text.markdown import to_html

DEADLINE = 10.0


class Page:
    """What static/live.js does with operations, without a browser."""

    def __init__(self) -> None:
        self.sections: list[list[str]] = []  # [kind, title, content]
        self.live = self.code = ""
        self.rows: list[str] = []
        self.again = False  # the last row of the live block came once more, in them
        self.status = ""
        self.said: list[str] = []

    def apply(self, operations) -> None:
        for kind, *values in operations:
            getattr(self, kind)(*values)

    def k(self, kind, title):
        self.sections.append([kind, title, ""])

    def p(self, keep, html):
        units = self.live.encode("utf-16-le")[: 2 * keep]
        self.live, self.code = units.decode("utf-16-le") + html, ""
        self.rows, self.again = [], False

    def s(self):
        self.sections[-1][2] += self.whole()
        self.live = self.code = ""
        self.rows, self.again = [], False

    def whole(self) -> str:
        """Return the live block with the rows that came after it."""
        if not self.rows:
            return self.live
        before = self.live.partition("</tbody></table>")[0].removesuffix("</table>")
        if self.again:
            before = before[: before.rindex("<tr>")]
        body = before if "<tbody>" in before else f"{before}<tbody>"
        return f"{body}{''.join(self.rows)}</tbody></table>"

    def x(self, text):
        self.code += text

    def r(self, again, html):
        if again and self.rows:
            self.rows.pop()
        elif again:  # it is the live table's last
            self.again = True
        self.rows += re.findall("<tr>.*?</tr>", html)

    def t(self, text):
        self.sections[-1][2] += text

    def c(self, title):
        self.sections[-1][1] = title or self.sections[-1][1]

    def i(self, text):
        self.status = text

    def a(self, state):
        self.said.append(state)


class Channel:
    """Stands for the way to a page: keeps what is sent, or refuses it."""

    model_id = "model-1"
    code = "the code"
    deaf = False

    def __init__(self, title="", hear=None, *, background=False) -> None:
        self.title, self.hear, self.background = title, hear, background
        self.sent: list[dict] = []
        self.is_closed = self.is_broken = False

    def __call__(self, *given, **named) -> Channel:
        """Return the channel itself, opened: so a test has it before the view has."""
        Channel.__init__(self, *given, **named)
        return self

    def send(self, content) -> None:
        if self.is_broken:
            raise OSError("no page")
        self.sent.append(content)

    def close(self) -> None:
        self.is_closed = True

    def page(self) -> Page:
        """Return what a page shows that got every message."""
        page, seen = Page(), 0
        for message in self.sent:
            assert message["n"] <= seen
            page.apply(message["o"][seen - message["n"] :])
            seen = max(seen, message["n"] + len(message["o"]))
        return page


class Place:
    """Stands for the cell's output: what was shown, then kept."""

    def __init__(self) -> None:
        self.was: list = []

    def show(self, model_id) -> None:
        self.was.append(model_id)

    def keep(self, bundle, metadata) -> None:
        self.was.append((bundle, metadata))


@pytest.fixture
def channel():
    return Channel()


@pytest.fixture
def place():
    return Place()


@pytest.fixture
def view(channel, place):
    made = LiveView("claude-test", channel=channel, outlet=place)
    made.open()
    yield made
    made.finish({"text/plain": "done"})


def texts(view, *pieces) -> None:
    """Put pieces of text."""
    for piece in pieces:
        view.put(Piece("text", piece))


def until(condition) -> None:
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.005)


PIECES = st.lists(
    st.builds(
        Piece,
        st.sampled_from(["think", "text", "text", "text", "tool", "end", "status"]),
        st.sampled_from(
            ["a", "\n", "\n\n", "# ", "- x\n", "```\n", "*b*", "🎉", "<b>", "| a |\n", "$$\n"]
        ),
    ),
    max_size=60,
)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(PIECES, st.integers(1, 7))
def test_operations_show_what_the_whole_text_shows(pieces, step):
    operations, page = Operations(), Page()
    for at in range(0, len(pieces), step):
        operations.extend(pieces[at : at + step])
    operations.extend([Piece("end")])
    page.apply(operations.log)
    expected: list[list[str]] = []
    current = ""
    for kind, text in ((piece.kind, piece.text) for piece in pieces):
        if kind == "end":
            current = ""
        elif kind != "status":
            if kind != current:
                expected.append([kind, ""])
            expected[-1][1] += text
            current = kind
    assert [[kind, body] for kind, _, body in page.sections] == [
        [kind, to_html(text) if kind == "text" else text] for kind, text in expected
    ]


def test_an_answer_arrives_and_is_replaced_by_the_bundle(view, channel, place):
    for piece in (
        *(Piece("think", "Let me "), Piece("think", "think."), Piece("end", "Thought for 1 s")),
        *(Piece("text", "Hello "), Piece("text", "*you*"), Piece("text", "\n\nNext"), Piece("end")),
        *(Piece("begin", "get_<b>"), Piece("tool", '{"a":'), Piece("tool", " 1}"), Piece("end")),
        Piece("status", "12 tokens"),
    ):
        view.put(piece)
    view.finish({"text/plain": "x"}, "Answer complete.", {"claude_nb": {}})
    page = channel.page()
    assert page.sections == [
        ["think", "Thought for 1 s", "Let me think."],
        ["text", "", "<p>Hello <em>you</em></p><p>Next</p>"],
        ["tool", "get_<b>", '{"a": 1}'],
    ]
    assert (page.status, page.said) == ("12 tokens", ["Answer complete."])
    assert place.was == ["model-1", ({"text/plain": "x"}, {"claude_nb": {}})]
    assert channel.is_closed


def test_what_is_pending_is_sent_when_the_stream_pauses(view, channel):
    texts(view, "first")
    until(lambda: channel.page().live == "<p>first</p>")
    texts(view, " second")
    until(lambda: channel.page().live == "<p>first second</p>")


def test_a_fast_stream_is_few_messages(view, channel):
    began = time.monotonic()
    texts(view, *(f"w{number} " for number in range(20_000)))
    view.finish({})
    elapsed = time.monotonic() - began
    assert len(channel.sent) <= 30 * elapsed + 3
    assert channel.page().sections[0][2] == to_html("".join(f"w{n} " for n in range(20_000)))


@pytest.mark.parametrize(("silence", "wait"), [(0.0, 0.085), (0.05, 0.035), (0.1, 0.0), (60, 0.0)])
def test_a_message_is_one_pause_after_the_last_and_after_a_silence_at_once(silence, wait):
    view = LiveView("m", clock=lambda: 100.0 + silence)
    view._flushed = 100.0
    assert view._until(Pace().longest) == pytest.approx(wait)


def test_a_page_that_missed_something_gets_it_again(view, channel):
    texts(view, "one\n\ntwo\n\nthree\n\n")
    until(lambda: channel.sent)
    before = len(channel.sent)
    channel.hear({"ask": 1})
    until(lambda: any(message["n"] == 1 for message in channel.sent[before:]))
    channel.page()


def test_a_silent_view_says_how_much_there_is_and_less_and_less_often(channel, place):
    view = LiveView("m", channel=channel, outlet=place, pace=Pace(quiet=0.01))
    view.open()
    texts(view, "the last words before a long silence")
    until(lambda: sum(not message["o"] for message in channel.sent) >= 4)
    silent = [message for message in channel.sent if not message["o"]]
    assert {message["n"] for message in silent} == {sum(len(m["o"]) for m in channel.sent)}
    assert len(silent) <= 8  # 10 ms doubled so often is longer than this test
    view.finish({})


def test_a_page_that_asks_too_early_is_told_that_there_is_nothing_yet(view, channel):
    channel.hear({"ask": 0})
    until(lambda: channel.sent)
    assert channel.sent[0] == {"n": 0, "o": []}


def test_a_page_without_the_code_gets_it_on_asking(view, channel):
    channel.hear({"code": True})
    until(lambda: channel.sent)
    assert channel.sent[0] == {"code": "the code"}
    texts(view, "fine")
    until(lambda: len(channel.sent) > 1)
    assert all("code" not in message for message in channel.sent[1:])


@pytest.mark.parametrize("data", [{}, {"ask": "x"}, {"ask": -5}, {"stop": False}, {"ask": 10**9}])
def test_odd_messages_from_the_page_do_no_harm(view, channel, data):
    channel.hear(data)
    texts(view, "fine")
    until(lambda: channel.page().live == "<p>fine</p>")


def test_stop_is_told_to_the_run_and_to_the_page(channel, place):
    asked = threading.Event()
    view = LiveView("m", on_stop=asked.set, channel=channel, outlet=place)
    view.open()
    channel.hear({"stop": True})
    assert asked.is_set()
    until(lambda: channel.page().said == ["stopping"])
    view.finish({})


def test_a_page_that_is_gone_raises_nothing(view, channel):
    channel.is_broken = True
    texts(view, "a")
    view.put(Piece("status", "b"))
    view.finish({"text/plain": "x"})


def test_only_the_first_end_counts(view, place):
    view.finish({"text/plain": "1"})
    view.finish({"text/plain": "2"})
    texts(view, "late")
    view.put(Piece("end"))
    assert place.was == ["model-1", ({"text/plain": "1"}, {})]


def test_a_view_that_was_never_opened_still_shows_the_bundle(place, channel):
    view = LiveView("m", outlet=place, channel=channel)
    texts(view, "x")
    view.finish({"text/plain": "1"})
    assert place.was == [({"text/plain": "1"}, {})]


def test_no_thread_is_left(place, channel):
    before = set(threading.enumerate())
    for _ in range(20):
        view = LiveView("m", outlet=place, channel=channel)
        view.open()
        texts(view, "x")
        assert any(each.name == "claude_nb live view" for each in threading.enumerate())
        view.finish({})
    left = set(threading.enumerate()) - before
    assert not [each for each in left if each.name.startswith("claude_nb")]


def test_where_the_kernel_cannot_hear_early_messages_repeat_everything(place):
    channel = type("Deaf", (Channel,), {"deaf": True})()
    view = LiveView("m", outlet=place, channel=channel)
    view.open()
    texts(view, "one")
    until(lambda: channel.sent)
    texts(view, " two")
    until(lambda: len(channel.sent) > 1)
    assert [message["n"] for message in channel.sent] == [0, 0]
    assert channel.page().live == "<p>one two</p>"
    view.finish({})


class Widget:
    """Stands for the widget of a channel."""

    def __init__(self, **traits) -> None:
        self.traits = traits
        self.is_closed = False
        Widget.last = self

    def on_msg(self, callback) -> None:
        self.from_page = callback

    def send(self, content) -> None:
        self.sent = content

    def close(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize(
    ("version", "background", "way", "deaf"),
    [
        ("6.31.0", False, "now", True),
        ("7.4.0", False, "late", False),
        ("6.31.0", True, "never", False),
        ("7.0", True, "never", False),
    ],
)
def test_how_stop_may_interrupt(monkeypatch, version, background, way, deaf):
    monkeypatch.setattr(widget, "kind", lambda: Widget)
    channel = channels.Channel("m", print, background=background, ipykernel=version)
    assert Widget.last.traits["interrupt"] == way
    assert channel.deaf is deaf
    channel.close()


def test_a_channel_is_a_widget_that_is_heard(monkeypatch):
    monkeypatch.setattr(widget, "kind", lambda: Widget)
    heard = []
    channel = channels.Channel("claude\x1b[31m", heard.append)
    told = Widget.last.traits
    assert channel.model_id == told["model_id"] == told["model"]  # scripts learn it by the second
    assert channel.code == widget.CODE
    assert Widget.last.traits["title"] == "claude<U+001B>[31m"
    Widget.last.from_page(Widget.last, {"stop": True}, [])
    channel.send({"n": 0, "o": []})
    channel.close()
    assert heard == [{"stop": True}]
    assert Widget.last.sent == {"n": 0, "o": []}
    assert Widget.last.is_closed


def test_messages_do_not_repeat_the_request_they_belong_to():
    sent = []
    session = SimpleNamespace(send=lambda *given, **named: sent.append((given, named)))
    kernel = SimpleNamespace(session=session, iopub_socket="iopub")
    given = {"comm_id": "c1", "topic": b"comm-c1", "kernel": kernel}
    shown = SimpleNamespace(comm=SimpleNamespace(**given))
    widget.StreamWidget.send(shown, {"n": 0, "o": []})
    told = {"data": {"method": "custom", "content": {"n": 0, "o": []}}, "comm_id": "c1"}
    assert sent == [(("iopub", "comm_msg", told), {"ident": b"comm-c1"})]


def test_an_output_is_replaced_where_it_stands(monkeypatch):
    published = []

    def publish(*given, **named):
        published.append((given, named))

    monkeypatch.setattr(publishing, "publish", publish)
    publishing.Output().keep({"text/plain": "alone"}, {})
    shown = publishing.Output()
    shown.show("model-1")
    shown.keep({"text/plain": "x"}, {"a": 1})
    (alone, first, last) = published
    assert not alone[1]["update"]
    assert first[0][0]["application/vnd.jupyter.widget-view+json"]["model_id"] == "model-1"
    place = first[1]["display_id"]
    assert last == (({"text/plain": "x"}, {"a": 1}), {"display_id": place, "update": True})


@pytest.mark.parametrize(
    ("background", "expected"), [(False, "LeanWidget"), (True, "StreamWidget")]
)
def test_views_are_lean_once_a_page_was_heard_while_a_cell_ran(monkeypatch, background, expected):
    monkeypatch.setattr(widget, "_pages", widget._Pages())
    assert widget.kind().__name__ == "StreamWidget"
    channel = channels.Channel("m", print, background=background)
    comm = SimpleNamespace(on_msg=lambda _callback: None, comm_id="of-the-page")
    get_comm_manager().register_comm(comm)
    opened = get_comm_manager().targets[VIEW]
    opened(comm, {"content": {"data": {"view": channel.view}}})
    assert widget.kind().__name__ == expected
    channel.close()


LOADED = """
import sys
{code}
print(*sorted({{*{names}}} & {{*sys.modules}}))
"""
WIDGETS = ("anywidget", "ipywidgets")


def loaded(code, names, **env):
    """Return which of the modules a fresh interpreter has loaded after a line of code."""
    done = subprocess.run(  # noqa: S603  (our own lines of Python)
        [sys.executable, "-c", LOADED.format(code=code, names=names)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | env,
    )
    return done.stdout.split()


@pytest.mark.slow
def test_loading_the_extension_imports_neither_widgets_nor_what_answers_need():
    heavy = (*WIDGETS, "markdown_it", "nh3", "httpx", "pydantic", "tornado")
    code = "from IPython.testing.globalipapp import start_ipython as s; s()"
    before = loaded(code, heavy)
    assert loaded(f"{code}.run_line_magic('load_ext', 'claude_nb')", heavy) == before == []


@pytest.mark.slow
def test_where_there_is_no_page_no_widgets_are_imported():
    code = "from claude_nb.notebook.run import cell; cell.run.views.choose({!r}, 'm', print)"
    assert loaded(code.format("text"), WIDGETS) == loaded(code.format("final"), WIDGETS) == []
    assert loaded("import claude_nb.notebook.live.live", WIDGETS) == [*WIDGETS]


@pytest.mark.slow
@pytest.mark.parametrize(("display", "expected"), [("live", [*WIDGETS]), ("final", [])])
def test_warming_imports_what_the_first_view_needs(display, expected):
    made = "markdown._parser.cache_info().currsize"
    code = f"""
from claude_nb.notebook import warming
from claude_nb.notebook.text import markdown
warming._import()
assert {made} == {len(expected) > 0}
"""
    assert loaded(code, WIDGETS, CLAUDE_NB_DISPLAY=display) == expected


MANY = """
import threading
from comm import get_comm_manager
from claude_nb.notebook.live.live import LiveView
from claude_nb.notebook.answer.pieces import Piece
threads = lambda: {each for each in threading.enumerate() if each.name.startswith("claude_nb")}
before = threads()
for number in range(50):
    view = LiveView("m"); view.open(); view.put(Piece("text", "some *text*"))
    view.finish({"text/plain": f"done {number}"})
print(len(get_comm_manager().comms), len(threads() - before))
"""


@pytest.mark.kernel
def test_views_leave_one_output_each_and_nothing_in_the_kernel(kernel):
    run = kernel.run(MANY)
    assert run.status == "ok"
    *shown, counts = run.outputs
    assert [output.data for output in shown] == [{"text/plain": f"done {n}"} for n in range(50)]
    assert counts.text.split() == ["0", "0"]


def test_a_page_that_comes_back_sees_all_and_the_rest(place):
    channels = []

    def connect(*given, home=None, **named):
        channels.append(Channel(*given, **named))
        channels[-1].model_id = f"model-{len(channels)}"
        return channels[-1]

    asked = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    home = publishing.Home(mark="m" * 32, number=3, asked=asked)
    view = LiveView("m", channel=connect, outlet=place, home=home)
    view.open()
    view.put(Piece("text", "Before. "))
    data, metadata = view.again()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == "model-2"
    assert "asked 2026-01-02 03:04" in data["text/plain"]
    assert "%claude last 3 shows it" in data["text/plain"]
    assert metadata == {"claude_nb": {"unfinished": "m" * 32}}
    channels[1].hear({"ask": 0})
    view.put(Piece("text", "After."))
    view.finish({"text/plain": "end"})
    for channel in channels:
        assert channel.page().sections == [["text", "", "<p>Before. After.</p>"]]
        assert channel.is_closed
    assert place.was[0] == "model-1"
    assert view.final == ({"text/plain": "end"}, {})
    assert view.again() is None


def test_a_view_that_was_never_opened_is_shown_to_nobody(place):
    view = LiveView("m", channel=Channel, outlet=place)
    assert view.again() is view.again(here=True) is None


def test_pages_that_were_reloaded_often_cost_no_more_than_a_few(place):
    channels = []

    def connect(*given, home=None, **named):
        channels.append(Channel(*given, **named))
        return channels[-1]

    view = LiveView("m", channel=connect, outlet=place)
    view.open()
    for _ in range(9):
        view.again()
    assert [channel.is_closed for channel in channels] == [True] * 6 + [False] * 4
    view.finish({"text/plain": "end"})
    assert all(channel.is_closed for channel in channels)
