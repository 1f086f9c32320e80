"""The script that tries what a learner is told to try finds what fails, with its file and line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "scripts" / "learner.py"

PAGE = """# A page

```python
{code}
```
{then}
"""
TASK = """## Try it

1. Ask.

<details><summary>Solutions</summary>

```
%%claude
{question}
```

</details>
"""


def tried(path):
    """Try a file; return the exit status and what was said."""
    command = [sys.executable, str(SCRIPT), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return done.returncode, done.stdout


def shown(text):
    return f"\n```text\n{text}\n```"


@pytest.fixture
def page(tmp_path):
    """Give a function that writes a page and tries it."""

    def write(code, then=""):
        path = tmp_path / "page.md"
        path.write_text(PAGE.format(code=code, then=then), encoding="utf-8")
        return tried(path)

    return write


@pytest.fixture
def notebook(tmp_path):
    """Give a function that writes a notebook with one task, and tries it."""

    def write(question):
        cells = [
            nbformat.v4.new_code_cell("%load_ext claude_nb", id="a"),
            nbformat.v4.new_markdown_cell(TASK.format(question=question), id="b"),
        ]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path := tmp_path / "one.ipynb")
        return path, tried(path)

    return write


@pytest.mark.parametrize(
    ("code", "then"),
    [
        ("x = 1", ""),
        ("print('as told')", shown("as told")),
        ("print('one', 2, 'three')", shown("one … three")),
        ("1 / 0", shown("ZeroDivisionError: division by zero")),
    ],
)
def test_what_runs_and_shows_what_is_told_passes(page, code, then):
    assert page(code, then) == (0, "1 files tried, 0 with something that fails.\n")


@pytest.mark.parametrize(
    ("code", "then", "why"),
    [
        ("1 / 0", "", "ZeroDivisionError: division by zero"),
        ("nothing_such", "", "NameError"),
        ("print('other')", shown("as told"), "does not show what is told"),
        ("%claude What is the capital of France?", "", "the emulator cannot answer it"),
    ],
)
def test_what_fails_is_told_with_file_and_line(page, code, then, why):
    status, said = page(code, then)
    assert status == 1
    assert "page.md:4: " in said
    assert why in said


def test_the_solution_of_a_task_is_tried(notebook):
    path, (status, said) = notebook("What is the capital of France?")
    line = next(
        n for n, text in enumerate(path.read_text("utf-8").splitlines(), 1) if "%%claude" in text
    )
    assert status == 1
    assert f"one.ipynb:{line}: the emulator cannot answer it" in said


def test_a_solution_that_works_passes(notebook):
    _, (status, said) = notebook("What is 17 * 23?")
    assert status == 0, said
