"""README and docs: links lead somewhere, commands run, and what is made from code is fresh."""

from __future__ import annotations

import ast
import inspect
import json
import re
import shlex
import shutil
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path

import nbformat
import pytest

import claude_nb
from claude_nb.ask import arguments
from claude_nb.ask.errors import InputError
from claude_nb.cli.command import main as cli
from claude_nb.models import BUILT_IN
from claude_nb.notebook.commands.catalog import COMMANDS

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "scripts"))
import options_reference  # noqa: E402 (found through the path set above)
import rooms_picture  # noqa: E402 (likewise)

OTHERS = ("notebooks/*.md", "benchmarks/*.md", "binder/*.md")
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "docs/how-to/*.md", *OTHERS)
    for path in ROOT.glob(pattern)
)
OURS = "https://github.com/claude-nb/claude-nb"
LINK = re.compile(
    r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"|!\[[^\]]*\]\(([^)\s]+)\)"
)
FENCE = re.compile(r"^```(\w*|\{.*?\}[^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT = re.compile(r"^\$ (.+?)(?:\s+#.*)?$", re.MULTILINE)
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)`")  # or a folder, which ends with a slash
INLINE_MAKE = re.compile(r"`make ([a-z]+)")
ELSEWHERE = {  # made by a command, in an environment, or no file
    *(
        "artifacts/",
        "build/audit",
        "build/compat",
        "build/docs",
        "build/gallery",
        "build/lite",
        "share/jupyter/labextensions/claude-nb",
    ),
    *("text/html", "text/markdown", "text/plain"),
}
EVERYWHERE = {"jupyter", "pytest", "pip", "sudo", "git"}  # commands that are not ours


@pytest.fixture(params=PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def page(request):
    return request.param


def fences(page, *languages):
    """Yield the blocks of these languages."""
    for language, text in FENCE.findall(page.read_text(encoding="utf-8")):
        if language in languages:
            yield text


@cache
def anchors(page):
    """Return the anchors of a page's headings, as a code host names them."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    plain = [re.sub(r"[`*]", "", line) for line in re.findall(r"^#+ (.+)$", text, re.MULTILINE)]
    return {re.sub(r"[^\w\- ]", "", line).strip().lower().replace(" ", "-") for line in plain}


def broken(page, target):
    """Return why a link leads nowhere; nothing if it does."""
    local = target.removeprefix(f"{OURS}/blob/main/").removeprefix(f"{OURS}/tree/main/")
    if local != target:
        return "" if (ROOT / local).exists() else "no such file in the repository"
    if re.match(r"https?:|mailto:", target):
        return "" if target.startswith("https:") else "not https"
    name, _, anchor = target.partition("#")
    path = (page.parent / name).resolve() if name else page
    if not path.exists() or not path.is_relative_to(ROOT):
        return "no such file"
    return "" if not anchor or anchor in anchors(path) else "no such heading"


def test_links_lead_somewhere(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = ["".join(found) for found in LINK.findall(text)]
    assert {target: why for target in targets if (why := broken(page, target))} == {}


def test_links_in_notebooks_lead_somewhere():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        book = nbformat.read(path, as_version=4)
        text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
        targets = ["".join(found) for found in LINK.findall(text)]
        assert {target: why for target in targets if (why := broken(path, target))} == {}, path.name


@pytest.mark.parametrize("target", ["none.md", "magic.md#none", "../../x", "http://a.example"])
def test_the_check_of_links_finds_broken_ones(target):
    assert broken(ROOT / "docs" / "magic.md", target)


@cache
def targets():
    """Return the targets of the Makefile that people call."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE))


def test_every_make_target_that_is_named_exists(page):
    text = page.read_text(encoding="utf-8")
    named = set(INLINE_MAKE.findall(text))
    for line in (line for block in fences(page, "console") for line in PROMPT.findall(block)):
        words = shlex.split(line)
        named |= {words[1]} if words[0] == "make" else set()
    assert named <= targets()


def test_every_make_target_can_be_made():
    make = shutil.which("make")
    assert make
    for target in sorted(targets() - {"help"}):
        command = [make, "--dry-run", target, "OPENAPI=pyproject.toml"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        assert done.returncode == 0, done.stderr


def test_every_make_target_is_documented():
    text = (ROOT / "docs" / "develop.md").read_text(encoding="utf-8")
    assert targets() - {"help"} <= set(INLINE_MAKE.findall(text))


def test_commands_of_our_own_are_understood(page, capsys):
    for line in (line for block in fences(page, "console") for line in PROMPT.findall(block)):
        words = [word for word in shlex.split(line) if not re.match(r"[A-Z_]+=", word)]
        if words[0] == "claude-nb":
            with pytest.raises(SystemExit) as ended:
                cli([*words[1:], "--help"])
            assert ended.value.code == 0, line
        elif words[0] == "python" or words[0].endswith("/python"):
            script = next((w for w in words[1:] if w.endswith(".py")), None)
            assert script in (None, "script.py") or (ROOT / script).exists(), line
        else:
            assert words[0] in {"make", "export", *EVERYWHERE}, line
    capsys.readouterr()


def test_python_in_it_is_python(page):
    for block in fences(page, "python"):
        lines = [line for line in block.splitlines() if not line.startswith(("%", "!"))]
        ast.parse("\n".join(lines))


def test_cells_in_it_have_options_that_exist(page):
    for block in fences(page, "", "text"):
        for line in re.findall(r"^%%claude(?: (.*))?$", block, re.MULTILINE):
            arguments.parse_line(line.replace("…", "1"))
        for word in re.findall(r"^%claude ([a-z]+)(?: |$)", block, re.MULTILINE):
            assert word in {command.name for command in COMMANDS}


def test_an_unknown_option_would_be_found():
    with pytest.raises(InputError):
        arguments.parse_line("--nothing")


def test_the_reference_of_options_is_fresh():
    written = options_reference.TARGET.read_text(encoding="utf-8")
    assert written == options_reference.page(), "Run: make options"


def test_the_picture_and_the_list_of_rooms_are_fresh():
    for path, text in rooms_picture.made().items():
        assert path.read_text(encoding="utf-8") == text, "Run: make rooms"


def absent(page):
    """Return the files of ours that a page names, below the repository or the package, in vain."""
    names = set(FILE.findall(FENCE.sub("", page.read_text(encoding="utf-8"))))
    homes = (ROOT, ROOT / "claude_nb", page.parent)
    return sorted(name for name in names if not any((home / name).exists() for home in homes))


def test_files_that_are_named_exist(page):
    assert page.name == "CHANGELOG.md" or not set(absent(page)) - ELSEWHERE


def test_a_file_that_is_gone_would_be_found(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("See `notebook/run/run.py`, `api/`, `notebook/run.py` and `apis/`.", "utf-8")
    assert absent(path) == ["apis/", "notebook/run.py"]


def test_it_advises_no_model_that_is_leaving(page):
    names = re.findall(
        r"claude-(?:opus|sonnet|haiku|fable|mythos|\d)[\w-]*", page.read_text("utf-8")
    )
    assert not [name for name in names if BUILT_IN.notice(name, date(2027, 2, 1))]


def test_each_promise_of_security_says_to_whom_what_is_not_and_which_test_holds_it():
    lines = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("| ")
    ]
    heads, promises = rows[0], rows[1:]
    assert heads == ["Who", "Through what", "Promised", "Not promised", "Held by"]
    assert len(promises) >= 25
    assert [row[0] for row in promises if len(row) != len(heads) or "`tests/" not in row[-1]] == []
    assert all(all(row[:3]) for row in promises)


def test_python_in_how_tos_calls_what_there_is_with_what_it_takes():
    pages = [path for path in PAGES if path.parent.name == "how-to"]
    trees = [ast.parse(text) for path in pages for text in fences(path, "python")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    ours = [node for node in calls if ast.unparse(node.func).startswith("claude_nb.")]
    for node in ours:
        function = getattr(claude_nb, node.func.attr)
        inspect.signature(function).bind(*node.args, **{each.arg: None for each in node.keywords})
    assert ours


def test_the_table_of_the_api_has_every_parameter_and_block_of_the_sdk():
    """The names are those of the official SDK 2.14.0; `make compat` compares them with it."""
    surface = json.loads((ROOT / "tests" / "samples" / "sdk_surface.json").read_text("utf-8"))
    page = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
    table = page.partition("### What of the API is known here\n")[2].partition("\n## ")[0]
    named = {*re.findall(r"`([a-z_]+)`", table)}
    assert {name for names in surface.values() for name in names} - named == set()
