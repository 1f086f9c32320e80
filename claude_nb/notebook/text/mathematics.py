r"""Mathematics in Markdown, for the reader's own MathJax.

A formula stays text: ``$…$`` or ``$$…$$`` in the HTML, which JupyterLab, Notebook and nbconvert
typeset and every other reader shows as written. What is one is decided here; which of them may be
typeset, in `claude_nb.notebook.text.formulas`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.amsmath import amsmath_block
from mdit_py_plugins.dollarmath.index import math_block_dollar

from claude_nb.notebook.text import dollars, formulas
from claude_nb.notebook.text.safe_html import SafeHtml, element, formula, visible_html

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["install"]

_LINES = 60  # of one formula; unclosed ones are looked for at every line, so the search is short
_NONE = re.compile(r"\s*(?:[^\W\d_]{3,}(?: [^\W\d_]{3,})*\s*)?")  # nothing, or plain words
_NO_BLOCK = re.compile(r"\s*(?:[xX]|\d+)?\s*")  # a box to tick, a source by number
_MOST = 1_000  # formulas of one text; a page needs a millisecond or two for each


def _formula(content: str, delimiter: Literal["$", "$$"], env: Any) -> SafeHtml:
    content = content.strip()
    if not content:
        return visible_html(f"{delimiter} {delimiter}")
    env["formulas"] = env.get("formulas", 0) + 1
    if env["formulas"] > _MOST:
        return element("code", visible_html(f"{delimiter}{content}{delimiter}", code=True))
    return formula(content, delimiter)


def _inline(_self: Any, tokens: Any, index: int, _options: Any, env: Any) -> str:
    double = tokens[index].type == "math_inline_double"
    return _formula(tokens[index].content, "$$" if double else "$", env)


def _block(_self: Any, tokens: Any, index: int, _options: Any, env: Any) -> str:
    return f"<p>{_formula(tokens[index].content, '$$', env)}</p>\n"


def _brackets(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  (the parser's signature)
    r"""Parse ``\(…\)`` and ``\[…\]`` within a paragraph."""
    opening = state.src[state.pos : state.pos + 2]
    if opening not in (r"\(", r"\["):
        return False
    closing = r"\)" if opening == r"\(" else r"\]"
    end = state.src.find(closing, state.pos + 2, min(state.posMax, state.pos + formulas.LONGEST))
    if end <= state.pos + 2 or _is_escaped(opening, state.src[state.pos + 2 : end]):
        return False
    if not silent:
        kind = "math_inline" if opening == r"\(" else "math_inline_double"
        state.push(kind, "math", 0).content = state.src[state.pos + 2 : end]
    state.pos = end + 2
    return True


def _is_escaped(opening: str, content: str) -> bool:
    r"""Tell whether brackets in a line are escaped ones: ``\[x\]``, ``grep "\(word\)"``."""
    words = _NONE.fullmatch(content) is not None
    return words or (opening == r"\[" and _NO_BLOCK.fullmatch(content) is not None)


def _bracket_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    r"""Parse ``\[`` … ``\]`` on lines of their own, without a blank line between."""
    first = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith(r"\[", first) or state.is_code_block(start):
        return False
    last = _last_line(state, start, min(end, start + _LINES))
    if last < 0 or (last == start and _is_escaped(r"\[", _block_source(state, start, last + 1))):
        return False
    return silent or _push_block(state, start, last + 1)


def _last_line(state: StateBlock, start: int, end: int) -> int:
    r"""Return the line that ends with ``\]``, or -1; each line is looked at once for all starts."""
    line = max(start, state.env.get("unclosed", 0))
    while line < end:
        text = state.src[state.bMarks[line] : state.eMarks[line]].strip()
        if text.endswith(r"\]"):
            return line
        if not text:
            break
        line += 1
    state.env["unclosed"] = line
    return -1


def _push_block(state: StateBlock, start: int, stop: int) -> bool:
    token = state.push("math_block", "math", 0)
    token.block, token.content, token.map = True, _block_source(state, start, stop), [start, stop]
    state.line = stop
    return True


def _block_source(state: StateBlock, start: int, stop: int) -> str:
    return state.getLines(start, stop, state.blkIndent, keepLastLF=False).strip()[2:-2]


def _short(rule: Callable[..., bool]) -> Callable[..., bool]:
    """Return a rule for blocks that looks no further than a formula is long."""

    def short(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
        return rule(state, start, min(end, start + _LINES), silent)

    return short


def install(md: MarkdownIt) -> None:
    """Teach `md` the four ways in which models write mathematics."""
    md.inline.ruler.before("escape", "math_inline", dollars.inline)
    block = math_block_dollar(allow_labels=False, allow_blank_lines=False)
    md.block.ruler.before("fence", "math_block", _short(block))
    every = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.before("blockquote", "amsmath", _short(amsmath_block), {"alt": every})
    md.inline.ruler.before("escape", "math_brackets", _brackets)
    md.block.ruler.before("fence", "math_brackets", _bracket_block, {"alt": ["paragraph"]})
    for name in ("math_inline", "math_inline_double"):
        md.add_render_rule(name, _inline)
    for name in ("math_block", "amsmath"):
        md.add_render_rule(name, _block)
