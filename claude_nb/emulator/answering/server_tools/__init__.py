"""Server tools played by rules: search, fetch, code and MCP, with nothing outside this process.

What they find is a small library of the emulator's own; what they run is arithmetic.
"""

from __future__ import annotations

from claude_nb.emulator.answering.server_tools.playing import Played, play

__all__ = ["Played", "play"]
