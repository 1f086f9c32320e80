"""Markdown, code and mathematics to safe HTML. Knows no answers, no pages and no IPython."""
