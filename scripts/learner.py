"""Try what a learner is told to try: every task of the notebooks, every block of the pages.

A notebook's cells are run in order, then the solutions that are folded into its text, each fence a
cell; of README and docs every block of Python and every cell of ``%claude``. All of it with no key,
against the emulator. A block that is followed by one of plain text has to show that text; ``…``
stands for anything. What fails is printed with its file and line, and the exit status is 1.

Each file is tried in a process of its own, with scratch copies of the notebooks as its folder.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd  # noqa: F401 - here, so that no child has to import it
import pydantic  # noqa: F401 - likewise
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from claude_nb.cli.demo import own_directories
from claude_nb.notebook import magic  # noqa: F401 - as pandas

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
MAGIC = re.compile(r"%%?claude\b|(?:\w+ = )%claude\b")
COLOURS = re.compile(r"\x1b\[[\d;]*m")
CANNOT = "The emulator cannot answer that"

TICKETS = """
import pandas as pd

tickets = pd.DataFrame({"text": [
    "My lamp arrived on Monday. The shade is broken. Please send a new one to ada@example.com.",
    "I ordered a chair last week. It has not come. Please tell me at bob@example.com when it does.",
]})
"""

# What a page takes for granted: things of the reader's own.
GIVEN = {
    "colab.md": """
import sys
import types

there = types.ModuleType("google.colab")
there.output = types.SimpleNamespace(enable_custom_widget_manager=lambda: None)
sys.modules.setdefault("google", types.ModuleType("google"))
sys.modules["google.colab"] = there
""",
    "magic.md": """
import pandas as pd
from matplotlib import pyplot as plt

df = pd.DataFrame({"city": ["Lisbon", "Oslo"], "lamps": [120, 90]})
results, x = {"2025": [df]}, 25.4
fig, axes = plt.subplots()
fig.savefig("chart.png")
""",
    "rows.md": f"""
import claude_nb

{TICKETS}
client = claude_nb.connect()
""",
    "what-claude-sees.md": """
import pandas as pd

pd.DataFrame({"city": ["Lisbon", "Oslo"], "lamps": [120, 90]})
""",
    "README.md": f"""
import claude_nb
from pydantic import BaseModel

{TICKETS}
class Ticket(BaseModel):
    email: str
""",
}


# Pages about servers and machines of others; what stands there is tried by tests of its own, with
# stand-ins (tests/project/test_hub.py, test_docs.py, tests/api/platforms).
ELSEWHERE = {"hub.md", "other-servers.md"}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try.

    Attributes
    ----------
    line : int
        Where it stands in its file.
    source : str
        The cell.
    shown : str or None
        What it must show, if that is told; an error that is shown is one on purpose.
    may_fail : bool
        Whether an error is on purpose, whatever it is.
    """

    line: int
    source: str
    shown: str | None = None
    may_fail: bool = False


def blocks(text: str, first: int = 1) -> Iterator[Step]:
    """Yield what is to be tried in a text that begins at this line."""
    found = list(FENCE.finditer(text))
    for n, fence in enumerate(found):
        language, source = fence.groups()
        if not (language == "python" or (language == "" and MAGIC.match(source))):
            continue
        line = first + text.count("\n", 0, fence.start()) + 1
        behind = found[n + 1] if n + 1 < len(found) else None
        shown = behind[2] if behind and behind[1] == "text" else None
        if shown is not None and text[fence.end() : behind.start()].strip():  # type: ignore[union-attr]
            shown = None  # something is said in between: it belongs to that
        yield Step(line, source.strip("\n"), shown)


def page_steps(path: Path) -> list[Step]:
    """Return what a page tells its reader to run."""
    given = GIVEN.get(path.name)
    return [*([Step(1, given)] if given else []), *blocks(path.read_text(encoding="utf-8"))]


