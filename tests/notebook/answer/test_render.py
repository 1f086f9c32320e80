"""What a cell keeps: readable everywhere, harmless, small, and a function of the message alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import html5lib
import pytest
from markdown_it import MarkdownIt

from claude_nb.api.types import Message
from claude_nb.notebook.answer.amounts import count, duration, money, span
from claude_nb.notebook.answer.blocks import thought
from claude_nb.notebook.answer.render import Card, Footer, bundle, error_bundle
from claude_nb.notebook.text.safe_html import UNBOXED

SAMPLES = Path(__file__).parents[2] / "samples"
PAYLOADS = [
    json.loads(line)["payload"] for line in (SAMPLES / "hostile.jsonl").read_text().splitlines()
]
FRAME = {"style", "div", "details", "summary", "pre", "footer", "small", "strong", "br", "em", "p"}


def message(*content, **fields) -> Message:
    blocks = [{"type": "text", "text": part} if isinstance(part, str) else part for part in content]
    usage = {"input_tokens": 25, "output_tokens": 612, **fields.pop("usage", {})}
    return Message.model_validate(
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-6",
            "content": blocks,
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": usage,
            **fields,
        }
    )


def thinking(text: str) -> dict[str, str]:
    return {"type": "thinking", "thinking": text, "signature": "c2ln"}


def body(html: str) -> str:
    assert "<style" not in html
    return re.sub(r' style="[^"]*"', "", html)


def test_no_answer_has_a_style_sheet_and_what_it_carries_is_short():
    made = bundle(message(thinking("Hm."), "Hi"), Footer(seconds=1.0))["text/html"]
    assert "<style" not in made
    looks = re.findall(r' style="[^"]*"', made)
    assert len(looks) == 4  # the answer's width; what is small and pale; thinking, which scrolls
    assert sum(map(len, looks)) < 320


def test_a_whole_answer():
    made = bundle(
        message(thinking("Let me see."), "Hi **you**", usage={"cache_read_input_tokens": 1200}),
        Footer(seconds=4.23, thinking_seconds=[1.5], cost=0.0123, notes=["emulated"]),
    )
    assert set(made) == {"text/html", "text/plain"}
    assert body(made["text/html"]) == (
        '<div class="claude-nb mathjax_ignore tex2jax_ignore">'
        "<details><summary>Thought for 1.5 s</summary>"
        '<pre tabindex="0">Let me see.</pre>\n</details>\n<p>Hi <strong>you</strong></p>\n'
        '<footer><small title="Tokens in: 25 as they are, 1,200 from the cache">claude-sonnet-4-6 '
        "· 4.2 s · 1,225 in (1,200 cached) · 612 out · <span>$</span>0.0123 · emulated</small>"
        f"</footer>{UNBOXED}</div>"
    )
    assert made["text/plain"] == (
        "[Thought for 1.5 s]\n\nHi **you**\n\n"
        "— claude-sonnet-4-6 · 4.2 s · 1,225 in (1,200 cached) · 612 out · $0.0123 · emulated"
    )


def test_a_word_that_differs_is_a_line_that_differs():
    text = "A paragraph.\n\n- one\n- {}\n\n| a |\n|---|\n| 1 |\n| 2 |\n\nThe end."
    one, other = (bundle(message(text.format(word)))["text/html"] for word in ("two", "three"))
    differing = [
        pair for pair in zip(one.split("\n"), other.split("\n"), strict=True) if len({*pair}) > 1
    ]
    assert differing == [("<li>two</li>", "<li>three</li>")]


@pytest.mark.parametrize(
    ("fields", "footer", "label"),
    [
        ({}, Footer(problem="stopped"), "stopped"),
        ({"stop_reason": "max_tokens"}, Footer(), "cut off at max_tokens"),
        ({"stop_reason": "refusal"}, Footer(), "refused"),
        ({"stop_reason": None}, Footer(problem="cut off: connection lost"), "connection lost"),
    ],
)
def test_an_answer_that_is_not_whole_says_so_first(fields, footer, label):
    made = bundle(message("Half an", **fields), footer)
    assert (
        label in body(made["text/html"]).partition("<footer><small><strong>")[2].partition("</")[0]
    )
    assert label in made["text/plain"].rpartition("— ")[2].partition(" · ")[0]


def test_a_stop_sequence_is_told():
    made = bundle(message("a", stop_reason="stop_sequence", stop_sequence="\n\n"))
    assert r'stop sequence "\n\n"' in made["text/plain"]


def test_tool_calls_redacted_thinking_and_unknown_blocks_are_shown_closed():
    made = bundle(
        message(
            {"type": "redacted_thinking", "data": "x"},
            {"type": "tool_use", "id": "t1", "name": "get_<b>", "input": {"city": "</pre>"}},
            {"type": "new_kind", "value": [1]},
        )
    )
    html = body(made["text/html"])
    assert "Thought, encrypted by the server" in html
    assert '<summary>○ get_&lt;b&gt;(city="&lt;/pre&gt;") · no result</summary>' in html
    assert "&lt;/pre&gt;" in html
    assert "<summary>new_kind</summary>" in html
    assert " open" not in html
    assert "○ get_<b>(" in made["text/plain"]


def test_a_closed_call_says_what_went_in_and_what_came_out_in_one_short_line():
    call = {"type": "tool_use", "id": "t", "name": "add", "input": {"a": 3, "note": "é\n" * 99}}
    result = {"type": "tool_result", "tool_use_id": "t", "name": "add", "content": "two\n lines"}
    titles = re.findall("<summary>(.*)</summary>", body(bundle(message(call, result))["text/html"]))
    [title] = titles
    assert title.startswith('✓ add(a=3, note="é')
    assert title.endswith("…) → two lines")
    assert len(title) == len("✓ add(") + 60 + len("…) → two lines")


def test_the_title_of_a_thought():
    assert thought(4.0, 1612) == "Thought for 4.0 s · 1,612 tokens"
    assert thought(None, None) == "Thought"
    details = {"output_tokens_details": {"thinking_tokens": 12}}
    assert "Thought · 12 tokens" in bundle(message(thinking("x"), usage=details))["text/plain"]


def test_times_and_money():
    assert [duration(s) for s in (0.04, 9.94, 9.96, 59.4, 185)] == [
        "0.0 s",
        "9.9 s",
        "10 s",
        "59 s",
        "3 min 5 s",
    ]
    assert [money(d) for d in (1.2, 0.1, 0.0042, 0.0)] == ["$1.20", "$0.10", "$0.0042", "$0.0000"]
    assert span(0.0, 0.0915) == "< $0.01 to $0.09"
    assert [span(0.004, 0.002), span(0.2, 0.2)] == ["< $0.01", "$0.20"]


def test_numbers_of_things():
    assert [count(n, "turn") for n in (0, 1, 2, 2000)] == [
        "no turns",
        "1 turn",
        "2 turns",
        "2,000 turns",
    ]
    assert [count(n, "search", "searches") for n in (1, 2)] == ["1 search", "2 searches"]


def test_an_answer_that_was_stopped_tells_about_how_much_was_written():
    stopped = bundle(message("a" * 1280, stop_reason=None), Footer(problem="stopped"))
    assert " · 25 in · ≈ 320 out" in stopped["text/plain"]
    assert "≈" not in bundle(message("a" * 1280))["text/plain"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_a_message_holds_becomes_an_element_of_the_frame(payload):
    made = bundle(
        message(
            thinking(payload),
            {"type": "tool_use", "id": "t", "name": payload, "input": {payload: [payload]}},
            model=payload,
        ),
        Footer(problem=payload, notes=[payload]),
    )
    card = error_bundle(Card(title=payload, why=payload, advice=payload, notes=[payload]))
    for html in (made["text/html"], card["text/html"]):
        assert html.endswith(f"{UNBOXED}</div>")
        own = html.removesuffix(f"{UNBOXED}</div>")
        tree = html5lib.parseFragment(own, namespaceHTMLElements=False)
        for node in tree.iter():
            if node is tree:
                continue
            assert node.tag in {*FRAME, "mark", "span"}
            assert set(node.attrib) <= {"class", "style", "tabindex"}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", made["text/plain"] + card["text/plain"])


def test_the_saved_output_of_an_8_kb_answer_is_at_most_three_times_the_answer():
    part = (
        "Some **words** about `things` and [links](https://example.org/a).\n\n- one\n- two\n\n"
        "```python\ndef f(x):\n    return x + 1  # add\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        + "A plain paragraph of prose that says what the code above does and why. " * 5
        + "\n\n"
    )
    answer = (part * 20)[:8_000]
    made = bundle(message(answer), Footer(seconds=1))
    assert sum(len(text.encode()) for text in made.values()) <= 3 * len(answer)


def test_the_error_card_is_six_lines_and_two_kilobytes_at_most():
    long = "<&" * 2_000
    card = error_bundle(Card(title=long, why=long, advice=long, notes=[long] * 9))
    assert sum(len(text.encode()) for text in card.values()) <= 2_000
    assert card["text/plain"].count("\n") < 6
    assert card["text/html"].count("<br>") < 6


def test_the_error_card_says_what_why_and_what_to_do():
    code = ["RateLimitError 429", "req_1"]
    card = error_bundle(Card(title="Too much at once", why="Slower.", advice="Wait.", notes=code))
    assert card["text/plain"] == "Too much at once\nSlower.\nWait.\nRateLimitError 429 · req_1"
    assert "<strong>Too much at once</strong><br>Slower.<br>Wait.<br><small" in card["text/html"]


def test_what_broke_an_answer_off_stands_below_what_came_of_it():
    card = Card(title="The connection was lost", advice="Run the cell again.")
    made = bundle(message("Half an", stop_reason=None), Footer(problem="cut off"), card=card)
    assert made["text/plain"].startswith(
        "Half an\n\nThe connection was lost\nRun the cell again.\n\n— cut off · "
    )
    html = made["text/html"]
    assert html.index("Half an") < html.index("The connection was lost") < html.index("<footer")


PROMPTS = [
    ({}, ""),
    ({"cache_read_input_tokens": 0, "server_tool_use": None}, ""),
    (
        {"cache_creation_input_tokens": 9},
        "Tokens in: 25 as they are, 9 into the cache for 5 minutes",
    ),
    (
        {
            "cache_read_input_tokens": 1200,
            "cache_creation_input_tokens": 30,
            "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
        },
        (
            "Tokens in: 25 as they are, 1,200 from the cache, 10 into the cache for 5 minutes, "
            "20 into the cache for an hour"
        ),
    ),
    ({"server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 0}}, "1 web search"),
    ({"server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 1}}, "2 web searches"),
]


@pytest.mark.parametrize(("usage", "title"), PROMPTS)
def test_the_footers_title_keeps_apart_what_has_prices_of_its_own(usage, title):
    html = bundle(message("Hi", usage=usage))["text/html"]
    assert re.findall(r'<small title="(.*?)">', html) == [title] * bool(title)


def test_an_answer_that_is_too_long_as_a_whole_is_shown_as_it_came():
    made = bundle(message(*["*a* " * 260_000] * 2), Footer(quiet=True))
    assert "<em>a</em>" not in made["text/html"]
    assert made["text/html"].count("*a*") == 520_000


ENDS = [
    ({"content": [], "stop_reason": "end_turn"}, "the answer is empty"),
    ({"content": [{"type": "text", "text": " \n"}], "stop_reason": "end_turn"}, "answer is empty"),
    (
        {"content": [{"type": "thinking", "thinking": "Hm."}], "stop_reason": "end_turn"},
        "the answer is empty",
    ),
    (
        {
            "content": [{"type": "thinking", "thinking": "Hm", "signature": "s"}],
            "stop_reason": "max_tokens",
        },
        "thinking took all of it (raise --max-tokens, or lower --think)",
    ),
    (
        {
            "content": [],
            "stop_reason": "refusal",
            "stop_details": {"type": "refusal", "category": "cyber", "explanation": "Not $x$."},
        },
        "refused: cyber: Not $x$.",
    ),
    ({"content": [], "stop_reason": "refusal"}, "refused"),
]


@pytest.mark.parametrize(("fields", "said"), ENDS, ids=[said for _, said in ENDS])
def test_an_answer_that_is_none_says_why(fields, said):
    whole = message("x").to_dict()
    made = bundle(Message.from_wire({**whole, **fields}), Footer(quiet=True))
    assert said in made["text/plain"]
    assert "<strong>" in made["text/html"]


CODE = "Mend it so:\n\n```python\na = [1 < 2]\nb = 'x'\n```\n\nNot so:\n\n```python\nc = 3\n```"


def test_code_that_stands_in_the_next_cell_is_folded_and_the_last_line_says_where_it_is():
    made = bundle(message(CODE), Footer(proposed=["a = [1 < 2]\nb = 'x'"]))
    html = body(made["text/html"])
    assert re.search(r"<details[^>]*><summary>Code, 2 lines, in the next cell</summary><pre", html)
    assert html.count("<details") == 1
    assert "c = " in html.partition("</details>")[2]
    assert "<strong>code proposed in the next cell, not run</strong>" in html
    assert "— code proposed in the next cell, not run · " in made["text/plain"]
    assert "a = [1 < 2]" in made["text/plain"]


def test_code_with_hidden_characters_is_not_folded_away():
    code = "```python\nx = 'a\u202eb'\n```"
    html = bundle(message(code), Footer(proposed=["x = 'a\u202eb'"]))["text/html"]
    assert "<details" not in html
    assert "U+202E" in html


def test_an_answer_that_begins_with_folded_code_is_in_the_same_parts_as_before():
    text = "```python\nx = 1\n```\n\n" + "A paragraph.\n\n" * 200
    folded = bundle(message(text), Footer(proposed=["x = 1"]))["text/html"]
    plain = bundle(message(text))["text/html"]
    assert folded.count("claude-nb-part-") == plain.count("claude-nb-part-") > 1


def test_markdown_keeps_an_answer_whole():
    code = "a = 1\n\n  \n\t\n\nb = 2\n"
    made = bundle(message(thinking(f"So.\n\n{code}\n"), f"```\n{code}```\n\nThe end."))["text/html"]
    [block] = MarkdownIt("commonmark", {"html": True}).parse(f"{made}\n\nNot of it.")[:-3]
    assert block.type == "html_block"
    assert block.content.strip() == made
    pages = html5lib.parse(made, namespaceHTMLElements=False).iter("pre")
    assert ["".join(pre.itertext()) for pre in pages] == [f"So.\n\n{code}\n", code]
