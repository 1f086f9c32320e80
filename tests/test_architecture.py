"""The house rules: who may import whom, how large a file may be, what an import may load.

Reads the sources with `ast`; nothing of the package is executed here. The table is explained in
docs/architecture.md.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "claude_nb"
LINES = 300

ROOMS = {  # room: the rooms it may import, besides itself
    "_version": set(),
    "_catalog": set(),
    "models": {"_catalog"},
    "rules": {"models"},
    "_http": {"api", "_version"},
    "api": {"_http", "_version", "models"},
    "types": {"api"},
    "conversation": {"api", "models"},
    "cassette": {"api", "_http", "_version", "models"},
    "emulator": {"_version", "models"},
    "notebook": {
        *("_http", "_version", "api", "cassette", "conversation", "emulator", "models", "rules")
    },
}
OUTSIDE = {  # room: packages of others it may import, besides the standard library
    "_version": set(),
    "_catalog": set(),
    "models": set(),
    "rules": set(),
    "api": {"pydantic", "pydantic_core", "typing_extensions"},
    "types": set(),
    "conversation": set(),
    "cassette": {"pydantic"},
    "emulator": {"tornado"},
}
LEVELS = (  # of the named modules, each imports only ones further left
    ("api.types", "api.errors", "models"),
    ("api.sse", "api.accumulator", "api.retry"),
    ("api.flows",),
    ("api.stream", "api.async_stream"),
    ("api.client",),
    ("conversation", "cassette", "emulator"),
    ("notebook.settings", "notebook.prompt", "notebook.render"),
    ("notebook.live",),
    ("notebook.run",),
    ("notebook.magic", "notebook.panel"),
    ("cli",),
)
INTERACTIVE = {"IPython", "ipywidgets", "anywidget", "comm", "ipykernel"}
FRONT = {"live", "widget", "views", "publishing", "run", "magic", "panel", "complete", "commands"}
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
PLUGINS = {("emulator.pytest_plugin", "pytest")}  # loaded by pytest, never by us


@dataclass(frozen=True)
class Import:
    """One import statement's target: a module of ours (without the package's name) or another's."""

    source: str
    target: str
    own: bool
    at_import: bool  # executed when `source` is imported, not later and not for types only


def name_of(path: Path) -> str:
    """Return "api.client" for claude_nb/api/client.py, "api" for its `__init__`, "" for ours."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    return {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def targets(node: ast.AST) -> Iterator[str]:
    """Yield dotted names of what a statement imports; of ours, the module, not a name in it."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            full = f"{node.module}.{alias.name}"
            is_module = full.removeprefix("claude_nb.") in modules()
            yield full if is_module else node.module or ""


def statements(node: ast.AST, *, at_import: bool = True) -> Iterator[tuple[ast.AST, bool]]:
    for child in ast.iter_child_nodes(node):
        lazy = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        typing_only = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        now = at_import and not lazy and not typing_only
        yield child, now
        yield from statements(child, at_import=now)


@cache
def imports() -> tuple[Import, ...]:
    found = []
    for source, path in modules().items():
        for node, now in statements(ast.parse(path.read_text(encoding="utf-8"))):
            for target in targets(node):
                first, _, rest = target.partition(".")
                own = first == "claude_nb"
                found.append(Import(source, rest if own else first, own, now))
    return tuple(found)


def room(module: str) -> str:
    return module.partition(".")[0]


def test_every_room_imports_only_what_its_row_allows():
    wrong = [
        f"{i.source} imports {i.target}"
        for i in imports()
        if i.own and room(i.source) in ROOMS and room(i.target) != room(i.source)
        if room(i.target) not in ROOMS[room(i.source)]
    ]
    assert not wrong


def test_client_and_emulator_never_import_each_other():
    pairs = {(room(i.source), room(i.target)) for i in imports() if i.own}
    assert not pairs & {("api", "emulator"), ("emulator", "api"), ("emulator", "_http")}


def test_lower_rooms_depend_on_few_packages():
    wrong = [
        f"{i.source} imports {i.target}"
        for i in imports()
        if not i.own and room(i.source) in OUTSIDE
        if i.target not in sys.stdlib_module_names and i.target not in OUTSIDE[room(i.source)]
        if (i.source, i.target) not in PLUGINS
    ]
    assert not wrong


def test_one_module_knows_httpx():
    sources = [name for name, path in modules().items() if names_httpx(path)]
    assert sources == ["_http"]


def names_httpx(path: Path) -> bool:
    """Whether a module imports httpx or httpx2, by statement or by name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        by_name = isinstance(node, ast.Constant) and node.value in {"httpx", "httpx2"}
        if by_name or any(t.partition(".")[0] in {"httpx", "httpx2"} for t in targets(node)):
            return True
    return False


def test_only_the_front_of_the_notebook_knows_ipython_and_widgets():
    wrong = [
        f"{i.source} imports {i.target}"
        for i in imports()
        if i.target in INTERACTIVE and not i.own and i.source
        if room(i.source) != "notebook" or i.source.split(".")[1] not in FRONT
    ]
    assert not wrong


def level(module: str) -> int | None:
    for number, names in enumerate(LEVELS):
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return number
    return None


def test_each_level_imports_only_smaller_numbers():
    wrong = []
    for i in imports():
        above, below = level(i.source), level(i.target) if i.own else None
        same = room(i.source) == room(i.target) and above == below
        if i.at_import and above is not None and below is not None and below >= above and not same:
            wrong.append(f"{i.source} ({above}) imports {i.target} ({below})")
    assert not wrong


def test_no_two_modules_import_each_other_in_a_circle():
    graph: dict[str, set[str]] = {name: set() for name in modules()}
    for i in imports():
        if i.own and i.at_import and i.target != i.source:
            graph[i.source].add(i.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("name", [name for name in modules() if name])
def test_a_module_is_small_and_says_what_it_is(name):
    text = modules()[name].read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES, "a file that grows past this holds two ideas"
    assert name.rpartition(".")[2] not in BANNED_NAMES
    says = ast.get_docstring(ast.parse(text))
    assert says, "a module opens with what it owns"
    assert says.split("\n\n")[0].rstrip().endswith((".", "!", ":", "?")), says


def public_functions(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(modules()[name].read_text(encoding="utf-8"))
    owners = [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name[0] != "_")]
    for owner in owners:
        for node in owner.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
                yield node


@pytest.mark.parametrize("name", [n for n in modules() if room(n) in {"api", "models", "notebook"}])
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
