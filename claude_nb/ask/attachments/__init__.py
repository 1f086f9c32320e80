"""``-a``: pictures, documents and files as content blocks. Knows values, no options, no request."""
