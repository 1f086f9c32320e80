"""What tests of the client ask, and the key they ask it with."""

from __future__ import annotations

from typing import Any

KEY = "sk-ant-test-0123456789abcdefghij"
PROMPT: dict[str, Any] = {
    "model": "claude-test",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hi"}],
}
