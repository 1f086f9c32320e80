"""The house rules: who may import whom, how large a file may be, what an import may load.

Rooms and their arrows are the table docs/rooms.toml, explained in docs/architecture.md; its rules
are functions in project/house_rules.py, which have tests of their own. Sources are read with `ast`;
nothing of the package is executed here but in fresh interpreters.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "project")]
import house_rules as rules  # noqa: E402 (found through the path set above)
import rooms  # noqa: E402 (likewise)

HOUSE = rooms.house()
TABLE = rooms.read()
LINES = 500
ENTRIES = ("claude_nb", "tests", "docs", "scripts", "benchmarks", "notebooks")
LOADED = 110

INTERACTIVE = {"IPython", "ipywidgets", "anywidget", "comm", "ipykernel"}
FRONT = {
    *("live", "run", "magic", "panel", "completion", "commands", "session", "environment"),
}
BANNED_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "core",
    "manager",
    "handler",
    "misc",
}


@cache
def modules() -> dict[str, Path]:
    """Return the path of each module by its name: "api.client", "" for the package's own."""
    return {HOUSE.module(file): HOUSE.folder / file for file in HOUSE.files}


def tree(path: Path) -> ast.Module:
    """Return a module as a syntax tree, which is read once for all tests."""
    return HOUSE.tree(path.relative_to(HOUSE.folder).as_posix())


@pytest.mark.parametrize("rule", [rules.homeless, rules.forbidden, rules.unused, rules.foreign])
def test_rooms_are_as_the_table_says(rule):
    assert rule(HOUSE, TABLE) == []


def test_the_table_has_no_arrow_back():
    assert rules.unordered(TABLE) == []


def test_no_two_files_import_each_other_in_a_circle():
    assert rules.circles(HOUSE) == []


@pytest.mark.parametrize("folder", ENTRIES)
def test_no_folder_is_crowded(folder):
    assert rules.crowded(ROOT / folder) == []


def test_imports_inside_functions_say_why_they_are_there():
    assert rules.unexplained(HOUSE) == []


def test_client_and_emulator_never_import_each_other():
    # so that each checks the other, whatever the table says
    client = {name for name in TABLE if name.split(".")[0] in {"api", "_http", "types", "errors"}}
    emulator = {name for name in TABLE if name.split(".")[0] == "emulator"}
    assert client
    assert emulator
    for one, other in ((client, emulator), (emulator, client)):
        assert not {name: below for name in one if (below := beneath(name) & other)}


def beneath(room: str) -> set[str]:
    """Return every room that a room imports, directly or through others."""
    below = TABLE[room].imports
    return {*below}.union(*(beneath(name) for name in below))


def test_one_module_knows_httpx():
    sources = [HOUSE.module(file) for file in HOUSE.files if names_httpx(HOUSE.tree(file))]
    assert sources == ["_http"]


