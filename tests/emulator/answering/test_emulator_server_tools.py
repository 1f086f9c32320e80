"""Server tools: when they are called, what they leave, how they fail, and how a turn is paused."""

from __future__ import annotations

import pytest
from emulator_requests import WEATHER, ask

SEARCH = {"type": "web_search_20250305", "name": "web_search"}
FETCH = {"type": "web_fetch_20250910", "name": "web_fetch", "citations": {"enabled": True}}
CODE = {"type": "code_execution_20250825", "name": "code_execution"}
PYTHON = {"type": "code_execution_20250522", "name": "code_execution"}
LAB = {"type": "url", "name": "lab", "url": "https://mcp.example.org"}
LAB_TOOLS = {"type": "mcp_toolset", "mcp_server_name": "lab"}
ALL = [SEARCH, FETCH, CODE]
TIDES = "https://science.example.org/tides"
OFF = {"default_config": {"enabled": False}}
MCP = {"anthropic-beta": "mcp-client-2025-11-20"}
MARK = "Emulated by claude_nb"


def post(client, body, **headers):
    answer = client.post("/v1/messages", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def block(message, kind):
    return next(block for block in message["content"] if block["type"] == kind)


def kinds(message):
    return [block["type"] for block in message["content"]]


def said(message):
    return "".join(block.get("text", "") for block in message["content"])


def cited(message):
    return [c for block in message["content"] for c in block.get("citations") or ()]


@pytest.mark.parametrize(
    ("prompt", "called"),
    [
        ("Search the web for tides", "web_search"),
        ("What is the latest news on Python 3.14?", "web_search"),
        ("Why are there seasons?", "web_search"),
        (f"Summarise {TIDES}, please.", "web_fetch"),
        ("Calculate 17 * 23 with code", "bash_code_execution"),
        ("Run this:\n```python\nprint(2 ** 10)\n```", "bash_code_execution"),
        ("Write a haiku about tea", None),
        ("Hello", None),
    ],
)
def test_a_tool_is_called_when_it_fits(client, prompt, called):
    message = post(client, ask(prompt, tools=ALL))
    names = [b["name"] for b in message["content"] if b["type"] == "server_tool_use"]
    assert names == ([called] if called else [])
    assert MARK in said(message)
    assert message["stop_reason"] == "end_turn"


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        ({"type": "none"}, None),
        ({"type": "tool", "name": "web_search"}, "web_search"),
        ({"type": "tool", "name": "code_execution"}, "bash_code_execution"),
        ({"type": "any"}, "web_search"),
    ],
)
def test_the_choice_of_tools_holds(client, choice, called):
    message = post(client, ask("Hello tides", tools=ALL, tool_choice=choice))
    names = [b["name"] for b in message["content"] if b["type"] == "server_tool_use"]
    assert names == ([called] if called else [])


def test_tools_of_the_client_still_serve_what_fits_them(client):
    message = post(client, ask("What is the weather in Oslo?", tools=[*ALL, WEATHER]))
    assert block(message, "tool_use")["input"] == {"city": "Oslo"}


def test_a_search_cites_what_it_found(client):
    message = post(client, ask("Search the web: why does the sea have tides?", tools=[SEARCH]))
    found = block(message, "web_search_tool_result")
    assert found["tool_use_id"] == block(message, "server_tool_use")["id"]
    assert all(".example.org/" in item["url"] for item in found["content"])
    assert message["usage"]["server_tool_use"]["web_search_requests"] == 1
    for citation in cited(message):
        assert citation["type"] == "web_search_result_location"
        assert citation["encrypted_index"]
        assert citation["cited_text"] in said(message)
    assert cited(message)[0]["url"] == TIDES


@pytest.mark.parametrize(
    ("lists", "hosts"),
    [
        ({"allowed_domains": ["docs.example.org"]}, {"docs.example.org"}),
        ({"allowed_domains": ["example.org/python"]}, {"docs.example.org"}),
        ({"allowed_domains": ["example.com"]}, set()),
        ({"blocked_domains": ["example.org"]}, set()),
    ],
)
def test_domains_bound_a_search(client, lists, hosts):
    message = post(client, ask("Search for python lists", tools=[SEARCH | lists]))
    found = block(message, "web_search_tool_result")["content"]
    assert {item["url"].split("/")[2] for item in found} == hosts


