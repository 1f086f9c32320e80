"""Explain, before anything is sent, what a model will refuse in a request.

Each rule is one small generator over a request (the JSON of ``POST /v1/messages``) and what the
model table knows; each yields sentences that say what is wrong, what is allowed and what to do.
Only the notebook side uses it: the client sends what it is told, and the server has the last
word. Knows nothing of HTTP or notebooks.

References
----------
Messages API reference: validation errors; extended thinking, adaptive thinking, effort.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from claude_nb.models import BUILT_IN, ModelInfo, ModelTable
from claude_nb.models.clouds import anything

__all__ = ["Refusal", "explain"]

SAMPLING = ("temperature", "top_p", "top_k")
MIN_BUDGET = 1024
_RANGES: dict[str, tuple[float, float]] = {"temperature": (0, 1), "top_p": (0, 1)}
_NEWEST = ModelInfo(id="", display_name="", line="").tools
_THINKING_ON = ("enabled", "adaptive", "between_tools")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a request would be refused.

    Attributes
    ----------
    field : str
        The request field at fault, as on the wire (``"thinking.budget_tokens"``).
    message : str
        What is wrong, what is allowed, and what to do; one line.
    """

    field: str
    message: str

    def __str__(self) -> str:
        return self.message


Request = Mapping[str, Any]
Rule = Callable[[Request, ModelInfo, ModelTable], Iterator[Refusal]]


def explain(
    request: Request, table: ModelTable = BUILT_IN, today: date | None = None
) -> list[Refusal]:
    """Return every reason known here why `request` would be refused; empty if none.

    Parameters
    ----------
    request : Mapping
        Body of ``POST /v1/messages``; ``model`` may be any id. Models that the table does not
        know are checked against the rules that hold for all.
    table : ModelTable
        What is known of the models.
    today : date, optional
        The day of the request (UTC). Default: the present one.
    """
    name = str(request.get("model", ""))
    if table.retired(name, today) is not None:
        return [Refusal("model", str(table.notice(name, today)))]
    table = replace(table, rows=table.all_models(today))
    info = table.get(name, today) or anything(name)
    return [refusal for rule in _RULES for refusal in rule(request, info, table)]


