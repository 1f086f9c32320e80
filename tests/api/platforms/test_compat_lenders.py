"""The official SDK's clients answer through `claude_nb.use`, as this client does by itself."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from clouds import PIECES, Cloud, event_frame, is_signed
from compat_lenders import KEY, MODEL, TOKEN
from events import answer
from scripted_server import STALL, ScriptedServer, chunk, head, reply, sse

pytestmark = pytest.mark.compat

ROOT = Path(__file__).resolve().parents[3]
DRIVER = Path(__file__).with_name("compat_lenders.py")
NAMES = {
    *("Anthropic", "AnthropicAWS", "AnthropicBedrock", "AnthropicBedrockMantle"),
    *("AnthropicFoundry", "AnthropicVertex"),
}
_spec = importlib.util.spec_from_file_location("compat_venvs", ROOT / "scripts/compat_venvs.py")
compat_venvs = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(compat_venvs)


class Clouds(Cloud):
    """All of them at one address: the first part of the path says which."""

    def play(self, request):
        """Answer a request."""
        _, name, rest = request.target.split("/", 2)
        whole, request.target = request.target, f"/{rest}"
        refuses = b'"refuse"' in request.body or "/refuse" in whole
        if b'"stall"' in request.body or "/stall" in whole:
            return _stalling(event_frame if name == "bedrock" else sse)
        if name in {"mantle", "aws"}:
            service = {"mantle": "bedrock-mantle", "aws": "aws-external-anthropic"}[name]
            self.expect(is_signed(_as_sent(request, whole), service=service), f"{name}: signature")
        if refuses:
            kind = {"type": "permission_error", "message": "not for you"}
            return reply(403, {"type": "error", "error": kind})
        if name == "bedrock":
            self.expect(is_signed(_as_sent(request, whole)), "bedrock: the signature")
            request.headers["authorization"] = f"Bearer {TOKEN}"  # it was checked with its prefix
        if name in {"mantle", "aws"}:
            return self._answered(streams=request.json().get("stream"))
        return getattr(self, name)(request)


def _stalling(written):
    """Begin an answer, and then say nothing until the client leaves."""
    kind = "text/event-stream" if written is sse else "application/vnd.amazon.eventstream"
    begun = b"".join(written(event) for event in answer(*PIECES)[:3])
    return [head(content_type=kind, transfer_encoding="chunked"), chunk(begun), STALL]


def _as_sent(request, target):
    return type(request)(request.method, target, request.headers, request.body)


@pytest.fixture(scope="module")
def lent():
    """Return what each client answered, and what was wrong with what it sent."""
    python = compat_venvs.python("2.14.0")
    if not python.exists():
        pytest.fail(f"{python} is missing; make it with scripts/compat_venvs.py")
    [folder] = python.parents[1].glob("lib/python*/site-packages")
    clouds = Clouds()
    server = ScriptedServer(clouds.play)
    with subprocess.Popen(  # noqa: S603 - our own driver
        [sys.executable, str(DRIVER), str(folder), server.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "AWS_EC2_METADATA_DISABLED": "true"},
    ) as driver:
        said = driver.stdout.readline()
        stops = sum(server.left.acquire(timeout=5) for _ in range(2 * len(NAMES)))
        driver.stdin.close()
    server.close()
    assert driver.returncode == 0
    assert stops == 2 * len(NAMES)
    return json.loads(said), clouds.problems


def test_each_client_is_there_and_what_it_sent_was_right(lent):
    answered, problems = lent
    assert answered.keys() == NAMES
    assert problems == []


@pytest.mark.parametrize("name", sorted(NAMES))
def test_what_a_client_answers_is_what_was_sent(lent, name):
    found = lent[0][name]
    text = "".join(PIECES)
    assert found["pieces"] == found["awaited"] == list(PIECES)
    assert found["final"]["content"][0]["text"] == found["whole"]["content"][0]["text"] == text
    assert found["final"]["usage"]["output_tokens"] == 9
    assert found["first"] == [PIECES[0]] * 2
    assert found["refusal"] == ["PermissionDeniedError", 403, "not for you"]
    assert found["cost"] is None
    assert name in found["shown"]
    assert KEY not in found["shown"]
    assert MODEL.startswith("us.anthropic.")
