"""Other packages ask rows: ``python rows_peers.py PEER URL COUNT AT_ONCE`` prints the seconds.

Run by ``../rows.py --peers PYTHON`` in the environment of that interpreter, which holds them:
``pip install chatlas async-batch-llm anthropic``. None of them writes answers to disk here.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable

MODEL = "claude-sonnet-4-6"


def prompts(count: int) -> list[str]:
    """Return the prompts that ``rows.py`` asks."""
    return [f"Say word {n} and {n}" for n in range(count)]


def chatlas(url: str, count: int, at_once: int) -> int:
    """Ask with `parallel_chat`; its limit of requests a minute is set out of the way."""
    from chatlas import ChatAnthropic, parallel_chat  # noqa: PLC0415 (another environment's)

    chat = ChatAnthropic(model=MODEL, api_key="bench", kwargs={"base_url": url})
    work = parallel_chat(chat, prompts(count), max_active=at_once, rpm=10**9)
    return sum(not isinstance(each, Exception | None) for each in asyncio.run(work))


def batch_llm(url: str, count: int, at_once: int) -> int:
    """Ask with `async_batch_llm`, whose strategy calls the official SDK."""
    from anthropic import AsyncAnthropic  # noqa: PLC0415 (another environment's)
    from async_batch_llm import CallableStrategy, CallOutcome, process_prompts  # noqa: PLC0415

    async def all_of_them() -> int:
        client = AsyncAnthropic(api_key="bench", base_url=url, max_retries=0)

        async def ask(prompt: str, **_: object) -> CallOutcome[str]:
            messages = [{"role": "user", "content": prompt}]
            reply = await client.messages.create(model=MODEL, max_tokens=4096, messages=messages)
            return CallOutcome(reply.content[0].text)

        done = await process_prompts(CallableStrategy(ask), prompts(count), concurrency=at_once)
        return sum(each.success for each in done.results)

    return asyncio.run(all_of_them())


PEERS: dict[str, Callable[[str, int, int], int]] = {
    "chatlas": chatlas,
    "async-batch-llm": batch_llm,
}


def main() -> None:
    """Time one of them."""
    peer, url, count, at_once = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    began = time.perf_counter()
    answered = PEERS[peer](url, count, at_once)
    print(f"{peer} {time.perf_counter() - began:.3f} {answered}")


if __name__ == "__main__":
    main()