def _object(request: Request, field: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", request.get(field) or {})


def _thinking(request: Request) -> Mapping[str, Any]:
    return _object(request, "thinking")


def _effort(request: Request) -> str | None:
    return _object(request, "output_config").get("effort")


def _ranges(request: Request, *_: object) -> Iterator[Refusal]:
    for field, (low, high) in _RANGES.items():
        value = request.get(field)
        if value is not None and not low <= value <= high:
            yield Refusal(field, f"{field} is {value:g}, but must be from {low:g} to {high:g}.")
    if (request.get("top_k") or 0) < 0:
        yield Refusal("top_k", f"top_k is {request['top_k']}, but must be 0 or more.")


def _sampling(request: Request, info: ModelInfo, table: ModelTable) -> Iterator[Refusal]:
    given = [name for name in SAMPLING if request.get(name) is not None]
    if not info.sampling:
        for name in given:
            if not (name in _RANGES and request[name] == 1):
                yield Refusal(name, _no_sampling(name, info, table))
        return
    if {"temperature", "top_p"} <= set(given):
        yield Refusal("top_p", "temperature and top_p cannot be set together: keep one of them.")


def _no_sampling(name: str, info: ModelInfo, table: ModelTable) -> str:
    return (
        f"{info.id} takes no {name}: it chooses how to sample by itself. "
        f"Leave {name} out, or use {_takers(table, sampling=True)}."
    )


def _sampling_while_thinking(request: Request, info: ModelInfo, *_: object) -> Iterator[Refusal]:
    kind = _thinking(request).get("type")
    if not info.sampling or kind not in _THINKING_ON:
        return
    if request.get("temperature") not in {None, 1}:
        yield Refusal(
            "temperature",
            "temperature must stay at 1 while thinking is on: leave out one of the two.",
        )
    if request.get("top_k") is not None:
        yield Refusal(
            "top_k", "top_k cannot be set while thinking is on: leave out one of the two."
        )
    top_p = request.get("top_p")
    if top_p is not None and not 0.95 <= top_p <= 1:  # noqa: PLR2004 (the API's own bound)
        yield Refusal("top_p", f"top_p is {top_p:g}; while thinking is on it must be 0.95 to 1.")


def _max_tokens(request: Request, info: ModelInfo, *_: object) -> Iterator[Refusal]:
    value = request.get("max_tokens")
    if value is None:
        return
    if value < 0:
        yield Refusal("max_tokens", f"max_tokens is {value}, but must be at least 1.")
    if value > info.max_output_tokens:
        limit = info.max_output_tokens
        yield Refusal("max_tokens", f"max_tokens is {value}; {info.id} writes at most {limit}.")


def _thinking_kind(request: Request, info: ModelInfo, table: ModelTable) -> Iterator[Refusal]:
    kind = _thinking(request).get("type")
    if kind is None or kind in info.thinking:
        if kind == "disabled":
            yield from _disabled_effort(request, info)
        return
    yield Refusal("thinking", f"{info.id} {_KIND_REFUSED[kind]} {_instead(kind, info, table)}")


_KIND_REFUSED = {
    "enabled": "takes no thinking budget.",
    "adaptive": "cannot choose by itself how much to think.",
    "disabled": "cannot turn thinking off.",
    "between_tools": "cannot think between tool calls only.",
}


def _instead(kind: str, info: ModelInfo, table: ModelTable) -> str:
    if "adaptive" in info.thinking:
        efforts = "|".join(info.efforts)
        other = f", or use {_takers(table, thinking='enabled')}" if kind == "enabled" else ""
        return f"Set an effort instead (--think {efforts}){other}."
    return f"Set a budget instead (--think {MIN_BUDGET} or more tokens)."


def _disabled_effort(request: Request, info: ModelInfo, *_: object) -> Iterator[Refusal]:
    most, effort = info.disabled_max_effort, _effort(request) or info.default_effort
    if most and effort in info.efforts and info.efforts.index(effort) > info.efforts.index(most):
        yield Refusal("thinking", f"{info.id} turns thinking off only at effort {most} or below.")


def _budget(request: Request, *_: object) -> Iterator[Refusal]:
    thinking = _thinking(request)
    budget, most = thinking.get("budget_tokens"), request.get("max_tokens")
    if thinking.get("type") != "enabled" or budget is None:
        return
    field = "thinking.budget_tokens"
    if budget < MIN_BUDGET:
        yield Refusal(field, f"The thinking budget is {budget} tokens; the least is {MIN_BUDGET}.")
    elif most is not None and budget >= most:
        yield Refusal(
            field,
            f"The thinking budget ({budget}) must be less than max_tokens ({most}), which "
            f"covers thinking and answer. Raise max_tokens or lower the budget.",
        )


def _effort_level(request: Request, info: ModelInfo, table: ModelTable) -> Iterator[Refusal]:
    effort, kind = _effort(request), _thinking(request).get("type")
    if effort is None:
        return
    if not info.efforts:
        yield Refusal("effort", f"{info.id} takes no effort. {_instead('effort', info, table)}")
    elif effort not in info.efforts:
        yield Refusal(
            "effort", f"{info.id} takes no effort {effort!r}; it takes {', '.join(info.efforts)}."
        )
    elif kind == "between_tools" and effort in {"xhigh", "max"}:
        yield Refusal("effort", "Thinking between tool calls goes with effort low, medium or high.")


def _stop_sequences(request: Request, *_: object) -> Iterator[Refusal]:
    for text in request.get("stop_sequences") or ():
        if not text.strip():
            yield Refusal(
                "stop_sequences",
                f"The stop sequence {text!r} is blank: give at least one visible character.",
            )


def _prefill(request: Request, info: ModelInfo, *_: object) -> Iterator[Refusal]:
    messages = cast("list[Mapping[str, Any]]", request.get("messages") or [{}])
    if messages[-1].get("role") != "assistant":
        return
    if not info.prefill:
        message = f"{info.id} takes no prefilled answer: the last message must be the user's."
        yield Refusal("messages", message)
    elif _thinking(request).get("type") in _THINKING_ON:
        yield Refusal("messages", "A prefilled answer and thinking cannot be used together.")


def _tool_choice(request: Request, info: ModelInfo, *_: object) -> Iterator[Refusal]:
    choice = _object(request, "tool_choice").get("type")
    if choice not in {"any", "tool"}:
        return
    if not info.forced_tools:
        yield Refusal("tool_choice", f"{info.id} cannot be forced to use a tool: use auto or none.")
    elif _thinking(request).get("type") == "enabled":
        yield Refusal("tool_choice", "With a thinking budget, tool_choice must be auto or none.")


def _tool_types(request: Request, info: ModelInfo, *_: object) -> Iterator[Refusal]:
    for tool in cast("list[Any]", request.get("tools") or []):
        given = str(cast("Request", tool).get("type") or "") if isinstance(tool, Mapping) else ""
        for name in ("web_search", "web_fetch", "code_execution"):
            newest, known = str(getattr(info.tools, name)), str(getattr(_NEWEST, name))
            if given.startswith(f"{name}_2") and newest < given <= known:  # later ones may fit
                yield Refusal("tools", f"{info.id} takes no {given}: its newest is {newest}.")


def _cited_format(request: Request, *_: object) -> Iterator[Refusal]:
    if _object(request, "output_config").get("format") and any(map(_cites, _blocks(request))):
        yield Refusal(
            "output_config.format",
            "Citations and a schema cannot be used together: leave out --cite or --schema.",
        )


def _blocks(request: Request) -> Iterator[Mapping[str, Any]]:
    for message in cast("list[Mapping[str, Any]]", request.get("messages") or []):
        content = message.get("content")
        for block in cast("list[Any]", content if isinstance(content, list) else []):
            if isinstance(block, Mapping):
                yield cast("Mapping[str, Any]", block)


def _cites(block: Mapping[str, Any]) -> bool:
    switch = block.get("citations")
    return isinstance(switch, Mapping) and bool(cast("Request", switch).get("enabled"))


def _takers(table: ModelTable, *, sampling: bool | None = None, thinking: str | None = None) -> str:
    """Name up to two active models that take the thing asked for."""
    fits = [
        info.id
        for info in table
        if info.lifecycle == "active"
        and not info.leaving
        and (sampling is None or info.sampling)
        and (thinking is None or thinking in info.thinking)
    ]
    # sonnet before opus: the cheaper of the two is the better first suggestion
    return " or ".join(sorted(fits, key=lambda name: "opus" in name)[:2])


_RULES: tuple[Rule, ...] = (
    _ranges,
    _sampling,
    _sampling_while_thinking,
    _max_tokens,
    _thinking_kind,
    _budget,
    _effort_level,
    _stop_sequences,
    _prefill,
    _tool_choice,
    _tool_types,
    _cited_format,
)
