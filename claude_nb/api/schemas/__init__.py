"""JSON schemas from Python's functions and types, and values back from text. Knows no request."""