def test_a_fetched_page_is_a_document_with_exact_citations(client):
    message = post(client, ask(f"When do spring tides come? {TIDES}.", tools=[FETCH]))
    document = block(message, "web_fetch_tool_result")["content"]["content"]
    (citation,) = cited(message)
    start, end = citation["start_char_index"], citation["end_char_index"]
    assert document["source"]["data"][start:end] == citation["cited_text"]
    assert "spring tide" in citation["cited_text"]
    short = post(client, ask(f"Read {TIDES}", tools=[FETCH | {"max_content_tokens": 5}]))
    data = block(short, "web_fetch_tool_result")["content"]["content"]["source"]["data"]
    assert len(data.split()) <= 5
    plain = post(client, ask(f"Read {TIDES}", tools=[FETCH | {"citations": {"enabled": False}}]))
    assert cited(plain) == []


@pytest.mark.parametrize(
    ("url", "lists", "code"),
    [
        ("https://example.com/", {}, "url_not_accessible"),
        ("https://example.com/" + "x" * 250, {}, "url_too_long"),
        (TIDES, {"blocked_domains": ["science.example.org"]}, "url_not_allowed"),
    ],
)
def test_what_cannot_be_fetched_is_an_error_in_the_result(client, url, lists, code):
    message = post(client, ask(f"Read {url}", tools=[FETCH | lists]))
    failed = {"type": "web_fetch_tool_result_error", "error_code": code}
    assert block(message, "web_fetch_tool_result")["content"] == failed
    assert f"`{code}`" in said(message)


@pytest.mark.parametrize(
    ("tool", "prompt", "kind", "code"),
    [
        (SEARCH, "Search for tides", "web_search_tool_result", "max_uses_exceeded"),
        (FETCH, f"Read {TIDES}", "web_fetch_tool_result", "unavailable"),
        (CODE, "Calculate 2 + 2", "bash_code_execution_tool_result", "execution_time_exceeded"),
        (PYTHON, "Calculate 2 + 2", "code_execution_tool_result", "too_many_requests"),
    ],
)
def test_every_error_can_be_had_by_its_name(client, tool, prompt, kind, code):
    fault = {"x-emulator-fault": f"tool-error name={code}"}
    message = post(client, ask(prompt, tools=[tool]), **fault)
    assert block(message, kind)["content"]["error_code"] == code
    assert message["stop_reason"] == "end_turn"


def test_code_runs_in_a_container_and_leaves_files(client):
    message = post(client, ask("Plot 3, 5 and 8 as a chart", tools=[PYTHON]))
    result = block(message, "code_execution_tool_result")["content"]
    assert (result["return_code"], result["stderr"]) == (0, "")
    container = message["container"]["id"]
    (output,) = result["content"]
    file = client.get(f"/v1/files/{output['file_id']}").json()
    assert (file["filename"], file["mime_type"]) == ("chart.png", "image/png")
    assert file["downloadable"]
    data = client.get(f"/v1/files/{output['file_id']}/content")
    assert data.headers["content-type"] == "image/png"
    assert data.content.startswith(b"\x89PNG")
    again = post(client, ask("Calculate 2 + 2", tools=[PYTHON], container=container))
    assert again["container"]["id"] == container


@pytest.mark.parametrize(
    ("prompt", "code"),
    [
        ("Calculate 15% of 80 with code", "print(15 / 100 * 80)"),
        ("Calculate 1,000 + 5", "print(1000 + 5)"),
        ("Use Python to compute 1e3 + 1", "print(1000 + 1)"),
        ("Calculate (2 + 3) * 4 using Python code.", "print((2 + 3) * 4)"),
        ("Run code for the maximum of 3, 9 and 4", "values = [3, 9, 4]\nprint(max(values))"),
        ("Compute the mean of 1,000, 2 and 3.5", "values = [1000, 2, 3.5]\nprint(mean(values))"),
        ("Calculate the total of [1, 2, 3]", "values = [1, 2, 3]\nprint(sum(values))"),
        ("Calculate the product of 3 and 4", "print((3) * (4))"),
        ("Calculate the product of 3, 4 and 5", None),
        ("Calculate the standard deviation of 1, 2, 3", None),
        ("Calculate the sum of 1 to 100", None),
        ("Calculate the sum of 1, 2, 3, ... 10", None),
        ("Calculate 5 + 3 apples * 2", None),
        ("Calculate the mean and median of 1, 2, 3", None),
        ("Calculate the mean of the first two of 3, 4, 8", None),
        ("Calculate the days from 2024-01-05 to 2024-02-05", None),
        ("Calculate 3, 4, 5", None),
        ("Calculate 3 + 4 in binary", None),
        ("Plot sin(x) from 0 to 10", None),
    ],
)
def test_code_is_of_what_is_understood_or_there_is_none(client, prompt, code):
    message = post(client, ask(prompt, tools=[PYTHON]))
    uses = [b["input"]["code"] for b in message["content"] if b["type"] == "server_tool_use"]
    assert uses == ([code] if code else [])


