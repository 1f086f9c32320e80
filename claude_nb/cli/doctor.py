"""``claude-nb doctor``: print what the checks find."""

from __future__ import annotations

import sys

from claude_nb.notebook.checks import checks

__all__ = ["run"]


def run() -> int:
    """Print every check; return 0 if all is well, else 1."""
    fine = True
    for check in checks():
        fine = fine and check.fine
        mark = "ok  " if check.fine else "FIX "
        sys.stdout.write(f"{mark} {check.name}: {check.found}\n")
        if check.advice:
            sys.stdout.write(f"     {check.advice}\n")
        sys.stdout.flush()
    return 0 if fine else 1
