"""Every section of the "Advanced Features" guide, run as it stands with only the import changed.

The snippets are written anew after the API's names. Each runs as a script would, with key and
address from the environment, against the emulator; what it prints is checked.
"""

from __future__ import annotations

import contextlib
import io
import textwrap
import warnings
from datetime import UTC, datetime

import pytest

from claude_nb import emulator

MODEL = "claude-sonnet-4-5-20250929"


@pytest.fixture(scope="module")
def service():
    then = emulator.ManualClock(datetime(2026, 11, 22, tzinfo=UTC).timestamp())  # before it retired
    with emulator.serve(tokens_per_second=0, batch_seconds=0.0, clock=then) as server:
        yield server


@pytest.fixture
def run(service, monkeypatch):
    """Return a function that runs a snippet and returns what it printed."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-guide-0123456789")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", service.url)

    def execute(snippet, **names):
        printed = io.StringIO()
        scope = {"__name__": "__main__", **names}
        with contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            exec(compile(textwrap.dedent(snippet), "snippet", "exec"), scope)  # noqa: S102 - the point
        return printed.getvalue()

    return execute


def test_streaming_text(run):
    printed = run(f"""
        import claude_nb as anthropic

        client = anthropic.Anthropic()
        with client.messages.stream(
            model="{MODEL}",
            max_tokens=1024,
            messages=[{{"role": "user", "content": "Write a short poem about the sea"}}],
        ) as stream:
            for text in stream.text_stream:
                print(text, end="", flush=True)
    """)
    assert "emulat" in printed.lower()


def test_streaming_text_async(run):
    printed = run(f"""
        import asyncio
        import claude_nb as anthropic

        client = anthropic.AsyncAnthropic()

        async def main():
            async with client.messages.stream(
                model="{MODEL}",
                max_tokens=1024,
                messages=[{{"role": "user", "content": "Tell me about tides"}}],
            ) as stream:
                async for text in stream.text_stream:
                    print(text, end="", flush=True)

        asyncio.run(main())
    """)
    assert len(printed) > 20


EVENTS = """
    import claude_nb as anthropic

    client = anthropic.Anthropic()
    with client.messages.stream(
        model="{model}",
        max_tokens=4000,
        messages=[{{"role": "user", "content": "What is 27 * 453?"}}],
        {more}
    ) as stream:
        for event in stream:
            if event.type == "content_block_start":
                print("[start]")
            elif event.type == "content_block_delta":
                print(event.delta.text, end="", flush=True)
            elif event.type == "content_block_stop":
                print("[stop]")
            elif event.type == "message_stop":
                print("[done]")
