"""Other tools of Jupyter show notebooks that hold answers, each in an environment of its own."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from kernel_rig import add_kernelspec, isolated_environment
from nbformat import v4
from playwright.sync_api import sync_playwright

from claude_nb.api.types import Message
from claude_nb.notebook.answer import render

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "browser")]
import compat_apps  # noqa: E402 (found through the path set above)
from jupyter_rig import launch  # noqa: E402
from jupyter_server import free_port  # noqa: E402

pytestmark = pytest.mark.compat

TEXT = "A paragraph with `code`.\n\n```python\ndef f(x):\n    return x\n```\n\n{}\n\nThe end."
CONFIG = "title: T\nexecute: {execute_notebooks: 'off'}\n"
PLACE = "http://127.0.0.1:{}/"
COLOURS = """() => [...document.querySelectorAll(".claude-nb code, .claude-nb p")].map((node) => {
  const [text, ...grounds] = [getComputedStyle(node).color];
  for (let at = node; at; at = at.parentElement) grounds.push(getComputedStyle(at).backgroundColor);
  const seen = grounds.find((each) => !/, 0(\\.\\d+)?\\)$/.test(each));
  return [text, seen ?? "rgb(255, 255, 255)"];
})"""


def notebook(path: Path, *words: str) -> Path:
    """Write a notebook with an answer for each word."""
    cells = []
    for word in words:
        content = [{"type": "text", "text": TEXT.format(word)}]
        whole = {"id": "m", "model": "claude-x", "role": "assistant", "content": content}
        bundle = render.bundle(Message.from_wire({**whole, "stop_reason": "end_turn", "usage": {}}))
        output = v4.new_output("display_data", dict(bundle))
        cells.append(v4.new_code_cell("%%claude\nHello", outputs=[output], id=f"c{len(cells)}"))
    book = v4.new_notebook(cells=cells)
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "P", "language": "python"}
    nbformat.write(book, path)
    return path


def tool(name: str, program: str, *arguments: str, folder: Path) -> str:
    """Return what a program of an environment says."""
    compat_apps.make(name)
    done = subprocess.run(  # noqa: S603 (a program of the test's own environment)
        [str(compat_apps.python_of(name).parent / program), *arguments],
        cwd=folder,
        env=isolated_environment(folder),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.stdout + done.stderr


def luminance(colour: str) -> float:
    """Return the relative luminance of a computed colour; as WCAG 2 defines it."""
    parts = [int(each) / 255 for each in re.findall(r"\d+", colour)[:3]]
    linear = [
        each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return sum(share * each for share, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_a_diff_names_the_line_that_differs(tmp_path):
    one, other = (notebook(tmp_path / f"{word}.ipynb", word) for word in ("Yes", "No"))
    told = tool("nbdime", "nbdiff", "--no-color", "--no-git", str(one), str(other), folder=tmp_path)
    lines = [line for line in told.splitlines() if re.match(r"[<>] <", line)]
    assert lines == ["< <p>Yes</p>", "> <p>No</p>"]


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_a_book_can_be_read(tmp_path, shade):
    notebook(tmp_path / "page.ipynb", "Yes")
    (tmp_path / "_config.yml").write_text(CONFIG, "utf-8")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: page\n", "utf-8")
    told = tool("jupyter-book", "jupyter-book", "build", ".", folder=tmp_path)
    assert (tmp_path / "_build" / "html" / "page.html").exists(), told
    with sync_playwright() as playwright:
        page = launch(playwright).new_page()
        page.add_init_script(
            f"for (const n of ['mode', 'theme']) localStorage.setItem(n, {shade!r})"
        )
        page.goto((tmp_path / "_build" / "html" / "page.html").as_uri())
        found = page.evaluate(COLOURS)
    assert len(found) > 3
    for colours in found:
        darker, lighter = sorted(map(luminance, colours))
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, colours


def test_voila_shows_panels(tmp_path):
    port = free_port()
    add_kernelspec(tmp_path)
    compat_apps.make("voila")
    cells = ["%load_ext claude_nb", "import claude_nb; claude_nb.Panel()"]
    book = v4.new_notebook(cells=[v4.new_code_cell(text) for text in cells])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "P", "language": "python"}
    nbformat.write(book, tmp_path / "panel.ipynb")
    program = compat_apps.python_of("voila").parent / "voila"
    served = subprocess.Popen(  # noqa: S603 (a program of the test's own environment)
        [str(program), "panel.ipynb", "--no-browser", f"--port={port}"],
        cwd=tmp_path,
        env=isolated_environment(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        shown = read(PLACE.format(port))
    finally:
        served.terminate()
        served.wait()
    assert "application/vnd.jupyter.widget-view+json" in shown
    assert "open this notebook in Jupyter" not in shown


def read(place: str, deadline: float = 60.0) -> str:
    """Return a page of a server that is still starting."""
    end = time.monotonic() + deadline
    while True:
        try:
            return urllib.request.urlopen(place, timeout=deadline).read().decode()  # noqa: S310
        except OSError:
            assert time.monotonic() < end, "Voila did not start."
            time.sleep(0.2)
