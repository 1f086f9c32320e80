"""Errors of these tests are shown as in a notebook, which teaches them how."""

import claude_nb.notebook.errors  # noqa: F401 (it does so when it is imported)
