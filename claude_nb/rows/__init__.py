"""A prompt over a table: plan, store, pace and the runs over them; no IPython, no pages."""

from claude_nb.rows.folder import files

__all__ = ["files"]
