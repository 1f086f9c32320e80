"""The rules of the house: each takes a package and a table of rooms, and returns what is wrong.

Every sentence names the files, says what the rule is and where the thing belongs instead.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from rooms import Import, Package, Room, Rooms, arrows, room_of

REASON = re.compile(r"# noqa: [A-Z0-9, ]*\bPLC0415 \(.{8,}\)$")
MOST = 20


def homeless(package: Package, rooms: Rooms) -> list[str]:
    """Return a sentence for each file in no room, and for each place that is not there."""
    there = {*package.files, *(f"{p}/" for f in package.files for p in folders(f))}
    gone = [
        f"The room {room.name} holds {place}, which is not there."
        for room in rooms.values()
        for place in sorted({*room.holds} - there)
    ]
    lost = [
        f"{file} is in no room: name it in the table, in the room whose line fits it."
        for file in package.files
        if room_of(file, rooms) is None
    ]
    return lost + gone


def folders(file: str) -> list[str]:
    """Return the folders that a file is in, outermost first."""
    parts = file.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def unordered(rooms: Rooms) -> list[str]:
    """Return a sentence for each arrow of the table that does not lead to a room before it."""
    names = [*rooms]
    return [
        f"The room {name} may not name {other}: "
        + ("it stands later." if other in names else "there is no such room.")
        for number, name in enumerate(names)
        for other in rooms[name].imports
        if other not in names[:number]
    ]


def forbidden(package: Package, rooms: Rooms) -> list[str]:
    """Return a sentence for each import that the table does not have."""
    wrong = []
    for each in package.imports:
        source, target = room_of(each.source, rooms), room_of(each.target, rooms)
        if each.own and source and target and target.name not in {source.name, *source.imports}:
            wrong.append(sentence(each, source, target, rooms))
    return wrong


def sentence(each: Import, source: Room, target: Room, rooms: Rooms) -> str:
    """Return what is wrong with an import, and where it would belong."""
    names = [*rooms]
    if names.index(target.name) > names.index(source.name):
        advice = f"it stands above; give {source.name} what it needs from there when it is called"
    else:
        fit = [f"{room.name} ({room.says})" for room in knowing(source, target, rooms)]
        advice = f"what needs both belongs in {' or '.join(fit)}" if fit else "no room knows both"
        advice += f"; if {source.name} itself must, say so in its row"
    return (
        f"{each.source}:{each.line} imports {each.target}: the room {source.name} may not import "
        f"{target.name}; {advice}."
    )


def knowing(source: Room, target: Room, rooms: Rooms) -> list[Room]:
    """Return the first two rooms that may import both, nearest to the one that does."""
    both = {source.name, target.name}
    fit = [room for room in rooms.values() if both <= {room.name, *room.imports}]
    return sorted(fit, key=lambda room: room.part != source.part)[:2]


def unused(package: Package, rooms: Rooms) -> list[str]:
    """Return a sentence for each arrow of the table that no import needs."""
    found = arrows(package, rooms)
    return [
        f"The room {room.name} no longer imports {other}: take it out of its row."
        for room in rooms.values()
        for other in room.imports
        if other not in found[room.name]
    ]


def foreign(package: Package, rooms: Rooms) -> list[str]:
    """Return a sentence for each package of others that a room imports without naming it."""
    wrong = []
    for each in package.imports:
        room = room_of(each.source, rooms)
        if each.own or room is None or each.target in {*sys.stdlib_module_names, *room.packages}:
            continue
        others = [other.name for other in rooms.values() if each.target in other.packages]
        advice = f"only {', '.join(others)} may" if others else "no room may"
        wrong.append(
            f"{each.source}:{each.line} imports {each.target}: the room {room.name} may not; "
            f"{advice}."
        )
    return wrong


def circles(package: Package) -> list[str]:
    """Return the first circle of imports, those for type checkers and in functions included."""
    graph: dict[str, set[str]] = {file: set() for file in package.files}
    for each in package.imports:
        if each.own:
            graph[each.source].add(each.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [f"A circle of imports: {' <- '.join(error.args[1])}."]
    return []


def crowded(folder: Path) -> list[str]:
    """Return a sentence for each folder, this one and those in it, with too many entries."""
    every = [folder, *(path for path in sorted(folder.rglob("*")) if path.is_dir())]
    wrong = []
    for each in every:
        count = sum(map(is_kept, each.iterdir()))
        if count > MOST and "__pycache__" not in each.parts:
            name = each.relative_to(folder.parent).as_posix()
            wrong.append(f"{name} has {count} entries, more than {MOST}: it is two rooms.")
    return wrong


def is_kept(path: Path) -> bool:
    """Whether it is a file, or a folder with any that Python did not write."""
    if path.is_file():
        return True
    return any(p.is_file() for p in path.rglob("*") if "__pycache__" not in p.parts)


def unexplained(package: Package) -> list[str]:
    """Return a sentence for each import inside a function that does not say why it is there."""
    return [
        f"{file}:{node.lineno} imports inside a function: to the top of the file with it, or say "
        f"behind it what that saves, # noqa: PLC0415 (reason)."
        for file, node, line in inner(package)
        if not REASON.search(line)
    ]


def inner(package: Package) -> Iterator[tuple[str, ast.stmt, str]]:
    """Yield each import inside a function: its file, the statement and its first line."""
    for file in package.files:
        lines = (package.folder / file).read_text(encoding="utf-8").splitlines()
        for function in ast.walk(package.tree(file)):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Import | ast.ImportFrom):
                        yield file, node, lines[node.lineno - 1]
