"""Which requests are one: what matters makes another key, what does not matter makes the same."""

# ruff: noqa: S108 (names of scratch files, in texts)

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_nb.api.platforms.canonical import ALIKE, MATTERS
from claude_nb.api.platforms.identity import request_key
from claude_nb.api.types import params
from claude_nb.api.types.params import CallOptions
from claude_nb.api.wire import Headers, Request

BODY = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 50,
    "messages": [{"role": "user", "content": "Hello?"}],
}
OUTSIDE = {  # parameters that are no field of the body, and where they go
    *CallOptions.__annotations__,
    *("betas", "idle_timeout", "include_pings", "max_iterations", "output_format"),
    *("user_profile_id", "workspace_id"),
}
OTHER = {  # another value for each that matters
    "container": "c1",
    "context_management": {"edits": [{"type": "x"}]},
    "max_tokens": 51,
    "mcp_servers": [{"type": "url", "url": "https://x", "name": "n"}],
    "messages": [{"role": "user", "content": "Hello!"}],
    "model": "claude-haiku-4-5",
    "output_config": {"effort": "low"},
    "stop_sequences": ["x"],
    "system": "Be brief.",
    "temperature": 0.5,
    "thinking": {"type": "enabled", "budget_tokens": 1024},
    "tool_choice": {"type": "any"},
    "tools": [{"name": "t", "input_schema": {"type": "object"}}],
    "top_k": 5,
    "top_p": 0.9,
}


def key(body=None, *, path="/v1/messages", **headers):
    sent = Headers({name.replace("_", "-"): value for name, value in headers.items()})
    content = json.dumps(BODY if body is None else body).encode()
    return request_key(Request("POST", f"http://x{path}", sent, content))


def asked(text):
    return {**BODY, "messages": [{"role": "user", "content": text}]}


def test_every_parameter_of_a_call_is_in_one_list_of_the_two():
    kinds = [
        kind
        for name, kind in vars(params).items()
        if name.endswith("Params") and "messages" in getattr(kind, "__annotations__", {})
    ]
    known = {name for kind in kinds for name in getattr(kind, "__annotations__", {})} - OUTSIDE
    assert {"temperature", "metadata"} < known
    assert known == MATTERS | (ALIKE - {"stream"}) | (known & {"stream"})
    assert not MATTERS & ALIKE
    assert set(OTHER) == MATTERS


@pytest.mark.parametrize("name", sorted(MATTERS))
def test_what_matters_makes_another_request(name):
    assert key({**BODY, name: OTHER[name]}) != key()


@pytest.mark.parametrize("name", sorted(ALIKE))
@pytest.mark.parametrize("value", [True, "x", {"type": "ephemeral"}, {"user_id": "u"}])
def test_what_does_not_matter_makes_the_same(name, value):
    assert key({**BODY, name: value}) == key()


def test_a_parameter_that_nobody_knows_matters():
    assert key({**BODY, "new_in_2027": 1}) != key()


BLOCK = {"type": "text", "text": "Hello?"}
ALIKE_WRITINGS = {
    "a number as float": ({**BODY, "temperature": 1}, {**BODY, "temperature": 1.0}),
    "nothing": (
        BODY,
        {**BODY, "temperature": None, "stop_sequences": [], "tools": [], "system": ""},
    ),
    "a text block": (BODY, asked([BLOCK])),
    "a cached text block": (BODY, asked([{**BLOCK, "cache_control": {"type": "ephemeral"}}])),
    "a null in a block": (BODY, asked([{**BLOCK, "citations": None}])),
    "a system block": (
        {**BODY, "system": "Be brief."},
        {**BODY, "system": [{"type": "text", "text": "Be brief."}]},
    ),
    "a result of a tool": (
        asked([{"type": "tool_result", "tool_use_id": "t", "content": "42"}]),
        asked([{"type": "tool_result", "tool_use_id": "t", "content": [{**BLOCK, "text": "42"}]}]),
    ),
    "a cached tool": (
        {**BODY, "tools": [{"name": "t"}]},
        {**BODY, "tools": [{"name": "t", "cache_control": {"type": "ephemeral"}}]},
    ),
    "line ends": (asked("a\nb"), asked("a\r\nb")),
    "the address of an object": (
        asked("see <Foo object at 0x7f1234567890>"),
        asked("see <Foo object at 0x7fabcdef0000>"),
    ),
    "addresses, one within the other": (
        asked("<method A.f of <A object at 0x7f1234567890>> <function <lambda> at 0x7f1234567890>"),
        asked("<method A.f of <A object at 0x7f123456aaaa>> <function <lambda> at 0x7f123456bbbb>"),
    ),
    "objects as IPython shows them, frames and code": (
        asked(
            "<a.B at 0x7f1234567890> <frame at 0x7f1234567890, file 'a', line 1, code f> "
            "<code object <module> at 0x7f1234567890, file 'a'> <weakref at 0x7f1234567890; dead>"
        ),
        asked(
            "<a.B at 0x7f123456aaaa> <frame at 0x7f123456bbbb, file 'a', line 1, code f> "
            "<code object <module> at 0x7f123456cccc, file 'a'> <weakref at 0x7f123456dddd; dead>"
        ),
    ),
    "a scratch folder of Windows": (
        asked(r"C:\Users\me\AppData\Local\Temp\tmpab12cdef\a C:\\Temp\\tmpab12cdef"),
        asked(r"C:\Users\me\AppData\Local\Temp\tmpxy99cdef\a C:\\Temp\\tmpzz12cdef"),
    ),
    "a kernel's scratch file": (
        asked("File /tmp/ipykernel_123/456.py:1, in f()"),
        asked("File /tmp/ipykernel_99/77777.py:1, in f()"),
    ),
    "a kernel's scratch file on Windows": (
        asked(r"C:\Temp\ipykernel_123\456.py"),
        asked(r"C:\Temp\ipykernel_9\12.py"),
    ),
    "a terminal's cell": (
        asked("<ipython-input-3-0123456789ab> in f"),
        asked("<ipython-input-14-ffff56789abc> in f"),
    ),
    "a scratch folder": (
        asked("open /tmp/tmpab12_xyz/a.csv"),
        asked("open /tmp/tmpq9r8s7t6/a.csv"),
    ),
    "a scratch folder of a Mac": (
        asked("/var/folders/ab/c0d_1/T/tmpab12cdef/a"),
        asked("/var/folders/xy/z9/T/tmp99887766/a"),
    ),
    "pytest's folder": (
        asked("/tmp/pytest-of-me/pytest-3/a"),
        asked("/tmp/pytest-of-me/pytest-14/a"),
    ),
}


