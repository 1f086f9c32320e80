"""Turns and features that the API refuses, each with the message of the refusal."""

# ruff: noqa: E501 - the messages are quoted as they are
from __future__ import annotations

from typing import Any

from emulator_requests import PERSON, WEATHER, ask, image, png, talk

from claude_nb.emulator import signature

_THOUGHT = {"type": "thinking", "thinking": "So.", "signature": signature.sign("So.", "So.")}
_USE = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Bern"}}
_RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "sunny"}
_CACHED = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
_HOUR = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "1h"}}
_DOCUMENT = {
    "type": "document",
    "source": {"type": "text", "media_type": "text/plain", "data": "d"},
}
_THINK = {"type": "enabled", "budget_tokens": 2000}
_HAIKU_45 = "claude-haiku-4-5"


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


TURNS: list[tuple[Any, ...]] = [
    (ask() | {"messages": []}, "messages: at least one message is required"),
    (
        ask() | {"messages": [{"role": "assistant", "content": "hi"}]},
        'messages: first message must use the "user" role',
    ),
    (
        ask(""),
        (
            "messages.0: all messages must have non-empty content except for the optional final "
            "assistant message"
        ),
    ),
    (
        talk("hi", [], "ok"),
        (
            "messages.1: all messages must have non-empty content except for the optional final "
            "assistant message"
        ),
    ),
    (ask([{"type": "text", "text": ""}]), "messages: text content blocks must be non-empty"),
    (
        ask([{"type": "text", "text": " \n"}]),
        "messages: text content blocks must contain non-whitespace text",
    ),
    (
        ask([{**_CACHED, "text": ""}]),
        "messages: cache_control cannot be set for empty text blocks",
    ),
    (
        ask(system=[{"type": "text", "text": ""}]),
        "system: text content blocks must be non-empty",
    ),
    (
        talk("hi", "ho"),
        (
            "This model does not support assistant message prefill. The conversation must end with a "
            "user message."
        ),
    ),
    (
        talk("hi", "ho ", model=_HAIKU_45),
        "messages: final assistant content cannot end with trailing whitespace",
    ),
    (
        talk("hi", "ho", model=_HAIKU_45, max_tokens=4096, thinking=_THINK),
        "prefill is not supported when thinking is enabled",
    ),
    (
        ask([_USE]),
        "messages.0.content.0: `tool_use` blocks can only be in `assistant` messages",
    ),
    (
        talk("hi", [_RESULT], "ok"),
        "messages.1.content.0: `tool_result` blocks can only be in `user` messages",
    ),
    (
        talk("hi", [image()], "ok"),
        "messages.1.content.0: `image` blocks can only be in `user` messages",
    ),
    (
        ask([_THOUGHT]),
        "messages.0.content.0: `thinking` blocks can only be in `assistant` messages",
    ),
    (
        talk("hi", [_USE], "so?"),
        (
            "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: "
            "toolu_1. Each `tool_use` block must have a corresponding `tool_result` block in the next "
            "message."
        ),
    ),
    (
        talk("hi", [_USE], [{"type": "text", "text": "so"}, _RESULT]),
        (
            "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: "
            "toolu_1. Each `tool_use` block must have a corresponding `tool_result` block in the next "
            "message."
        ),
    ),
    (
        ask([_RESULT]),
        (
            "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1. "
            "Each `tool_result` block must have a corresponding `tool_use` block in the previous "
            "message."
        ),
    ),
    (
        talk("hi", [_USE], [_RESULT, _RESULT]),
        (
            "messages.2: each tool_use must have a single result. Found multiple `tool_result` blocks "
            "with id: toolu_1"
        ),
    ),
    (talk("hi", [_USE, _USE], [_RESULT]), "messages.1: `tool_use` ids must be unique"),
    (
        talk("hi", [{**_THOUGHT, "signature": "abc"}, {"type": "text", "text": "x"}], "ok"),
        "messages.1.content.0: Invalid `signature` in `thinking` block",
    ),
    (
        talk("hi", [{**_THOUGHT, "thinking": "No."}, {"type": "text", "text": "x"}], "ok"),
        (
            "messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant "
            "message cannot be modified. These blocks must remain as they were in the original "
            "response."
        ),
    ),
    (
        ask()
        | {"messages": [*talk("a", "b", "c")["messages"], {"role": "system", "content": "s"}]},
        "messages.3.role: role 'system' is not supported on this model",
    ),
    (
        talk("hi", [_USE], [_RESULT], max_tokens=4096, thinking=_THINK, tools=[WEATHER]),
        (
            "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found "
            "`tool_use`. When `thinking` is enabled, a final `assistant` message must start with a "
            "thinking block (preceding the lastmost set of `tool_use` and `tool_result` blocks). To "
            "avoid this requirement, disable `thinking`."
        ),
    ),
]

