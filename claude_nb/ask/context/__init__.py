"""The cells of a notebook as context of a question: chosen, cut, without keys; pure."""
