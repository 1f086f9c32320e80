"""A kernel keeps the locks that it began with, and its cells say so in a line or two."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.kernel

LOCKS = 'models = ["claude-haiku-4-5"]\ntools = false\nservers = ["emulator"]\ncontact = "Ada"\n'
MODEL = "claude-opus-5-5 is locked out here: allowed are claude-haiku-4-5. Only Ada can change that"


def test_no_cell_of_a_kernel_takes_a_lock_away(start_kernel, tmp_path):
    path = tmp_path / "locks.toml"
    path.write_text(LOCKS, encoding="utf-8")
    kernel = start_kernel(CLAUDE_NB_LOCKS=str(path), CLAUDE_NB_EMULATOR_SPEED="0")
    assert kernel.run("%load_ext claude_nb").status == "ok"
    kernel.run("%env CLAUDE_NB_LOCKS=\n%reload_ext claude_nb")
    refused = kernel.run("%%claude -m opus\nWhat is 2 + 3?")
    assert refused.status == "error"
    assert f"{MODEL}, in {path}." in refused.text
    assert len(refused.text.strip().splitlines()) == 1
    assert MODEL in kernel.run('%config ClaudeMagics.model = "opus"').text
    answered = kernel.run("%%claude\nWhat is 2 + 3?")
    assert answered.status == "ok"
    assert "Claude Haiku 4.5" in answered.text or "claude-haiku-4-5" in answered.text
