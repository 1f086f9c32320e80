"""``client.messages`` and its like: each call once, as a flow. A client is but a Protocol here."""
