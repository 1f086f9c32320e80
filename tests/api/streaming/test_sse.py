import itertools

import pytest
from events import EVERYTHING
from hypothesis import given
from hypothesis import strategies as st
from scripted_server import sse

from claude_nb.api.platforms.sse import SSEDecoder


def decode(*chunks, limit=10_000_000):
    decoder = SSEDecoder(limit)
    return [(e.event, e.data) for chunk in chunks for e in decoder.feed(chunk)]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"event: a\ndata: 1\n\n", [(b"a", b"1")]),
        (b"event:a\ndata:1\n\n", [(b"a", b"1")]),
        (b"event:  a\ndata:  1\n\n", [(b" a", b" 1")]),
        (b"data: 1\nevent: a\n\n", [(b"a", b"1")]),
        (b"event: a\r\ndata: 1\r\n\r\n", [(b"a", b"1")]),
        (b"event: a\rdata: 1\r\r", [(b"a", b"1")]),
        (b"event: a\r\ndata: 1\n\revent: b\rdata: 2\n\n", [(b"a", b"1"), (b"b", b"2")]),
        (b"\n\n\nevent: a\ndata: 1\n\n\n\nevent: b\ndata: 2\n\n", [(b"a", b"1"), (b"b", b"2")]),
        (b"event: a\ndata: 1\ndata: 2\n\n", [(b"a", b"1\n2")]),
        (b"event: a\ndata\ndata: 2\n\n", [(b"a", b"\n2")]),
        (b": comment\nevent: a\n: more\ndata: 1\n\n", [(b"a", b"1")]),
        (b": comment\n\n", []),
        (b"id: 7\nretry: 10\nother: x\n\n", []),
        (b"id: 7\nevent: a\nretry: 10\ndata: 1\n\n", [(b"a", b"1")]),
        (b"event: a\n\n", [(b"a", b"")]),
        (b"data: 1\n\n", [(b"", b"1")]),
        (b"event: a\nevent: b\ndata: 1\n\n", [(b"b", b"1")]),
        (b"\xef\xbb\xbfevent: a\ndata: 1\n\n", [(b"a", b"1")]),
        (
            "event: a\ndata: \u2028\u2029\x85\x0b\x0c\x1c\n\n".encode(),
            [(b"a", "\u2028\u2029\x85\x0b\x0c\x1c".encode())],
        ),
        (b"event: a\ndata: 1\n", []),
        (b"", []),
    ],
)
def test_a_stream_is_read_as_the_standard_says_however_it_is_cut(stream, events):
    assert decode(stream) == events
    assert decode(*(bytes([byte]) for byte in stream)) == events
    for cut in range(len(stream)):
        assert decode(stream[:cut], stream[cut:]) == events


@given(st.data())
def test_any_chopping_of_a_real_stream_gives_the_same_events(data):
    ending = data.draw(st.sampled_from([b"\n", b"\r", b"\r\n"]))
    stream = sse(*EVERYTHING).replace(b"\n", ending)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=40)))
    edges = [0, *cuts, len(stream)]
    chunks = [stream[a:b] for a, b in itertools.pairwise(edges)]
    assert decode(*chunks) == decode(sse(*EVERYTHING))


LINES = st.sampled_from(
    [b"event: a", b"data: 1", b"data", b": c", b"", b"", b"id: 3", b"\xff", b"data:2"]
)


@given(st.lists(st.tuples(LINES, st.sampled_from([b"\n", b"\r", b"\r\n"]))), st.data())
def test_any_lines_with_any_endings_read_the_same_in_one_piece_and_bytewise(lines, data):
    stream = b"".join(line + ending for line, ending in lines)
    cut = data.draw(st.integers(0, len(stream)))
    whole = decode(stream)
    assert decode(stream[:cut], stream[cut:]) == whole
    assert decode(*(bytes([byte]) for byte in stream)) == whole


def test_an_event_over_the_bound_ends_the_stream_and_those_before_it_are_given():
    good, big = b"event: a\ndata: 1\n\n", b"event: b\ndata: " + b"x" * 100 + b"\n\n"
    for chunks in ([good + big], [good, big], [good, big[:70], big[70:]], [good + big[:90]]):
        decoder = SSEDecoder(50)
        events = [e for chunk in chunks for e in decoder.feed(chunk)]
        assert [e.data for e in events] == [b"1"]
        assert decoder.too_large
        assert decoder.feed(good) == []
        assert decoder.flush() is None


def test_what_the_end_left_open_can_be_looked_at():
    decoder = SSEDecoder()
    assert decoder.feed(b"event: a\ndata: 1\n\nevent: b\ndata: 2\n")
    assert decoder.flush() == (b"b", b"2")
    assert decoder.flush() is None
