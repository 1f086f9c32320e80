"""``--dry-run``: the exact request, its tokens and likely cost; nothing is asked of the model."""

from __future__ import annotations

import json
from typing import Any, LiteralString

from claude_nb import models
from claude_nb.api.errors import AnthropicError
from claude_nb.api.hiding.hidden import hidden
from claude_nb.ask.question import Question
from claude_nb.characters import bounded
from claude_nb.notebook import backend
from claude_nb.notebook.answer import render, seen
from claude_nb.notebook.answer.amounts import count, span
from claude_nb.notebook.answer.blocks import SOFT
from claude_nb.notebook.live import views
from claude_nb.notebook.run import counting
from claude_nb.notebook.run.result import told
from claude_nb.notebook.session import Session
from claude_nb.notebook.text.markdown import to_html
from claude_nb.notebook.text.safe_html import EMPTY, SafeHtml, join, markup, visible_html

__all__ = ["show"]

_MOST = 20_000  # characters of the request that are shown, and of the messages before it
_FOLDED: LiteralString = (
    f'<details class="claude-nb-code"><summary style="{SOFT}">{{}}</summary>{{}}</details>'
)
_CELLS = "the notebook's cells"
_MOST_DATA = 120  # characters of base64 data that are shown


def show(question: Question, session: Session) -> None:
    """Display the request that this question would send, and what it would cost."""
    params = question.sent
    *earlier, last = _without_cells(params["messages"], question)
    before = _written({"messages": earlier}) if earlier else ""
    text = _written({**params, "messages": [last]})
    facts = [*told(question), *_facts(params, session)]
    line = " · ".join(["nothing was asked", *facts])
    title = f"{count(len(earlier), 'earlier message')}, sent before this one"
    folded = markup(_FOLDED, visible_html(title), _highlighted(before)) if before else EMPTY
    cells, told_cells = seen.whole(question.context) if question.context else (EMPTY, "")
    html = join([cells, folded, _highlighted(text), render.foot(line)])
    texts = [told_cells] * bool(told_cells) + [f"{title}:\n{before}"] * bool(before)
    texts += [text, f"— {line}"]
    views.FinalView().finish({"text/html": render.page(html), "text/plain": "\n\n".join(texts)})


def _without_cells(messages: list[Any], question: Question) -> list[Any]:
    """Return the messages with a word for the notebook's cells, which are shown by themselves."""
    blocks = question.context.blocks if question.context is not None else []
    if not blocks:
        return messages
    first, *rest = messages
    word = f"[the {count(len(blocks), 'block')} of {_CELLS}, as shown above]"
    return [{**first, "content": [word, *first["content"][len(blocks) :]]}, *rest]


def _written(params: dict[str, Any]) -> str:
    text = json.dumps(_short(params), indent=2, ensure_ascii=False, default=str)
    return bounded(hidden(text), _MOST)


def _highlighted(text: str) -> SafeHtml:
    return to_html(f"`````json\n{text}\n`````")


def _short(value: Any) -> Any:
    """Return the request with long attached data cut, so that it can be read."""
    if isinstance(value, dict):
        return {
            name: _data(item) if name == "data" else _short(item) for name, item in value.items()
        }
    return [_short(item) for item in value] if isinstance(value, list) else value


def _data(item: Any) -> Any:
    return bounded(item, _MOST_DATA) if isinstance(item, str) else item


def _facts(params: dict[str, Any], session: Session) -> list[str]:
    server = backend.connect(session)
    try:
        found = counting.count(params, server)
        tokens, is_counted = found.tokens, not found.estimated
    except AnthropicError:
        tokens, is_counted = counting.estimate(params), False
    facts = [f"{tokens:,} tokens in, counted by the server"]
    if not is_counted:
        facts = [f"≈ {tokens:,} tokens in, estimated: the server cannot count them"]
    known = models.BUILT_IN if server.emulated else server.models  # what it would cost with a key
    return [*facts, f"up to {params['max_tokens']:,} out", *_cost(params, tokens, known)]


def _cost(params: dict[str, Any], tokens: int, known: models.ModelTable) -> list[str]:
    """Return between which sums the price lies; a tool of the server's adds what nobody knows."""
    told = counting.billed_as(params)
    least, most = (known.cost(params["model"], {**part, **told}) for part in _ends(params, tokens))
    tools: list[Any] = params.get("tools") or []
    is_open = any(isinstance(tool, dict) and "input_schema" not in tool for tool in tools)
    if least is None or most is None or is_open:
        return ["price unknown"]
    each = ", for each request" if tools else ""
    return [f"{span(least, most)} at list prices{each}"]


def _ends(params: dict[str, Any], tokens: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the usage of the shortest and of the longest answer.

    With a cache the prompt is read from it at best, and written to it at worst.
    """
    written, cached = {"output_tokens": params["max_tokens"]}, json.dumps(params, default=str)
    if '"cache_control"' not in cached:
        return {"input_tokens": tokens}, {"input_tokens": tokens, **written}
    split = {"ephemeral_1h_input_tokens": tokens * ('"ttl": "1h"' in cached)}
    most = {"cache_creation_input_tokens": tokens, "cache_creation": split, **written}
    return {"cache_read_input_tokens": tokens}, most
