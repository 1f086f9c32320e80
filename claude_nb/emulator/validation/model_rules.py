"""Rules that depend on the model: length, thinking, effort, sampling, place and speed.

References
----------
Messages API: extended thinking, adaptive thinking, effort, API versions, prefill. Which model
takes what is `claude_nb.models`; here are the words of the refusals.
"""

from __future__ import annotations

from claude_nb.emulator import catalog
from claude_nb.emulator.validation.context import Context, refuse
from claude_nb.emulator.wire import section

__all__ = ["RULES"]

_DOCS = "https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
_USE_ADAPTIVE = (
    'Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
)
_ALWAYS_ON = ("fable", "mythos")
_LEAST_TOP_P = 0.95
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_LONG_OUTPUT = ("output-300k-2026-03-24", 300_000)


def max_tokens(ctx: Context) -> None:
    """Refuse more tokens than the model can write."""
    most = ctx.model.max_output_tokens
    if _LONG_OUTPUT[0] in ctx.betas and ctx.model.context_window > most * 2:
        most = _LONG_OUTPUT[1]
    asked = ctx.params["max_tokens"]
    if asked > most:
        refuse(
            f"max_tokens: {asked} > {most}, which is the maximum allowed number of output tokens "
            f"for {ctx.model.id}"
        )


def prewarming(ctx: Context) -> None:
    """Refuse what makes no sense when nothing is to be written."""
    if ctx.params["max_tokens"] > 0:
        return
    config = section(ctx.params, "output_config")
    wrong = {
        "stream": ctx.params.get("stream"),
        "thinking": section(ctx.params, "thinking").get("type", "disabled") != "disabled",
        "output_config.format": config.get("format"),
        "tool_choice": ctx.tool_choice in {"any", "tool"},
    }
    for name, is_set in wrong.items():
        if is_set:
            refuse(f"max_tokens: 0 cannot be combined with `{name}`")


def thinking_type(ctx: Context) -> None:
    """Refuse kinds of thinking that the model does not have."""
    kind = section(ctx.params, "thinking").get("type")
    if kind is None or kind in ctx.model.thinking:
        return
    if kind == "enabled":
        refuse(f'"thinking.type.enabled" is not supported for this model. {_USE_ADAPTIVE}')
    if kind == "adaptive":
        refuse("adaptive thinking is not supported on this model")
    if kind == "between_tools":
        refuse('"thinking.type.between_tools" is not supported for this model.')
    refuse(f'"thinking.type.disabled" is not supported for this model. {_instead(ctx)}')


def _instead(ctx: Context) -> str:
    if "between_tools" in ctx.model.thinking:
        return 'Use "thinking.type.between_tools" to think only between tool calls.'
    if ctx.model.line in _ALWAYS_ON:
        return (
            "Thinking defaults to adaptive mode when not specified; use "
            '"thinking.type.enabled" with "budget_tokens" for extended thinking.'
        )
    return _USE_ADAPTIVE


def thinking_budget(ctx: Context) -> None:
    """Refuse a budget that leaves no room for the answer."""
    budget = section(ctx.params, "thinking").get("budget_tokens")
    is_interleaved = any(beta.startswith("interleaved-thinking-") for beta in ctx.betas)
    if budget is None or ctx.counting or is_interleaved or budget < ctx.params["max_tokens"]:
        return
    refuse(
        "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our "
        f"documentation at {_DOCS}#max-tokens-and-context-window-size"
    )


def effort(ctx: Context) -> None:
    """Refuse efforts that the model, or its kind of thinking, does not have."""
    asked = section(ctx.params, "output_config").get("effort")
    if asked is None:
        return
    if not ctx.model.efforts:
        refuse("This model does not support the effort parameter.")
    if asked not in ctx.model.efforts:
        allowed = ", ".join(ctx.model.efforts)
        refuse(
            f"output_config.effort: '{asked}' is not supported for this model. "
            f"Supported levels: {allowed}."
        )
    kind = section(ctx.params, "thinking").get("type")
    highest = {"between_tools": "high", "disabled": ctx.model.disabled_max_effort}.get(str(kind))
    if highest and _EFFORTS.index(asked) > _EFFORTS.index(highest):
        refuse(f'"thinking.type.{kind}" is not supported with effort "{asked}".')


def sampling(ctx: Context) -> None:
    """Refuse sampling parameters where the model samples for itself."""
    given = {name: ctx.params.get(name) for name in ("temperature", "top_p", "top_k")}
    if not ctx.model.sampling:
        neutral = {"temperature": 1, "top_p": 1, "top_k": None}
        for name, value in given.items():
            if value is not None and value != neutral[name]:
                refuse(f"`{name}` is deprecated for this model.")
    if given["temperature"] is not None and given["top_p"] is not None:
        refuse(
            "`temperature` and `top_p` cannot both be specified for this model. "
            "Please use only one."
        )


def sampling_with_thinking(ctx: Context) -> None:
    """Refuse sampling parameters that thinking does not allow."""
    if ctx.thinking == "off" or not ctx.model.sampling:
        return
    consult = (
        f"Please consult our documentation at {_DOCS}"
        "#important-considerations-when-using-extended-thinking"
    )
    if ctx.params.get("temperature", 1) != 1:
        refuse(f"`temperature` may only be set to 1 when thinking is enabled. {consult}")
    if ctx.params.get("top_p", 1) < _LEAST_TOP_P:
        refuse(
            "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled. "
            f"{consult}"
        )
    if "top_k" in ctx.params:
        refuse(f"`top_k` must be unset when thinking is enabled. {consult}")


def geography(ctx: Context) -> None:
    """Refuse ``inference_geo`` for models that cannot choose."""
    if ctx.params.get("inference_geo") is not None and not catalog.takes_geo(ctx.model):
        refuse("inference_geo: This model does not support the inference_geo parameter.")


def speed(ctx: Context) -> None:
    """Refuse fast mode for models that have none."""
    if ctx.params.get("speed") == "fast" and not catalog.takes_fast(ctx.model):
        refuse("speed: This model does not support fast mode.")


RULES = (
    max_tokens,
    prewarming,
    thinking_type,
    thinking_budget,
    effort,
    sampling,
    sampling_with_thinking,
    geography,
    speed,
)
