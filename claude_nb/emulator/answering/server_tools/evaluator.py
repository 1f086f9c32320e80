"""Run a few lines of arithmetic, as the code tools do: no interpreter, no names but its own.

The lines are parsed and walked; whatever is not listed here is refused as an error of the run. All
work is bounded before it is done: digits, items, lines.
"""

from __future__ import annotations

import ast
import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from claude_nb.emulator.answering.server_tools import charts

__all__ = ["Run", "run"]

_MOST_CODE = 4_000  # characters
_MOST_NODES = 500
_MOST_ITEMS = 1_000
_MOST_BITS = 1_400  # of a number: about 400 digits
_MOST_OUTPUT = 10_000  # characters


def _round(value: float, digits: int = 0) -> float:
    # Python's own would write out as many zeros as it is told
    rounded = round(value, max(-300, min(300, digits)))
    return int(rounded) if digits <= 0 else rounded


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
    ast.Pow: lambda a, b: a**b,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: lambda a: +a,
    ast.USub: lambda a: -a,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "len": len,
    "max": max,
    "mean": statistics.fmean,
    "median": statistics.median,
    "min": min,
    "round": _round,
    "sorted": sorted,
    "sqrt": math.sqrt,
    "sum": sum,
}


class _Refused(Exception):  # noqa: N818 - told as an error of the code
    """What the evaluator does not do."""


@dataclass(slots=True)
class Run:
    """What a run left.

    Attributes
    ----------
    stdout, stderr : str
        What it printed, and the error that ended it.
    return_code : int
        0, or 1 after an error.
    files : list of (str, str, bytes)
        Name, media type and content of what it saved.
    """

    stdout: str = ""
    stderr: str = ""
    return_code: int = 0
    files: list[tuple[str, str, bytes]] = field(default_factory=list[tuple[str, str, bytes]])


def run(code: str) -> Run:
    """Run code; what it may not do ends it with an error."""
    done = Run()
    try:
        tree = _parsed(code)
        names: dict[str, Any] = {}
        for statement in tree.body:
            _perform(statement, names, done)
    except (_Refused, ArithmeticError, RecursionError, SyntaxError, TypeError, ValueError) as error:
        name = "NotEmulatedError" if isinstance(error, _Refused) else type(error).__name__
        done.stderr = f"{name}: {error}\n"
        done.return_code = 1
    return done


def _parsed(code: str) -> ast.Module:
    if len(code) > _MOST_CODE:
        raise _Refused(f"the emulator runs at most {_MOST_CODE:,} characters")
    try:
        tree = ast.parse(code)
    except (MemoryError, RecursionError):
        raise _Refused("the code is nested too deep") from None
    if sum(1 for _ in ast.walk(tree)) > _MOST_NODES:
        raise _Refused("the code is too long")
    return tree


def _perform(statement: ast.stmt, names: dict[str, Any], done: Run) -> None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            names[name] = _value(value, names)
        case ast.Expr(value=ast.Call(func=ast.Name(id=name), args=args, keywords=[])) if (
            name in _EFFECTS
        ):
            _EFFECTS[name](done, [_value(arg, names) for arg in args])
        case ast.Expr(value=value):
            _value(value, names)
        case _:
            raise _refused(statement)


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    match node:
        case ast.Constant(value=int() | float() | str() as value):
            return _bounded(value)
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return _bounded([_value(item, names) for item in items])
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return _UNARY[type(op)](_value(operand, names))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _combined(op, _value(left, names), _value(right, names))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return _bounded(_FUNCTIONS[name](*(_value(arg, names) for arg in args)))
        case _:
            raise _refused(node)


def _combined(op: ast.operator, left: Any, right: Any) -> Any:
    if not (_is_number(left) and _is_number(right)):
        raise TypeError("only numbers can be combined")
    if isinstance(op, ast.Pow) and abs(right) * math.log2(max(abs(left), 2)) > _MOST_BITS:
        raise _Refused("the result has too many digits")
    return _bounded(_BINARY[type(op)](left, right))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _bounded(value: Any) -> Any:
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise _Refused("a number has too many digits")
    if isinstance(value, list) and _size(cast("list[Any]", value)) > _MOST_ITEMS:
        raise _Refused("a list is too long")
    if isinstance(value, str):
        value.encode()  # half a character is a ValueError: no answer could carry it
    if isinstance(value, complex):
        raise _Refused("complex numbers are not emulated")
    return cast("Any", value)


def _size(items: list[Any]) -> int:
    """Return how many items there are in a list and in those within it, as each is written out.

    A list within one was counted when it was made, so the walk is as short as the limit.
    """
    lists = [cast("list[Any]", item) for item in items if isinstance(item, list)]
    return len(items) + sum(map(_size, lists))


def _refused(node: ast.AST) -> _Refused:
    line = getattr(node, "lineno", 1)
    return _Refused(f"line {line}: the emulator runs arithmetic and simple lists, and nothing else")


def _print(done: Run, values: list[Any]) -> None:
    for value in values:
        done.stdout += f"{value} "
        if len(done.stdout) > _MOST_OUTPUT:
            raise _Refused("the output is too long")
    done.stdout = done.stdout[: -1 if values else None] + "\n"


def _save(done: Run, values: list[Any]) -> None:
    name, rows = _named(values, ".csv")
    lines = "".join(f"{row}\n" for row in rows)
    done.files.append((name, "text/csv", f"value\n{lines}".encode()))


def _plot(done: Run, values: list[Any]) -> None:
    name, heights = _named(values, ".png")
    done.files.append((name, "image/png", charts.bars(heights)))


def _named(values: list[Any], ending: str) -> tuple[str, list[float]]:
    name, items = (*values, None, None)[:2]
    numbers = cast("list[Any]", items) if isinstance(items, list) else []
    if not isinstance(name, str) or not name.endswith(ending) or not _is_plain(name):
        raise TypeError(f"wanted a name that ends with {ending}")
    if not numbers or not all(map(_is_number, numbers)):
        raise TypeError("wanted a list of numbers")
    return name, numbers


def _is_plain(name: str) -> bool:
    """Tell whether a file may have a name: one that is all seen, and leads nowhere."""
    return name.isprintable() and not set(name) & set("/\\")


_EFFECTS: dict[str, Callable[[Run, list[Any]], None]] = {
    "plot": _plot,
    "print": _print,
    "save": _save,
}
