"""A message to what a cell keeps: ``text/html`` and ``text/plain``, a pure function of its inputs.

The HTML is made here, of sanitised parts only, and shows without kernel, extension or JavaScript in
whatever reads notebooks. ``text/markdown`` is never part of it: JupyterLab runs scripts in that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, LiteralString, cast

from claude_nb.characters import one_line, plain
from claude_nb.notebook.answer import calls
from claude_nb.notebook.answer.amounts import count, duration, money
from claude_nb.notebook.answer.blocks import (
    SOFT,
    Block,
    is_empty,
    kind_of,
    shown,
    thought,
    thought_only,
)
from claude_nb.notebook.answer.folding import NextCell, folded
from claude_nb.notebook.answer.parts import in_parts, unlisted
from claude_nb.notebook.answer.sources import Sources
from claude_nb.notebook.page.constants import UNFINISHED
from claude_nb.notebook.text.bounds import LONGEST
from claude_nb.notebook.text.citations import marked, without_marks
from claude_nb.notebook.text.safe_html import (
    EMPTY,
    IGNORED,
    UNBOXED,
    SafeHtml,
    attribute,
    join,
    markup,
    own_name,
    proven,
    substituted,
    visible_html,
)

# fmt: off
__all__ = [
    "CHARACTERS_PER_TOKEN", "Card", "Footer", "bundle", "ended", "error_bundle", "foot",
    "marked_stale", "page", "unfinished_bundle",
]
# fmt: on

CHARACTERS_PER_TOKEN = 4
"""An estimate: the server tells only at the end."""


_CARD = 2_000  # bytes
_NOTES = 300  # characters
# Of the style of answers (answer.css) only what must not miss where no page has loaded it: with a
# sheet in each output, an open notebook matches every sheet against every answer.
_PAGE: LiteralString = (
    f'<div class="claude-nb {IGNORED}" style="max-width:54em">{{}}{UNBOXED}</div>'
)
_CARD_PLACE: LiteralString = (
    f'<div class="claude-nb-card {IGNORED}" style="border-left:3px solid '
    'var(--jp-error-color1,#d32f2f);padding:.1em 0 .1em .9em;margin:0 0 .8em">'
    f"<strong>{{}}</strong>{{}}{UNBOXED}</div>"
)
_NOTE: LiteralString = f'<br><small style="{SOFT}">{{}}</small>'
_BLANK = re.compile(r"\n([ \t]*)(?=\n)")
_END = re.compile(r"(</(?:p|h[1-6]|li|[ou]l|tr|table|pre|blockquote|details)>)(?=<)")
_FOOT: LiteralString = f'<footer style="{SOFT}"><small>{{}}</small></footer>'
_IS_STALE, _RUN_AGAIN = "stale", ": an earlier turn has changed since, run this cell again"
_STALE: LiteralString = f'<p class="{IGNORED}" style="{SOFT}"><strong>{{}}</strong>{{}}</p>'
_MOST_REASON = 300  # characters of a refusal's explanation
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
    tool_seconds : mapping
        Of calls of tools, by their ids.
    cost : float, optional
        US dollars; None where it is not known to be true.
    problem : str
        Why the answer is not whole ("stopped", "connection lost"); shown first.
    urgent : sequence of str
        What else a person is to do something about; shown next, and as strong.
    notes : sequence of str
        Shown last: "emulated", "replayed", "turn 3 of main".
    made : sequence of (SafeHtml, str)
        What is told of files below the answer, each as HTML and as plain text.
    asked : sequence of (SafeHtml, str)
        What went along with the question, shown above the answer, likewise.
    proposed : sequence of str
        Code of the answer that stands elsewhere too; folded in the answer, and told first.
    quiet : bool
        Say only what must be said: the problem and the notes.
    """

    seconds: float | None = None
    thinking_seconds: Sequence[float] = ()
    tool_seconds: Mapping[str, float] = field(default_factory=dict[str, float])
    cost: float | None = None
    problem: str = ""
    urgent: Sequence[str] = ()
    notes: Sequence[str] = ()
    made: Sequence[tuple[SafeHtml, str]] = ()
    asked: Sequence[tuple[SafeHtml, str]] = ()
    proposed: Sequence[str] = ()
    quiet: bool = False


def bundle(
    message: Any, footer: Footer | None = None, *, place: str = "", card: Card | None = None
) -> dict[str, str]:
    """Return the MIME bundle that a cell keeps for `message`.

    Parameters
    ----------
    message : claude_nb.api.types.Message
        The answer, whole or partial.
    footer : Footer, optional
        What only the run knows.
    place : str, optional
        Tells this output from others that show the same answer. Footnotes are linked where it is
        given, for links need ids, and ids belong to the page.
    card : Card, optional
        What broke it off.

    Returns
    -------
    dict[str, str]
        ``text/html`` and ``text/plain``. Equal inputs give equal bytes, streamed or not.
    """
    footer = footer or Footer()
    problem, facts = _facts(message, footer)
    title = "" if footer.quiet else split(message.usage)
    sections = [*footer.asked, *_sections(message, footer, place), *footer.made]
    line = " · ".join(facts)
    html = unlisted(in_parts(part for part, _ in sections))
    broken, told = card.shown() if card is not None else (EMPTY, "")
    texts = [text for text in (*(text for _, text in sections), told) if text]
    last = " · ".join(filter(None, (problem, line)))
    return {
        "text/html": page(join([html, broken, foot(line, problem, title)])),
        "text/plain": "\n\n".join([*texts, f"— {last}"] if last else texts),
    }


