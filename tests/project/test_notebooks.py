"""The tutorial notebooks as files: what may stand in them, and that they run on other servers."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import nbformat
import pytest
from kernel_rig import isolated_environment
from nbclient import NotebookClient
from plain_server import PlainServer

from claude_nb import models
from claude_nb.cli.demo import own_directories
from claude_nb.cli.headless import connect_in
from claude_nb.models.catalog import TABLE
from claude_nb.notebook.panel.values import NAMES as SETTING_NAMES

sys.path.append(str(Path(__file__).parents[2] / "scripts"))
import run_notebooks
from run_notebooks import differences

FOLDER = Path(__file__).parents[2] / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))
TABLE_DATE = date(2026, 11, 27)  # the day the model table is of
MODEL = re.compile(r"claude-(?:opus|sonnet|haiku|fable|mythos|\d)[\w-]*")
OPTION = re.compile(r"(?:-m|--model|model)[ =]+[\"']?([\w.-]+)")
EMULATED = {"06_batches", "07_errors_and_retries"}  # without batches and faults of the server
MISSPELT_ON_PURPOSE = {"claude-sonet"}
PATH_OF_A_HOST = re.compile(r"(?:/(?:home|tmp|work|Users)/|/root\b|[A-Z]:\\\\)")
KEY = re.compile(r"sk-[A-Za-z0-9-]{8,}")


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def book(path):
    return nbformat.read(path, as_version=4)


def models_named(book):
    """Yield every id of a model in the sources, and in what the answers say."""
    yield from MODEL.findall(json.dumps(book))
    for cell in book.cells:
        for name in OPTION.findall(cell.source) if cell.cell_type == "code" else ():
            if models.get(name) is not None or models.retired(name) is not None:
                yield name


def test_each_has_a_number_of_its_own_and_the_first_twelve_are_a_course():
    numbers = [int(path.name[:2]) for path in PATHS]
    assert numbers == sorted(set(numbers))
    assert numbers[:12] == list(range(12))


def test_it_names_no_model_that_is_retired_or_soon_will_be(book):
    for name in set(models_named(book)) - MISSPELT_ON_PURPOSE:
        gone = models.BUILT_IN.retired(name, TABLE_DATE + timedelta(days=60))
        assert gone is None, f"{name} retires on {gone[0]}"


def test_the_check_would_find_such_a_model():
    soon = next(info.id for info in TABLE if info.retires is not None)
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(f"%%claude -m {soon}\nHello")],
    )
    with pytest.raises(AssertionError, match="retires"):
        test_it_names_no_model_that_is_retired_or_soon_will_be(book)


def test_it_is_stored_with_outputs_and_little_else(path, book):
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert any(cell.outputs for cell in code)
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert set(book.metadata) == {"kernelspec", "language_info"}
    assert all(set(cell.metadata) <= {"tags"} for cell in book.cells)
    slug = path.stem[3:].replace("_", "-")
    assert [cell.id for cell in book.cells] == [f"{slug}-{n:02d}" for n in range(len(book.cells))]


def test_no_output_is_large_live_or_tells_of_this_machine(book):
    for cell in book.cells:
        for output in cell.get("outputs", []):
            text = json.dumps(output)
            assert len(text) < 60_000
            assert "application/vnd.jupyter.widget-view+json" not in text
            assert not PATH_OF_A_HOST.search(text), text[:200]


def test_code_fits_a_cell_beside_the_file_browser(book):
    code = [cell.source for cell in book.cells if cell.cell_type == "code"]
    lines = [line for source in code for line in source.splitlines()]
    assert [line for line in lines if len(line) > 79] == []


def test_no_cell_holds_a_key(book):
    assert not KEY.search(json.dumps(book))


def test_the_folder_is_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_000_000


def test_it_says_its_goal_in_one_line_and_what_was_learned_in_three(book):
    goal = re.search(
        r"^\*\*Goal:\*\* after this notebook you can [^\n]{20,200}$", first(book), re.MULTILINE
    )
    learned = last(book).partition("## What you learned\n")[2].partition("\nNext: ")[0]
    assert goal, first(book)
    assert re.fullmatch(r"\n(- [^\n]+\n){3}", learned), learned


def test_it_has_tasks_with_their_solutions_folded_below(book):
    tasks = last(book).partition("## Try it\n")[2].partition("<details>")[0]
    folded = last(book).partition("<summary>Solutions</summary>")[2].partition("</details>")[0]
    count = len(re.findall(r"^\d\. ", tasks, re.MULTILINE))
    assert count >= 2
    assert folded.count("```") // 2 >= count


def test_it_has_three_to_six_steps_and_one_thing_that_goes_wrong_on_purpose(book):
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    steps = re.findall(r"^## (\d)\. ", text, re.MULTILINE)
    assert steps == [str(n) for n in range(1, len(steps) + 1)]
    assert 3 <= len(steps) <= 6
    failing = [cell for cell in book.cells if "raises-exception" in cell.metadata.get("tags", [])]
    assert failing or "on purpose" in text


def test_its_loops_are_bounded_and_its_handlers_narrow(book):
    code = "\n".join(cell.source for cell in book.cells)
    assert "while True" not in code
    assert not re.search(r"except (?:\w+\.)?(?:Exception|AnthropicError|APIError)\b|except:", code)


def first(book):
    return book.cells[0].source


def last(book):
    return book.cells[-1].source


def test_links_between_notebooks_lead_somewhere(book):
    targets = re.findall(r"\]\(([\w.-]+\.ipynb)\)", "\n".join(c.source for c in book.cells))
    for target in targets:
        assert (FOLDER / target).exists(), target


def test_the_readme_lists_every_notebook():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[.*?\]\((.+?)\)", text, re.MULTILINE) == [path.name for path in PATHS]


def test_settings_that_it_sets_exist(book):
    for cell in book.cells:
        for line in re.findall(r"^%claude set (.+)$", cell.source, re.MULTILINE):
            assert {pair.partition("=")[0] for pair in line.split()} <= set(SETTING_NAMES), line


def tampered(book):
    """Yield the notebook with one thing changed, for each thing in its stored outputs."""
    for n, cell in enumerate(book.cells):
        for m, output in enumerate(cell.get("outputs", [])):
            yield change(book, n, lambda outputs, m=m: outputs.pop(m))
            yield change(book, n, lambda outputs, m=m: outputs.append(outputs[m]))
            for name in ("text", "ename", "evalue", "traceback", "metadata", "output_type"):
                if name in output:
                    yield change(book, n, lambda o, m=m, name=name: o[m].update({name: "other"}))
            for kind, value in output.get("data", {}).items():
                spoilt = f"{value[:-1]}?" if isinstance(value, str) else None
                yield change(book, n, lambda o, m=m, k=kind, s=spoilt: o[m]["data"].update({k: s}))


def change(book, number, work):
    """Return a copy in which `work` was done to the outputs of one cell."""
    other = copy.deepcopy(book)
    work(other.cells[number].outputs)
    return other


def test_any_change_of_a_stored_output_is_found(book):
    assert list(differences(book, copy.deepcopy(book))) == []
    count = 0
    for count, other in enumerate(tampered(book), 1):  # noqa: B007 (how many there were)
        assert len(list(differences(other, book))) >= 1
    assert count >= 4 * sum(bool(cell.get("outputs")) for cell in book.cells)


@pytest.mark.kernel
def test_a_run_finds_the_one_output_that_was_changed(tmp_path, capsys, monkeypatch):
    book = nbformat.read(PATHS[0], as_version=4)
    cell = next(c for c in book.cells if c.get("outputs") and "text/html" in c.outputs[0].data)
    cell.outputs[0].data["text/html"] = cell.outputs[0].data["text/html"].replace("791", "792")
    nbformat.write(book, path := tmp_path / "one.ipynb")
    before = path.read_bytes()
    monkeypatch.setattr(sys, "argv", ["run_notebooks.py", "--check", str(path)])
    assert run_notebooks.main() == 1
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert f"{cell.id}, output 1: stored …" in said
    assert path.read_bytes() == before


@pytest.mark.kernel
@pytest.mark.parametrize(("saved", "status"), [("791", 0), ("792", 1)])
def test_nbval_compares_with_no_settings_at_all(saved, status, tmp_path):
    text = PATHS[0].read_text(encoding="utf-8").replace("791", saved)
    (tmp_path / "one.ipynb").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", str(tmp_path)]
    env = isolated_environment(tmp_path / "home")
    done = subprocess.run(  # noqa: S603 - our own command
        command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stdout


@pytest.mark.kernel
def test_it_runs_on_a_server_that_has_only_messages(path, book, tmp_path):
    """No batches, no counting, no list of models, no schemas, no tools: only text."""
    with PlainServer() as server:
        env = {k: v for k, v in own_directories(tmp_path).items() if not k.startswith("CLAUDE_NB")}
        env |= {"ANTHROPIC_BASE_URL": server.url, "ANTHROPIC_API_KEY": "canary"}
        env |= {"CLAUDE_NB_EMULATOR_SPEED": "0"}
        client = NotebookClient(book, timeout=120)
        connect_in(tmp_path, client.create_kernel_manager())
        client.execute(env=env)
    assert bool(server.asked) is (path.stem not in EMULATED)
