"""What each endpoint does with a call: messages, token counts, batches, lists. Knows no socket."""
