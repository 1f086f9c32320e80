"""Has the official SDK's clients answer in cells of this package, and says what came of it.

Arguments: the folder of the SDK's packages, and the address that stands in for each cloud. They are
looked for behind those of this process, so that both packages live side by side. Standard output:
one JSON object, from the client's name to what it answered.
"""

from __future__ import annotations

import asyncio
import json
import sys
import warnings
from typing import Any

MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
ASKED: dict[str, Any] = {
    "model": MODEL,
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hi"}],
    "temperature": 0.5,
}
AWS = {
    "aws_region": "us-east-1",
    "aws_access_key": "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_key": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
}
TOKEN = "ya29.a-token-of-this-test-0123456789"
KEY = "a-key-of-foundry-0123456789abcdef"


def clients(url: str) -> dict[str, Any]:
    """Return one client of each kind."""
    import anthropic  # noqa: PLC0415 (from the folder that was named)

    vertex = {"region": "us-east5", "project_id": "my-project", "access_token": TOKEN}
    aws = {**AWS, "workspace_id": "wrkspc_1"}
    return {
        "Anthropic": anthropic.Anthropic(api_key=KEY, base_url=f"{url}/foundry/anthropic"),
        "AnthropicBedrock": anthropic.AnthropicBedrock(base_url=f"{url}/bedrock", **AWS),
        "AnthropicBedrockMantle": anthropic.AnthropicBedrockMantle(
            base_url=f"{url}/mantle/anthropic", **AWS
        ),
        "AnthropicAWS": anthropic.AnthropicAWS(base_url=f"{url}/aws/anthropic", **aws),
        "AnthropicVertex": anthropic.AnthropicVertex(base_url=f"{url}/vertex/v1", **vertex),
        "AnthropicFoundry": anthropic.AnthropicFoundry(
            base_url=f"{url}/foundry/anthropic", api_key=KEY
        ),
    }


async def awaited(client: Any) -> list[str]:
    """Return the pieces of an answer that is awaited."""
    async with client.messages.stream(**ASKED) as stream:
        return [piece async for piece in stream.text_stream]


async def left(client: Any) -> str:
    """Return the first piece of an answer that is left before it goes on."""
    async with client.messages.stream(**{**ASKED, "model": "stall"}) as stream:
        return await anext(aiter(stream.text_stream))


def answered(client: Any) -> dict[str, Any]:
    """Return what a client answers through the notebook's own one."""
    import claude_nb  # noqa: PLC0415 (before the folder is looked at)
    from claude_nb.notebook import backend  # noqa: PLC0415
    from claude_nb.notebook.session import current  # noqa: PLC0415

    used = claude_nb.use(client)
    here = backend.connect(current())
    with here.client.messages.stream(**ASKED) as stream:
        pieces = list(stream.text_stream)
        final = stream.get_final_message().to_dict()
    whole = here.client.messages.create(**ASKED).to_dict()
    try:
        here.client.messages.create(**{**ASKED, "model": "refuse"})
        refusal = None
    except claude_nb.APIStatusError as error:
        refusal = [type(error).__name__, error.status_code, error.api_message]
    later = asyncio.run(awaited(backend.connect(current(), asynchronous=True).client))
    with here.client.messages.stream(**{**ASKED, "model": "stall"}) as stream:
        first = [next(iter(stream.text_stream))]
    first.append(asyncio.run(left(backend.connect(current(), asynchronous=True).client)))
    return {
        "pieces": pieces,
        "final": final,
        "whole": whole,
        "awaited": later,
        "first": first,
        "refusal": refusal,
        "shown": repr(used),
        "cost": here.models.cost(MODEL, final["usage"]),
    }


def main() -> None:
    """Ask them all."""
    import claude_nb.api.client  # noqa: F401, PLC0415 (this package's libraries come first)

    folder, url = sys.argv[1:]
    sys.path.append(folder)
    warnings.simplefilter("ignore")
    done = {name: answered(client) for name, client in clients(url).items()}
    sys.stdout.write(json.dumps(done) + "\n")
    sys.stdout.flush()
    sys.stdin.read()  # what was left open would be closed with this process


if __name__ == "__main__":
    main()
