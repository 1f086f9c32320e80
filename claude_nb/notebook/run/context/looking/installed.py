"""What an installed module says of its own that nobody has imported: read from its source, not run.

Only modules of Python and of packages that are installed; a person's own files are none of them.
"""

from __future__ import annotations

import ast
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import NamedTuple

__all__ = ["Docs", "read"]

_LARGEST = 3_000_000  # bytes of a source
_HOPS = 8  # imports that are followed to where a name is defined
_MEMBERS = 80  # names
_UNLOADED = "  # as its source has it: this kernel has not imported it"
_MOST_CALL = 1_500  # characters of parameters
_Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Docs(NamedTuple):
    """What is said of an object: how it is called, its docstring, and the names in it.

    `is_listed` says whether these are told with the docstring, or only where one is looked for.
    """

    headline: str
    docstring: str
    members: list[str]
    is_listed: bool = True


def read(path: str) -> Docs | None:
    """Return what is said of a module, or of what it defines; None if it is not found.

    Parameters
    ----------
    path : str
        Such as ``statistics.mean``.
    """
    names = path.split(".")
    top = _file_of(names[0]) if all(name.isidentifier() for name in names) else None
    return None if top is None else _found(top, names[0], names[1:], _HOPS)


def _file_of(top: str) -> Path | None:
    """Return the source of a module at the top, if it is installed; it is not imported for that."""
    spec = PathFinder.find_spec(top, [*_roots()])
    origin = Path(spec.origin) if spec is not None and spec.origin else None
    return origin if origin is not None and origin.suffix == ".py" else None


def _roots() -> Iterator[str]:
    """Yield the folders of Python's modules and of installed packages that this kernel looks in."""
    known = {str(Path(each)) for each in sysconfig.get_paths().values()}
    for each in sys.path:
        is_of_packages = Path(each).name in {"site-packages", "dist-packages"}
        if each and (is_of_packages or str(Path(each)) in known):
            yield each


def _found(file: Path, module: str, names: Sequence[str], hops: int) -> Docs | None:
    tree = _parsed(file)
    if tree is None or not hops:
        return None
    if not names:
        return Docs(f"module {module}{_UNLOADED}", ast.get_docstring(tree) or "", _members(tree))
    inner = _submodule(file, names[0])
    if inner is not None:
        return _found(inner, f"{module}.{names[0]}", names[1:], hops)
    node = _defined(tree, names)
    if node is not None:
        return Docs(_headline(node) + _UNLOADED, ast.get_docstring(node) or "", _members(node))
    return _brought(tree, file, module, names, hops)


@lru_cache(maxsize=8)
def _parsed(file: Path) -> ast.Module | None:
    try:
        if file.stat().st_size > _LARGEST:
            return None
        return ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _submodule(file: Path, name: str) -> Path | None:
    if file.name != "__init__.py":
        return None
    choices = (file.parent / name / "__init__.py", file.parent / f"{name}.py")
    return next((each for each in choices if each.is_file()), None)


def _defined(tree: ast.Module, names: Sequence[str]) -> _Named | None:
    """Return the definition of a name, in a class where there are several."""
    inside: Sequence[ast.stmt] = tree.body
    node: _Named | None = None
    for name in names:
        found = [each for each in inside if isinstance(each, _Named) and each.name == name]
        if not found:
            return None
        node = found[-1]  # those before it may be overloads
        inside = node.body
    return node


def _brought(
    tree: ast.Module, file: Path, module: str, names: Sequence[str], hops: int
) -> Docs | None:
    """Follow the import by which a module has the name; those of all names last."""
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    pairs = [(node, each) for node in imports for each in node.names]
    exact = [(n, e.name) for n, e in pairs if (e.asname or e.name) == names[0]]
    others = [(n, names[0]) for n, e in pairs if e.name == "*"]
    for node, name in exact or others:
        way = [*filter(None, _base(node, file, module).split(".")), name, *names[1:]]
        top = _file_of(way[0])
        said = None if top is None else _found(top, way[0], way[1:], hops - 1)
        if said is not None:
            return said
    return None


def _base(node: ast.ImportFrom, file: Path, module: str) -> str:
    """Return the module that an import names, also relative to its own."""
    if not node.level:
        return node.module or ""
    package = module.split(".") if file.name == "__init__.py" else module.split(".")[:-1]
    kept = package[: len(package) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _headline(node: _Named) -> str:
    if not isinstance(node, ast.ClassDef):
        return f"function {node.name}({ast.unparse(node.args)[:_MOST_CALL]})"
    made = next(
        (n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None
    )
    call = ast.unparse(made.args)[:_MOST_CALL].removeprefix("self, ") if made is not None else ""
    return f"class {node.name}({'' if call == 'self' else call})"


def _members(node: ast.Module | _Named) -> list[str]:
    if not isinstance(node, ast.Module | ast.ClassDef):
        return []
    names = [each.name for each in node.body if isinstance(each, _Named)]
    return sorted(name for name in names if name[:1] != "_")[:_MEMBERS]
