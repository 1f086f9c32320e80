"""Clients that somebody else made, in the place of a connector: they send, all else is as ever."""
