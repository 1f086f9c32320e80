"""Carries out scenarios with one client and says what came of them; runs in that client's venv.

Standard input: one JSON object ``{"library", "scenarios": [{"name", "url", "mode", "params",
"options"}]}``. Standard output: one JSON object, name to outcome.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

FIELDS = (
    "type",
    "index",
    "text",
    "thinking",
    "signature",
    "partial_json",
    "snapshot",
    "request_id",
)


def plain(value: Any) -> Any:
    """Return the part of a value that both clients can be asked about."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value if isinstance(value, (str, int, float, bool, dict, type(None))) else repr(value)


def event_facts(event: Any) -> dict[str, Any]:
    """Return what an event says."""
    facts = {name: plain(getattr(event, name, None)) for name in FIELDS}
    for name in ("delta", "content_block", "message", "usage", "citation"):
        if getattr(event, name, None) is not None:
            facts[name] = plain(getattr(event, name))
    return facts


def error_facts(error: BaseException) -> dict[str, Any]:
    """Return what an error says."""
    facts = {"class": type(error).__name__, "typed": type(error).__module__.split(".")[0]}
    for name in ("status_code", "type", "request_id", "body"):
        facts[name] = plain(getattr(error, name, None))
    facts["api"] = "APIError" in {cls.__name__ for cls in type(error).__mro__}
    return facts


def read_stream(stream: Any, mode: str, found: dict[str, Any]) -> None:
    if mode == "text":
        for piece in stream.text_stream:
            found["pieces"].append(piece)
        found["final"] = plain(stream.get_final_message())
    elif mode == "events":
        for event in stream:
            found["events"].append(event_facts(event))
        found["final"] = plain(stream.get_final_message())
    else:
        found["final"] = plain(stream.get_final_message())
        found["text"] = stream.get_final_text()
    found["request_id"] = stream.request_id


def call(client: Any, scenario: dict[str, Any], found: dict[str, Any]) -> None:  # noqa: C901 - one branch a mode
    """Carry out one scenario."""
    mode, params = scenario["mode"], scenario["params"]
    batches = client.messages.batches
    if mode in ("text", "events", "final"):
        with client.messages.stream(**params) as stream:
            read_stream(stream, mode, found)
    elif mode == "raw":
        for event in client.messages.create(**params, stream=True):
            found["events"].append(event_facts(event))
    elif mode == "create":
        message = client.messages.create(**params)
        found["final"] = plain(message)
        found["request_id"] = getattr(message, "_request_id", None)
    elif mode == "count":
        found["final"] = plain(client.messages.count_tokens(**params))
    elif mode == "results":
        for row in batches.results("msgbatch_1"):
            found["rows"].append(plain(row))
    elif mode == "list":
        found["rows"] = [plain(item) for item in batches.list(**params)]
    elif mode == "models":
        found["rows"] = [plain(item) for item in client.models.list(**params)]
    elif mode == "model":
        found["final"] = plain(client.models.retrieve("m"))
    elif mode == "many":
        with ThreadPoolExecutor(40) as pool:
            answers = pool.map(lambda _: plain(client.messages.create(**params)), range(80))
            found["rows"] = list(answers)
    else:
        found["final"] = plain(getattr(batches, mode.strip())(**params))


async def acall(client: Any, scenario: dict[str, Any], found: dict[str, Any]) -> None:
    """Carry out one scenario with the async client."""
    mode, params = scenario["mode"], scenario["params"]
    if mode == "raw":
        async for event in await client.messages.create(**params, stream=True):
            found["events"].append(event_facts(event))
        return
    async with client.messages.stream(**params) as stream:
        if mode == "text":
            async for piece in stream.text_stream:
                found["pieces"].append(piece)
        elif mode == "events":
            async for event in stream:
                found["events"].append(event_facts(event))
        found["final"] = plain(await stream.get_final_message())
        if mode == "final":
            found["text"] = await stream.get_final_text()
        found["request_id"] = stream.request_id


def outcome(library: Any, scenario: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"pieces": [], "events": [], "rows": [], "error": None}
    options = {"api_key": "k", "base_url": scenario["url"], "max_retries": 0, **scenario["options"]}
    try:
        if scenario["name"].endswith(" async"):
            asyncio.run(_async(library, options, scenario, found))
        else:
            with library.Anthropic(**options) as client:
                call(client, scenario, found)
    except Exception as error:  # noqa: BLE001 - what it raises is what is compared
        found["error"] = error_facts(error)
    return found


async def _async(library: Any, options: Any, scenario: Any, found: Any) -> None:
    async with library.AsyncAnthropic(**options) as client:
        await acall(client, scenario, found)


def main() -> None:
    """Read scenarios, carry them out, write what came of them."""
    warnings.simplefilter("ignore")
    asked = json.load(sys.stdin)
    library = importlib.import_module(asked["library"])
    with ThreadPoolExecutor(4) as pool:
        outcomes = pool.map(lambda scenario: outcome(library, scenario), asked["scenarios"])
        found = {s["name"]: o for s, o in zip(asked["scenarios"], outcomes)}  # noqa: B905 - Python 3.9 too
    json.dump(found, sys.stdout, default=repr)


if __name__ == "__main__":
    main()
