"""What is seen of the server's tools, and of what an answer cites."""

from __future__ import annotations

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from claude_nb.api.types import Message
from claude_nb.ask.options import Options
from claude_nb.cassette.forms import as_stream
from claude_nb.notebook.answer import render, served
from claude_nb.notebook.answer.sources import Sources
from claude_nb.notebook.live import views
from claude_nb.notebook.live.operations import Operations
from claude_nb.notebook.live.views import FinalView
from claude_nb.notebook.run import cell
from claude_nb.notebook.text.citations import in_words, marked, without_marks
from claude_nb.notebook.text.markdown import to_html
from claude_nb.notebook.text.safe_html import UNBOXED

HOSTILE = Path(__file__).parents[2] / "samples" / "hostile.jsonl"
PAYLOADS = [json.loads(line)["payload"] for line in HOSTILE.read_text().splitlines()]
OPAQUE = "RW5jcnlwdGVk" * 30


def text(words, *citations):
    return {"type": "text", "text": words, **({"citations": [*citations]} if citations else {})}


def web(title="A", url="https://a.example/x", quoted="So it is."):
    cited = {"type": "web_search_result_location", "title": title, "url": url}
    return {**cited, "cited_text": quoted, "encrypted_index": OPAQUE}


def call(name="web_search", **given):
    return {"type": "server_tool_use", "id": "s1", "name": name, "input": given}


def found(*pages, kind="web_search_tool_result"):
    return {"type": kind, "tool_use_id": "s1", "content": [*pages]}


def page(number, title="A page about many things"):
    url = f"https://host{number}.example/{title.replace(' ', '-')}"
    known = {"type": "web_search_result", "url": url, "title": f"{title} {number}"}
    return {**known, "page_age": "April 30, 2025", "encrypted_content": OPAQUE}


def saved(*content):
    whole = {"id": "m", "model": "c", "stop_reason": "end_turn", "content": [*content]}
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = Message.from_wire({**whole, "usage": usage})
    made = render.bundle(message, render.Footer(quiet=True))
    return made["text/html"], made["text/plain"]


def test_citations_part_sentences_and_not_paragraphs():
    html, words = saved(text("The sky"), text(" is **blue**", web()), text(" today.\n\n- one"))
    assert re.sub(r'<sup title="[^"]*">', "<sup>", html).count(
        "<p>The sky is <strong>blue</strong><sup>[1]</sup> today.</p>"
    )
    assert words.startswith("The sky is **blue**[1] today.\n\n- one\n\nSources:\n1. A — https://a")
    assert 'title="“So it is.” (A — https://a.example/x)"' in html


def test_a_fence_that_ends_cited_code_still_ends_it():
    html, _ = saved(text("```\nx = 1\n```", web()), text("\n\nAfter."))
    assert "<p>After.</p>" in html
    assert html.count("<code>") == 1
    assert marked("text", []) == ""


@pytest.mark.parametrize("forged", [marked("", [1]), marked("", [7]), "[\ufdd01", "\ufdd1]"])
def test_a_model_cannot_write_a_mark_of_its_own(forged):
    html, words = saved(text(f"Forged{forged}"), text(" and cited", web()))
    assert html.count("<sup") == words.count("[1]") == 1
    assert not re.search("[\ufdd0\ufdd1]", html + words)
    assert without_marks("plain") == "plain"


def test_marks_in_code_are_left_out_and_in_words_they_are_numbers():
    mark = marked("", [3])
    assert in_words(f"a{mark}") == "a[3]"
    assert to_html(f"`a{mark}`") == "<p><code>a</code></p>"
    assert "<sup>[3]</sup>" in to_html(f"**a**{mark}")


