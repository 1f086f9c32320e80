"""What must not type-check: each line is wrong, and an ignore that is not needed is an error."""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from claude_nb.api.client import Anthropic


def wrong(client: Anthropic) -> None:
    client.messages.create(model="m", messages=[])  # pyright: ignore[reportCallIssue] - no max_tokens
    client.messages.stream(model="m", max_tokens=1, messages=[], temprature=1)  # pyright: ignore[reportCallIssue]
    client.messages.stream(model="m", max_tokens="1", messages=[])  # pyright: ignore[reportArgumentType]
    client.messages.stream(model="m", max_tokens=1, messages=[], service_tier="x")  # pyright: ignore[reportArgumentType]
    client.messages.count_tokens(model="m", messages=[], max_tokens=1)  # pyright: ignore[reportCallIssue]
    for block in client.messages.create(model="m", max_tokens=1, messages=[]).content:
        str(block.text)  # pyright: ignore[reportAttributeAccessIssue]
