"""Clients that we did not write run against the emulator, each in an environment of its own.

``scripts/compat_apps.py`` makes the environments; the programs are in ``compat/``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import claude_nb.emulator

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.append(str(ROOT / "scripts"))

import compat_apps  # noqa: E402 - found through the line above

pytestmark = pytest.mark.compat

PROGRAMS = [
    ("sdk-new", "sdk.py", 13),
    ("sdk-old", "sdk.py", 13),
    ("sdk-new", "sdk_beta.py", 9),
    ("ai-sdk", "ai_sdk.cjs", 6),
    ("claude-code", "claude_code.cjs", 3),
    ("llm", "app_llm.py", 5),
    ("litellm", "app_litellm.py", 6),
    ("dspy", "app_dspy.py", 1),
    ("instructor", "app_instructor.py", 3),
    ("langchain", "app_langchain.py", 57),
    ("pydantic-ai", "app_pydantic_ai.py", 4),
    ("claudette", "app_claudette.py", 4),
    ("chatlas", "app_chatlas.py", 3),
    ("dask", "app_dask.py", 3),
    ("xeus", "app_xeus.py", 4),
]


@pytest.mark.parametrize(("client", "program", "features"), PROGRAMS)
def test_a_foreign_client_works(tmp_path, client, program, features):
    compat_apps.make(client)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANTHROPIC_", "PYTEST_", "COVERAGE_"))
    }
    with claude_nb.emulator.serve(tokens_per_second=0, batch_seconds=1) as server:
        done = subprocess.run(  # noqa: S603 - our own program
            [*compat_apps.command(client, HERE / "compat" / program), server.url],
            cwd=tmp_path,
            env={**environment, **compat_apps.variables(client), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
    assert done.stdout.count("ok ") >= features
