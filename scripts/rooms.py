"""The rooms of a package and the imports between its files, both as plain data.

Rooms are read from a table (docs/rooms.toml), imports from the sources with `ast`; nothing of the
package is executed. The rules are in tests/project/house_rules.py, the picture in rooms_picture.py.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "rooms.toml"
PACKAGE = ROOT / "claude_nb"


@dataclass(frozen=True, slots=True)
class Room:
    """One row of the table.

    Attributes
    ----------
    name : str
        By which other rows name it.
    holds : tuple of str
        Files of the package, and folders that end in ``/``.
    imports : tuple of str
        The rooms it may import.
    says : str
        What belongs there, in a line.
    packages : tuple of str
        Packages of others that it may import.
    part : str
        Where it stands in the picture.
    """

    name: str
    holds: tuple[str, ...]
    imports: tuple[str, ...] = ()
    says: str = ""
    packages: tuple[str, ...] = ()
    part: str = ""


Rooms = Mapping[str, Room]


def read(table: Path = TABLE) -> Rooms:
    """Return the rooms of a table by name, in its order: from the ground up."""
    rows = tomllib.loads(table.read_text(encoding="utf-8"))["room"]
    plain = ({k: tuple(v) if isinstance(v, list) else v for k, v in r.items()} for r in rows)
    rooms = {room.name: room for room in (Room(**row) for row in plain)}
    if len(rooms) != len(rows):
        raise ValueError(f"{table.name} has two rooms of one name.")
    return rooms


def room_of(file: str, rooms: Rooms) -> Room | None:
    """Return the room that holds a file: by its own name, else by the innermost folder."""
    path = PurePosixPath(file)
    for place in (file, *(f"{folder}/" for folder in path.parents)):
        found = next((room for room in rooms.values() if place in room.holds), None)
        if found is not None:
            return found
    return None


@dataclass(frozen=True, slots=True)
class Import:
    """What one statement imports.

    Attributes
    ----------
    source : str
        The file that imports, below the package: ``api/client.py``.
    target : str
        The file of the package that is imported, else the name of another's package.
    own : bool
        Whether it is a file of the package.
    line : int
        Where the statement is.
    later : bool
        Whether it is inside a function, so not carried out when the file is imported.
    """

    source: str
    target: str
    own: bool
    line: int
    later: bool


class Package:
    """The sources of a package.

    Parameters
    ----------
    folder : Path
        Named as the package is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = [str(p.relative_to(folder).as_posix()) for p in sorted(folder.rglob("*.py"))]
        self._by_module = {self._module(file): file for file in self.files}
        self._trees: dict[str, ast.Module] = {}

    def _module(self, file: str) -> str:
        """Return "house.api" for api/__init__.py, "house.api.client" for api/client.py."""
        parts = [self.folder.name, *PurePosixPath(file).with_suffix("").parts]
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def module(self, file: str) -> str:
        """Return the dotted name of a file without the package's: ``api.client``."""
        return self._module(file).partition(".")[2]

    def tree(self, file: str) -> ast.Module:
        """Return a file as a syntax tree, read once."""
        if file not in self._trees:
            self._trees[file] = ast.parse((self.folder / file).read_text(encoding="utf-8"))
        return self._trees[file]

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every import there is: inside functions, for type checkers only, and by a text too."""
        return tuple(found for file in self.files for found in self._imports_of(file))

    def _imports_of(self, file: str) -> Iterator[Import]:
        for node, later in statements(self.tree(file)):
            for name in self._targets(node, file):
                own = self._by_module.get(name)
                if own != file:
                    target = own or name.partition(".")[0]
                    yield Import(file, target, own is not None, node.lineno, later)

    def _targets(self, node: ast.AST, file: str) -> Iterator[str]:
        """Yield the dotted names of what a node imports; of ours, the module, not a name in it."""
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = self._absolute("." * node.level + (node.module or ""), file)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield full if full in self._by_module else base
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            words = (word for word in texts(node.args[:1]) if word not in self._by_module)
            yield from (self._absolute(word, file) for word in words)
        elif isinstance(node, ast.Constant) and "." in str(node.value):
            yield from {node.value} & {*self._by_module}  # to be imported by its name

    def _absolute(self, name: str, file: str) -> str:
        """Return a module's name that may begin with dots as it is from everywhere."""
        plain = name.lstrip(".")
        if plain == name:
            return name
        above = self._module(str(PurePosixPath(file).with_name("__init__.py"))).split(".")
        above = above[: len(above) - (len(name) - len(plain) - 1)]
        return ".".join([*above, *([plain] if plain else [])])


@cache
def house() -> Package:
    """Return the sources of this package, read once."""
    return Package(PACKAGE)


def statements(node: ast.AST, *, later: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """Yield every node below one, and whether it is inside a function."""
    for child in ast.iter_child_nodes(node):
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield child, later
        yield from statements(child, later=later or inside)


def texts(nodes: list[ast.expr]) -> Iterator[str]:
    """Yield those of the expressions that are a text."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def arrows(package: Package, rooms: Rooms) -> dict[str, set[str]]:
    """Return, by room, the other rooms that its files import."""
    found: dict[str, set[str]] = {name: set() for name in rooms}
    for each in package.imports:
        source, target = room_of(each.source, rooms), room_of(each.target, rooms)
        if each.own and source and target and source != target:
            found[source.name].add(target.name)
    return found