def unfinished_bundle(facts: str) -> dict[str, str]:
    """Return what a file holds of an answer that is still coming; a page adds the text so far."""
    return {
        "text/html": page(foot(plain(facts), UNFINISHED)),
        "text/plain": plain(f"— {UNFINISHED} · {facts}"),
    }


def foot(line: str, problem: str = "", title: str = "") -> SafeHtml:
    """Return the line below an answer, its problem first and strong; nothing for nothing.

    The title is what a pointer that rests there shows.
    """
    told = [markup("<strong>{}</strong>", visible_html(problem))] if problem else []
    told += [visible_html(line)] if line else []
    if not told:
        return EMPTY
    if title:
        small: LiteralString = f'<footer style="{SOFT}"><small title="{{}}">{{}}</small></footer>'
        return markup(small, attribute(title), join(told, " · "))
    return markup(_FOOT, join(told, " · "))


def split(usage: Any) -> str:
    """Return what the prompt's tokens and the server's tools were, where they differ in price."""
    read = getattr(usage, "cache_read_input_tokens", None) or 0
    whole = getattr(usage, "cache_creation_input_tokens", None) or 0
    kept = getattr(usage.cache_creation, "ephemeral_1h_input_tokens", None) or 0
    searches = getattr(usage.server_tool_use, "web_search_requests", None) or 0
    prompt = {
        f"{usage.input_tokens or 0:,} as they are": read or whole,
        f"{read:,} from the cache": read,
        f"{whole - kept:,} into the cache for 5 minutes": whole - kept,
        f"{kept:,} into the cache for an hour": kept,
    }
    told = ", ".join(text for text, counts in prompt.items() if counts)
    found = count(searches, "web search", "web searches")
    return " · ".join([f"Tokens in: {told}"] * bool(told) + [found] * bool(searches))


def _sections(message: Any, footer: Footer, place: str) -> list[tuple[SafeHtml, str]]:
    """Return (HTML, plain text) of each content block, and of what was cited below them.

    Texts that follow each other are one: citations part sentences, not paragraphs.
    """
    sources = Sources()
    content = _texts_joined([block.to_dict() for block in message.content], sources)
    times = iter(footer.thinking_seconds)
    thoughts = [block for block in content if kind_of(block).section == "think"]
    details = getattr(message.usage, "output_tokens_details", None)
    tokens = details.thinking_tokens if details and len(thoughts) == 1 else None
    whole = sum(
        len(kind_of(block).text(block)) for block in content if kind_of(block).section == "text"
    )
    quoted = sources.quoted
    sections: list[tuple[SafeHtml, str]] = []
    for number, block in enumerate(calls.paired(content)):
        if isinstance(block, calls.Call):
            sections.append(calls.shown(block, footer.tool_seconds))
            continue
        title = thought(next(times, None), tokens) if block in thoughts else ""
        own = own_name(place, str(message.id), str(number)) if place else ""
        as_it_came = whole > LONGEST
        html, text = shown(block, title, own=own, as_it_came=as_it_came, quoted=quoted)
        is_text = kind_of(block).section == "text"
        sections.append((folded(html, footer.proposed) if is_text else html, text))
    if sources:
        sections.append((sources.html, plain(f"Sources:\n{sources.text}")))
    return sections


def _texts_joined(content: Sequence[Block], sources: Sources) -> list[Block]:
    """Return the blocks with texts in a row as one, the numbers of its sources in it."""
    blocks: list[Block] = []
    for is_text, group in groupby(content, key=lambda block: kind_of(block).section == "text"):
        if not is_text:
            blocks += group
            continue
        first, *rest = group
        texts = [_marked(block, sources) for block in (first, *rest)]
        blocks.append({**first, "text": "".join(texts)})
    return blocks


def _marked(block: Block, sources: Sources) -> str:
    """Return a text with the numbers of what it cites behind its last word."""
    text = without_marks(kind_of(block).text(block))
    said = text.rstrip()
    marks = marked(said.rpartition("\n")[2], sources.add(block.get("citations")))
    return f"{said}{marks}{text[len(said) :]}"


def _facts(message: Any, footer: Footer) -> tuple[str, list[str]]:
    """Return what is wrong with the answer, if anything, and the facts of the footer."""
    said = NextCell.of(footer.proposed).said * bool(footer.proposed)
    first = [footer.problem or ended(message), *footer.urgent, said]
    problem = plain(" · ".join(filter(None, first)))
    notes = [plain(note) for note in footer.notes]
    if message.stop_reason == "stop_sequence":
        notes.insert(0, f"stop sequence {plain(json.dumps(message.stop_sequence))}")
    return problem, notes if footer.quiet else [*_measured(message, footer), *notes]


