"""From a valid request to an answer, and nothing sent. Deterministic; knows no server."""
