"""What the API refuses, the emulator refuses in the same words."""

from __future__ import annotations

import json

import pytest
from emulator_requests import NEW, PERSON, WEATHER, ask, talk
from invalid_requests import ALL, INVALID


def _row(row):
    body, message, *rest = row
    status, kind, headers = [*rest, *(400, INVALID, {})[len(rest) :]]
    return pytest.param(body, message, status, kind, headers, id=message[:70])


def test_the_table_is_long_enough():
    assert len(ALL) >= 120
    assert len({json.dumps([row[0], row[4:]], sort_keys=True) for row in ALL}) == len(ALL)


@pytest.mark.parametrize(
    ("body", "message", "status", "kind", "headers"), [_row(row) for row in ALL]
)
def test_an_invalid_request_is_refused_in_the_api_s_words(
    client, *, body, message, status, kind, headers
):
    response = client.post("/v1/messages", json=body, headers=headers)
    assert response.json()["error"] == {"type": kind, "message": message}
    assert response.status_code == status
    assert response.json()["request_id"] == response.headers["request-id"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": 1e999}', "Out of range float"),
        (b'{"a": "\\ud800"}', "no low surrogate"),
        (b"\xff\xfe\xfd", "codec can't decode"),
        (b"[" * 100_000, "nested more than 100 levels deep"),
    ],
)
def test_what_is_not_json_is_refused(client, content, problem):
    response = client.post(
        "/v1/messages", content=content, headers={"content-type": "application/json"}
    )
    error = response.json()["error"]
    assert (response.status_code, error["type"]) == (400, INVALID)
    assert error["message"].startswith("The request body is not valid JSON: ")
    assert problem in error["message"]


def test_a_body_that_is_no_object_is_refused(client):
    response = client.post("/v1/messages", json=[1])
    assert response.json()["error"]["message"] == "Input should be a valid dictionary"


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("", 'anthropic-version: "" is not a valid version'),
        ("2099-01-01", 'anthropic-version: "2099-01-01" is not a valid version'),
    ],
)
def test_only_known_versions_are_served(client, version, message):
    response = client.post("/v1/messages", json=ask(), headers={"anthropic-version": version})
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith(message)


FORMAT = {"type": "json_schema", "schema": PERSON}
OUTPUTS = "structured-outputs-2025-11-13"
COMPUTER = {
    "type": "computer_20250124",
    "name": "computer",
    "display_width_px": 800,
    "display_height_px": 600,
}
PROVIDED = [
    {"type": "bash_20250124", "name": "bash"},
    {"type": "code_execution_20260521", "name": "code_execution", "allowed_callers": ["direct"]},
    {"type": "memory_20250818", "name": "memory"},
    {"type": "text_editor_20250728", "name": "str_replace_based_edit_tool", "max_characters": 9},
    {"type": "web_search_20260318", "name": "web_search", "max_uses": 1},
    {"type": "web_fetch_20260318", "name": "web_fetch", "citations": {"enabled": True}},
    {"type": "tool_search_tool_bm25", "name": "tool_search_tool_bm25"},
    {"type": "browser_toolset_20260801"},
]

