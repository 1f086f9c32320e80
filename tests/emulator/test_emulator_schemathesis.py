"""schemathesis asks what the description allows, and much that it does not: no error of the server.

It runs from an environment of its own (``scripts/compat_apps.py``), on the message and model paths
of the description that CLAUDE_NB_OPENAPI names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import openapi_check
import pytest

import claude_nb.emulator

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))

import compat_apps

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif("CLAUDE_NB_OPENAPI" not in os.environ, reason="CLAUDE_NB_OPENAPI is unset"),
]

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
PATHS = ("/v1/messages", "/v1/messages/count_tokens", "/v1/models", "/v1/models/{model_id}")
HEADERS = ("x-api-key: test-key", "anthropic-version: 2023-06-01")


def described(folder):
    whole = json.loads(Path(os.environ["CLAUDE_NB_OPENAPI"]).read_text("utf-8"))
    whole["paths"] = {path: whole["paths"][path] for path in PATHS}
    whole["components"] = openapi_check.components()
    file = folder / "described.json"
    file.write_text(json.dumps(whole), "utf-8")
    return file


def test_no_request_is_an_error_of_the_server(tmp_path):
    compat_apps.make("schemathesis")
    program = compat_apps.python_of("schemathesis").parent / "schemathesis"
    with claude_nb.emulator.serve(tokens_per_second=0) as server:
        options = ["--url", server.url, "--checks", ",".join(CHECKS), "--continue-on-failure"]
        options += [word for header in HEADERS for word in ("-H", header)]
        done = subprocess.run(  # noqa: S603 - from an environment of our own
            [program, "run", described(tmp_path), *options, "--phases", "fuzzing", "-n", "100"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=1800,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
