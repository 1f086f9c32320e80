"""Mend a cell of Python by what its error says, without a model: one rule an error, one change.

A rule gets what the message says and what is known of the place where it failed; it returns the
whole cell changed, or None where the change cannot be told from that.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

__all__ = ["Facts", "mended"]

_ALIASES = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
}
_POPULAR = (
    *("numpy", "pandas", "matplotlib", "seaborn", "scipy", "sklearn", "requests"),
    *("polars", "pydantic", "plotly", "bs4", "yaml", "cv2", "PIL", "torch", "tensorflow"),
    *("openpyxl", "tqdm", "flask", "django", "fastapi", "pytest"),
)
_PACKAGES = {
    "sklearn": "scikit-learn", "cv2": "opencv-python", "PIL": "pillow", "yaml": "pyyaml",
    "bs4": "beautifulsoup4",
}  # fmt: skip
_METHODS = {("list", "add"): "append", ("list", "push"): "append", ("str", "trim"): "strip",
    ("str", "toUpperCase"): "upper", ("str", "contains"): "count",
    ("set", "append"): "add"}  # fmt: skip
_SIZED = {"list", "str", "tuple", "dict", "set"}  # kinds that have a len, and no length


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an error.

    Attributes
    ----------
    code : str
        The cell that failed.
    line : int or None
        The line of it that failed.
    known : tuple of str
        What there is in the place of what was wanted: names, keys, attributes, files; sequences
        that have items.
    place : tuple of int or None
        The expression that failed: its first and last line, and the columns where it begins and
        ends, as `ast` counts them.
    """

    code: str
    line: int | None = None
    known: tuple[str, ...] = ()
    place: tuple[int, int, int, int] | None = None


Node = TypeVar("Node", bound=ast.AST)
Rule = Callable[[re.Match[str], Facts], str | None]


def mended(error: BaseException, facts: Facts) -> str | None:
    """Return the code of a cell as the rule for its error changes it; None if no rule does."""
    message = str(error.msg if isinstance(error, SyntaxError) else error)
    for kind, pattern, rule in RULES:
        found = re.match(pattern, message) if type(error).__name__ == kind else None
        if found is not None:
            return _changed(rule, found, facts)
    return None


def _changed(rule: Rule, found: re.Match[str], facts: Facts) -> str | None:
    try:
        code = rule(found, facts)
        if code is not None:
            ast.parse(re.sub(r"^%.*$", "", code, flags=re.MULTILINE))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return None if code == facts.code else code


def _near(name: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    others = [other for other in dict.fromkeys(names) if other != name]
    folded = [other for other in others if other.lower() == name.lower()]
    return next(iter(folded or difflib.get_close_matches(name, others, n=1, cutoff=cutoff)), None)


def _all(facts: Facts, *kinds: type[Node]) -> list[Node]:
    """Return the nodes of some kinds in the whole cell, from the outermost."""
    return [node for node in ast.walk(ast.parse(facts.code)) if isinstance(node, kinds)]


def _nodes(facts: Facts, kind: type[Node]) -> Iterator[Node]:
    """Yield the nodes of a kind, those of the failing line if it is known."""
    found = _all(facts, kind)
    there = [
        n
        for n in found
        if facts.line and getattr(n, "lineno", 0) <= facts.line <= getattr(n, "end_lineno", 0)
    ]
    yield from there or found


def _failed(facts: Facts, kind: type[Node]) -> Node | None:
    """Return the node of a kind that failed; None if it cannot be told from others.

    A call or an attribute over many lines may begin, for Python, at its name: its end tells.
    """
    nodes = list(_nodes(facts, kind))
    if facts.place is not None:
        exact = [node for node in nodes if _place(node) == facts.place]
        ends = [node for node in nodes if _place(node)[1::2] == facts.place[1::2]]
        loose = ends if issubclass(kind, ast.Attribute | ast.Call) else []
        nodes = exact or loose
    return nodes[0] if len(nodes) == 1 else None


def _place(node: ast.AST) -> tuple[int, int, int, int]:
    lines = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
    return (*lines, getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0))