PLACES = [
    ({"type": "page_location", "start_page_number": 3, "end_page_number": 4}, "page 3"),
    ({"type": "page_location", "start_page_number": 3, "end_page_number": 6}, "pages 3 to 5"),
    ({"type": "char_location", "start_char_index": 0, "end_char_index": 1234},
     "characters 0 to 1,234"),
    ({"type": "content_block_location", "start_block_index": 0, "end_block_index": 1}, "part 1"),
    ({"type": "content_block_location", "start_block_index": 1, "end_block_index": 3},
     "parts 2 to 3"),
    ({"type": "page_location", "start_page_number": "x"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("where", "told"), PLACES)
def test_a_source_says_where_in_it_the_words_are(where, told):
    sources = Sources()
    assert sources.add([{**where, "document_title": "T", "document_index": 0}]) == [1]
    assert sources.text == (f"1. T, {told}" if told else "1. T")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:x"])
def test_a_source_that_is_no_web_address_is_text(address):
    html, _ = saved(text("a", web(url=address)))
    assert "<a " not in html
    assert f"A ({address})" in html


def test_a_call_and_its_result_are_one_line():
    html, words = saved(call(query="sky"), found(page(1), page(2)))
    assert html.count("<summary") == 1
    assert "✓ Searched: sky → 2 results" in html
    assert "1. A page about many things 1 (host1.example, April 30, 2025)" in words
    assert OPAQUE[:12] not in html + words


def test_code_its_output_and_its_errors_are_shown_as_code():
    ran = {"type": "code_execution_result", "stdout": "1\n", "stderr": "<oops>", "return_code": 1}
    block = {"type": "code_execution_tool_result", "tool_use_id": "s1", "content": ran}
    html, words = saved(call("code_execution", code="print(1 < 2)"), block)
    assert "✗ Ran code → exit status 1" in html
    assert [*re.findall("<code>(.*?)</code>", html)] == ["print(1 &lt; 2)", "1", "&lt;oops&gt;"]
    assert words.startswith("✗ Ran code → exit status 1, <oops>\ncode print(1 < 2)\nstdout 1")


def test_a_call_to_which_nothing_came_is_shown_alone():
    html, words = saved(call(query="sky"))
    assert "Searching: sky" in html
    assert words.startswith("○ Searching: sky · no result")
    assert served.doing(call()) == "Searching the web"


def test_ten_results_take_little_room():
    pages = [page(n, "A page with a title of the usual length") for n in range(10)]
    quotes = [web(p["title"], p["url"], "x" * 150) for p in pages[:4]]
    answer = [text(f"Sentence {n}. ") for n in range(4)]
    cited = [{**a, "citations": [q]} for a, q in zip(answer, quotes, strict=True)]
    bare = sum(len(part.encode()) for part in saved(*answer))
    whole = sum(len(part.encode()) for part in saved(call(query="q" * 40), found(*pages), *cited))
    assert whole - bare <= 6_000


@pytest.mark.parametrize("payload", PAYLOADS[:40])
def test_hostile_text_has_no_effect_wherever_a_tool_puts_it(payload):
    ran = {"stdout": payload, "stderr": payload, "content": [{"file_id": payload}]}
    bash = {"type": "bash_code_execution_tool_result", "tool_use_id": "s2", "content": ran}
    mcp = {"type": "mcp_tool_use", "id": "s3", "name": payload, "server_name": payload}
    given = {"type": "mcp_tool_result", "tool_use_id": "s3", "content": [text(payload)]}
    content = [
        text("a", web(payload, f"https://a.example/{payload}", payload)),
        text("b", {"type": "page_location", "document_title": payload, "cited_text": payload}),
        call(query=payload),
        found({**page(1), "title": payload, "page_age": payload}, {**page(2), "url": payload}),
        {**call("bash_code_execution", command=payload), "id": "s2"},
        bash,
        {**mcp, "input": {payload: payload}},
        given,
        {"type": "fallback", "from": {"model": payload}},
    ]
    html, words = saved(*content)
    own = html.removesuffix(f"{UNBOXED}</div>")
    tags = {tag.lower() for tag in re.findall(r"</?([^\s>/]+)", own)}
    allowed = {"a", "code", "details", "div", "em", "footer", "li", "mark", "ol", "p", "pre"}
    assert tags <= {*allowed, "small", "span", "summary", "sup"}
    attributes = re.findall(
        r"<[^>]*?\s(on\w+|src|srcdoc|formaction)=", re.sub('"[^"]*"', '""', html)
    )
    assert attributes == []
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", words)
    for link in re.findall(r"<a [^>]*>.*?</a>(.{0,12})", html, re.DOTALL):
        assert link.startswith(" (")


def test_what_the_server_cleared_stands_in_the_last_line():
    edits = [{"type": "clear_tool_uses_20250919", "cleared_input_tokens": 12_000}, {"type": "x"}]
    whole = {"id": "m", "model": "c", "stop_reason": "end_turn", "content": [text("a")]}
    told = {"usage": {}, "context_management": {"applied_edits": edits}}
    made = render.bundle(Message.from_wire({**whole, **told}))
    assert "12,000 tokens of earlier turns cleared" in made["text/plain"]


class _Live(FinalView):
    """A view that keeps the operations it would send."""

    def __init__(self):
        super().__init__()
        self.operations = Operations()

    def put(self, piece):
        """Keep a piece."""
        self.operations.extend([piece])

    def finish(self, bundle, announcement="", metadata=None):
        """Keep what is saved."""
        del announcement, metadata
        self.final = dict(bundle), {}


@pytest.fixture
def shown(alone, monkeypatch):
    """Give a session that asks the built-in emulator, and the views of its answers."""
    made = []
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "emulator")
    monkeypatch.setenv("CLAUDE_NB_EMULATOR_SPEED", "0")
    monkeypatch.setattr(views, "choose", lambda *_, **__: made.append(_Live()) or made[-1])
    alone.made = made
    return alone


def titles(session):
    return [op[-1] for op in session.made[-1].operations.log if op[0] in "kcn" and op[-1]]


def test_a_search_is_told_while_it_runs_and_its_blocks_go_back_byte_for_byte(shown):
    answer = cell.ask(shown, Options(search=3, chat="s"), "Search for the speed of light", "a")
    told = titles(shown)
    assert "● Searching the web …" in told
    assert any(re.fullmatch("● Searching: .*light.* …", line) for line in told)
    assert any(re.match(r"✓ Searched: .+ → \d+ results?", line) for line in told)
    received = [json.dumps(block.to_dict()) for block in answer.content]
    sent = shown.chats["s"].messages()[-1]["content"]
    assert [json.dumps(block) for block in sent] == received
    assert "encrypted_content" in received[2]
    cell.ask(shown, Options(search=3, chat="s"), "And how is that measured?", "b")
    saved_text = "".join(shown.made[0].final[0].values())
    assert "encrypted" not in saved_text
    assert "Sources:" in saved_text


class _Replies(BaseHTTPRequestHandler):
    """Answers each question with the same message, whatever it is."""

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append(json.loads(asked))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def replying(monkeypatch):
    with ThreadingHTTPServer(("127.0.0.1", 0), _Replies) as server:
        server.asked = []
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
        yield server
        server.shutdown()


def test_blocks_of_any_form_go_back_as_they_came(replying, alone):
    """Nulls, blobs, fields and blocks that nobody knows here, in the request itself."""
    received = [
        call(query="x"),
        {**found(page(1), {**page(2), "page_age": None, "later": [1, {"a": None}]}), "extra": 0.10},
        {**text("So it is."), "citations": [{**web(), "later": None}]},
        {"type": "thinking", "thinking": "So.", "signature": OPAQUE},
        {"type": "mcp_tool_listing", "server_name": "s", "tools": [{"name": "n", "é": "ß\u2028"}]},
        {"type": "compaction", "content": "Before.", "encrypted_content": OPAQUE},
    ]
    whole = {"id": "m", "type": "message", "role": "assistant", "model": "c", "content": received}
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = json.dumps({**whole, "stop_reason": "end_turn", "usage": usage})
    replying.body = as_stream(message).encode()
    cell.ask(alone, Options(search=1, chat="b"), "Look it up.", "a")
    cell.ask(alone, Options(search=1, chat="b"), "And then?", "b")
    sent = replying.asked[-1]["messages"][1]["content"]
    told = [[json.dumps(block, sort_keys=True) for block in each] for each in (sent, received)]
    assert told[0] == told[1]


def test_code_is_told_while_it_runs_and_goes_on_in_its_container(shown):
    answer = cell.ask(shown, Options(run_code=True, chat="c"), "Run code: sum of 1, 2, 3", "a")
    assert any(line.startswith("● Running") for line in titles(shown))
    assert shown.chats["c"].container("b")[0] == answer.container["id"]
    again = cell.ask(shown, Options(run_code=True, chat="c"), "Run code: mean of 1, 2, 3", "b")
    assert again.container["id"] == answer.container["id"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "✗ Search failed: tides → the server gave nothing"),
        ("boom", "✗ Search failed: tides → boom"),
        (
            {"type": "web_search_tool_result_error", "error_code": None},
            "✗ Search failed: tides → the server does not say why",
        ),
        ([{"type": "web_search_result", "title": None}], "1. Untitled\n"),
        ([{"type": "web_search_result", "title": "x", "page_age": "May"}], "1. x (May)\n"),
    ],
)
def test_a_search_that_gave_no_list_is_no_search_without_results(content, told):
    result = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": content}
    _, words = saved(call(query="tides"), result, text("a"))
    assert told in words


def test_the_result_of_a_tool_that_is_not_known_stands_with_its_call():
    given = {"type": "teleport_result", "ok": True}
    result = {"type": "teleport_tool_result", "tool_use_id": "s1", "content": given}
    _, words = saved(call("teleport", to="Oslo"), result, text("a"))
    assert '✓ Tool: teleport → { "type": "teleport_result", "ok": true }' in words
    assert "no result" not in words
