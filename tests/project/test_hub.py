"""The configuration on the page for hubs is read by IPython and JupyterHub as it stands there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from kernel_rig import isolated_environment

from claude_nb import emulator

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "scripts"))
import compat_apps  # noqa: E402 (found through the path set above)

PAGE = (ROOT / "docs" / "how-to" / "hub.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
HUB = next(block for block in PYTHON if "c.Spawner" in block)
DEFAULTS = next(block for block in PYTHON if "c.ClaudeMagics" in block)
LOCKS = re.search(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[1]
SHELL = """
import sys
sys.prefix = sys.argv.pop()
from IPython import start_ipython
start_ipython(["--no-banner", "--colors=NoColor", "-c", sys.argv.pop()])
"""
SPAWNERS = """
import json, sys
from types import SimpleNamespace
from jupyterhub.objects import Hub
from jupyterhub.spawner import SimpleLocalProcessSpawner
from traitlets.config.loader import PyFileConfigLoader

config = PyFileConfigLoader(sys.argv[1]).load_config()

def given(name):
    user = SimpleNamespace(name=name, escaped_name=name, url=f"/user/{name}/", settings={})
    made = SimpleLocalProcessSpawner(config=config, user=user, hub=Hub(), api_token="t")
    return {key: value for key, value in made.get_env().items() if key in sys.argv[2:]}

print(json.dumps([given("ada"), given("eve")]))
"""
PLACES = {
    "keys": "/srv/claude/keys.json",
    "locks": "/srv/claude/locks.toml",
    "gateway": "https://claude.example.org",
}
GIVEN = ("ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_NB_LOCKS")


def ipython(folder: Path, code: str, **env: str) -> str:
    """Return what a terminal IPython says whose environment has the files in ``etc/ipython``."""
    done = subprocess.run(  # noqa: S603 (ours)
        [sys.executable, "-c", SHELL, code, str(folder)],
        cwd=folder,
        env=isolated_environment(folder, PYTHONPATH=str(ROOT), CLAUDE_NB_EMULATOR_SPEED="0", **env),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture
def prefix(tmp_path):
    """Give a folder that has the page's files where an environment has them."""
    folder = tmp_path / "etc" / "ipython"
    folder.mkdir(parents=True)
    (folder / "ipython_config.py").write_text(DEFAULTS, encoding="utf-8")
    (folder / "claude_nb_locks.toml").write_text(LOCKS, encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_defaults_and_locks_of_the_page_hold_and_a_profile_changes_only_the_defaults(prefix):
    asked = "%claude -q What is 2 + 3?"
    assert "emulated" in ipython(prefix, asked)  # with no %load_ext
    profile = prefix / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_config.py").write_text('c.ClaudeMagics.model = "opus"\n', "utf-8")
    says = ipython(prefix, asked, IPYTHONDIR=str(profile.parent))
    assert "is locked out here: allowed are claude-haiku-4-5, claude-sonnet-4-6." in says
    where = prefix / "etc" / "ipython" / "claude_nb_locks.toml"
    assert f"Only Ada (ada@example.org) can change that, in {where}." in says


def spawned(folder: Path, **here: str) -> list[dict[str, str]]:
    """Return what JupyterHub gives two people, by the page, whose places are here instead."""
    config = HUB
    for there, place in here.items():
        config = config.replace(PLACES[there], place)
    path = folder / "jupyterhub_config.py"
    path.write_text(config, encoding="utf-8")
    done = subprocess.run(  # noqa: S603 (ours)
        [compat_apps.python_of("jupyterhub"), "-c", SPAWNERS, str(path), *GIVEN],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.compat
def test_jupyterhub_gives_each_person_a_key_of_their_own_and_the_locks(tmp_path):
    compat_apps.make("jupyterhub")
    keys, locks = tmp_path / "keys.json", tmp_path / "locks.toml"
    keys.write_text(json.dumps({"ada": "sk-of-ada-0123456789"}), encoding="utf-8")
    with emulator.serve(tokens_per_second=0, api_key="sk-of-ada-0123456789") as gateway:
        here = {"keys": keys.as_posix(), "locks": locks.as_posix(), "gateway": gateway.url}
        locks.write_text(LOCKS.replace(PLACES["gateway"], gateway.url), encoding="utf-8")
        ada, eve = spawned(tmp_path, **here)
        load = "%load_ext claude_nb\n%claude -q "
        assert "emulated" in ipython(tmp_path, f"{load}What is 2 + 3?", **ada)
        says = ipython(tmp_path, f"{load}-m opus What is 2 + 3?", **ada)
        assert f"Only Ada (ada@example.org) can change that, in {locks}." in says
        assert "The API key was refused" in ipython(tmp_path, f"{load}What is 2 + 3?", **eve)