def _is_changed(facts: Facts, node: ast.expr, *, calls: bool = True) -> bool:
    """Tell whether a node is part of what a statement sets or deletes, or, with `calls`, calls.

    Another item in its place would be lost: a method, too, may change what it is called on.
    """
    changed: list[ast.AST] = []
    for user in ast.walk(ast.parse(facts.code)):
        if isinstance(user, ast.Assign | ast.Delete):
            changed += user.targets
        elif isinstance(user, ast.AugAssign | ast.AnnAssign | ast.For):
            changed.append(user.target)
        elif calls and isinstance(user, ast.Call) and isinstance(user.func, ast.Attribute):
            changed.append(user.func)
    return any(_place(node) == _place(part) for whole in changed for part in ast.walk(whole))


def _source(facts: Facts, node: ast.AST) -> str:
    return ast.get_source_segment(facts.code, node) or ""


def _put(facts: Facts, node: ast.expr, text: str) -> str:
    """Return the code with `text` in the place of a node."""
    lines = facts.code.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: (node.end_lineno or 1) - 1])) + (node.end_col_offset or 0)
    data = facts.code.encode()
    return (data[:start] + text.encode() + data[end:]).decode()


def _name(found: re.Match[str], facts: Facts) -> str | None:
    name = found["name"]
    if name in _ALIASES:
        return f"{_ALIASES[name]}\n\n{facts.code}"
    if name in sys.stdlib_module_names:
        return f"import {name}\n\n{facts.code}"
    names = _all(facts, ast.Name)
    near = found["near"] or _near(name, [*(n.id for n in names), *facts.known, *dir(builtins)])
    uses = [node for node in names if node.id == name]
    if not near or not all(isinstance(node.ctx, ast.Load) for node in uses):
        return None
    return _renamed(facts, uses, near)


def _renamed(facts: Facts, uses: Iterable[ast.Name], name: str) -> str | None:
    """Return the code with another name in the place of each node, the last first."""
    code = facts.code
    for node in sorted(uses, key=lambda n: (n.lineno, n.col_offset), reverse=True):
        if _source(facts, node) != node.id:  # within an f-string, before Python 3.12
            return None
        code = _put(replace(facts, code=code), node, name)
    return code


def _key(found: re.Match[str], facts: Facts) -> str | None:
    key = ast.literal_eval(found["key"])
    near = _near(str(key), [*facts.known, *_literal_keys(facts)])
    node = _failed(facts, ast.Subscript)
    if node is None or not isinstance(node.slice, ast.Constant) or node.slice.value != key:
        return None
    if near is not None and isinstance(key, str):
        changed = _is_changed(facts, node, calls=False)
        return None if changed else _put(facts, node.slice, repr(near))
    if isinstance(node.ctx, ast.Load) and not _is_worked_with(facts, node):
        return _put(facts, node, f"{_source(facts, node.value)}.get({key!r})")
    return None


def _is_worked_with(facts: Facts, node: ast.expr) -> bool:
    """Tell whether None would not do in the place of a node."""
    kinds = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Attribute, ast.Subscript, ast.For)
    kinds += (ast.AugAssign, ast.FormattedValue)
    users = _all(facts, *kinds)
    same = ast.dump(node, include_attributes=True)
    return any(
        ast.dump(c, include_attributes=True) == same for u in users for c in ast.iter_child_nodes(u)
    )


def _literal_keys(facts: Facts) -> list[str]:
    found = [key for node in _all(facts, ast.Dict) for key in node.keys]
    return [
        key.value for key in found if isinstance(key, ast.Constant) and isinstance(key.value, str)
    ]


def _attribute(found: re.Match[str], facts: Facts) -> str | None:
    kind, name = found["kind"], found["name"]
    node = _failed(facts, ast.Attribute)
    if node is None or node.attr != name:
        return None
    if name in {"length", "size"} and kind in _SIZED:
        return _length(facts, node)
    own = dir(getattr(builtins, kind)) if hasattr(builtins, kind) else []
    module = sys.modules.get(kind) if found["module"] else None
    of_module = list(vars(module)) if module else []
    near = (
        found["near"] or _METHODS.get((kind, name)) or _near(name, [*facts.known, *own, *of_module])
    )
    return _put(facts, node, f"{_source(facts, node.value)}.{near}") if near else None


