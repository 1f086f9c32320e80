"""What ``tests/samples`` says of the official SDK is so: its names, what it makes of streams."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.compat

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = Path(__file__).with_name("sdk_streams.py")
FOLDER = os.environ.get("CLAUDE_NB_STREAMS", "")
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


@pytest.mark.skipif(not FOLDER, reason="CLAUDE_NB_STREAMS is unset")
def test_the_recorded_finals_are_those_of_the_sdk():
    done = subprocess.run(  # noqa: S603 - our own program
        [str(compat_venvs.python("2.14.0")), str(PROGRAM), FOLDER],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = {name: named(final) for name, final in json.loads(done.stdout).items()}
    assert found == json.loads(KNOWN.read_text("utf-8"))


def test_the_surface_that_the_docs_are_held_to_is_that_of_the_sdk():
    program = Path(__file__).with_name("sdk_surface.py")
    done = subprocess.run(  # noqa: S603 - our own program
        [str(compat_venvs.python("2.14.0")), str(program)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    known = (ROOT / "tests" / "samples" / "sdk_surface.json").read_text("utf-8")
    assert json.loads(done.stdout) == json.loads(known)
