"""What there is at the place where a cell failed: names, keys, attributes, files; calls nothing.

Only exact dictionaries are asked for their keys, so that no code of a person runs again.
"""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType, GetSetDescriptorType, TracebackType
from typing import Any, cast

from claude_nb.notebook.commands.fix.rules import Facts

__all__ = ["gathered"]

_MOST = 200  # names of each kind


def gathered(error: BaseException, code: str, file: str) -> Facts:
    """Return what is known of an error.

    Parameters
    ----------
    error : BaseException
        With its traceback.
    code : str
        The cell that failed.
    file : str
        The name under which IPython compiled it; frames of it are the cell's own.
    """
    last, step = None, error.__traceback__
    while step is not None:
        last = step if step.tb_frame.f_code.co_filename == file else last
        step = step.tb_next
    known = list(dict.fromkeys(_known(error, code, last.tb_frame if last else None)))
    line, place = (last.tb_lineno, _place(last)) if last else (None, None)
    return Facts(code, line, tuple(known[:_MOST]), place)


def _place(step: TracebackType) -> tuple[int, int, int, int] | None:
    """Return where the expression stands that failed; None before Python 3.11."""
    positions = getattr(step.tb_frame.f_code, "co_positions", None)
    if positions is None:
        return None
    found = next(itertools.islice(positions(), step.tb_lasti // 2, None), ())
    return cast("tuple[int, int, int, int]", found) if found and None not in found else None


def _known(error: BaseException, code: str, frame: FrameType | None) -> Iterator[str]:
    names = {**frame.f_globals, **frame.f_locals} if frame is not None else {}
    if isinstance(error, NameError):
        yield from (name for name in names if not name.startswith("_"))
    elif isinstance(error, AttributeError) and error.obj is not None:
        yield from _attributes(error.obj)
    elif isinstance(error, FileNotFoundError) and isinstance(error.filename, str):
        with suppress(OSError):
            yield from (each.name for each in Path(error.filename).parent.iterdir())
    elif isinstance(error, KeyError) and error.args:
        yield from _keys(code, names)
    elif isinstance(error, IndexError):
        yield from (name for name, value in names.items() if _has_items(value))
    elif isinstance(error, TypeError):
        yield from (name for name, value in names.items() if type(value) is str)


def _has_items(value: Any) -> bool:
    return type(value) in {list, tuple, str} and len(value) > 0


def _attributes(value: Any) -> Iterator[str]:
    kinds = [value] if isinstance(value, type) else [*type(value).__mro__]
    own = [type.__dict__["__dict__"].__get__(kind) for kind in kinds] + [_own(value)]
    yield from (name for names in own for name in list(names) if not name.startswith("_"))


def _own(value: Any) -> dict[str, Any]:
    """Return what a value holds, unless a property of a person's would have to run for it."""
    found: Any = {}
    with suppress(Exception):
        found = inspect.getattr_static(value, "__dict__", {})
        if isinstance(found, GetSetDescriptorType):  # Python's own
            found = found.__get__(value)
    return cast("dict[str, Any]", found) if type(found) is dict else {}


def _keys(code: str, names: dict[str, Any]) -> Iterator[str]:
    with suppress(SyntaxError, ValueError):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
                value: Any = names.get(node.value.id)
                keys = value.columns if _is_frame(value) else value
                plain = list(keys) if _is_plain(keys) else []
                yield from (key for key in plain if isinstance(key, str))


def _is_frame(value: Any) -> bool:
    kind = type(value)
    return kind.__name__ == "DataFrame" and kind.__module__.startswith("pandas.")


def _is_plain(value: Any) -> bool:
    return type(value) is dict or type(value).__module__.startswith("pandas.")
