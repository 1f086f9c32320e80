"""What a model or an API version does not take, each with the refusal it gets."""

# ruff: noqa: E501 - the messages are quoted as they are
from __future__ import annotations

from typing import Any

from emulator_requests import NEW, PERSON, WEATHER, ask, talk

INVALID = "invalid_request_error"
_DOCUMENT = {
    "type": "document",
    "source": {"type": "text", "media_type": "text/plain", "data": "d"},
}
_CITED = {
    "type": "text",
    "text": "x",
    "citations": [
        {
            "type": "char_location",
            "cited_text": "d",
            "document_index": 0,
            "document_title": None,
            "start_char_index": 0,
            "end_char_index": 1,
        }
    ],
}
_THINK = {"type": "enabled", "budget_tokens": 2000}
_DOCS = "https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
_HAIKU_45 = "claude-haiku-4-5"
_NEEDS_ADAPTIVE = (
    '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
    '"output_config.effort" to control thinking behavior.'
)


def tool(**changes: Any) -> dict[str, Any]:
    """Return a body with one changed tool."""
    return ask(tools=[{**WEATHER, **changes}])


def schema(**changes: Any) -> dict[str, Any]:
    """Return a body with an output format."""
    form = {"type": "json_schema", "schema": {**PERSON, **changes}}
    return ask(output_config={"format": form})


def think(kind: str, model: str = "claude-sonnet-4-6", **more: Any) -> dict[str, Any]:
    """Return a body with a kind of thinking."""
    return ask(model=model, thinking={"type": kind}, **more)


MODELS: list[tuple[Any, ...]] = [
    (ask(model="gpt-5"), "model: gpt-5", 404, "not_found_error"),
    (ask(model="sonnet"), "model: sonnet", 404, "not_found_error"),
    (
        ask(model="claude-3-opus-20240229"),
        "model: claude-3-opus-20240229",
        404,
        "not_found_error",
    ),
    (
        ask(model="claude-haiku-4-5-20251001", max_tokens=128_001),
        (
            "max_tokens: 128001 > 64000, which is the maximum allowed number of output tokens for "
            "claude-haiku-4-5-20251001"
        ),
    ),
    (
        ask(max_tokens=128_001),
        (
            "max_tokens: 128001 > 128000, which is the maximum allowed number of output tokens for "
            "claude-sonnet-4-6"
        ),
    ),
    (ask(max_tokens=0, stream=True), "max_tokens: 0 cannot be combined with `stream`"),
    (
        ask(max_tokens=0, tools=[WEATHER], tool_choice={"type": "any"}),
        "max_tokens: 0 cannot be combined with `tool_choice`",
    ),
    (think("adaptive", _HAIKU_45), "adaptive thinking is not supported on this model"),
    (
        think("between_tools"),
        '"thinking.type.between_tools" is not supported for this model.',
    ),
    *(
        (ask(model=model, max_tokens=4096, thinking=_THINK), _NEEDS_ADAPTIVE)
        for model in ("claude-opus-4-7", "claude-sonnet-5", "claude-sonnet-5-5", "claude-opus-5-5")
    ),
    (
        think("disabled", "claude-fable-5"),
        (
            '"thinking.type.disabled" is not supported for this model. Thinking defaults to adaptive '
            'mode when not specified; use "thinking.type.enabled" with "budget_tokens" for extended '
            "thinking."
        ),
    ),
    (
        think("disabled", "claude-opus-5-5"),
        (
            '"thinking.type.disabled" is not supported for this model. Use "thinking.type.adaptive" '
            'and "output_config.effort" to control thinking behavior.'
        ),
    ),
    (
        think("disabled", "claude-sonnet-5-5"),
        (
            '"thinking.type.disabled" is not supported for this model. Use '
            '"thinking.type.between_tools" to think only between tool calls.'
        ),
    ),
    (
        think("disabled", "claude-opus-5", output_config={"effort": "max"}),
        '"thinking.type.disabled" is not supported with effort "max".',
    ),
    (
        think("between_tools", "claude-sonnet-5-5", output_config={"effort": "xhigh"}),
        '"thinking.type.between_tools" is not supported with effort "xhigh".',
    ),
    (
        ask(thinking={"type": "enabled", "budget_tokens": 1024}),
        (
            "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our "
            f"documentation at {_DOCS}#max-tokens-and-context-window-size"
        ),
    ),
    (
        ask(model=_HAIKU_45, output_config={"effort": "low"}),
        "This model does not support the effort parameter.",
    ),
    (
        ask(output_config={"effort": "xhigh"}),
        (
            "output_config.effort: 'xhigh' is not supported for this model. Supported levels: low, "
            "medium, high, max."
        ),
    ),
    *(
        (ask(model=model, temperature=0.5), "`temperature` is deprecated for this model.")
        for model in ("claude-opus-4-7", "claude-sonnet-5", "claude-haiku-5-5")
    ),
    (ask(model="claude-opus-5", top_p=0.5), "`top_p` is deprecated for this model."),
    (ask(model="claude-opus-5", top_k=5), "`top_k` is deprecated for this model."),
    (
        ask(temperature=0.5, top_p=0.5),
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
    ),
    (
        ask(max_tokens=4096, thinking=_THINK, temperature=0.5),
        (
            "`temperature` may only be set to 1 when thinking is enabled. Please consult our "
            f"documentation at {_DOCS}#important-considerations-when-using-extended-thinking"
        ),
    ),
    (
        ask(max_tokens=4096, thinking=_THINK, top_p=0.5),
        (
            "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled. Please "
            f"consult our documentation at {_DOCS}"
            "#important-considerations-when-using-extended-thinking"
        ),
    ),
    (
        ask(max_tokens=4096, thinking=_THINK, top_k=5),
        (
            "`top_k` must be unset when thinking is enabled. Please consult our documentation at "
            f"{_DOCS}#important-considerations-when-using-extended-thinking"
        ),
    ),
    (
        ask(model=_HAIKU_45, inference_geo="us"),
        "inference_geo: This model does not support the inference_geo parameter.",
    ),
    (ask(speed="fast"), "speed: This model does not support fast mode."),
]

VERSIONS: list[tuple[Any, ...]] = [
    *(
        (ask(**{name: 1}), f"{name}: Extra inputs are not permitted", 400, INVALID, NEW)
        for name in ("temperature", "top_p", "top_k")
    ),
    (
        talk("hi", [_DOCUMENT, {"type": "text", "text": "x"}], "ok"),
        "messages.1.content.0: `document` blocks can only be in `user` messages",
        400,
        INVALID,
        NEW,
    ),
    (
        ask([_CITED]),
        "messages.0.content.0.text.citations: Extra inputs are not permitted",
        400,
        INVALID,
        NEW,
    ),
]
