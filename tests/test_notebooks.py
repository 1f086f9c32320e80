"""The tutorial notebooks as files: what may stand in them, and that they run on other servers."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from plain_server import PlainServer

from claude_nb import models
from claude_nb._catalog import TABLE
from claude_nb.demo import own_directories
from claude_nb.headless import connect_in
from claude_nb.notebook.panel.values import NAMES as SETTING_NAMES

FOLDER = Path(__file__).parents[1] / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))
TABLE_DATE = date(2026, 11, 22)  # the day the model table is of
MODEL = re.compile(r"claude-(?:opus|sonnet|haiku|fable|mythos|\d)[\w-]*")
OPTION = re.compile(r"(?:-m|--model|model)[ =]+[\"']?([\w.-]+)")
EMULATED = {"06_batches", "07_errors_and_retries"}  # without batches and faults of the server
MISSPELT_ON_PURPOSE = {"claude-sonet"}
PATH_OF_A_HOST = re.compile(r"(?:/home/|/root\b|/work/|/Users/|/tmp/|[A-Z]:\\\\)")
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


def test_there_are_twelve():
    assert [int(path.name[:2]) for path in PATHS] == list(range(12))


def test_it_names_no_model_that_is_retired_or_soon_will_be(book):
    for name in set(models_named(book)) - MISSPELT_ON_PURPOSE:
        assert models.retired(name) is None, name
        info = models.get(name)
        if info is not None and info.retires is not None:
            assert info.retires > TABLE_DATE + timedelta(days=60), f"{name} retires {info.retires}"


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


def test_no_cell_holds_a_key(book):
    assert not KEY.search(json.dumps(book))


def test_the_folder_is_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_000_000


def test_it_says_what_one_will_learn_and_ends_with_something_to_try(path, book):
    if path.name.startswith("00"):
        return  # a first look, without lessons
    assert "you can\n" in book.cells[0].source
    assert "## Try it" in book.cells[-1].source


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


@pytest.mark.compat
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
