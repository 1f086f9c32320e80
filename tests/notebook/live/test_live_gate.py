"""What a page says to a live view or to a probe: the view's own page is heard, and nothing else."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_nb.notebook.commands.probe import Probe
from claude_nb.notebook.live import widget
from claude_nb.notebook.live.live import LiveView


class Comm:
    """A comm as the kernel hands it over."""

    def __init__(self):
        self.comm_id = uuid4().hex
        self.heard = None
        self.is_closed = False

    def close(self):
        self.is_closed = True

    def on_msg(self, heard):
        self.heard = heard

    def says(self, data):
        """Let the page say something."""
        self.heard({"content": {"data": data}})


def registered():
    """Return a comm that the kernel knows."""
    comm = Comm()
    widget.get_comm_manager().register_comm(comm)
    return comm


VIEW = "0123456789abcdef" * 2
ODD = [
    *(None, 5, "x", [], [VIEW], {}, {"view": None}, {"view": [VIEW]}, {"view": 5}),
    *({"view": "x"}, {"view": VIEW.upper()}, {"view": f"{VIEW}\n"}, {"view": VIEW[1:]}),
    *({"view": uuid4().hex}, {"view": VIEW, "more": 1}, {"views": VIEW}, {"view": "f" * 10**6}),
]


@pytest.mark.parametrize("data", ODD, ids=range(len(ODD)))
def test_a_comm_that_does_not_name_a_view_is_let_go_and_tells_nobody(data):
    told = []
    listener = widget.listen(VIEW, told.append)
    comm = Comm()
    widget._opened(comm, {"content": {"data": data}})
    assert comm.is_closed
    assert comm.heard is None
    assert listener.comms == told == []


@pytest.mark.parametrize("forgotten", [True, False])
def test_a_comm_that_comes_too_late_is_closed_and_holds_nothing(forgotten):
    told = []
    listener = widget.listen(VIEW, told.append)
    listener.close()
    if forgotten:
        del listener
    comm = Comm()
    widget._opened(comm, {"content": {"data": {"view": VIEW}}})
    assert comm.is_closed
    assert comm.heard is None
    assert told == []


def test_a_view_hears_its_own_page_only():
    mine, other = [], []
    names = [uuid4().hex, uuid4().hex]
    listeners = [widget.listen(names[0], mine.append), widget.listen(names[1], other.append)]
    comm = Comm()
    widget._opened(comm, {"content": {"data": {"view": names[0]}}})
    comm.says({"stop": True})
    assert (mine, other, comm.is_closed) == ([{"stop": True}], [], False)
    assert [len(listener.comms) for listener in listeners] == [1, 0]


class Channel:
    """Stands for the page's end."""

    deaf = False
    model_id = code = "x"

    def __init__(self, *_, **__):
        self.sent = []

    def send(self, content):
        self.sent.append(content)

    def close(self):
        """Nothing is open."""


class Outlet:
    """Shows nothing."""

    def show(self, model_id):
        """Show nothing."""

    def keep(self, bundle, metadata):
        """Keep nothing."""


def view():
    stopped = []
    opened = LiveView("x", channel=Channel, outlet=Outlet(), on_stop=lambda: stopped.append(1))
    return opened, stopped


REFUSED = [
    *(None, 5, "stop", ["stop"], {"stop": 1}, {"stop": "yes"}, {"stop": [True]}, {"ask": -1}),
    *({"ask": 1.0}, {"ask": True}, {"ask": 10**400}, {"ask": float("nan")}, {"ask": "0"}),
    *({"code": 1}, {"code": {}}, {"stop": True, "more": 1}, {"do": "send", "text": "x"}),
]


@pytest.mark.parametrize("data", REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_wish_to_a_view_changes_nothing_and_is_logged(data, caplog):
    opened, stopped = view()
    opened._command(data)
    assert (stopped, opened._wanted, opened._code, opened._urgent) == ([], None, False, False)
    assert opened._pieces == []
    [record] = caplog.records
    assert record.name == "claude_nb"
    assert len(record.getMessage()) < 300


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["stop", "ask", "code", "view", "x"]), inner)
    ),
    max_leaves=5,
)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(anything)
def test_no_message_to_a_view_raises(data):
    opened, stopped = view()
    opened._command(data)
    wanted = data == {"stop": True} or (isinstance(data, dict) and data.get("stop") is True)
    assert not stopped or wanted


@settings(max_examples=60, deadline=None)
@given(anything)
def test_no_answer_to_a_probe_raises(data):
    probe = Probe()
    probe._opened(registered(), {"content": {"data": data}})
    assert probe.answer is None
    probe.close()


@pytest.mark.parametrize("version", [5, None, ["1"], "x" * 41])
def test_a_probe_takes_a_version_only(version):
    probe = Probe()
    probe._opened(registered(), {"content": {"data": {"probe": probe._name, "version": version}}})
    assert probe.answer is None
    probe._opened(
        registered(), {"content": {"data": {"probe": probe._name, "version": "~0.9\u202e"}}}
    )
    assert probe.answer is not None
    assert probe.answer.version == "~0.9<U+202E>"
    probe.close()