def names_httpx(tree: ast.Module) -> bool:
    """Whether a module imports httpx or httpx2, by statement or by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in {"httpx", "httpx2"}:
            return True
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if {"httpx", "httpx2"} & {name.partition(".")[0] for name in names}:
            return True
    return False


def test_only_the_front_of_the_notebook_knows_ipython_and_widgets():
    wrong = [
        f"{i.source} imports {i.target}"
        for i in HOUSE.imports
        if i.target in INTERACTIVE and not i.own and i.source != "__init__.py"
        if [*HOUSE.module(i.source).split("."), ""][0] != "notebook"
        or HOUSE.module(i.source).split(".")[1] not in FRONT
        if HOUSE.module(i.source) != "notebook.answer.not_python"  # asks IPython what is no Python
    ]
    assert not wrong


LOADS = """
import sys
{first}
before = set(sys.modules)
{then}
print(*sorted(set(sys.modules) - before))
"""


EXPECTED = "import asyncio, httpx; from pydantic import BaseModel"  # what the client is made of


def is_half_of_another(name: str) -> bool:
    """Whether it is the part in C of a module that counts itself, as _hmac is since Python 3.14."""
    return name.startswith("_") and name in sys.stdlib_module_names


@pytest.mark.parametrize("then", ["import claude_nb", "import claude_nb; claude_nb.Anthropic"])
def test_importing_loads_little_beside_httpx_and_pydantic(then):
    code = LOADS.format(first=EXPECTED * ("Anthropic" in then), then=then)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603 (ours)
    loaded = {name for name in done.stdout.split() if not is_half_of_another(name)}
    assert "claude_nb" in loaded
    assert len(loaded) <= LOADED
    packages = {name.partition(".")[0] for name in loaded}
    assert not packages & {*INTERACTIVE, "traitlets", "tornado"}


STATE = {  # what a module may keep from one call to the next, and why it cannot belong to anyone
    "api.hiding.known._live": "a key of one client is hidden in what every other shows and logs",
    "api.platforms.credentials._told": "login() is for every client of the process",
    "emulator.server.serving._process": "one emulator a process, which must survive a fork",
    "notebook.session._alone": "a script has no shell that could own it",
    "notebook.live.widget._pages": "a comm target is a kernel's, and serves every view",
}
MUTABLE = {"Condition", "Event", "Lock", "RLock", "WeakKeyDictionary", "WeakSet"} | {
    *("WeakValueDictionary", "defaultdict", "deque", "dict", "list", "set")
}


def kept(node: ast.stmt) -> Iterator[str]:
    """Yield the names by which a statement of a module keeps something that can change."""
    if isinstance(node, ast.FunctionDef) and "-> Session" in ast.unparse(node).split("\n")[1]:
        cached = any(ast.unparse(each).endswith("cache") for each in node.decorator_list)
        yield from [node.name] * cached
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from [ast.unparse(target) for target in targets] * can_change(node.value)


def can_change(value: ast.expr) -> bool:
    """Whether it is an empty container, one of the kinds that change, or an object of ours."""
    if isinstance(value, ast.Call):
        called = ast.unparse(value.func).split("[")[0].split(".")[-1]
        return called in MUTABLE or (called[0] == "_" and called[1].isupper())
    empty = {ast.List: "[]", ast.Dict: "{}"}
    return ast.unparse(value) == empty.get(type(value))


def test_modules_keep_nothing_but_what_is_listed_with_its_reason():
    found = {
        f"{name}.{each}"
        for name, path in modules().items()
        for node in tree(path).body
        for each in kept(node)
        if each != "__all__"
    }
    assert found == set(STATE)
    assert len(STATE) <= 5
    texts = {name: path.read_text(encoding="utf-8") for name, path in modules().items()}
    assert not [name for name, text in texts.items() if "\n    global " in text]


@pytest.mark.parametrize("name", [name for name in modules() if name])
def test_a_module_is_small_and_says_what_it_is(name):
    text = modules()[name].read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES, "a file that grows past this holds two ideas"
    assert name.rpartition(".")[2] not in BANNED_NAMES
    says = ast.get_docstring(tree(modules()[name]))
    assert says, "a module opens with what it owns"
    assert says.split("\n\n")[0].rstrip().endswith((".", "!", ":", "?")), says


def public_functions(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    module = tree(modules()[name])
    owners = [module, *(n for n in module.body if isinstance(n, ast.ClassDef) and n.name[0] != "_")]
    for owner in owners:
        for node in owner.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
                yield node


@pytest.mark.parametrize(
    "name", [n for n in modules() if n.split(".")[0] in {"api", "ask", "models", "notebook"}]
)
def test_sections_of_docstrings_name_real_parameters(name):
    for function in public_functions(name):
        says = ast.get_docstring(function) or ""
        if "Parameters\n---" not in says:
            continue
        known = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}
        for given in parameters_of(says):
            assert given in known, (
                f"{name}.{function.name} documents {given}, which it does not take"
            )


def parameters_of(docstring: str) -> Iterator[str]:
    """Yield the names in the Parameters section."""
    section = docstring.split("Parameters\n")[1].split("\n", 1)[1]
    for line in section.split("\n"):
        if line and set(line) == {"-"}:
            return
        names, colon, _ = line.partition(" :")
        if colon and not line.startswith(" "):
            yield from (part.strip(" *") for part in names.split(","))


def test_no_test_imports_from_a_conftest():
    # there are several, and which one that name means depends on what else is run
    for path in (ROOT / "tests").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found = ast.walk(ast.parse(text)) if "conftest" in text else ()
        names = {node.module for node in found if isinstance(node, ast.ImportFrom)}
        assert "conftest" not in names, path


def test_files_of_tests_have_names_of_their_own():
    # pytest imports them by that alone, so that two of a name cannot be run together
    names = Counter(path.name for path in (ROOT / "tests").rglob("*.py"))
    assert [name for name, count in names.items() if count > 1 and name != "conftest.py"] == []
