"""The client of the Messages API. Knows nothing of notebooks, and never of the emulator."""