VALID = {
    "sampling on an old model": (ask(temperature=0.3), {}),
    "neutral sampling on a new model": (ask(model="claude-opus-5", temperature=1), {}),
    "a document in an assistant turn, old version": (
        talk(
            "hi",
            [
                {
                    "type": "document",
                    "source": {"type": "text", "media_type": "text/plain", "data": "d"},
                }
            ],
            "ok",
        ),
        {},
    ),
    "two user turns in a row": (
        ask() | {"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]},
        {},
    ),
    "prefill on 4.5": (talk("Pick a number", "It is", model="claude-haiku-4-5"), {}),
    "budget above max_tokens with interleaving": (
        ask(
            model="claude-haiku-4-5",
            thinking={"type": "enabled", "budget_tokens": 2048},
        ),
        {"anthropic-beta": "interleaved-thinking-2025-05-14"},
    ),
    "max_tokens 0 warms the cache": (ask(max_tokens=0), {}),
    "a system turn on a new model": (
        ask(model="claude-opus-5")
        | {"messages": [{"role": "user", "content": "a"}, {"role": "system", "content": "b"}]},
        {},
    ),
    "effort and adaptive thinking": (
        ask(
            model="claude-sonnet-5-5",
            thinking={"type": "adaptive", "display": "summarized"},
            output_config={"effort": "low"},
        ),
        NEW,
    ),
    "between tools": (
        ask(model="claude-sonnet-5-5", thinking={"type": "between_tools"}, tools=[WEATHER]),
        NEW,
    ),
    "fast": (ask(model="claude-opus-5-5", speed="fast"), NEW),
    "null cache control": (ask(cache_control=None), {}),
    "a format by the beta's name": (ask(output_format=FORMAT), {"anthropic-beta": OUTPUTS}),
    "no format by the beta's name": (ask(output_format=None), {"anthropic-beta": OUTPUTS}),
    "an MCP server": (
        ask(
            mcp_servers=[{"type": "url", "name": "x", "url": "https://mcp.example.org"}],
            tools=[{"type": "mcp_toolset", "mcp_server_name": "x"}],
        ),
        {"anthropic-beta": "mcp-client-2025-11-20, other-2025-01-01"},
    ),
    "a computer": (ask(tools=[COMPUTER]), {"anthropic-beta": "computer-use-2025-01-24"}),
    "thinking that the API itself signed": (
        talk(
            "x",
            [{"type": "thinking", "thinking": "t", "signature": "Eq" + "A" * 200 + "=="}],
            "y",
            thinking={"type": "enabled", "budget_tokens": 1024},
            max_tokens=2000,
        ),
        {},
    ),
    "every tool of the provider": (ask(tools=PROVIDED), {}),
    "a search result with citations": (
        ask(
            [
                {
                    "type": "search_result",
                    "source": "https://a.example.org",
                    "title": "A",
                    "content": [{"type": "text", "text": "The tower is 57 metres high."}],
                    "citations": {"enabled": True},
                },
                {"type": "text", "text": "How high is the tower?"},
            ]
        ),
        {},
    ),
    "a tool with a property of any name": (
        ask(
            tools=[
                {
                    **WEATHER,
                    "input_schema": {
                        "type": "object",
                        "properties": {
                            name: {"type": "string"}
                            for name in ("type", "items", "enum", "properties", "$ref", "required")
                        },
                    },
                }
            ],
            tool_choice={"type": "any"},
        ),
        {},
    ),
}


@pytest.mark.parametrize(("body", "headers"), list(VALID.values()), ids=list(VALID))
def test_a_valid_request_is_answered(client, body, headers):
    response = client.post("/v1/messages", json=body, headers=headers)
    assert response.status_code == 200, response.text


@pytest.mark.parametrize(
    ("tool", "problem"),
    [
        ({"strict": [None, None]}, "strict: Input should be a valid boolean"),
        ({"query": "x"}, "query: Extra inputs are not permitted"),
        ({"user_location": {"type": "exact"}}, "user_location: Input tag 'exact' found"),
    ],
)
def test_counting_checks_tools_of_the_provider_too(client, tool, problem):
    body = ask(tools=[{"type": "web_search_20250305", "name": "web_search", **tool}])
    del body["max_tokens"]
    answer = client.post("/v1/messages/count_tokens", json=body)
    assert answer.status_code == 400
    message = answer.json()["error"]["message"]
    assert message.startswith(f"tools.0.web_search_20250305.{problem}")


def test_more_than_a_hundred_thousand_messages_are_refused(client):
    body = ask() | {"messages": [0] * 100_001}
    reply = client.post("/v1/messages", json=body)
    assert reply.status_code == 400
    assert "messages: List should have at most 100000 items" in reply.json()["error"]["message"]
