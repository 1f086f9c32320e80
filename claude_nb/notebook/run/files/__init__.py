"""Files of a question, put up for it, and files that its answer made."""
