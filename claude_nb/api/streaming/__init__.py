"""Streams: from bytes to events, snapshots and a message. Knows no client, no resource."""