@pytest.mark.parametrize(("one", "other"), ALIKE_WRITINGS.values(), ids=ALIKE_WRITINGS)
def test_what_is_written_another_way_is_the_same_request(one, other):
    assert key(one) == key(other)
    assert key(one) != key(asked("Something else"))


DIFFERENT = {
    "numbers": [
        "What is 0xFFFFFF?",
        "What is 0xFFFFFE?",
        "jump at 0xdeadbeef now",
        "jump at 0xdeadbeee now",
    ],
    "folders of people": ["/tmp/homework/a", "/tmp/lecture1/a", "/tmp/tmpl/a", "/tmp/tmpx/a"],
    "addresses of a person": [
        "It stops at 0xdeadbeef, file a.c",
        "It stops at 0xdeadbeee, file a.c",
        "It stops at 0xdeadbeef; why?",
        "It stops at 0xdeadbeee; why?",
        "<b>an object at 0xdeadbeef; why?",
        "<b>an object at 0xdeadbeee; why?",
        "if a < b jump at 0xdeadbeef; why?",
        "if a < b jump at 0xdeadbeee; why?",
    ],
    "folders of people that look like scratch": ["/data/tmpfootball/a", "/data/tmpbaseball/a"],
    "files in a scratch folder": ["/tmp/tmpab12cdef/a", "/tmp/tmpab12cdef/b"],
    "cells of a kernel": ["ipykernel_1/2.py:1", "ipykernel_1/2.py:2"],
    "blanks": ["a b", "a  b", "a b ", "a\nb", "a\rb"],
    "texts beside data": ["data", "Data"],
}


@pytest.mark.parametrize("texts", DIFFERENT.values(), ids=DIFFERENT)
def test_what_a_person_means_stays_different(texts):
    assert len({key(asked(text)) for text in texts}) == len(texts)


def test_within_a_tools_values_no_name_means_anything():
    def called(value):
        return asked([{"type": "tool_use", "id": "t", "name": "n", "input": value}])

    values = [{"cache_control": 1}, {}, {"content": [BLOCK]}, {"content": "Hello?"}, {"x": None}]
    assert len({key(called(value)) for value in values}) == len(values)


def test_betas_are_a_set_and_the_version_and_the_path_matter():
    assert key(anthropic_beta="a, b") == key(anthropic_beta="b,a,b")
    keys = [
        key(),
        key(anthropic_beta="a"),
        key(anthropic_version="2"),
        key(path="/v1/messages/count_tokens"),
    ]
    assert all(one != other for one, other in pairwise(keys))
    assert len(set(keys)) == len(keys)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["messages", "system", "tools", "anything"]))
def test_any_body_has_a_key(value, name):
    body = {**BODY, name: value}
    assert key(body) == key({**dict(reversed(body.items())), "stream": True})
    assert key(value)


@pytest.mark.parametrize("levels", [59, 200, 450])
def test_a_deep_body_has_a_key(levels):
    deep = '{"x":' * levels + "1" + "}" * levels
    for body in (deep, deep.replace("{", "[").replace('"x":', "").replace("}", "]")):
        assert request_key(Request("POST", "http://x/v1/messages", Headers(), body.encode()))
