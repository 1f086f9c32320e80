"""Malformed requests, each with the message of the refusal (400, invalid_request_error)."""

# ruff: noqa: E501 - the messages are quoted as they are
from __future__ import annotations

from typing import Any

from emulator_requests import PERSON, WEATHER, ask, image, png, talk

_USE = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Bern"}}
_RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "sunny"}
_CACHED = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
_ADAPTIVE = {"type": "adaptive"}
_BLOCK_TAGS = (
    "'text', 'image', 'document', 'search_result', 'thinking', 'redacted_thinking', 'tool_use', "
    "'tool_result', 'server_tool_use', 'web_search_tool_result', 'web_fetch_tool_result', "
    "'code_execution_tool_result', 'bash_code_execution_tool_result', "
    "'text_editor_code_execution_tool_result', 'tool_search_tool_result', 'container_upload'"
)


def without(name: str) -> dict[str, Any]:
    """Return a body that lacks a field."""
    return {key: value for key, value in ask().items() if key != name}


def tool(**changes: Any) -> dict[str, Any]:
    """Return a body with one changed tool."""
    return ask(tools=[{**WEATHER, **changes}])


def schema(**changes: Any) -> dict[str, Any]:
    """Return a body with an output format."""
    form = {"type": "json_schema", "schema": {**PERSON, **changes}}
    return ask(output_config={"format": form})


