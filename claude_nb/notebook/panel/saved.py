"""What is left of a panel without a kernel: its transcript as output, JSON and Markdown; pure.

The output holds the chat beside the HTML, so that a panel in the same cell can go on from a saved
notebook. What is read back is text to show and to send as history: never settings or file names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from claude_nb.conversation import Turn
from claude_nb.notebook import render
from claude_nb.notebook.errors import InputError
from claude_nb.notebook.markdown import to_html
from claude_nb.notebook.panel.chat import Exchange, Take
from claude_nb.notebook.sanitise import plain, visible

__all__ = ["CHAT", "as_json", "as_markdown", "bundle", "prompt_of", "read", "shown"]

CHAT = "application/vnd.claude-nb.chat+json"
_KIND = "claude_nb chat"
_VERSION = 1

# Live, the panel hides this output; without a kernel this hides what is left of the panel.
_ALONE = (
    ".jp-OutputArea-child:has(.claude-nb-said)+.jp-OutputArea-child"
    ":has(.jupyter-widgets):not(:has(.claude-nb-panel)){display:none}"
)


def bundle(exchanges: Sequence[Exchange], panel: str, note: str = "") -> dict[str, Any]:
    """Return the MIME bundle that the cell keeps of a chat.

    Parameters
    ----------
    exchanges : sequence of Exchange
        Those that have ended.
    panel : str
        The panel's id, by which its page finds this output.
    note : str
        What to say where nothing was said.
    """
    parts = [_exchange(exchange) for exchange in exchanges]
    if not parts and note:
        parts = [(f"<p>{visible(note)}</p>", note)]
    style = "<style>" + _ALONE + "</style>"
    html = "".join(part for part, _ in parts)
    said = f'{style}<div class="claude-nb-said claude-nb-said-{panel}">{html}</div>'
    data: dict[str, Any] = {
        "text/html": said,
        "text/plain": "\n\n".join(text for _, text in parts),
    }
    if exchanges:
        data[CHAT] = as_json(exchanges)
    return data


def _exchange(exchange: Exchange) -> tuple[str, str]:
    lines = visible(exchange.prompt).replace("\n", "<br>")
    html = f"<blockquote><p>{lines}</p></blockquote>"
    quoted = "\n".join(f"> {line}" for line in plain(exchange.prompt).splitlines())
    takes = [take for take in exchange.takes if take.bundle]
    html += "".join(take.bundle["text/html"] for take in takes)
    return html, "\n\n".join([quoted, *(take.bundle["text/plain"] for take in takes)])


def as_json(exchanges: Iterable[Exchange]) -> dict[str, Any]:
    """Return a chat as JSON data: what was asked, and what came back."""
    turns = [_turn_json(exchange) for exchange in exchanges if exchange.turn is not None]
    return {"kind": _KIND, "version": _VERSION, "turns": turns}


def _turn_json(exchange: Exchange) -> dict[str, Any]:
    turn = exchange.turn
    assert turn is not None  # noqa: S101 (narrows a type)
    facts = exchange.takes[exchange.kept or 0].facts
    return {
        "prompt": exchange.prompt,
        "messages": [dict(message) for message in turn.messages],
        "usage": dict(turn.usage),
        "state": turn.state,
        "model": facts.get("model", ""),
    }


def as_markdown(exchanges: Iterable[Exchange]) -> str:
    """Return a chat as Markdown: prompts quoted, answers as they came."""
    parts: list[str] = []
    for exchange in exchanges:
        parts.append("\n".join(f"> {line}" for line in exchange.prompt.splitlines()))
        if exchange.turn is not None:
            parts.append(_text(exchange.turn.messages[-1]))
    return "\n\n".join(parts) + "\n"


def _text(message: Mapping[str, Any]) -> str:
    content = message["content"]
    if isinstance(content, str):
        return content
    return "\n\n".join(block["text"] for block in content if block.get("type") == "text")


def prompt_of(turn: Turn) -> str:
    """Return the text of what a turn asked."""
    return _text(turn.messages[0])


def read(data: str | Mapping[str, Any]) -> list[Exchange]:
    """Return the exchanges of a saved chat.

    Parameters
    ----------
    data : str or Mapping
        JSON, read or not.

    Raises
    ------
    InputError
        It is no chat of ours.
    """
    try:
        value = json.loads(data) if isinstance(data, str) else data
        turns = {_KIND: value["turns"]}[value["kind"]]  # another kind is a KeyError, too
        return [_read_turn(turn) for turn in turns]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise InputError(
            "This is no saved chat: choose a JSON file that a panel has written."
        ) from None


def _read_turn(data: Mapping[str, Any]) -> Exchange:
    asked, *_, answered = data["messages"]
    if (asked["role"], answered["role"]) != ("user", "assistant"):
        raise ValueError("roles")
    exchange = Exchange(prompt=str(data["prompt"]))
    turn = Turn(
        cell=exchange.id,
        messages=tuple(data["messages"]),
        usage=dict(data.get("usage") or {}),
        state=str(data.get("state") or "complete"),
    )
    exchange.takes = [shown(turn, str(data.get("model") or ""))]
    return exchange


def shown(turn: Turn, model: str = "") -> Take:
    """Return a turn from elsewhere as a panel shows it."""
    text = _text(turn.messages[-1])
    state = "" if turn.state == "complete" else turn.state
    foot = " · ".join(filter(None, (plain(model), plain(state))))
    html = to_html(text) + (f"<footer><small>{visible(foot)}</small></footer>" if foot else "")
    data = {"text/html": render.page(html), "text/plain": plain(text)}
    tokens = {"input": "input_tokens", "output": "output_tokens"}
    facts = {name: int(turn.usage.get(kind) or 0) for name, kind in tokens.items()}
    return Take(values={}, state="done", bundle=data, facts={**facts, "model": model}, turn=turn)
