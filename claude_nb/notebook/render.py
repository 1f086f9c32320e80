"""A message to what a cell keeps: ``text/html`` and ``text/plain``, a pure function of its inputs.

The HTML is made here, of sanitised parts only, and shows without kernel, extension or JavaScript in
whatever reads notebooks. ``text/markdown`` is never part of it: JupyterLab runs scripts in that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from claude_nb.notebook.markdown import to_html
from claude_nb.notebook.parts import in_parts, unlisted
from claude_nb.notebook.sanitise import escape, one_line, plain, visible

__all__ = ["Footer", "bundle", "error_bundle", "page", "thought"]

_STATIC = Path(__file__).parent / "static"
_CARD = 2_000  # bytes
_BRIEF = 61  # characters of what a tool got or gave, in the line that is seen unopened
_CARD_STYLE = "border-left:3px solid var(--jp-error-color1,#d32f2f);padding:.1em 0 .1em .9em"
_REASONS = {
    "max_tokens": "cut off at max_tokens",
    "refusal": "refused",
    "pause_turn": "paused by the server",
    "model_context_window_exceeded": "cut off: the context window is full",
    "tool_use": "waits for a tool",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """What the line below an answer says beyond what the message itself tells.

    Attributes
    ----------
    seconds : float, optional
        From request to end.
    thinking_seconds : sequence of float
        One for each thinking block, in order; may be shorter.
    cost : float, optional
        US dollars; None where it is not known to be true.
    problem : str
        Why the answer is not whole ("stopped", "connection lost"); shown first.
    notes : sequence of str
        Shown last: "emulated", "replayed", "turn 3 of main".
    quiet : bool
        Say only what must be said: the problem and the notes.
    """

    seconds: float | None = None
    thinking_seconds: Sequence[float] = ()
    cost: float | None = None
    problem: str = ""
    notes: Sequence[str] = ()
    quiet: bool = False


def bundle(message: Any, footer: Footer | None = None) -> dict[str, str]:
    """Return the MIME bundle that a cell keeps for `message`.

    Parameters
    ----------
    message : claude_nb.api.types.Message
        The answer, whole or partial.
    footer : Footer, optional
        What only the run knows.

    Returns
    -------
    dict[str, str]
        ``text/html`` and ``text/plain``. Equal inputs give equal bytes, streamed or not.
    """
    footer = footer or Footer()
    problem, facts = _facts(message, footer)
    parts = list(_parts(message, footer))
    line = " · ".join(facts)
    strong = f"<strong>{escape(problem)}</strong>" + " · " * bool(line) if problem else ""
    html = unlisted(in_parts(part for part, _ in parts))
    foot = f"<footer><small>{strong}{escape(line)}</small></footer>" if strong or line else ""
    texts = [text for _, text in parts if text]
    last = " · ".join(filter(None, (problem, line)))
    return {
        "text/html": page(html + foot),
        "text/plain": "\n\n".join([*texts, f"— {last}"] if last else texts),
    }


def thought(seconds: float | None, tokens: int | None) -> str:
    """Return the title of a thinking block ("Thought for 4 s · 612 tokens")."""
    title = "Thought" if seconds is None else f"Thought for {duration(seconds)}"
    return f"{title} · {tokens:,} tokens" if tokens else title


def duration(seconds: float) -> str:
    """Return `seconds` as a person says it: ``0.8 s``, ``42 s``, ``3 min 5 s``."""
    if seconds < 9.95:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _parts(message: Any, footer: Footer) -> list[tuple[str, str]]:
    """Return (HTML, plain text) for each content block."""
    times = iter(footer.thinking_seconds)
    thinking = [block for block in message.content if block.type == "thinking"]
    details = getattr(message.usage, "output_tokens_details", None)
    tokens = details.thinking_tokens if details and len(thinking) == 1 else None
    parts: list[tuple[str, str]] = []
    for block in message.content:
        if block.type == "text":
            parts.append((to_html(block.text), plain(block.text).strip("\n")))
        elif block.type == "thinking":
            title = thought(next(times, None), tokens)
            if block.thinking:
                parts.append((_details(title, block.thinking), f"[{title}]"))
        else:
            parts.append(_other(block))
    return parts


def _other(block: Any) -> tuple[str, str]:
    """Return what stands for a block that is neither text nor thinking."""
    if block.type == "redacted_thinking":
        title = "Thought, encrypted by the server"
        return f"<p><em>{title}</em></p>", f"[{title}]"
    if block.type in ("tool_use", "server_tool_use"):
        value = json.dumps(block.input, indent=1, ensure_ascii=False)
        html = _details(_call(block.name, block.input), value)
        return html, f"[Tool: {plain(block.name)}] {plain(_bounded(value))}"
    if block.type == "tool_result":
        title, value = f"{getattr(block, 'name', 'Tool')} returned", str(block.content)
        html = _details(f"{title} {one_line(value, _BRIEF)}", _bounded(value))
        return html, f"[{plain(title)}] {plain(_bounded(value))}"
    value = json.dumps(block.model_dump(mode="json"), indent=1, ensure_ascii=False)
    return _details(block.type, _bounded(value)), f"[{plain(block.type)}]"


def _call(name: str, given: Any) -> str:
    """Return a tool call in one short line, so that calls can be told apart unopened."""
    pairs = given.items() if isinstance(given, dict) else ()
    told = ", ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in pairs)
    return f"Tool: {name}({one_line(told, _BRIEF)})"


def _bounded(text: str, limit: int = 2_000) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


def _details(title: str, text: str) -> str:
    return (
        f"<details><summary>{escape(plain(title))}</summary>"
        f'<pre tabindex="0">{escape(plain(text))}</pre></details>'
    )


def _facts(message: Any, footer: Footer) -> tuple[str, list[str]]:
    """Return what is wrong with the answer, if anything, and the facts of the footer."""
    problem = plain(footer.problem or _REASONS.get(message.stop_reason or "", ""))
    notes = [plain(note) for note in footer.notes]
    if message.stop_reason == "stop_sequence":
        notes.insert(0, f"stop sequence {plain(json.dumps(message.stop_sequence))}")
    return problem, notes if footer.quiet else [*_measured(message, footer), *notes]


def _measured(message: Any, footer: Footer) -> list[str]:
    facts = [plain(str(message.model))]
    if footer.seconds is not None:
        facts.append(duration(footer.seconds))
    facts += _tokens(message.usage, whole=message.stop_reason is not None)
    if footer.cost is not None:
        facts.append(money(footer.cost))
    return facts


def money(cost: float) -> str:
    """Return dollars with two significant digits at least: ``$1.20``, ``$0.0042``."""
    return f"${cost:.2f}" if cost >= 0.1 else f"${cost:.4f}"  # noqa: PLR2004


def _tokens(usage: Any, *, whole: bool) -> list[str]:
    cached = getattr(usage, "cache_read_input_tokens", None) or 0
    written = getattr(usage, "cache_creation_input_tokens", None) or 0
    facts = [f"{usage.input_tokens + cached + written:,} in"]
    if cached:
        facts[0] += f" ({cached:,} cached)"
    # a stream that was cut has not told how much it wrote
    return [*facts, f"{usage.output_tokens:,} out"] if whole else facts


@lru_cache(maxsize=1)
def _style() -> str:
    css = (_STATIC / "answer.css").read_text(encoding="utf-8")
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*([{};,>])\s*", r"\1", re.sub(r"\s+", " ", css)).strip()


def page(html: str) -> str:
    """Return safe `html` in the style of an answer."""
    return f'<style>{_style()}</style><div class="claude-nb">{html}</div>'


def error_bundle(
    title: str, *, why: str = "", advice: str = "", request_id: str = "", notes: Sequence[str] = ()
) -> dict[str, str]:
    """Return the error card: at most six lines and 2 kB, both forms together.

    Parameters
    ----------
    title : str
        What went wrong, in a few words.
    why, advice : str
        What the server said, and what to do now.
    request_id : str
        For the provider's support.
    notes : sequence of str
        What was tried ("429, waited 1.0 s, attempt 2 of 3"); shown in one line.
    """
    request = f"Request {request_id}" if request_id else ""
    texts = ((title, 100), (why, 400), (advice, 200), (" · ".join(notes), 200), (request, 100))
    for share in (1.0, 0.5, 0.25):  # escaping can make five bytes of one
        lines = [one_line(text, int(share * room)) for text, room in texts if text]
        card = {"text/html": _card(lines), "text/plain": plain("\n".join(lines))}
        if sum(len(text.encode()) for text in card.values()) <= _CARD:
            break
    return card


def _card(lines: Sequence[str]) -> str:
    first, *rest = (visible(line) for line in lines)
    return (
        f'<div class="mathjax_ignore" style="{_CARD_STYLE}"><strong>{first}</strong>'
        + "".join(f"<br>{line}" for line in rest)
        + "</div>"
    )
