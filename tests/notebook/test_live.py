# ruff: noqa: D102  (the page's model has one-line methods, named in `operations`)
"""The live view: nothing lost or repeated, few messages, one static output at the end."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_nb.notebook import live, widget
from claude_nb.notebook.live import LiveView
from claude_nb.notebook.markdown import to_html
from claude_nb.notebook.operations import Operations

DEADLINE = 10.0


class Page:
    """What static/live.js does with operations, without a browser."""

    def __init__(self) -> None:
        self.sections: list[list[str]] = []  # [kind, title, content]
        self.live = self.code = ""
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

    def s(self):
        self.sections[-1][2] += self.live
        self.live = self.code = ""

    def x(self, text):
        self.code += text

    def t(self, text):
        self.sections[-1][2] += text

    def c(self, title):
        self.sections[-1][1] = title or self.sections[-1][1]

    def i(self, text):
        self.status = text

    def a(self, state):
        self.said.append(state)


class Widget:
    """Stands for the widget: keeps what is sent, or refuses it."""

    model_id = "model-1"

    def __init__(self, **traits) -> None:
        self.traits = traits
        self.sent: list[dict] = []
        self.closed = False
        self.layout = SimpleNamespace(close=lambda: None)
        self.broken = False

    def send(self, content) -> None:
        if self.broken:
            raise OSError("no page")
        self.sent.append(content)

    def on_msg(self, callback) -> None:
        self.from_page = callback

    def close(self) -> None:
        self.closed = True

    def page(self) -> Page:
        """Return what a page shows that got every message."""
        page, seen = Page(), 0
        for message in self.sent:
            assert message["n"] <= seen
            page.apply(message["o"][seen - message["n"] :])
            seen = max(seen, message["n"] + len(message["o"]))
        return page


@pytest.fixture
def shown(monkeypatch):
    """Give the outputs that a front end would show, by display id, as lists of bundles."""
    outputs: dict[str, list] = {}

    def publish(bundle, display_id, _metadata=None, *, update=False):
        assert update == (display_id in outputs)
        outputs.setdefault(display_id, []).append(dict(bundle))

    monkeypatch.setattr(live.publishing, "publish", publish)
    monkeypatch.setattr("claude_nb.notebook.widget.StreamWidget", Widget)
    return outputs


@pytest.fixture
def view(shown):
    made = LiveView("claude-test")
    made.open()
    yield made
    made.finish({"text/plain": "done"})


def until(condition) -> None:
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.005)


def event(kind, **fields):
    return SimpleNamespace(type=kind, **fields)


def delta(kind, **fields):
    return event("content_block_delta", delta=SimpleNamespace(type=kind, **fields))


def start(kind, **fields):
    return event("content_block_start", content_block=SimpleNamespace(type=kind, **fields))


PIECES = st.lists(
    st.tuples(
        st.sampled_from(["think", "text", "text", "text", "tool", "done", "status"]),
        st.sampled_from(
            ["a", "\n", "\n\n", "# ", "- x\n", "```\n", "*b*", "🎉", "<b>", "| a |\n", "$$\n"]
        ),
    ),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(PIECES, st.integers(1, 7))
def test_operations_show_what_the_whole_text_shows(pieces, step):
    operations, page = Operations(), Page()
    for at in range(0, len(pieces), step):
        operations.extend(pieces[at : at + step])
    operations.extend([("done", "")])
    page.apply(operations.log)
    expected: list[list[str]] = []
    current = ""
    for kind, text in pieces:
        if kind == "done":
            current = ""
        elif kind != "status":
            if kind != current:
                expected.append([kind, ""])
            expected[-1][1] += text
            current = kind
    assert [[kind, body] for kind, _, body in page.sections] == [
        [kind, to_html(text) if kind == "text" else text] for kind, text in expected
    ]


def test_an_answer_arrives_and_is_replaced_by_the_bundle(view, shown):
    for piece in ("Let me ", "think."):
        view.event(delta("thinking_delta", thinking=piece))
    view.end_block("Thought for 1 s")
    view.event(start("text", text=""))
    for piece in ("Hello ", "*you*", "\n\nNext"):
        view.event(delta("text_delta", text=piece))
    view.event(event("content_block_stop"))
    view.status("12 tokens")
    widget = view._widget
    view.finish({"text/html": "<p>x</p>", "text/plain": "x"}, "Answer complete.")
    page = widget.page()
    assert page.sections == [
        ["think", "Thought for 1 s", "Let me think."],
        ["text", "", "<p>Hello <em>you</em></p><p>Next</p>"],
    ]
    assert (page.status, page.said) == ("12 tokens", ["Answer complete."])
    first, last = shown[view.display_id]
    assert "application/vnd.jupyter.widget-view+json" in first
    assert last == {"text/html": "<p>x</p>", "text/plain": "x"}
    assert widget.closed


def test_a_tool_call_shows_its_name_and_input(view):
    view.event(start("tool_use", name="get_<b>"))
    view.event(delta("input_json_delta", partial_json='{"a":'))
    view.event(delta("input_json_delta", partial_json=" 1}"))
    view.event(event("content_block_stop"))
    view.finish({})
    assert view._widget.page().sections == [["tool", "get_<b>", '{"a": 1}']]


def test_what_is_pending_is_sent_when_the_stream_pauses(view):
    view.text("first")
    until(lambda: view._widget.page().live == "<p>first</p>")
    view.text(" second")
    until(lambda: view._widget.page().live == "<p>first second</p>")


def test_a_fast_stream_is_few_messages(view):
    began = time.monotonic()
    for number in range(20_000):
        view.text(f"w{number} ")
    widget = view._widget
    view.finish({})
    elapsed = time.monotonic() - began
    assert len(widget.sent) <= 30 * elapsed + 3
    assert widget.page().sections[0][2] == to_html("".join(f"w{n} " for n in range(20_000)))


def test_a_page_that_missed_something_gets_it_again(view):
    view.text("one\n\ntwo\n\nthree\n\n")
    until(lambda: view._widget.sent)
    before = len(view._widget.sent)
    view._command({"ask": 1})
    until(lambda: any(message["n"] == 1 for message in view._widget.sent[before:]))
    view._widget.page()


def test_a_silent_view_says_how_much_there_is_and_less_and_less_often(view, monkeypatch):
    monkeypatch.setattr(live, "QUIET", 0.01)
    view.text("the last words before a long silence")
    until(lambda: sum(not message["o"] for message in view._widget.sent) >= 4)
    silent = [message for message in view._widget.sent if not message["o"]]
    assert {message["n"] for message in silent} == {view._sent}
    assert len(silent) <= 8  # 10 ms doubled so often is longer than this test


def test_a_page_that_asks_too_early_is_told_that_there_is_nothing_yet(view):
    view._command({"ask": 0})
    until(lambda: view._widget.sent)
    assert view._widget.sent[0] == {"n": 0, "o": []}


def test_a_page_without_the_code_gets_it_on_asking(view):
    view._command({"code": True})
    until(lambda: view._widget.sent)
    assert view._widget.sent[0] == {"code": widget.CODE}
    view.text("fine")
    until(lambda: len(view._widget.sent) > 1)
    assert all("code" not in message for message in view._widget.sent[1:])


@pytest.mark.parametrize(
    ("background", "expected"), [(False, "LeanWidget"), (True, "StreamWidget")]
)
def test_views_are_lean_once_a_page_was_heard_while_a_cell_ran(monkeypatch, background, expected):
    monkeypatch.setattr(widget, "_proven", threading.Event())
    monkeypatch.setattr(live.publishing, "publish", lambda *_args, **_options: None)
    view = LiveView("m", background=background)
    view.open()
    assert type(view._widget).__name__ == "StreamWidget"
    comm = SimpleNamespace(on_msg=lambda _callback: None, comm_id="of-the-page")
    widget._opened(comm, {"content": {"data": {"view": view.display_id}}})
    assert widget.kind().__name__ == expected
    view.finish({})


@pytest.mark.parametrize("data", [{}, {"ask": "x"}, {"ask": -5}, {"stop": False}, {"ask": 10**9}])
def test_odd_messages_from_the_page_do_no_harm(view, data):
    view._command(data)
    view.text("fine")
    until(lambda: view._widget.page().live == "<p>fine</p>")


def test_stop_is_told_to_the_run_and_to_the_page(shown):
    asked = threading.Event()
    view = LiveView("m", on_stop=asked.set)
    view.open()
    view._widget.from_page(view._widget, {"stop": True}, [])
    assert asked.is_set()
    until(lambda: view._widget.page().said == ["stopping"])
    view.finish({})


def test_a_page_that_is_gone_raises_nothing(view):
    view._widget.broken = True
    view.text("a")
    view.status("b")
    view.finish({"text/plain": "x"})


def test_only_the_first_end_counts(view, shown):
    view.finish({"text/plain": "1"})
    view.finish({"text/plain": "2"})
    view.text("late")
    view.end_block()
    assert [bundle.get("text/plain") for bundle in shown[view.display_id]][1:] == ["1"]


def test_a_view_that_was_never_opened_still_shows_the_bundle(shown):
    view = LiveView("m")
    view.text("x")
    view.finish({"text/plain": "1"})
    assert shown[view.display_id] == [{"text/plain": "1"}]


def test_no_thread_is_left(shown):
    before = threading.active_count()
    for _ in range(20):
        view = LiveView("m")
        view.open()
        view.text("x")
        view.finish({})
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("version", "background", "way"),
    [
        ("6.31.0", False, "now"),
        ("7.4.0", False, "late"),
        ("6.31.0", True, "never"),
        ("7.0", True, "never"),
    ],
)
def test_how_stop_may_interrupt(shown, monkeypatch, version, background, way):
    monkeypatch.setattr(live, "version", lambda _name: version)
    view = LiveView("m", background=background)
    view.open()
    assert view._widget.traits["interrupt"] == way
    view.finish({})


def test_on_a_kernel_that_cannot_hear_early_messages_repeat_everything(shown, monkeypatch):
    monkeypatch.setattr(live, "version", lambda _name: "6.31.0")
    view = LiveView("m")
    view.open()
    view.text("one")
    until(lambda: view._widget.sent)
    view.text(" two")
    until(lambda: len(view._widget.sent) > 1)
    assert [message["n"] for message in view._widget.sent] == [0, 0]
    assert view._widget.page().live == "<p>one two</p>"
    view.finish({})


def test_importing_the_view_imports_no_widgets():
    code = (
        "import sys, claude_nb.notebook.live\n"
        "print({'anywidget', 'ipywidgets', 'IPython', 'markdown_it'} & set(sys.modules))"
    )
    ran = subprocess.run(  # noqa: S603  (our own line of Python)
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "set()"


def test_warming_imports_the_widgets_in_the_background():
    live.warm().join(DEADLINE)
    assert "claude_nb.notebook.widget" in sys.modules


MANY = """
import threading
from comm import get_comm_manager
from claude_nb.notebook.live import LiveView
before = threading.active_count()
for number in range(50):
    view = LiveView("m"); view.open(); view.text("some *text*")
    view.finish({"text/plain": f"done {number}"})
print(len(get_comm_manager().comms), threading.active_count() - before)
"""


@pytest.mark.kernel
def test_views_leave_one_output_each_and_nothing_in_the_kernel(kernel):
    run = kernel.run(MANY)
    assert run.status == "ok"
    *shown, counts = run.outputs
    assert [output.data for output in shown] == [{"text/plain": f"done {n}"} for n in range(50)]
    assert counts.text.split() == ["0", "0"]
