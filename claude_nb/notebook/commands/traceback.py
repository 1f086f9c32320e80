"""``%claude traceback``: all of the last failed run's traceback, without keys."""

from __future__ import annotations

import traceback

from claude_nb.notebook.commands.host import Host
from claude_nb.notebook.commands.page import block, paragraph, show, soft
from claude_nb.notebook.commands.secrets import hidden

__all__ = ["run"]

_MOST = 20_000  # characters


def run(magics: Host, words: str) -> None:
    """Show the traceback of the last run that failed."""
    del words
    error = magics.last_error
    if error is None:
        show(paragraph("No %%claude of this session has failed."))
        return
    whole = hidden("".join(traceback.format_exception(error)))
    left_out = len(whole) - _MOST
    note = [paragraph(soft(f"The first {left_out:,} characters are left out."))]
    show(*(note if left_out > 0 else []), block(whole[-_MOST:].strip("\n")))
