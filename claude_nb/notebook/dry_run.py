"""``--dry-run``: the exact request, its tokens and likely cost; nothing is asked of the model."""

from __future__ import annotations

import json
from typing import Any

from claude_nb import models
from claude_nb.api.errors import AnthropicError
from claude_nb.notebook import backend, render, views
from claude_nb.notebook.markdown import to_html
from claude_nb.notebook.question import Question

__all__ = ["show"]

_COUNTED = ("model", "messages", "system", "thinking", "tools", "tool_choice", "output_config")
_MOST_DATA = 120  # characters of base64 data that are shown
_CHARACTERS_PER_TOKEN = 4


def show(question: Question) -> None:
    """Display the request that this question would send, and what it would cost."""
    tools = [tool.to_dict() for tool in question.tools]
    params = {**question.params, "tools": tools} if tools else dict(question.params)
    text = json.dumps(_short(params), indent=2, ensure_ascii=False, default=str)
    line = " · ".join(["nothing was asked", *_facts(params)])
    fenced = to_html(f"`````json\n{text}\n`````")
    html = render.page(f"{fenced}<footer><small>{line}</small></footer>")
    views.FinalView().finish({"text/html": html, "text/plain": f"{text}\n\n— {line}"})


def _short(value: Any) -> Any:
    """Return the request with long attached data cut, so that it can be read."""
    if isinstance(value, dict):
        return {
            name: _data(item) if name == "data" else _short(item) for name, item in value.items()
        }
    return [_short(item) for item in value] if isinstance(value, list) else value


def _data(item: Any) -> Any:
    if not isinstance(item, str) or len(item) <= _MOST_DATA:
        return item
    return f"{item[:_MOST_DATA]}… ({len(item):,} characters)"


def _facts(params: dict[str, Any]) -> list[str]:
    counted = {name: params[name] for name in _COUNTED if name in params}
    try:
        tokens = backend.connect().client.messages.count_tokens(**counted).input_tokens
        facts = [f"{tokens:,} tokens in, counted by the server"]
    except AnthropicError:
        tokens = len(json.dumps(counted, default=str)) // _CHARACTERS_PER_TOKEN
        facts = [f"≈ {tokens:,} tokens in, estimated: the server cannot count them"]
    return [*facts, f"up to {params['max_tokens']:,} out", *_cost(params, tokens)]


def _cost(params: dict[str, Any], tokens: int) -> list[str]:
    least = models.cost(params["model"], {"input_tokens": tokens})
    usage = {"input_tokens": tokens, "output_tokens": params["max_tokens"]}
    most = models.cost(params["model"], usage)
    if least is None or most is None:
        return ["price unknown"]
    # no dollar signs: two of them in one line would be typeset as mathematics
    return [f"{least:.4f} to {most:.4f} US dollars at list prices"]
