"""What people install: a light import, and a wheel that holds every file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COUNT = """
import sys
import tomllib
before = set(sys.modules)
{statement}
print(*sorted(set(sys.modules) - before))
"""


def loaded_by(statement: str) -> set[str]:
    """Return the modules that `statement` loads into a fresh interpreter."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", COUNT.format(statement=statement)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_little():
    loaded = loaded_by("import claude_nb")
    assert len(loaded) <= 250
    assert not loaded & {"IPython", "ipywidgets", "anywidget", "httpx", "pydantic", "tornado"}


@pytest.mark.parametrize("name", ["Anthropic", "AsyncAnthropic"])
def test_the_client_needs_no_notebook(name):
    loaded = loaded_by(f"import claude_nb; claude_nb.{name}")
    assert not loaded & {"IPython", "ipywidgets", "anywidget", "tornado", "claude_nb.notebook"}


LOAD = """
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.instance().run_line_magic("load_ext", "claude_nb")
"""


def test_loading_the_extension_loads_no_more_than_the_next_cell_needs():
    loaded = {name for name in loaded_by(LOAD) if name.startswith("claude_nb.")}
    assert "claude_nb.notebook.magic" in loaded
    assert not loaded & {
        "claude_nb.ask.context.cells",
        "claude_nb.conversation",
        "claude_nb.notebook.commands.catalog",
        "claude_nb.notebook.completion.complete",
        "claude_nb.notebook.ledger.store",
        "claude_nb.notebook.run",
    }
    assert len(loaded) <= 35


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel, without network and without touching the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    [built] = folder.glob("*.whl")
    return built


def sources() -> set[str]:
    """Return every file of the package in the checkout, as paths in a wheel."""
    files = (path for path in (ROOT / "claude_nb").rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}


def test_the_wheel_holds_every_file_of_the_package(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    assert sources() <= held
    assert {"claude_nb/py.typed", "claude_nb/notebook/static/live.js"} <= held
    assert "claude_nb/notebook/00_first_light.ipynb" in held


def test_the_wheel_holds_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    strange = [n for n in names if not n.startswith(("claude_nb/", "claude_nb-"))]
    assert not strange
    assert not [n for n in names if "__pycache__" in n or "test" in Path(n).name.split("_")]


def test_the_unpacked_wheel_works_away_from_the_checkout(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = "import claude_nb; print(claude_nb.__file__); claude_nb.Anthropic"
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    assert done.stdout.startswith(str(tmp_path))


def test_binder_installs_what_the_project_needs_at_the_versions_that_are_tested():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [*wanted["dependencies"], *wanted["optional-dependencies"]["lab"]]
    needed = [need for need in needed if not need.endswith("== 'emscripten'")]
    names = {re.split(r"[<>=;\[ ]", need)[0].lower() for need in needed}
    lines = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = {line.lower() for line in lines if not line.startswith("#")}
    constraints = (ROOT / "requirements" / "constraints.txt").read_text(encoding="utf-8")
    assert pins <= set(constraints.lower().splitlines())
    assert names <= {pin.partition("==")[0] for pin in pins}
