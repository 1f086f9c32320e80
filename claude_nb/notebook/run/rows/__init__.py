"""Rows in a notebook: `claude_nb.map`, ``%%claude --each``, and how a run over rows is shown."""