"""


def test_handling_complete_events(run):
    printed = run(EVENTS.format(model=MODEL, more=""))
    assert printed.startswith("[start]\n")
    assert printed.endswith("[stop]\n[done]\n")


def test_handling_complete_events_survives_thinking(run):
    thinking = 'thinking={"type": "enabled", "budget_tokens": 1500},'
    printed = run(EVENTS.format(model=MODEL, more=thinking))
    assert printed.count("[start]") == printed.count("[stop]") == 2


def test_the_final_message(run):
    printed = run(f"""
        import claude_nb as anthropic

        client = anthropic.Anthropic()
        with client.messages.stream(
            model="{MODEL}",
            max_tokens=1024,
            messages=[{{"role": "user", "content": "Hello"}}],
        ) as stream:
            for text in stream.text_stream:
                print(text, end="")
            message = stream.get_final_message()
        print()
        print("tokens:", message.usage.input_tokens, message.usage.output_tokens)
        print("stop:", message.stop_reason)
    """)
    assert "tokens: " in printed
    assert printed.endswith("stop: end_turn\n")


def test_extended_thinking(run):
    printed = run(f"""
        import claude_nb as anthropic

        client = anthropic.Anthropic()
        response = client.messages.create(
            model="{MODEL}",
            max_tokens=16000,
            thinking={{"type": "enabled", "budget_tokens": 10000}},
            messages=[{{"role": "user", "content": "Is 91 a prime number?"}}],
        )
        for block in response.content:
            if block.type == "thinking":
                print("Thinking:", block.thinking)
            elif block.type == "text":
                print("Answer:", block.text)
    """)
    assert printed.index("Thinking: ") < printed.index("Answer: ")


def test_batches(run):
    printed = run(f"""
        import time
        import claude_nb as anthropic

        client = anthropic.Anthropic()
        batch = client.messages.batches.create(
            requests=[
                {{
                    "custom_id": f"question-{{n}}",
                    "params": {{
                        "model": "{MODEL}",
                        "max_tokens": 100,
                        "messages": [{{"role": "user", "content": question}}],
                    }},
                }}
                for n, question in enumerate(["What is 2 + 2?", "Name a fish"])
            ]
        )
        print("id:", batch.id)
        while batch.processing_status != "ended":
            time.sleep(0.05)
            batch = client.messages.batches.retrieve(batch.id)
        print("status:", batch.processing_status)
        for entry in client.messages.batches.results(batch.id):
            if entry.result.type == "succeeded":
                print(entry.custom_id, entry.result.message.content[0].text)
            else:
                print(entry.custom_id, entry.result.type)
    """)
    assert printed.startswith("id: msgbatch_")
    assert "status: ended\n" in printed
    assert "question-0 " in printed
    assert "question-1 " in printed


def test_prompt_caching(run):
    printed = run(f"""
        import claude_nb as anthropic

        client = anthropic.Anthropic()
        for _ in range(2):
            response = client.messages.create(
                model="{MODEL}",
                max_tokens=50,
                system=[
                    {{"type": "text", "text": "You read books."}},
                    {{
                        "type": "text",
                        "text": "It was a dark and stormy night. " * 400,
                        "cache_control": {{"type": "ephemeral"}},
                    }},
                ],
                messages=[{{"role": "user", "content": "How does it begin?"}}],
            )
            print("written:", response.usage.cache_creation_input_tokens)
            print("read:", response.usage.cache_read_input_tokens)
    """)
    first, second = printed.split("written: ")[1:]
    assert int(first.split()[0]) > 1024 > int(first.split()[-1]) == 0
    assert int(second.split()[-1]) > 1024 > int(second.split()[0]) == 0


def test_counting_tokens(run):
    printed = run(f"""
        import claude_nb as anthropic

        client = anthropic.Anthropic()
        count = client.messages.count_tokens(
            model="{MODEL}",
            system="You are brief.",
            messages=[{{"role": "user", "content": "Hello, Claude"}}],
        )
        print(count.input_tokens)
    """)
    assert 5 < int(printed) < 50


@pytest.mark.parametrize(
    "system",
    [
        '"You are a helpful pirate."',
        '[{"type": "text", "text": "You are a pirate."}, {"type": "text", "text": "Be brief."}]',
    ],
    ids=["single", "multi-block"],
)
def test_system_prompts(run, system):
    printed = run(f"""
        import claude_nb as anthropic

        client = anthropic.Anthropic()
        message = client.messages.create(
            model="{MODEL}",
            max_tokens=200,
            system={system},
            messages=[{{"role": "user", "content": "Hello"}}],
        )
        print(message.content[0].text)
    """)
    assert len(printed) > 10


def test_stop_sequences(run):
    printed = run(f"""
        import claude_nb as anthropic

        client = anthropic.Anthropic()
        message = client.messages.create(
            model="{MODEL}",
            max_tokens=500,
            stop_sequences=["e", "STOP"],
            messages=[{{"role": "user", "content": "Hello"}}],
        )
        print(message.stop_reason, message.stop_sequence)
        print([block.text for block in message.content])
    """)
    assert printed.startswith("stop_sequence e\n")
    assert "e" not in printed.splitlines()[1]


def test_temperature(run):
    printed = run(f"""
        import claude_nb as anthropic

        client = anthropic.Anthropic()
        for temperature in (0.0, 1.0):
            message = client.messages.create(
                model="{MODEL}",
                max_tokens=100,
                temperature=temperature,
                messages=[{{"role": "user", "content": "Hello"}}],
            )
            print(temperature, message.content[0].type)
    """)
    assert printed == "0.0 text\n1.0 text\n"


ERRORS = """
    import claude_nb as anthropic

    client = anthropic.Anthropic(max_retries=0, **settings)
    try:
        message = client.messages.create(
            model=model, max_tokens=100, messages=[{"role": "user", "content": "Hello"}]
        )
        print("fine")
    except anthropic.APIConnectionError as e:
        print("unreachable:", e.__cause__)
    except anthropic.RateLimitError as e:
        print("rate limit")
    except anthropic.APIStatusError as e:
        print("status", e.status_code, e.response.headers.get("request-id") is not None)
"""


def test_error_handling(run, service):
    assert run(ERRORS, model=MODEL, settings={}) == "fine\n"
    assert run(ERRORS, model="claude-no-such", settings={}) == "status 404 True\n"
    nowhere = {"base_url": "http://127.0.0.1:9"}
    assert run(ERRORS, model=MODEL, settings=nowhere).startswith("unreachable: ConnectError")
    service.faults.add(emulator.Fault("status", status=429))
    assert run(ERRORS, model=MODEL, settings={}) == "rate limit\n"


def test_retry_built_in_and_manual(run, service):
    service.faults.add(emulator.Fault("status", status=429, retry_after_ms="5", times=2))
    printed = run(f"""
        import time
        import claude_nb as anthropic

        client = anthropic.Anthropic(max_retries=3, timeout=20.0)
        patient = client.with_options(max_retries=5)

        def ask(attempts=3):
            for attempt in range(attempts):
                try:
                    return patient.messages.create(
                        model="{MODEL}",
                        max_tokens=1024,
                        messages=[{{"role": "user", "content": "Hello"}}],
                    )
                except anthropic.RateLimitError:
                    if attempt == attempts - 1:
                        raise
                    time.sleep(2**attempt)

        print(ask().stop_reason)
    """)
    assert printed == "end_turn\n"
