"""Take a picture of every state of every component in a real JupyterLab, into one page.

    make gallery                       writes build/gallery/index.html and its pictures

The states are those of tests/project/states.py, made by the code's own renderers: saved answers,
failures, pages of ``%claude``, streaming answers, panels; light and dark, narrow and wide. Fails if
something sticks out, covers something else, or has less contrast than 4.5 to what is behind it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

import nbformat
from playwright.sync_api import Error, expect, sync_playwright

ROOT = Path(__file__).parents[1]
for _folder in ("tests/project", "tests/browser", "tests"):
    sys.path.insert(0, str(ROOT / _folder))

import states  # noqa: E402 - it is there now
from jupyter_rig import LABEXTENSION, Lab, launch, new_page  # noqa: E402
from jupyter_server import JupyterServer  # noqa: E402

OUT = ROOT / "build" / "gallery"
FAULTS = (ROOT / "tests" / "browser" / "faults.js").read_text(encoding="utf-8")
WIDTHS = {"narrow": 500, "wide": 1_280}
SHADES = ("light", "dark")
HEIGHT = 3_000
PAGE = """<!doctype html><meta charset="utf-8"><title>Gallery</title>
<style>body {{ font: 14px/1.5 system-ui, sans-serif; margin: 2em }} .bad {{ color: #b00 }}
div {{ display: flex; gap: 1em; align-items: start; flex-wrap: wrap }} figure {{ margin: 0 }}
img {{ border: 1px solid #ccc; max-width: 100% }}</style>
<h1>{count} states</h1>{body}
"""


class Gallery:
    """Pictures of states, and what is wrong with them."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.pictures: dict[str, list[str]] = {}
        self.faults: dict[str, list[str]] = {}

    def take(self, names: list[str], first: int = 0) -> None:
        """Take pictures of the cells from number `first` on, in every shade and width."""
        for shade in SHADES:
            self.lab.theme(shade)
            for width, pixels in WIDTHS.items():
                self.lab.resize(pixels, HEIGHT)
                for number, name in enumerate(names, first):
                    self._one(name, number, f"{shade}-{width}")

    def _one(self, name: str, number: int, how: str) -> None:
        output = self.lab.output(number)
        output.scroll_into_view_if_needed()
        file = f"{''.join(c if c.isalnum() else '-' for c in name)}-{how}.png"
        try:
            output.screenshot(path=OUT / file, animations="disabled")
        except Error as error:
            self.faults.setdefault(name, []).append(f"{how}: no picture: {error.message[:80]}")
            return
        self.pictures.setdefault(name, []).append(file)
        output.evaluate("node => node.setAttribute('data-gallery', '')")
        found = self.lab.page.evaluate(FAULTS, "[data-gallery] .jp-OutputArea-output")
        output.evaluate("node => node.removeAttribute('data-gallery')")
        if found:
            self.faults.setdefault(name, []).extend(f"{how}: {fault}" for fault in found[:5])

    def write(self) -> None:
        """Write the page that shows them all."""
        body = "".join(map(self._section, self.pictures))
        text = PAGE.format(count=len(self.pictures), body=body)
        (OUT / "index.html").write_text(text, encoding="utf-8")

    def _section(self, name: str) -> str:
        bad = "".join(f'<p class="bad">{escape(each)}</p>' for each in self.faults.get(name, ()))
        figures = "".join(
            f'<figure><img loading="lazy" src="{file}"><figcaption>{file[len(name) + 1 : -4]}'
            "</figcaption></figure>"
            for file in self.pictures[name]
        )
        return f"<h2>{escape(name)}</h2>{bad}<div>{figures}</div>"


@contextmanager
def jupyter() -> Iterator[Lab]:
    """Open a page on a server of its own, whose kernels ask the emulator."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        shutil.copytree(LABEXTENSION, Path(home) / "data" / "labextensions" / "claude-nb")
        env = {"JUPYTER_PATH": str(Path(home) / "data"), "CLAUDE_NB_BACKEND": "emulator"}
        server = JupyterServer(Path(home), env=env)
        browser = launch(playwright)
        yield Lab(new_page(browser), server, lambda: server)
        browser.close()
        server.close()


def show_saved(made: Gallery) -> None:
    """Show what files keep."""
    made.lab.name = "saved.ipynb"
    book = states.notebook()
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "python3"}
    nbformat.write(book, made.lab.path)
    made.lab.open_file("saved.ipynb")
    made.lab.command("application:toggle-left-area")
    made.take(list(states.saved()))


def show_cells(made: Gallery, cells: dict[str, str], name: str) -> None:
    """Show cells that have run."""
    made.lab.open([states.SETUP, *cells.values()], name=name)
    for number in range(len(cells) + 1):
        made.lab.run(number)
    for number, cell in enumerate(cells, 1):
        words = states.SHOWS.get(cell, "")
        try:
            expect(made.lab.output(number)).to_contain_text(words)
        except AssertionError:
            made.faults.setdefault(cell, []).append(f"does not show {words!r}")
    made.take(list(cells), first=1)


def show_panels(made: Gallery) -> None:
    """Show panels in which questions were asked."""
    source = "import claude_nb\nclaude_nb.Panel()"
    made.lab.open([states.SETUP, *[source] * len(states.PANEL)], name="panels.ipynb")
    made.lab.run(0)
    for number, questions in enumerate(states.PANEL.values(), 1):
        made.lab.run(number)
        panel = made.lab.output(number).locator(".claude-nb-panel")
        box = panel.get_by_role("textbox", name="Prompt", exact=True)
        for question in questions:
            box.fill(question)
            box.press("Enter")
            expect(box).to_have_value("")
            expect(panel.get_by_role("button", name="Send", exact=True)).to_be_visible()
            expect(panel.locator(".claude-nb-live")).to_have_count(0)
    made.take(list(states.PANEL), first=1)


def main() -> int:
    """Take all pictures; return 1 if something is wrong with one of them."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with jupyter() as lab:
        made = Gallery(lab)
        show_saved(made)
        show_cells(made, states.RUN, "run.ipynb")
        show_cells(made, states.LIVE, "live.ipynb")
        show_panels(made)
        made.write()
    for name, faults in made.faults.items():
        print(f"{name}:", *faults, sep="\n  ")
    print(
        f"{len(made.pictures)} states in build/gallery/index.html, {len(made.faults)} with faults"
    )
    return 1 if made.faults else 0


if __name__ == "__main__":
    sys.exit(main())
