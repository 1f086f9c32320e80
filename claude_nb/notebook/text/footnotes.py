"""Footnotes: ``[^1]`` in the text, ``[^1]: the note`` on a line of its own.

A note stays where it was written, under its own label, so that text which still streams shows the
same as the whole. Links between text and notes need ids, and ids belong to the page: only an
answer that is kept has them, made from a name of its own (`claude_nb.notebook.text.safe_html`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markdown_it.token import Token
from mdit_py_plugins.footnote.index import footnote_def

from claude_nb.notebook.text.safe_html import visible_html

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

__all__ = ["install", "labelled", "waits"]

_LABEL = r"\[\^([\w.*-]{1,40})\]"
_REFERENCE = re.compile(_LABEL)
_DEFINITION = re.compile(rf"{_LABEL}:")
_BACK = "\u21a9\ufe0e"  # as text, not as a picture


def install(md: MarkdownIt) -> None:
    """Teach `md` footnotes."""
    md.block.ruler.before("reference", "note", _define, {"alt": ["paragraph", "reference"]})
    md.inline.ruler.before("link", "note_reference", _refer)
    for name, rule in _RULES.items():
        md.add_render_rule(name, rule)


def _numbers(env: Any) -> dict[str, int]:
    """Return the labels of the notes that were found, behind a colon, each with its number."""
    return env.get("footnotes", {}).get("refs", {})


def _number(env: Any, label: str) -> int | None:
    return _numbers(env).get(f":{label}")


def _define(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    first = state.bMarks[start] + state.tShift[start]
    found = _DEFINITION.match(state.src, first, state.eMarks[start])
    if found is None:
        return False
    number = _number(state.env, found[1]) or len(_numbers(state.env)) + 1
    if not footnote_def(state, start, end, silent):
        return False
    if not silent:
        _numbers(state.env)[f":{found[1]}"] = number
    return True


def _refer(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  (the parser's signature)
    """Take what has a note; while a text grows also a number, for its note comes last."""
    found = _REFERENCE.match(state.src, state.pos, state.posMax)
    if found is None or not (_number(state.env, found[1]) or _is_likely(state.env, found[1])):
        return False
    if not silent:
        state.push("note_reference", "sup", 0).meta = {"label": found[1]}
    state.pos = found.end()
    return True


def _is_likely(env: Any, label: str) -> bool:
    return bool(env.get("grows")) and label.isdecimal()


def waits(content: str, env: Any) -> bool:
    """Tell whether a text refers to a note that may yet come."""
    return any(_number(env, label) is None for label in _REFERENCE.findall(content))


def labelled(tokens: Sequence[Token]) -> None:
    """Put each note's label before its first words, and the way back behind its last ones."""
    open_notes: list[tuple[Token, list[Token]]] = []  # a note may stand in another
    for token in tokens:
        if token.type == "footnote_reference_open":
            open_notes.append((token, []))
        elif token.type == "inline" and open_notes:
            open_notes[-1][1].append(token)
        elif token.type == "footnote_reference_close" and open_notes:
            _label(*open_notes.pop())


def _label(opened: Token, words: Sequence[Token]) -> None:
    mark, back = (Token(f"note_{kind}", "", 0, meta=opened.meta) for kind in ("label", "back"))
    if not words:
        return
    words[0].children = [mark, *(words[0].children or [])]
    words[-1].children = [*(words[-1].children or []), back]


def _id(env: Any, label: str, kind: str) -> str:
    """Return the id of a note or of the place that refers to it; empty without a name for ids."""
    number = _number(env, label)
    return f"{env['own']}-{kind}{number}" if env.get("own") and number else ""


def _note(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    own = _once(env, _id(env, tokens[index].meta["label"], "n"))
    return f'<aside id="{own}">' if own else "<aside>"


def _once(env: Any, own: str) -> str:
    """Return an id the first time, and nothing after that."""
    given: set[str] = env.setdefault("ids", set())
    if not own or own in given:
        return ""
    given.add(own)
    return own


def _reference(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    label = tokens[index].meta["label"]
    shown, leads = visible_html(label), _id(env, label, "n")
    if not leads or env.get("in_link"):
        return f"<sup>{shown}</sup>"
    own = _once(env, _id(env, label, "r"))
    place = f' id="{own}"' if own else ""
    return f'<sup{place}><a href="#{leads}">{shown}</a></sup>'


def _mark(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    return f"<sup>{visible_html(tokens[index].meta['label'])}</sup> "


def _way_back(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    leads = _id(env, tokens[index].meta["label"], "r")
    return f' <a href="#{leads}">{_BACK}</a>' if leads in env.get("ids", ()) else ""


_RULES = {
    "footnote_reference_open": _note,
    "footnote_reference_close": lambda *_: "</aside>\n",
    "note_reference": _reference,
    "note_label": _mark,
    "note_back": _way_back,
}
