"""xeus-python, a kernel that is not ipykernel, under nbclient: ``python app_xeus.py URL``."""

# ruff: noqa: T201 - a program: it reports by printing, and sets its environment first

import os
import sys
from pathlib import Path

os.environ |= {
    "ANTHROPIC_API_KEY": "any",
    "ANTHROPIC_BASE_URL": sys.argv[1],
    "CLAUDE_NB_LEDGER": "off",
    "IPYTHONDIR": str(Path.cwd()),
    "JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter")),
}

import nbformat
from nbclient import NotebookClient

CELLS = (
    "%load_ext claude_nb",
    "%%claude\nWhat is 17 * 23?",
    "import claude_nb\nclaude_nb.Panel()",
    "answer = %claude What is 4 * 4?",
    "answer.content[-1].text",
    "%claude models haiku",
)
book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
NotebookClient(book, kernel_name="xpython", timeout=60).execute()
nbformat.validate(book)
shown = [[each for each in cell.outputs if each.output_type != "stream"] for cell in book.cells]
texts = ["\n".join(each.get("data", {}).get("text/plain", "") for each in cell) for cell in shown]
assert [len(cell) for cell in shown] == [0, 1, 1, 1, 1, 1], shown
assert "391" in texts[1]
print("ok cell")
assert "open this notebook in Jupyter" in texts[2]
assert list(shown[2][0].data) == ["text/html", "text/plain"]
print("ok panel, without a page")
assert "16" in texts[3]
assert "16" in texts[4]
print("ok line, and its value")
assert "claude-haiku" in texts[5]
print("ok command")
