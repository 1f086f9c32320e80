"""A client of one's own in a real kernel: it is stopped, goes back, and its key shows nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from lenders import KEY

pytestmark = pytest.mark.kernel

HERE = Path(__file__).parent
SETUP = f"""
import sys
sys.path.append({str(HERE)!r})
%load_ext claude_nb
%xmode Verbose
import claude_nb
from claude_nb import emulator
from lenders import AnthropicBedrock
server = emulator.shared()
client = AnthropicBedrock(server.url)
client.inner = claude_nb.Anthropic(base_url=server.url, api_key=server.api_key)
used = claude_nb.use(client, model="us.anthropic.claude-sonnet-4-6")
"""
SLOW = """
import time
class Slow:
    closed = False
    def __init__(self, stream): self.stream = stream
    def __iter__(self):
        for number, event in enumerate(self.stream):
            if number == 4:
                print("it began", flush=True)
                time.sleep(60)
            yield event
    def close(self): Slow.closed = True; self.stream.close()
create = client.messages.create
def slow(**params):
    made = create(**params)
    return Slow(made) if params.get("stream") else made
client.messages.create = slow
"""


def test_it_answers_is_interrupted_and_goes_back_in_a_kernel(start_kernel):
    kernel = start_kernel(CLAUDE_NB_EMULATOR_SPEED="0")
    assert kernel.run(SETUP).status == "ok"
    shown = kernel.run("used").text
    assert shown.startswith("AnthropicBedrock at https://bedrock-runtime")
    answered = kernel.run("%%claude\nWhat is 17 * 23?")
    assert "391" in answered.text
    assert "us.anthropic.claude-sonnet-4-6" in kernel.run("client.calls[-1]").text

    assert kernel.run(SLOW).status == "ok"
    run = kernel.begin("%%claude\nWhat is 17 * 23?")
    kernel.wait_for(lambda: "it began" in run.text)
    kernel.interrupt()
    kernel.finish(run)
    assert "StoppedError" in run.error
    assert kernel.run("Slow.closed").text == "True"

    broken = kernel.run("client.messages.create = None\n%claude Hello")
    assert broken.status == "error"
    kernel.run("claude_nb.use(None)")
    back = kernel.run("%claude -- What is 17 * 23?")
    assert "391" in back.text
    assert not any(KEY in str(each.outputs) for each in (answered, run, broken, back))
