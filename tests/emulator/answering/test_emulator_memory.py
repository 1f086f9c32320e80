"""The memory tool is called to keep and to look up, where it is offered."""

from __future__ import annotations

import pytest
from emulator_requests import ask

MEMORY = {"type": "memory_20250818", "name": "memory"}
VIEW = {"command": "view", "path": "/memories"}
NOTE = {"command": "create", "path": "/memories/notes.md", "file_text": "- my tea is green.\n"}


@pytest.mark.parametrize(
    ("prompt", "more", "called"),
    [
        ("Remember that my tea is green.", {}, NOTE),
        ("What do you remember?", {}, VIEW),
        ("Do you remember that my tea is green?", {}, VIEW),
        ("What is 2 + 2?", {}, None),
        ("What is 2 + 2?", {"tool_choice": {"type": "any"}}, VIEW),
        ("What is 2 + 2?", {"tool_choice": {"type": "tool", "name": "memory"}}, VIEW),
        ("What do you remember?", {"tool_choice": {"type": "none"}}, None),
    ],
)
def test_memory_is_used_when_asked_for(client, prompt, more, called):
    message = client.post("/v1/messages", json=ask(prompt, tools=[MEMORY], **more)).json()
    uses = [block["input"] for block in message["content"] if block["type"] == "tool_use"]
    assert uses == ([called] if called else [])
    assert message["stop_reason"] == ("tool_use" if called else "end_turn")
