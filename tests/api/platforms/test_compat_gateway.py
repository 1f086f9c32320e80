"""A gateway that companies run, LiteLLM's proxy, between this client and the emulator."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import claude_nb
from claude_nb import emulator
from claude_nb.errors import BadRequestError

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "scripts"))
import compat_apps  # noqa: E402 (found through the path set above)

pytestmark = pytest.mark.compat

KEY = "sk-the-gateways-own-0123456789abcdef"
UPSTREAM = "sk-ant-of-the-company-0123456789"
MODEL = "claude-sonnet-4-6"
ASKED = {
    "model": MODEL,
    "max_tokens": 300,
    "messages": [{"role": "user", "content": "What is 17 * 23?"}],
}
SECONDS = 90


def _free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _wait(url):
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 (of this machine)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail("the proxy did not start")


def _recipe():
    """Return the configuration on the page for hubs, without the database of keys."""
    page = (ROOT / "docs" / "how-to" / "hub.md").read_text(encoding="utf-8")
    found = re.search(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return re.sub(r"^ +database_url:.*\n", "", found[1], flags=re.MULTILINE)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """Run the proxy; gives its address."""
    compat_apps.make("litellm-proxy")
    folder, port = tmp_path_factory.mktemp("proxy"), _free_port()
    with emulator.serve(tokens_per_second=0, api_key=UPSTREAM) as server:
        config = folder / "config.yaml"
        config.write_text(_recipe(), encoding="utf-8")
        names = {"ANTHROPIC_API_KEY": UPSTREAM, "ANTHROPIC_API_BASE": server.url}
        names |= {"LITELLM_MASTER_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        program = compat_apps.python_of("litellm-proxy").with_name("litellm")
        where = ["--host", "127.0.0.1", "--port", str(port)]
        log = (folder / "log").open("wb")
        with (
            log,
            subprocess.Popen(  # noqa: S603 - the environment's own program
                [str(program), "--config", str(config), *where],
                env={**os.environ, "HOME": str(folder), **names},
                stdout=log,
                stderr=subprocess.STDOUT,
            ) as running,
        ):
            url = f"http://127.0.0.1:{port}"
            _wait(f"{url}/health/liveliness")
            yield url
            running.terminate()


@pytest.fixture
def client(proxy, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-api03-of-this-machine-0123456789")
    with claude_nb.Anthropic(platform=claude_nb.gateway(proxy, auth_token=KEY)) as client:
        yield client


def test_answers_come_through_it_whole_and_as_a_stream(client):
    assert "391" in client.messages.create(**ASKED).content[0].text
    with client.messages.stream(**ASKED) as stream:
        assert len(list(stream.text_stream)) > 3
        assert stream.get_final_message().usage.output_tokens > 0


def test_it_counts_and_lists_its_models(client):
    asked = {name: ASKED[name] for name in ("model", "messages")}
    assert client.messages.count_tokens(**asked).input_tokens > 0
    assert MODEL in {model.id for model in client.models.list()}


def test_what_it_refuses_is_told_in_its_words(client):
    with pytest.raises(BadRequestError, match="Invalid model name"):
        client.messages.create(**{**ASKED, "model": "nonesuch"})


def test_a_command_gives_its_key(proxy):
    helper = [sys.executable, "-c", f"print({KEY!r})"]
    made = claude_nb.gateway(proxy, api_key_helper=helper)
    with claude_nb.Anthropic(platform=made) as client:
        assert "391" in client.messages.create(**ASKED).content[0].text