def _length(facts: Facts, node: ast.Attribute) -> str | None:
    """Return the code with `len` for an attribute, which may be called."""
    called = [call for call in _all(facts, ast.Call) if _place(call.func) == _place(node)]
    if called and called[0].args:
        return None
    return _put(facts, called[0] if called else node, f"len({_source(facts, node.value)})")


def _index(found: re.Match[str], facts: Facts) -> str | None:
    node = _failed(facts, ast.Subscript)
    if node is None:
        return None
    if not isinstance(node.slice, ast.Constant):
        return re.sub(r"(range\(\s*len\([^()]*\))\s*\+\s*1\s*\)", r"\1)", facts.code)
    has_items = _source(facts, node.value) in facts.known or bool(
        re.search(r"with size [1-9]", found.string)
    )
    return None if not has_items or _is_changed(facts, node) else _put(facts, node.slice, "-1")


def _arguments(found: re.Match[str], facts: Facts) -> str | None:
    call = _failed(facts, ast.Call)
    if call is None or any(isinstance(each, ast.Starred) for each in call.args):
        return None
    function = _source(facts, call.func)
    if function.rpartition(".")[2] != found["name"].rpartition(".")[2]:
        return None
    given = [_source(facts, each) for each in call.args]
    named = [(each.arg, _source(facts, each.value)) for each in call.keywords]
    if found["extra"]:
        near = found["near"] or _near(found["extra"], _parameters(facts))
        named = [(near if key == found["extra"] else key, value) for key, value in named]
    elif found["takes"]:
        bound = int(found["given"]) - len(given)  # 1 for the object of a method
        if bound not in {0, 1}:
            return None
        given = given[: int(found["takes"]) - bound]
    else:
        named += [(name, "...") for name in re.findall(r"'(\w+)'", found["missing"])]
    if any(key is None for key, _ in named):
        return None
    parts = [*given, *(f"{key}={value}" for key, value in named)]
    return _put(facts, call, f"{function}({', '.join(parts)})")


def _parameters(facts: Facts) -> list[str]:
    """Return what the functions of the cell are given."""
    given = [function.args for function in _all(facts, ast.FunctionDef)]
    return [arg.arg for args in given for arg in [*args.args, *args.kwonlyargs]]


def _strings(found: re.Match[str], facts: Facts) -> str | None:
    failed = _failed(facts, ast.BinOp)
    if failed is None or not isinstance(failed.op, ast.Add):
        return None
    whole = failed
    for node in _all(facts, ast.BinOp):
        if any(_place(part) == _place(failed) for part in _chain(node)):
            whole = node
            break
    first = failed.left if found[0].startswith("unsupported") else None  # a sum of numbers
    parts = list(_operands(whole, first))
    if not any(map(_is_text, parts)):
        return None
    code = facts.code
    for part in reversed(parts):
        if not (_is_text(part) or (isinstance(part, ast.Name) and part.id in facts.known)):
            code = _put(replace(facts, code=code), part, f"str({_source(facts, part)})")
    return code


def _chain(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the sums that a sum begins with, itself first."""
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield node
        node = node.left


def _operands(node: ast.expr, first: ast.expr | None) -> Iterator[ast.expr]:
    """Yield what a chain of + adds, from `first`; what is in brackets on the right is one."""
    is_first = first is not None and _place(node) == _place(first)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and not is_first:
        yield from _operands(node.left, first)
        yield node.right
    else:
        yield node


def _is_text(node: ast.expr) -> bool:
    """Tell whether a node is seen to be a string."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "str"
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _zero(_: re.Match[str], facts: Facts) -> str | None:
    node = _failed(facts, ast.BinOp)
    if node is None or not isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod):
        return None
    calls = any(isinstance(part, ast.Call) for part in ast.walk(node.right))  # would run twice
    if calls or isinstance(node.right, ast.Constant) or _is_worked_with(facts, node):
        return None
    return _put(facts, node, f"({_source(facts, node)} if {_source(facts, node.right)} else None)")