def test_an_mcp_server_answers_without_being_called(client):
    body = ask("Ask the lab about photosynthesis", mcp_servers=[LAB], tools=[LAB_TOOLS])
    message = post(client, body, **MCP)
    use, result = block(message, "mcp_tool_use"), block(message, "mcp_tool_result")
    assert (use["server_name"], use["name"]) == ("lab", "look_up")
    assert result["tool_use_id"] == use["id"]
    assert "Photosynthesis" in result["content"][0]["text"]
    failed = post(client, body, **MCP, **{"x-emulator-fault": "tool-error"})
    assert block(failed, "mcp_tool_result")["is_error"]


@pytest.mark.parametrize(
    ("toolset", "called"),
    [
        (OFF, None),
        ({"configs": {"look_up": {"enabled": False}}}, "echo"),
        (
            {"default_config": {"enabled": False}, "configs": {"look_up": {"enabled": True}}},
            "look_up",
        ),
    ],
)
def test_only_enabled_tools_of_a_server_are_called(client, toolset, called):
    body = ask("Use mcp for tides", mcp_servers=[LAB], tools=[LAB_TOOLS | toolset])
    names = [b["name"] for b in post(client, body, **MCP)["content"] if b["type"] == "mcp_tool_use"]
    assert names == ([called] if called else [])


def test_the_older_mcp_beta_brings_tools_with_the_server(client):
    server = LAB | {"tool_configuration": {"allowed_tools": ["echo"]}}
    old = {"anthropic-beta": "mcp-client-2025-04-04"}
    message = post(client, ask("Use mcp", mcp_servers=[server]), **old)
    assert block(message, "mcp_tool_use")["name"] == "echo"


@pytest.mark.parametrize("model", ["claude-sonnet-4-6", "claude-sonnet-5-5", "claude-haiku-4-5"])
def test_a_paused_turn_goes_on_where_it_stood(client, model):
    body = ask("Search the web for tides", tools=[SEARCH], model=model)
    whole = post(client, body)
    paused = post(client, body, **{"x-emulator-fault": "pause-turn"})
    assert paused["stop_reason"] == "pause_turn"
    assert kinds(paused)[-1] == "web_search_tool_result"
    turn = {"role": "assistant", "content": paused["content"]}
    rest = post(client, body | {"messages": [*body["messages"], turn]})
    assert rest["stop_reason"] == "end_turn"
    assert said(paused) + said(rest) == said(whole)
    assert cited(rest) == cited(whole)


def test_the_next_question_may_hold_all_that_was_found(client):
    for prompt in ("Search the web for tides", f"Read {TIDES}", "Calculate 2 + 2"):
        body = ask(prompt, tools=ALL)
        turn = {"role": "assistant", "content": post(client, body)["content"]}
        messages = [*body["messages"], turn, {"role": "user", "content": "Thank you"}]
        assert post(client, body | {"messages": messages})["stop_reason"] == "end_turn"


def test_a_search_result_that_was_edited_is_refused(client):
    body = ask("Search the web for tides", tools=[SEARCH])
    content = post(client, body)["content"]
    for item in content:
        if item["type"] == "web_search_tool_result":
            item["content"][0]["encrypted_content"] = "AAAA"
    messages = [*body["messages"], {"role": "assistant", "content": content}, *body["messages"]]
    answer = client.post("/v1/messages", json=body | {"messages": messages})
    assert answer.status_code == 400
    assert "Invalid `encrypted_content`" in answer.json()["error"]["message"]


def test_a_stream_brings_the_same(client, events):
    for prompt in ("Search the web for tides", f"Read {TIDES}", "Plot 1, 2, 3"):
        body = ask(prompt, tools=[SEARCH, FETCH, PYTHON])
        seen, whole = events(body), post(client, body)
        assert seen[0]["message"]["container"] is None
        starts = [
            event["content_block"] for event in seen if event["type"] == "content_block_start"
        ]
        assert [start["type"] for start in starts] == kinds(whole)
        deltas = [event["delta"] for event in seen if event["type"] == "content_block_delta"]
        assert [d["citation"] for d in deltas if d["type"] == "citations_delta"] == cited(whole)
        given = "".join(d["partial_json"] for d in deltas if d["type"] == "input_json_delta")
        assert given
        (end,) = [event for event in seen if event["type"] == "message_delta"]
        assert end["usage"]["server_tool_use"] == whole["usage"]["server_tool_use"]
        assert bool(end["delta"]["container"]) == ("code_execution_tool_result" in kinds(whole))
