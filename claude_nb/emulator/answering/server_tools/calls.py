"""What a server tool is given and what it gives: a call, its result, and how the answer ends."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from claude_nb.emulator.task import MadeFile, Task
from claude_nb.emulator.wire import JSON, dump

__all__ = ["DIRECT", "Call", "new_id", "quoting", "served", "text"]

DIRECT: JSON = {"type": "direct"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool with its result.

    Attributes
    ----------
    use, result : dict
        Content blocks.
    lead : str
        What is said before it.
    files : sequence of MadeFile
        What it made.
    """

    use: JSON
    result: JSON
    lead: str
    files: Sequence[MadeFile] = ()


def new_id(prefix: str, task: Task, given: Mapping[str, Any]) -> str:
    """Return an id for a call that is the same whenever the same is asked."""
    seen = dump([len(task.turns), task.prompt, dict(given)])
    return f"{prefix}_emu{hashlib.sha256(seen).hexdigest()[:21]}"


def served(task: Task, name: str, given: JSON) -> JSON:
    """Return the block in which a tool of the server is called."""
    called: JSON = {"id": new_id("srvtoolu", task, given), "name": name, "input": given}
    return {"type": "server_tool_use", **called, "caller": DIRECT}


def text(words: str, *citations: JSON) -> JSON:
    """Return a text block, with what it cites."""
    block: JSON = {"type": "text", "text": words}
    return {**block, "citations": list(citations)} if citations else block


def quoting(lead: str, quoted: Iterable[tuple[str, JSON]]) -> list[JSON]:
    """Return the blocks of a list of quotations, each with what it cites, behind `lead`."""
    blocks = [text(lead)]
    for words, citation in quoted:
        blocks += [text(words, citation), text("\n- ")]
    return blocks[:-1]