def _module(found: re.Match[str], facts: Facts) -> str | None:
    """Mend the name of a module, or install one that everybody knows.

    A name that is not in the table may be anybody's on the index, so it is not proposed.
    """
    name = found["name"]
    if name in _POPULAR:
        return f"%pip install {_PACKAGES.get(name, name)}\n\n{facts.code}"
    near = _near(name, _POPULAR, 0.75) or _near(name, sys.stdlib_module_names, 0.85)
    if near is None or "." in name:
        return None
    start = rf"^(\s*)(import|from) {re.escape(name)}\b"
    return re.sub(start, rf"\1\2 {near}", facts.code, flags=re.MULTILINE)


def _indent(_: re.Match[str], facts: Facts) -> str | None:
    lines = facts.code.splitlines()
    for _tries in range(len(lines)):
        try:
            ast.parse("\n".join(lines))
        except IndentationError as problem:
            n = min(problem.lineno or 1, len(lines)) - 1
            above = next((line for line in reversed(lines[:n]) if line.strip()), "")
            margin = above[: len(above) - len(above.lstrip())]
            lines[n] = margin + "    " * above.rstrip().endswith(":") + lines[n].lstrip()
            continue
        return "\n".join(lines)
    return None


def _whole(found: re.Match[str], facts: Facts) -> str | None:
    text = ast.literal_eval(found["text"])
    call = _failed(facts, ast.Call)
    if call is None or _source(facts, call.func) != "int" or len(call.args) != 1 or call.keywords:
        return None
    given = _source(facts, call.args[0])
    if re.fullmatch(r"\s*[-+]?\d+\.\d*\s*", text):
        return _put(facts, call, f"int(float({given}))")
    if not isinstance(call.args[0], ast.Name | ast.Constant | ast.Subscript):
        return None  # it would run twice
    if re.fullmatch(r"\s*[-+]?\d{1,3}(?:,\d{3})+\s*", text):
        return _put(facts, call, f'int({given}.replace(",", ""))')
    if re.search(r"\d", text) or _is_worked_with(facts, call):
        return None  # a number is no less data for how it is written
    is_whole = f'str({given}).strip().lstrip("+-").isdecimal()'
    return _put(facts, call, f"(int({given}) if {is_whole} else None)")


def _file(found: re.Match[str], facts: Facts) -> str | None:
    name = ast.literal_eval(found["name"])
    near = _near(name.rpartition("/")[2], facts.known)
    for node in _nodes(facts, ast.Constant):
        if node.value == name and near:
            return _put(facts, node, repr(name.rpartition("/")[0] + "/" * ("/" in name) + near))
    folder = name.rpartition("/")[0] or "."
    look = f"from pathlib import Path\n\nprint(sorted(Path({folder!r}).iterdir()))"
    return f"{look}\n{facts.code}"


_NEAR = r"(?:\. Did you mean:? '(?P<near>[\w.]+)'\??)?"
RULES: tuple[tuple[str, str, Rule], ...] = (
    ("NameError", rf"name '(?P<name>\w+)' is not defined{_NEAR}", _name),
    ("KeyError", r"(?P<key>'[^'\n]*'|\"[^\"\n]*\"|-?\d+)", _key),
    (
        "AttributeError",
        r"(?P<module>module )?'?(?P<kind>[\w.]+)'?(?: object)? has no attribute '(?P<name>\w+)'"
        + _NEAR,
        _attribute,
    ),
    ("IndexError", r".*out of (?:range|bounds)", _index),
    (
        "TypeError",
        (
            r"(?P<name>[\w.<>]+)\(\) (?:"
            r"missing \d+ required (?:positional|keyword-only) arguments?: (?P<missing>.*)"
            r"|takes (?:from \d+ to )?(?P<takes>\d+) positional arguments? but (?P<given>\d+) .*"
            rf"|got an unexpected keyword argument '(?P<extra>\w+)'{_NEAR})"
        ),
        _arguments,
    ),
    (
        "TypeError",
        r"can only concatenate str |unsupported operand type\(s\) for \+: .*'str'",
        _strings,
    ),
    ("ZeroDivisionError", "", _zero),
    ("ModuleNotFoundError", r"No module named '(?P<name>[\w.]+)'", _module),
    ("IndentationError", "", _indent),
    (
        "ValueError",
        r"invalid literal for int\(\) with base 10: (?P<text>'[^'\n]*'|\"[^\"\n]*\")",
        _whole,
    ),
    ("FileNotFoundError", r".*No such file or directory: (?P<name>'[^'\n]*')", _file),
)
