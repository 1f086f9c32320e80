"""``claude-nb`` from a shell: demo, emulator, doctor. On top of everything; nobody imports it."""

from claude_nb.cli.command import main

__all__ = ["main"]
