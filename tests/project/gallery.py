"""The gallery: things that models write (tests/samples/gallery.txt), as a notebook and as a page.

    python tests/project/gallery.py [folder]

writes gallery.ipynb, saved as cells keep their answers, and gallery-light.html and
gallery-dark.html, as nbconvert converts it; into artifacts/ unless told otherwise. The browser test
of the gallery takes pictures of them, and of the same answers while they stream.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbformat import v4

from claude_nb.api.types import Message
from claude_nb.notebook.answer.render import bundle

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "samples" / "gallery.txt"
_NAME = re.compile(r"^%% (.*)\n", re.MULTILINE)


def samples() -> dict[str, str]:
    """Return what models write, by what it shows."""
    _, *parts = _NAME.split(SAMPLES.read_text(encoding="utf-8"))
    return dict(zip(parts[::2], parts[1::2], strict=True))


def answer(text: str, place: str) -> dict[str, str]:
    """Return what a cell keeps of an answer."""
    message = {
        "id": f"msg_{place}",
        "type": "message",
        "role": "assistant",
        "model": "gallery",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "max_tokens" if text.endswith("of\n") else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 20},
    }
    return bundle(Message.model_validate(message), place=place)


def notebook() -> nbformat.NotebookNode:
    """Return the gallery as a saved notebook."""
    cells = []
    for number, (name, text) in enumerate(samples().items()):
        data = answer(text, str(number))
        output = v4.new_output("display_data", data)
        given = {"outputs": [output], "execution_count": number + 1, "id": f"gallery-{number}"}
        cells.append(v4.new_code_cell(f"%%claude\n{name}", **given))
    book = v4.new_notebook(cells=cells)
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    return book


def converted(theme: str) -> str:
    """Return the gallery as nbconvert shows it, in its "light" or "dark" theme."""
    return HTMLExporter(theme=theme).from_notebook_node(notebook())[0]


def write(folder: Path) -> None:
    """Write the notebook and both pages."""
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook(), folder / "gallery.ipynb")
    for theme in ("light", "dark"):
        (folder / f"gallery-{theme}.html").write_text(converted(theme), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "artifacts")