def ended(message: Any) -> str:
    """Return why an answer is not what was asked for, in words; empty if it is."""
    reason = message.stop_reason or ""
    content = [block.to_dict() for block in message.content]
    if reason == "refusal" and message.stop_details is not None:
        said = message.stop_details.to_dict()
        words = [str(said[name]) for name in ("category", "explanation") if said.get(name)]
        return one_line(": ".join(["refused", *words]), _MOST_REASON)
    if reason == "max_tokens" and thought_only(content):
        return (
            "cut off at max_tokens: thinking took all of it (raise --max-tokens, or lower --think)"
        )
    if reason == "end_turn" and is_empty(content):
        return "the answer is empty"
    return _REASONS.get(reason, "")


def _measured(message: Any, footer: Footer) -> list[str]:
    facts = [plain(message.model)] if message.model else []  # which a server may leave out
    if footer.seconds is not None:
        facts.append(duration(footer.seconds))
    facts += _tokens(message)
    managed = message.to_dict().get("context_management")
    facts += _cleared(managed if isinstance(managed, Mapping) else None)
    if footer.cost is not None:
        facts.append(money(footer.cost))
    return facts


def _cleared(managed: Any) -> list[str]:
    """Return how much of earlier turns the server left out, as it was asked to."""
    edits = cast("Mapping[str, Any]", managed).get("applied_edits") if managed else None
    listed = cast("list[Any]", edits if isinstance(edits, list) else [])
    told = [cast("Mapping[str, Any]", edit) for edit in listed if isinstance(edit, Mapping)]
    counts = [edit.get("cleared_input_tokens") for edit in told]
    total = sum(each for each in counts if isinstance(each, int))
    return [f"{total:,} tokens of earlier turns cleared"] if total else []


def _tokens(message: Any) -> list[str]:
    usage = message.usage
    cached = getattr(usage, "cache_read_input_tokens", None) or 0
    written = getattr(usage, "cache_creation_input_tokens", None) or 0
    facts: list[str] = []  # of what the server told
    if usage.input_tokens is not None:
        of_cache = f" ({cached:,} cached)" if cached else ""
        facts.append(f"{usage.input_tokens + cached + written:,} in{of_cache}")
    if message.stop_reason is None:  # a stream that was cut has not told all
        written = sum(len(kind_of(block).text(block)) for block in _blocks(message))
        facts += [f"≈ {-(-written // CHARACTERS_PER_TOKEN):,} out"] * bool(written)
    elif usage.output_tokens is not None:
        facts.append(f"{usage.output_tokens:,} out")
    return facts


def _blocks(message: Any) -> list[Block]:
    return [block.to_dict() for block in message.content]


def marked_stale(bundle: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer's output that says first that it answers what is said no more."""
    note = markup(_STALE, visible_html(_IS_STALE), visible_html(_RUN_AGAIN))
    html = join([note, proven(bundle["text/html"])])
    return {
        **bundle,
        "text/html": html,
        "text/plain": f"{_IS_STALE}{_RUN_AGAIN}\n\n{bundle['text/plain']}",
    }


def page(html: SafeHtml) -> SafeHtml:
    """Return `html` as an answer: in its width, and out of MathJax's sight but for its formulas.

    It has no blank line, at which Markdown would end it: so it stays whole where a notebook is
    converted to Markdown. Each block ends its line, for the tools that compare files by lines.
    """
    return markup(_PAGE, substituted(_END, r"\1\n", substituted(_BLANK, r"&#10;\1", html)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What went wrong: at most five lines and 2 kB, as HTML and as text together.

    Attributes
    ----------
    title : str
        What went wrong, in a few words.
    why, advice : str
        What the server said, and what to do now.
    notes : sequence of str
        For who looks it up: the error's class, what was tried; in one line that stands back.
    """

    title: str
    why: str = ""
    advice: str = ""
    notes: Sequence[str] = ()

    def shown(self) -> tuple[SafeHtml, str]:
        """Return it as HTML and as plain text."""
        texts = ((self.title, 100), (self.why, 400), (self.advice, 200))
        for share in (1.0, 0.5, 0.25):  # escaping can make five bytes of one
            lines = [one_line(text, int(share * room)) for text, room in texts if text]
            notes = one_line(" · ".join(self.notes), int(share * _NOTES))
            html, text = _card(lines, notes), plain("\n".join([*lines, notes]).rstrip())
            if len(html.encode()) + len(text.encode()) <= _CARD:
                break
        return html, text


def error_bundle(card: Card) -> dict[str, str]:
    """Return what a cell keeps where nothing came of an answer."""
    html, text = card.shown()
    return {"text/html": html, "text/plain": text}


def _card(lines: Sequence[str], notes: str) -> SafeHtml:
    first, *rest = map(visible_html, lines)
    below = [markup("<br>{}", line) for line in rest]
    below += [markup(_NOTE, visible_html(notes))] if notes else []
    return markup(_CARD_PLACE, first, join(below))
