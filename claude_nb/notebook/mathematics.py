r"""Mathematics in Markdown, for the reader's own MathJax.

A formula stays text: ``$…$`` or ``$$…$$`` in the HTML, which JupyterLab, Notebook and nbconvert
typeset and every other reader shows as written. Two things follow. Text that is not mathematics
must not become it ("$5 and $10"), so loose delimiters are fenced off with an element. And MathJax
has commands that style, link and define for the whole page, so a formula that uses one is shown as
code.
"""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from claude_nb.notebook.sanitise import visible

__all__ = ["install", "loose"]

# Commands by which a formula could act outside itself: style, link, identify, load, define.
_ACTIVE = re.compile(
    r"\\(?:href|url|style|class|cssId|data|bbox|mmlToken|require|unicode|html[A-Za-z]*"
    r"|includegraphics|[gex]?def|let|futurelet|csname|(?:re|provide)?new[A-Za-z]*|Newextarrow"
    r"|Declare[A-Za-z]*|define[A-Za-z]*|action|toggle|(?:math|text)?tip|ref|eqref"
    r"|rule|Rule|Space|raise|lower|moveleft|moveright|llap|rlap|catcode|input)(?![A-Za-z])"
)
_LINES = 60  # of one formula; unclosed ones are looked for at every line, so the search is short
_LABEL = re.compile(r"\\label\s*\{[^}]*\}")  # the page's numbering is not the answer's to use
_LONG = 5_000  # characters; a formula beyond that is an attack or a mistake

_LOOSE = re.compile(r"\$|\\(?=[(\[\])]|begin|end|(?:eq)?ref)")


def loose(html: str) -> str:
    """Return escaped text in which nothing starts a formula for the reader's MathJax."""
    return _LOOSE.sub(r"<span>\g<0></span>", html)


def _formula(content: str, delimiter: str) -> str:
    content = _LABEL.sub("", content.strip())
    if len(content) > _LONG or _ACTIVE.search(content):
        return f"<code>{visible(delimiter + content + delimiter, code=True)}</code>"
    return f"{delimiter}{visible(content)}{delimiter}"


def _inline(_self: Any, tokens: Any, index: int, _options: Any, _env: Any) -> str:
    double = tokens[index].type == "math_inline_double"
    return _formula(tokens[index].content, "$$" if double else "$")


def _block(_self: Any, tokens: Any, index: int, _options: Any, _env: Any) -> str:
    label = f" ({visible(tokens[index].info)})" if tokens[index].type == "math_block_label" else ""
    return f"<p>{_formula(tokens[index].content, '$$')}{label}</p>\n"


def _brackets(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  (the parser's signature)
    r"""Parse ``\(…\)`` and ``\[…\]`` within a paragraph."""
    opening = state.src[state.pos : state.pos + 2]
    if opening not in (r"\(", r"\["):
        return False
    closing = r"\)" if opening == r"\(" else r"\]"
    end = state.src.find(closing, state.pos + 2, min(state.posMax, state.pos + _LONG))
    if end <= state.pos + 2:
        return False
    if not silent:
        kind = "math_inline" if opening == r"\(" else "math_inline_double"
        state.push(kind, "math", 0).content = state.src[state.pos + 2 : end]
    state.pos = end + 2
    return True


def _bracket_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    r"""Parse ``\[`` … ``\]`` on lines of their own, without a blank line between."""
    first = state.getLines(start, start + 1, state.blkIndent, keepLastLF=False).strip()
    if not first.startswith(r"\[") or state.is_code_block(start):
        return False
    for line in range(start, min(end, start + _LINES)):
        text = state.getLines(line, line + 1, state.blkIndent, keepLastLF=False).strip()
        if not text:
            return False
        if text.endswith(r"\]"):
            return silent or _push_block(state, start, line + 1)
    return False


def _push_block(state: StateBlock, start: int, stop: int) -> bool:
    source = state.getLines(start, stop, state.blkIndent, keepLastLF=False).strip()
    token = state.push("math_block", "math", 0)
    token.block, token.content, token.map = True, source[2:-2], [start, stop]
    state.line = stop
    return True


def install(md: MarkdownIt) -> None:
    """Teach `md` the four ways in which models write mathematics."""
    dollarmath_plugin(
        md, allow_labels=False, allow_space=False, allow_digits=False, allow_blank_lines=False,
        double_inline=True,
    )  # fmt: skip
    amsmath_plugin(md)
    md.inline.ruler.before("escape", "math_brackets", _brackets)
    md.block.ruler.before("fence", "math_brackets", _bracket_block, {"alt": ["paragraph"]})
    for name in ("math_inline", "math_inline_double"):
        md.add_render_rule(name, _inline)
    for name in ("math_block", "math_block_label"):
        md.add_render_rule(name, _block)
    md.add_render_rule("amsmath", _ams)


def _ams(_self: Any, tokens: Any, index: int, _options: Any, _env: Any) -> str:
    return f"<p>{_formula(tokens[index].content, '$$')}</p>\n"
