"""From a call's arguments to its reply: built, sent, tried again, read. Knows no client."""
