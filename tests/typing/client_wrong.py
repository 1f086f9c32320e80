"""What must not type-check: each line is wrong, and an ignore that is not needed is an error."""

# pyright: reportUnnecessaryTypeIgnoreComment=true

import claude_nb


def wrong() -> None:
    client = claude_nb.Anthropic()
    client.messages.create(model="m", messages=[])  # pyright: ignore[reportCallIssue] - no max_tokens
    client.messages.create(model="m", max_tokens=1, messages=[], temprature=1)  # pyright: ignore[reportCallIssue]
    client.messages.create(model="m", max_tokens="1", messages=[])  # pyright: ignore[reportArgumentType]
    client.messages.stream(model="m", messages=[])  # pyright: ignore[reportCallIssue] - no max_tokens
    client.messages.stream(model="m", max_tokens=1, messages=[], temprature=1)  # pyright: ignore[reportCallIssue]
    client.messages.stream(model="m", max_tokens="1", messages=[])  # pyright: ignore[reportArgumentType]
    client.messages.stream(model="m", max_tokens=1, messages=[], service_tier="x")  # pyright: ignore[reportArgumentType]
    client.messages.count_tokens(model="m", messages=[], max_tokens=1)  # pyright: ignore[reportCallIssue]
    client.messages.parse(model="m", max_tokens=1, messages=[])  # pyright: ignore[reportCallIssue] - no output_format
    client.messages.tool_runner(model="m", max_tokens=1, messages=[])  # pyright: ignore[reportCallIssue] - no tools
    client.messages.tool_runner(model="m", max_tokens=1, messages=[], tools=[], max_turns=1)  # pyright: ignore[reportCallIssue]
    str(client.mesages)  # pyright: ignore[reportAttributeAccessIssue]
    for block in client.messages.create(model="m", max_tokens=1, messages=[]).content:
        str(block.text)  # pyright: ignore[reportAttributeAccessIssue]


def misspelt() -> None:
    str(claude_nb.Anthropc)  # pyright: ignore[reportAttributeAccessIssue]
    str(claude_nb.errors.RateLimitEror)  # pyright: ignore[reportAttributeAccessIssue]
    str(claude_nb.types.Mesage)  # pyright: ignore[reportAttributeAccessIssue]
    str(claude_nb.emulator.Fualt)  # pyright: ignore[reportAttributeAccessIssue]
    str(claude_nb.models.rules)  # pyright: ignore[reportAttributeAccessIssue] - not public


async def wrong_too(client: claude_nb.AsyncAnthropic) -> None:
    await client.messages.create(model="m", messages=[])  # pyright: ignore[reportCallIssue] - no max_tokens
    client.messages.stream(model="m", max_tokens=1, messages=[], temprature=1)  # pyright: ignore[reportCallIssue]
    await client.messages.parse(model="m", max_tokens=1, messages=[])  # pyright: ignore[reportCallIssue] - no output_format