FEATURES: list[tuple[Any, ...]] = [
    (
        ask(diagnostics={"previous_message_id": None}),
        "diagnostics: the claude_nb emulator does not support this field",
    ),
    (
        ask(stop_sequences=["END", " \n"]),
        "stop_sequences: each stop sequence must contain non-whitespace",
    ),
    (ask(stop_sequences=[""]), "stop_sequences: each stop sequence must be non-empty"),
    (ask(tools=[WEATHER, WEATHER]), "tools: Tool names must be unique."),
    (
        ask(tool_choice={"type": "auto"}),
        "tool_choice: tool_choice may only be specified while providing tools",
    ),
    (
        ask(tools=[WEATHER], tool_choice={"type": "tool", "name": "other"}),
        "Tool 'other' not found in provided tools",
    ),
    (
        ask(model="claude-opus-5-5", tools=[WEATHER], tool_choice={"type": "any"}),
        'tool_choice.type: "any" is not supported for this model.',
    ),
    (
        ask(max_tokens=4096, thinking=_THINK, tools=[WEATHER], tool_choice={"type": "any"}),
        "Thinking may not be enabled when tool_choice forces tool use.",
    ),
    (
        tool(strict=True),
        (
            "tools.0.custom.input_schema: For 'object' type, 'additionalProperties' must be "
            "explicitly set to false"
        ),
    ),
    (
        schema(additionalProperties=True),
        (
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be "
            "explicitly set to false"
        ),
    ),
    (
        schema(properties={"age": {"type": "integer", "minimum": 0, "maximum": 9}}),
        (
            "output_config.format.schema: For 'integer' type, properties minimum, maximum are not "
            "supported"
        ),
    ),
    (
        schema()
        | {
            "messages": [
                {"role": "user", "content": [{**_DOCUMENT, "citations": {"enabled": True}}]}
            ]
        },
        "output_config.format: citations are not supported with structured outputs",
    ),
    (
        ask([_CACHED] * 5),
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
    ),
    (
        ask([_CACHED] * 4, cache_control={"type": "ephemeral"}),
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
    ),
    (
        ask([_HOUR], system=[_CACHED]),
        (
            "messages.0.content.0.cache_control.ttl: a ttl='1h' cache_control block must not come "
            "after a ttl='5m' cache_control block. Note that blocks are processed in the following "
            "order: `tools`, `system`, `messages`."
        ),
    ),
    (
        ask([_CACHED], cache_control={"type": "ephemeral", "ttl": "1h"}),
        "cache_control: the last cacheable block already has a cache_control with a different ttl",
    ),
    (
        ask([image("!!!")]),
        "messages.0.content.0.image.source.base64.data: Invalid base64 data",
    ),
    (ask([image("aGVsbG8=")]), "Could not process image"),
    (
        ask([image(media_type="image/jpeg")]),
        (
            "messages.0.content.0.image.source.base64.data: Image does not match the provided media "
            "type image/jpeg; it appears to be image/png"
        ),
    ),
    (
        ask([image(png(8001, 1))]),
        (
            "messages.0.content.0.image.source.base64.data: At least one of the image dimensions "
            "exceed max allowed size: 8000 pixels"
        ),
    ),
    (
        ask([image("A" * 10_485_764)]),
        (
            "messages.0.content.0.image.source.base64: image exceeds 10 MB maximum: 10485764 bytes > "
            "10485760 bytes"
        ),
    ),
    (
        ask([{"type": "image", "source": {"type": "file", "file_id": "file_1"}}]),
        "File not found: file_1",
        404,
        "not_found_error",
    ),
    (
        ask("word " * 220_000, model=_HAIKU_45),
        "prompt is too long: 220008 tokens > 200000 maximum",
    ),
]
