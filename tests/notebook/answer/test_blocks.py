"""The table of block kinds: what each shows live and saved, and what of it is sent again.

tests/samples/blocks.jsonl has a line for each: a block, what it shows, and the turn it becomes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_nb.api.types import Message, ToolUseBlock
from claude_nb.api.types.events import raw_event
from claude_nb.api.types.stream_events import ContentBlockStopEvent
from claude_nb.conversation.sent_back import answer_param
from claude_nb.notebook.answer import blocks, render
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.live.operations import Operations
from claude_nb.notebook.live.views import TextView
from claude_nb.notebook.run.follow import Follower, Outcome
from claude_nb.notebook.text.safe_html import TAGS, UNBOXED

SAMPLES = Path(__file__).parents[2] / "samples"
ROWS = [json.loads(line) for line in (SAMPLES / "blocks.jsonl").read_text().splitlines()]
PAYLOADS = [
    json.loads(line)["payload"] for line in (SAMPLES / "hostile.jsonl").read_text().splitlines()
]
GROWING = {"text": "text_delta", "thinking": "thinking_delta", "input": "input_json_delta"}
SECRET = "c2VjcmV0" * 40


def message(*content, **fields) -> Message:
    return Message.from_wire(
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-test",
            "content": list(content),
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 1, "output_tokens": 2},
            **fields,
        }
    )


def events(*content) -> Iterator:
    """Yield the events by which the server sends these blocks."""
    for index, block in enumerate(content):
        start, deltas = dict(block), []
        field = next((name for name in GROWING if name in block), None)
        if field is not None:
            value = block[field]
            start[field], text = ("", value) if isinstance(value, str) else ({}, json.dumps(value))
            name = "partial_json" if field == "input" else field
            deltas.append({"type": GROWING[field], name: text})
        deltas += [
            {"type": "citations_delta", "citation": citation}
            for citation in (start.pop("citations", ()) if block["type"] == "text" else ())
        ]
        yield raw_event({"type": "content_block_start", "index": index, "content_block": start})
        for delta in deltas:
            yield raw_event({"type": "content_block_delta", "index": index, "delta": delta})
        stop = {"type": "content_block_stop", "index": index, "content_block": block}
        yield ContentBlockStopEvent.from_wire(stop)
    yield raw_event({"type": "message_stop"})


class Pieces:
    """A view that keeps what it is told."""

    pages = True

    def __init__(self) -> None:
        self.told: list[Piece] = []

    def put(self, piece: Piece) -> None:
        """Keep a piece."""
        self.told.append(piece)


def told(*content, clock=lambda: 0.0, **options) -> list[Piece]:
    """Return the pieces by which these blocks show live."""
    view = Pieces()
    follower = Follower(view, Outcome(), clock=clock, **options)
    for event in events(*content):
        follower.take(event)
    return view.told


def live(*content) -> list:
    operations = Operations()
    operations.extend(told(*content))
    return operations.log


def saved(*content) -> tuple[str, str]:
    """Return the HTML and the plain text of a message, without its frame and ends of lines."""
    made = render.bundle(message(*content, stop_reason=None), render.Footer(quiet=True))
    looks = re.sub(' style="[^"]*"', "", made["text/html"])
    [html] = re.findall(rf'^<div class="claude-nb [^"]*">(.*){UNBOXED}</div>$', looks, re.DOTALL)
    return html.replace(">\n<", "><"), made["text/plain"]


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_what_a_block_shows(row):
    block = row["block"]
    assert live(block) == row["live"]
    assert saved(block) == (row["html"], row["text"])
    assert answer_param([block]) == row["again"]
    assert blocks.kind_of(block).sent_again is (row["again"] is not None)


def test_every_kind_of_the_table_has_a_sample():
    request_only = {"image", "document"}
    assert {row["block"]["type"] for row in ROWS} >= set(blocks.KINDS) - request_only


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_nothing_is_dropped_silently(row):
    if row["name"] != "thinking that was not sent":
        assert row["live"]
        assert row["html"]
        assert row["text"]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "redacted_thinking", "data": SECRET},
        {"type": "thinking", "thinking": "hm", "signature": SECRET},
        {"type": "compaction", "content": "Earlier: …", "encrypted_content": SECRET},
        {
            "type": "web_search_tool_result",
            "content": [{"type": "web_search_result", "url": "https://a.example/",
                         "title": "A", "encrypted_content": SECRET}],
        },
        {
            "type": "code_execution_tool_result",
            "content": {"type": "encrypted_code_execution_result", "encrypted_stdout": SECRET,
                        "stderr": "", "return_code": 0, "content": []},
        },
        {
            "type": "web_fetch_tool_result",
            "content": {"type": "web_fetch_result", "url": "https://a.example/f.pdf", "content": {
                "type": "document", "title": None,
                "source": {"type": "base64", "media_type": "application/pdf", "data": SECRET}}},
        },
        {
            "type": "text", "text": "So it is.",
            "citations": [{"type": "web_search_result_location", "url": "https://a.example/",
                           "title": "A", "cited_text": "so", "encrypted_index": SECRET}],
        },
        {"type": "brand_new", "deep": [{"signature": SECRET, "data": SECRET}]},
    ],
    ids=lambda block: block["type"],
)  # fmt: skip
def test_what_only_the_server_can_read_is_never_shown(block):
    shown = json.dumps([live(block), saved(block)])
    assert SECRET[:12] not in shown


def test_sources_are_listed_once_below_the_whole_answer():
    found = {"type": "web_search_result_location", "cited_text": "x", "encrypted_index": "e"}
    first = {**found, "title": "One $x$", "url": "https://one.example/a?b=1&c=2"}
    second = {"type": "page_location", "cited_text": "y", "document_index": 1,
              "document_title": None, "start_page_number": 1, "end_page_number": 2}  # fmt: skip
    content = [
        {"type": "text", "text": "As **one** says", "citations": [first]},
        {"type": "text", "text": ", and again", "citations": [first, second]},
        {"type": "text", "text": "."},
    ]
    html, text = saved(*content)
    assert html.endswith(
        "<p>Sources:</p><ol><li>"
        '<a href="https://one.example/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">'
        "One <span>$</span>x<span>$</span></a> (one.example)</li><li>Document 2, page 1</li></ol>"
    )
    assert html.count('href="https://one.example/') == 1
    listed = "1. One $x$ — https://one.example/a?b=1&c=2\n   “x”\n2. Document 2, page 1\n   “y”"
    assert text.endswith(f"\n\nSources:\n{listed}")
    assert told(*content)[-3:] == [
        Piece("begin", "Sources"),
        Piece("tool", listed),
        Piece("end"),
    ]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_source_is_text_or_a_link_that_shows_its_host(payload):
    cited = {"type": "web_search_result_location", "title": payload, "url": payload}
    web = {**cited, "url": f"https://a.example/{payload}"}
    local = {"type": "search_result_location", "source": payload, "title": f"https://b {payload}"}
    html, text = saved(
        {"type": "text", "text": "a", "citations": [cited, web, local]},
        {"type": "web_search_tool_result", "content": [{"url": payload, "title": payload}]},
        {"type": payload, "field": {payload: payload}},
    )
    tags = {tag.lower() for tag in re.findall(r"</?([^\s>/]+)", html)}
    assert tags <= {*TAGS, "details", "summary", "footer", "small"}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", text)
    for link in re.findall(r"<a [^>]*>.*?</a>(.{0,12})", html, re.DOTALL):
        assert link.startswith(" (")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "content", "source", "url", "title", "data", "stdout", "return_code", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
FIELDS = ["content", "input", "name", "source", "title", "citations", "is_error", "file_id"]


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*blocks.KINDS, "new"]), st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_no_shape_of_a_block_costs_the_answer(kind, fields):
    block = {**fields, "type": kind}
    html, text = saved({"type": "text", "text": "The answer."}, block)
    assert html.startswith("<p>The answer.</p>")
    assert text.startswith("The answer.")
    assert blocks.kind_of(block).begin(block)


ANSWER = [
    {"type": "thinking", "thinking": "Let me see.", "signature": "c2ln"},
    {"type": "redacted_thinking", "data": "eA=="},
    {"type": "tool_use", "id": "t", "name": "add", "input": {"a": 1}},
    {"type": "text", "text": "Hi **you**", "citations": [
        {"type": "web_search_result_location", "title": "A", "url": "https://a.example/"}]},
]  # fmt: skip


def test_hidden_thinking_shows_nothing_live_of_either_kind():
    assert [piece.kind for piece in told(*ANSWER[:2], hide_thinking=True)] == []
    assert told(*ANSWER, hide_thinking=True) == told(*ANSWER[2:])


def test_thinking_ends_with_the_time_it_took():
    ticks = iter(range(100))
    pieces = told(ANSWER[0], clock=lambda: float(next(ticks)))
    assert pieces[-1].kind == "end"
    assert re.fullmatch(r"Thought for \d\.0 s", pieces[-1].text)


def test_what_opens_a_format_comes_before_its_text():
    pieces = told({"type": "text", "text": "{}"}, begins="`````json\n".__add__)
    assert [p.text for p in pieces if p.kind == "text"] == ["", "`````json\n{}"]


def called(number: str, **given) -> ToolUseBlock:
    """Return a call of `weather`."""
    wire = {"type": "tool_use", "id": number, "name": "weather", "input": given}
    return ToolUseBlock.from_wire(wire)


def returning(number: str, content: str, **fields) -> dict:
    return {"type": "tool_result", "tool_use_id": number, "content": content, **fields}


def following(*calls: ToolUseBlock) -> tuple[Follower, Pieces]:
    """Return a follower that has seen these calls stream by; its clock counts its readings."""
    view, ticks = Pieces(), iter(range(1000))
    follower = Follower(view, Outcome(), clock=lambda: float(next(ticks)))
    follower.begin_round(emulated=False, replayed=False)
    for event in events(*(call.to_dict() for call in calls)):
        follower.take(event)
    return follower, view


def logged(view: Pieces) -> list:
    operations = Operations()
    operations.extend(view.told)
    return operations.log


def test_parallel_calls_of_one_tool_keep_their_results_live_and_saved_in_one_line_each():
    calls = [called("a", city="Lisbon"), called("b", city="Oslo")]
    follower, view = following(*calls)
    for call, text in zip(reversed(calls), ("rain", "sun"), strict=True):
        follower.calling(call)
        follower.returned(call, returning(call.id, text))
    lines = ['✓ weather(city="Lisbon") → sun · 1.0 s', '✓ weather(city="Oslo") → rain · 1.0 s']
    log = logged(view)
    assert [op[2] for op in log if op[0] == "k"] == ["● weather …"] * 2
    assert [op[1] for op in log if op[0] == "c"] == [
        '● weather(city="Lisbon") …',
        '● weather(city="Oslo") …',
    ]
    assert [op[1:] for op in log if op[0] == "n"] == [[1, lines[1]], [0, lines[0]]]
    assert [op[1:] for op in log if op[0] == "o"] == [[1, "rain"], [0, "sun"]]
    [only], times = follower.outcome.rounds, follower.outcome.tool_seconds
    content = [each.to_dict() for each in (*calls, *only.results)]
    made = render.bundle(message(*content), render.Footer(quiet=True, tool_seconds=times))
    assert made["text/plain"] == "\n\n".join(lines)
    assert re.findall("<summary[^>]*>(.*?)</summary>", made["text/html"]) == lines
    assert [block.content for block in only.results] == ["rain", "sun"]


def test_a_call_that_failed_looks_like_an_error_and_one_without_a_result_says_so():
    calls = [called("a", city="Atlantis"), called("b", city="Oslo")]
    failed = returning("a", "ValueError('no such city')", is_error=True)
    _, text = saved(*(call.to_dict() for call in calls), {**failed, "name": "weather"})
    assert text == (
        "✗ weather(city=\"Atlantis\") → ValueError('no such city')\n\n"
        '○ weather(city="Oslo") · no result'
    )
    looks = render.bundle(message(calls[0].to_dict(), failed))["text/html"]
    assert f'<summary style="{blocks.BAD}">✗' in looks
    assert blocks.BAD not in render.bundle(message(calls[1].to_dict()))["text/html"]


def test_code_of_the_servers_that_ends_with_a_status_has_failed():
    ran = {"stdout": "", "stderr": "no such file", "return_code": 2}
    call = {"type": "server_tool_use", "id": "s", "name": "bash", "input": {"command": "ls /x"}}
    result = {"type": "bash_code_execution_tool_result", "tool_use_id": "s", "content": ran}
    assert saved(call, result)[1] == "✗ Ran: ls /x → exit status 2, no such file"
    assert [op[2] for op in live(call, result) if op[0] == "n"] == [
        "✗ Ran: ls /x → exit status 2, no such file"
    ]


def test_a_call_that_came_whole_shows_live_once_it_runs():
    follower, view = following()
    call = called("a", city="Oslo")
    follower.calling(call)
    follower.returned(call, returning("a", "rain"))
    assert [op[0] for op in logged(view)] == ["k", "t", "c", "n", "o"]


@pytest.mark.parametrize("number", ["", "twice"])
def test_calls_with_no_ids_of_their_own_are_shown_with_what_they_returned(number):
    calls = [called(number, city="Lisbon"), called(number, city="Oslo")]
    follower, view = following(*calls)
    for call, text in zip(calls, ("sun", "rain"), strict=True):
        follower.calling(call)
        follower.returned(call, returning(number, text))
    assert [op[0] for op in logged(view)].count("o") == 2
    results = [block.to_dict() for block in follower.outcome.rounds[0].results]
    _, text = saved(*(call.to_dict() for call in calls), *results)
    assert "sun" in text
    assert "rain" in text


def test_an_answer_in_a_terminal(capsys):
    view = TextView()
    for piece in told(*ANSWER):
        view.put(piece)
    view.finish({"text/plain": "Hi **you**\n\n— claude-test"})
    assert capsys.readouterr().out == (
        "▸ Thought briefly\n\n[Thought, encrypted by the server] \n\n"
        "● add(a=1) …\n\nHi **you**[1]\n\n[Sources] 1. A — https://a.example/\n\n\n— claude-test\n"
    )


def test_kinds_are_told_apart_in_one_module_only():
    package = Path(blocks.__file__).parent
    telling = re.compile(
        r"""block(?:\.type\b|\["type"\])|["'](?:redacted_thinking|search_result)"""
    )
    telling_modules = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if telling.search(path.read_text(encoding="utf-8"))
    }
    assert telling_modules - {"result.py"} == {"blocks.py"}  # the first hides and rewrites some


@pytest.mark.parametrize("kind", ["tool_use", "new"])
def test_what_is_nested_too_deeply_does_not_cost_the_answer(kind):
    deep = {}
    for _ in range(5_000):
        deep = {"x": deep}
    block = {"type": kind, "name": "t", "input": deep, "content": deep}
    html, _ = saved({"type": "text", "text": "The answer."}, block)
    assert "nested too deeply to be shown" in html
    assert len(html) < 1_000
