"""Take the moving pictures of the README from a real JupyterLab: `make film`.

    python scripts/film.py [cell] [panel] [seen] [planned]

Each is a WebP of one cell while the emulator answers, or after, written to docs/pictures.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from jupyter_rig import Lab, launch, new_page  # noqa: E402 (found through the path set above)
from jupyter_server import JupyterServer  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

TARGET = ROOT / "docs" / "pictures"
WIDTH = 860  # CSS pixels
EVERY = 0.1  # seconds between two pictures
LAST = 2500  # milliseconds that the last one stays
QUALITY = 60
LOAD = "%load_ext claude_nb"
QUESTION = """%%claude --think 2000
Work out 17 * 23 + 4 * 100, step by step."""
SEEN = (
    """import pandas as pd

df = pd.DataFrame({"city": ["Lisbon", "Oslo"], "lamps": [120, 90]})
df""",
    "token = 'sk-ant-api03-0123456789abcdef0123'\nprint('with', token)",
    "# claude: skip\nprint('what stays here')",
)
PANEL = "import claude_nb\nclaude_nb.Panel(temperature=0.2)"


class Camera:
    """Takes pictures of the notebook, and leaves out those in which nothing changed."""

    def __init__(self, lab: Lab, height: int) -> None:
        self._lab, self._height = lab, height
        self._shots: list[tuple[float, bytes]] = []

    def take(self) -> None:
        """Take one picture."""
        area = self._lab.page.locator(".jp-Notebook").first.bounding_box() or {"x": 0, "y": 0}
        clip = {"x": area["x"], "y": area["y"], "width": WIDTH, "height": self._height}
        shot = self._lab.page.screenshot(clip=clip)
        if not self._shots or self._shots[-1][1] != shot:
            self._shots.append((time.monotonic(), shot))

    def roll(self, until: Callable[[], bool]) -> None:
        """Take pictures until the condition holds, and once more."""
        while not until():
            self.take()
            time.sleep(EVERY / 2)
        time.sleep(0.5)
        self.take()

    def save(self, path: Path) -> None:
        """Write what was taken, at the pace at which it was taken."""
        times = [at for at, _ in self._shots]
        spans = [round(1000 * (b - a)) for a, b in pairwise(times)] + [LAST]
        first, *others = [Image.open(io.BytesIO(shot)).convert("RGB") for _, shot in self._shots]
        film = {"save_all": True, "append_images": others, "duration": spans, "loop": 0}
        first.save(path, **film, quality=QUALITY, method=6)
        print(f"{path.relative_to(ROOT)}: {len(spans)} pictures, {path.stat().st_size // 1000} kB")


def cell(lab: Lab) -> Camera:
    """Film an answer in a cell: thinking, streaming, done."""
    lab.open([LOAD, QUESTION])
    lab.run(0)
    camera = Camera(lab, 420)
    camera.take()
    lab.run(1, wait=False)
    live = lab.output(1).locator("footer button")
    camera.roll(lambda: "emulated" in lab.text(1) and not live.count())
    return camera


def panel(lab: Lab) -> Camera:
    """Film the panel: a prompt is typed, the answer streams."""
    lab.open([PANEL])
    lab.run(0)
    root = lab.output(0).locator(".claude-nb-panel")
    box = root.get_by_role("textbox", name="Prompt", exact=True)
    root.get_by_role("button", name="Settings").click()
    camera = Camera(lab, 770)
    slider = root.get_by_label("Temperature", exact=True)
    for _ in range(8):
        slider.press("ArrowRight")
        camera.take()
    for letter in "A haiku about rain":
        box.press_sequentially(letter)
        camera.take()
    box.press("Enter")
    done, live = root.locator(".answer footer"), root.locator(".claude-nb-live")
    camera.roll(lambda: done.count() > live.count() == 0)
    return camera


def seen(lab: Lab) -> Camera:
    """Show the cells that a question saw, and which of them stayed here."""
    _asked(lab, "")
    lab.output(4).locator(".claude-nb-seen summary").click()
    return _still(lab, 720)


def planned(lab: Lab) -> Camera:
    """Show what a dry run shows: the cells to the letter, and the request."""
    _asked(lab, " --dry-run")
    for number in (0, 2, 3):  # all, the cell with the table, the one with the key
        lab.output(4).locator("summary").nth(number).click()
    lab.cell(4).evaluate("cell => cell.scrollIntoView()")
    return _still(lab, 760)


def _asked(lab: Lab, more: str) -> None:
    lab.open([LOAD, *SEEN, f"%%claude --context above{more}\nWhat is the mean of lamps?"])
    for number in range(5):
        lab.run(number)


def _still(lab: Lab, height: int) -> Camera:
    camera = Camera(lab, height)
    camera.take()
    return camera


@contextmanager
def studio() -> Iterator[Lab]:
    """Start a server and a browser."""
    with (
        tempfile.TemporaryDirectory() as home,
        JupyterServer(Path(home), env={"CLAUDE_NB_EMULATOR_SPEED": "60"}) as server,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        lab = Lab(new_page(browser), server, lambda: server)
        lab.resize(1180)
        yield lab
        browser.close()


FILMS = {"cell": cell, "panel": panel, "seen": seen, "planned": planned}


def main() -> None:
    """Take the films named on the command line, or all."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or FILMS:
        with studio() as lab:
            FILMS[name](lab).save(TARGET / f"{name}.webp")


if __name__ == "__main__":
    main()