def notebook_steps(path: Path) -> list[Step]:
    """Return the cells of a notebook, then the solutions of its tasks."""
    text = path.read_text(encoding="utf-8")
    book: Any = nbformat.reads(text, as_version=4)
    cells: list[Step] = []
    solutions: list[Step] = []
    for cell in book.cells:
        at = text.index(f'"id": "{cell.id}"')
        line = text.count("\n", 0, text.index('"source": [', at)) + 2
        if cell.cell_type == "code":
            may_fail = "raises-exception" in cell.metadata.get("tags", [])
            cells.append(Step(line, cell.source, may_fail=may_fail))
        for folded in FOLDED.finditer(cell.source) if cell.cell_type == "markdown" else ():
            first = line + cell.source.count("\n", 0, folded.start())
            solutions += blocks(folded[0], first)
    return cells + solutions


def failures(path: Path) -> list[str]:
    """Try all of a file; return what failed, where."""
    steps = notebook_steps(path) if path.suffix == ".ipynb" else page_steps(path)
    shell = new_shell()
    found: list[str] = []
    for step in steps:
        why = tried(shell, step)
        if why:
            found.append(f"{path}:{step.line}: {why}\n{textwrap.indent(step.source, '    ')}")
    return found


def new_shell() -> Any:
    """Return a shell that knows ``%claude``, as a reader has it after the first cell."""
    history = Config({"HistoryManager": {"enabled": False}})  # its file would outlive the folder
    shell = InteractiveShell.instance(config=history)
    shell.run_line_magic("load_ext", "claude_nb")
    return shell


def tried(shell: Any, step: Step) -> str:
    """Run one step; return why it failed, or nothing."""
    with capture_output() as got:
        result = shell.run_cell(step.source, store_history=True)
    said = COLOURS.sub("", "\n".join([got.stdout, got.stderr, *map(as_text, got.outputs)]))
    error = result.error_before_exec or result.error_in_exec
    if step.shown is not None and not shows(said, step.shown):
        return f"it does not show what is told, but\n{textwrap.indent(said.strip(), '    ')}\n  of"
    is_told = step.may_fail or (step.shown is not None and error_name(error) in step.shown)
    if error is not None and not is_told:
        return f"{type(error).__name__}: {error}"
    return "the emulator cannot answer it" if CANNOT in said else ""


def error_name(error: BaseException | None) -> str:
    """Return the name of an error as a traceback tells it."""
    return type(error).__name__ if error is not None else ""


def as_text(output: Any) -> str:
    """Return the plain text of what a cell displays."""
    return str(output.data.get("text/plain", ""))


def shows(said: str, told: str) -> bool:
    """Tell whether a text holds another, whatever its line ends; ``…`` there is anything."""
    parts = [re.escape(" ".join(part.split())) for part in told.split("…")]
    return re.search(".*?".join(parts), " ".join(said.split())) is not None


def tried_alone(path: Path) -> int:
    """Try a file in a child of this process; return its id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        with tempfile.TemporaryDirectory() as home:
            settle(Path(home))
            found = failures(path)
            print("\n".join(found), end="\n" if found else "", flush=True)
            status = bool(found)
    finally:
        os._exit(status)


def settle(home: Path) -> None:
    """Go into a scratch folder with copies of the notebooks, with no key and no server."""
    folder = home / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder)
    env = {k: v for k, v in own_directories(home).items() if not k.startswith("ANTHROPIC_")}
    env = {k: v for k, v in env.items() if not k.startswith("CLAUDE_NB")}
    env |= {"CLAUDE_NB_DISPLAY": "final", "CLAUDE_NB_EMULATOR_SPEED": "0", "MPLBACKEND": "agg"}
    env |= {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    env |= {"CLAUDE_NB_LEDGER": str(home / "usage.sqlite3")}
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)


def pages() -> list[Path]:
    """Return the notebooks and pages that a learner reads."""
    return [
        *sorted(ROOT.glob("notebooks/*.ipynb")),
        ROOT / "README.md",
        *(page for page in sorted(ROOT.glob("docs/**/*.md")) if page.name not in ELSEWHERE),
    ]


def main() -> int:
    """Try the files that are named, or all; as many at a time as there are processors."""
    waiting = [Path(name).resolve() for name in sys.argv[1:]] or pages()
    count, running, failed = len(waiting), 0, 0
    while waiting or running:
        if waiting and running < (os.cpu_count() or 1):
            tried_alone(waiting.pop(0))
            running += 1
            continue
        _, status = os.wait()
        running, failed = running - 1, failed + (status != 0)
    print(f"{count} files tried, {failed} with something that fails.")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
