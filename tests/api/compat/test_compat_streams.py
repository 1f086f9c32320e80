"""What ``tests/samples/sdk_finals.json`` says is what the official SDK makes of each stream."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.compat,
    pytest.mark.skipif("CLAUDE_NB_STREAMS" not in os.environ, reason="CLAUDE_NB_STREAMS is unset"),
]

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = Path(__file__).with_name("sdk_streams.py")
KNOWN = ROOT / "tests" / "samples" / "sdk_finals.json"
_spec = importlib.util.spec_from_file_location("compat_venvs", ROOT / "scripts/compat_venvs.py")
compat_venvs = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(compat_venvs)


def given(value):
    """Return JSON without fields that are null."""
    if isinstance(value, dict):
        return {name: given(each) for name, each in value.items() if each is not None}
    return [given(each) for each in value] if isinstance(value, list) else value


def named(final):
    if isinstance(final, str):
        return final  # the error that it was
    return hashlib.sha256(json.dumps(given(final), sort_keys=True).encode()).hexdigest()


def test_the_recorded_finals_are_those_of_the_sdk():
    done = subprocess.run(  # noqa: S603 - our own program
        [str(compat_venvs.python("2.14.0")), str(PROGRAM), os.environ["CLAUDE_NB_STREAMS"]],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = {name: named(final) for name, final in json.loads(done.stdout).items()}
    assert found == json.loads(KNOWN.read_text("utf-8"))
