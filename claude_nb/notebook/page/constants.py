"""What kernel and page must agree on: Python imports it, scripts do so from ``"constants"``."""

from typing import LiteralString

# fmt: off
__all__ = [
    "ANSWERS", "CELLS", "CENTS", "DONE", "FAILED", "FORMULA", "GONE", "IGNORED", "OPEN", "PART",
    "PAUSE", "PROBE", "RUNS", "UNFINISHED", "VIEW",
]
# fmt: on

VIEW = "claude_nb.view"
"""The comm target at which live views and panels are heard."""

ANSWERS = "claude_nb.answers"
"""The comm target at which a page that comes back asks for its answers."""

CELLS = "claude_nb.cells"
"""The comm target at which a page is asked for its notebook's cells."""

UNFINISHED: LiteralString = "not finished when saved"
"""What a saved output says of an answer that is still coming."""

GONE: LiteralString = "not finished: its kernel was ended"
"""What it says when it will not come any more."""

RUNS, DONE, FAILED, OPEN = "●", "✓", "✗", "○"
"""What the line of a tool's call begins with: it runs, is done, failed, or has no result."""

PROBE = "claude_nb.probe"
"""The comm target at which a page says that it is there."""

PART = 64
"""Blocks of text in a part of a long answer, and before the first one."""

PAUSE = 0.085
"""Seconds between two messages of an answer; over as many the page spreads what one brought."""

CENTS = 0.1
"""US dollars from which on whole cents say enough."""

FORMULA: LiteralString = "mathjax_process tex2jax_process"
"""The class of what MathJax may typeset: its third version's name for that, and the second's."""

IGNORED: LiteralString = "mathjax_ignore tex2jax_ignore"
"""The class of what MathJax is to leave alone, but for formulas in it."""