# (body, message[, status, type[, headers]])
SHAPES: list[tuple[Any, ...]] = [
    (without("model"), "model: Field required"),
    (without("max_tokens"), "max_tokens: Field required"),
    (without("messages"), "messages: Field required"),
    (ask(model=3), "model: Input should be a valid string"),
    (ask(model=""), "model: String should have at least 1 character"),
    (ask(model="x" * 257), "model: String should have at most 256 characters"),
    (ask(max_tokens="many"), "max_tokens: Input should be a valid integer"),
    (ask(max_tokens=True), "max_tokens: Input should be a valid integer"),
    (
        ask(max_tokens=1.5),
        "max_tokens: Input should be a valid integer, got a number with a fractional part",
    ),
    (ask(max_tokens=-1), "max_tokens: Input should be greater than or equal to 0"),
    (ask() | {"messages": "hi"}, "messages: Input should be a valid list"),
    (ask() | {"messages": ["hi"]}, "messages.0: Input should be a valid dictionary"),
    (ask() | {"messages": [{"content": "hi"}]}, "messages.0.role: Field required"),
    (ask() | {"messages": [{"role": "user"}]}, "messages.0.content: Field required"),
    (
        ask() | {"messages": [{"role": "tool", "content": "hi"}]},
        "messages.0.role: Input should be 'user', 'assistant' or 'system'",
    ),
    (
        ask() | {"messages": [{"role": "user", "content": "hi", "name": "Ada"}]},
        "messages.0.name: Extra inputs are not permitted",
    ),
    (ask(3), "messages.0.content: Input should be a valid list"),
    (ask(["hi"]), "messages.0.content.0: Input should be a valid dictionary"),
    (ask([{"text": "hi"}]), "messages.0.content.0.type: Field required"),
    (ask([{"type": "text"}]), "messages.0.content.0.text.text: Field required"),
    (
        ask([{"type": "text", "text": None}]),
        "messages.0.content.0.text.text: Input should be a valid string",
    ),
    (
        ask([{"type": "video", "url": "x"}]),
        (
            "messages.0.content.0: Input tag 'video' found using 'type' does not match any of the "
            f"expected tags: {_BLOCK_TAGS}"
        ),
    ),
    (
        ask([{"type": "text", "text": "hi", "colour": "red"}]),
        "messages.0.content.0.text.colour: Extra inputs are not permitted",
    ),
    (ask(colour="red"), "colour: Extra inputs are not permitted"),
    (ask(stream="yes"), "stream: Input should be a valid boolean"),
    (ask(system=3), "system: Input should be a valid list"),
    (ask(system=[{"type": "text"}]), "system.0.text.text: Field required"),
    (
        ask(system=[image()]),
        (
            "system.0: Input tag 'image' found using 'type' does not match any of the expected tags: "
            "'text'"
        ),
    ),
    (ask(stop_sequences="END"), "stop_sequences: Input should be a valid list"),
    (ask(stop_sequences=[1]), "stop_sequences.0: Input should be a valid string"),
    (ask(temperature="hot"), "temperature: Input should be a valid number"),
    (ask(temperature=1.7), "temperature: Input should be less than or equal to 1"),
    (ask(temperature=-0.1), "temperature: Input should be greater than or equal to 0"),
    (ask(top_p=1.1), "top_p: Input should be less than or equal to 1"),
    (ask(top_k=-1), "top_k: Input should be greater than or equal to 0"),
    (ask(top_k=2.5), "top_k: Input should be a valid integer, got a number with a fractional part"),
    (ask(metadata={"user_id": 7}), "metadata.user_id: Input should be a valid string"),
    (
        ask(metadata={"user_id": "x" * 513}),
        "metadata.user_id: String should have at most 512 characters",
    ),
    (ask(metadata={"name": "Ada"}), "metadata.name: Extra inputs are not permitted"),
    (ask(service_tier="gold"), "service_tier: Input should be 'auto' or 'standard_only'"),
    (ask(inference_geo="moon"), "inference_geo: Input should be 'us' or 'global'"),
    (ask(speed="warp"), "speed: Input should be 'standard' or 'fast'"),
    (ask(thinking=True), "thinking: Input should be a valid dictionary"),
    (ask(thinking={}), "thinking.type: Field required"),
    (
        ask(thinking={"type": "deep"}),
        (
            "thinking: Input tag 'deep' found using 'type' does not match any of the expected tags: "
            "'enabled', 'disabled', 'adaptive', 'between_tools'"
        ),
    ),
    (ask(thinking={"type": "enabled"}), "thinking.enabled.budget_tokens: Field required"),
    (
        ask(thinking={"type": "enabled", "budget_tokens": 500}),
        "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
    ),
    (
        ask(thinking={**_ADAPTIVE, "budget_tokens": 2000}),
        "thinking.adaptive.budget_tokens: Extra inputs are not permitted",
    ),
    (
        ask(thinking={**_ADAPTIVE, "display": "loud"}),
        "thinking.adaptive.display: Input should be 'summarized' or 'omitted'",
    ),
    (
        ask(output_config={"effort": "extreme"}),
        "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
    ),
    (
        ask(output_config={"format": {"type": "xml"}}),
        (
            "output_config.format: Input tag 'xml' found using 'type' does not match any of the "
            "expected tags: 'json_schema'"
        ),
    ),
    (
        ask(output_config={"format": {"type": "json_schema"}}),
        "output_config.format.json_schema.schema: Field required",
    ),
    (ask(tools={}), "tools: Input should be a valid list"),
    (ask(tools=[{"input_schema": {"type": "object"}}]), "tools.0.custom.name: Field required"),
    (ask(tools=[{"name": "x"}]), "tools.0.custom.input_schema: Field required"),
    (
        tool(name="get weather"),
        "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
    ),
    (tool(name="x" * 129), "tools.0.custom.name: String should have at most 128 characters"),
    (tool(input_schema={}), "tools.0.custom.input_schema.type: Field required"),
    (
        tool(input_schema={"type": "string"}),
        "tools.0.custom.input_schema.type: Input should be 'object'",
    ),
    (tool(description=1), "tools.0.custom.description: Input should be a valid string"),
    (tool(parameters={}), "tools.0.custom.parameters: Extra inputs are not permitted"),
    (ask(tools=[WEATHER], tool_choice="auto"), "tool_choice: Input should be a valid dictionary"),
    (
        ask(tools=[WEATHER], tool_choice={"type": "tool"}),
        "tool_choice.tool.name: Field required",
    ),
    (
        ask(cache_control={"type": "forever"}),
        (
            "cache_control: Input tag 'forever' found using 'type' does not match any of the expected "
            "tags: 'ephemeral'"
        ),
    ),
    (
        ask([{**_CACHED, "cache_control": {"type": "ephemeral", "ttl": "2h"}}]),
        "messages.0.content.0.text.cache_control.ephemeral.ttl: Input should be '5m' or '1h'",
    ),
    (
        ask([{"type": "image", "source": {"type": "base64", "data": png()}}]),
        "messages.0.content.0.image.source.base64.media_type: Field required",
    ),
    (
        ask([image(media_type="image/tiff")]),
        (
            "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg', "
            "'image/png', 'image/gif' or 'image/webp'"
        ),
    ),
    (
        talk("hi", [{"type": "tool_use", "id": "a b", "name": "x", "input": {}}], "ok"),
        "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    ),
    (
        talk("hi", [{**_USE, "input": "Bern"}], "ok"),
        "messages.1.content.0.tool_use.input: Input should be a valid dictionary",
    ),
    (
        talk("hi", [_USE], [{"type": "tool_result", "content": "x"}]),
        "messages.2.content.0.tool_result.tool_use_id: Field required",
    ),
    (
        talk("hi", [_USE], [{**_RESULT, "is_error": "no"}]),
        "messages.2.content.0.tool_result.is_error: Input should be a valid boolean",
    ),
    (
        talk("hi", [{"type": "thinking", "thinking": "x"}], "ok"),
        "messages.1.content.0.thinking.signature: Field required",
    ),
    (ask(mcp_servers=[]), "mcp_servers: Extra inputs are not permitted"),
    (ask(container=3), "container: Input should be a valid dictionary"),
]
