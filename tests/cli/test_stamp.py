"""``claude-nb stamp``: what a notebook cost stands in its file."""

from __future__ import annotations

import nbformat
import pytest
from nbformat import v4

from claude_nb import __version__
from claude_nb.cli.command import main
from claude_nb.notebook.ledger.store import Call, Store

FIGURES = {"seconds": 1.0, "input": 9, "cached": 0, "stored": 0, "output": 9, "searches": 0}


def call(path, origin, cost, model="claude-sonnet-4-6"):
    known = {"at": "2026-11-30T10:00:00+00:00", "cell": "c", "outcome": "ok"}
    prices = "2026-11-27" if cost else ""
    return Call(
        **known, **FIGURES, notebook=str(path), origin=origin, cost=cost, prices=prices, model=model
    )


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_LEDGER", str(tmp_path / "usage.sqlite3"))
    path = tmp_path / "lesson.ipynb"
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("1")]), path)
    return path


def test_it_says_models_dollars_prices_and_shares_and_goes_again(lesson, tmp_path, capsys):
    store = Store(tmp_path / "usage.sqlite3")
    for origin, cost in [("server", 0.25), ("replayed", 0.0), ("emulator", 0.0), ("server", None)]:
        store.write(call(lesson, origin, cost))
    store.write(call("/other.ipynb", "server", 9.0))
    assert main(["stamp", str(lesson)]) == 0
    assert "4 calls, $0.2500" in capsys.readouterr().out
    stamped = lesson.read_bytes()
    assert nbformat.read(lesson, as_version=4).metadata["claude_nb"] == {
        "version": __version__,
        "models": ["claude-sonnet-4-6"],
        "calls": 4,
        "dollars": 0.25,
        "unpriced_calls": 1,
        "prices": "2026-11-27",
        "replayed": 0.25,
        "emulated": 0.25,
        "last": "2026-11-30",
    }
    assert main(["stamp", str(lesson)]) == 0
    assert lesson.read_bytes() == stamped
    assert main(["stamp", str(lesson), "--remove"]) == 0
    assert "claude_nb" not in nbformat.read(lesson, as_version=4).metadata


def test_what_is_not_known_is_not_stamped(lesson, capsys, tmp_path):
    before = lesson.read_bytes()
    assert main(["stamp", str(lesson)]) == 1
    assert lesson.read_bytes() == before
    assert main(["stamp", str(tmp_path / "none.ipynb")]) == 2
    assert "none.ipynb" in capsys.readouterr().err
