"""``{{name}}`` in a prompt -> the value of that variable.

Double braces only, as in Anthropic's own workbench, so that JSON, code, ``$`` and single braces
stay as typed. Attributes, items by number and by key may follow a name; nothing is called and
nothing is evaluated.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Any

from claude_nb.notebook.errors import InputError

__all__ = ["interpolate"]

_FIELD = re.compile(r"\{\{\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[[^\[\]{}]+\])*)\s*\}\}")
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[([^\[\]{}]+)\]")
_KEY = re.compile(r"""\s*(?:(-?\d+)|"([^"]*)"|'([^']*)')\s*""")


def interpolate(text: str, variables: Mapping[str, Any], show: Callable[[Any], str] = str) -> str:
    """Return `text` with each ``{{name}}`` replaced by the variable's text.

    Parameters
    ----------
    text : str
        A prompt. Whatever is not a name (with attributes or items) in double braces stays.
    variables : Mapping
        The names that may be used; in a notebook, the kernel's namespace.
    show : callable
        Turns a value into text.

    Raises
    ------
    InputError
        A name, attribute, item or key does not exist; near names are offered.
    """
    return _FIELD.sub(lambda found: show(lookup(found[1], variables)), text)


def lookup(path: str, variables: Mapping[str, Any]) -> Any:
    """Return the value that a path such as ``df.shape[0]`` stands for; see `interpolate`."""
    name = re.match(r"\w+", path)[0]  # type: ignore[index]  # _FIELD starts with a name
    if name not in variables:
        raise InputError(
            _unknown(f"{{{{{path}}}}}: there is no variable {name!r}", name, variables)
        )
    value = variables[name]
    for step in _STEP.finditer(path, len(name)):
        value = _attribute(value, step[1], path) if step[1] else _item(value, step[2], path)
    return value


def _unknown(problem: str, name: str, names: Mapping[str, Any]) -> str:
    public = [known for known in names if not known.startswith("_")]
    near = difflib.get_close_matches(name, public, n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"{problem}.{hint} Run the cell that defines it first, or use single braces."


def _attribute(value: Any, name: str, path: str) -> Any:
    if name.startswith("_"):
        raise InputError(f"{{{{{path}}}}}: names that begin with an underscore stay private.")
    try:
        return getattr(value, name)
    except AttributeError:
        names = dict.fromkeys(dir(value))
        kind = type(value).__name__
        raise InputError(
            _unknown(f"{{{{{path}}}}}: a {kind} has no attribute {name!r}", name, names)
        ) from None


def _item(value: Any, text: str, path: str) -> Any:
    key = _KEY.fullmatch(text)
    if key is None:
        raise InputError(
            f"{{{{{path}}}}}: [{text}] must be a whole number or a quoted key. "
            f"For anything else, put it in a variable first."
        )
    wanted = int(key[1]) if key[1] else next(part for part in key.groups()[1:] if part is not None)
    try:
        return value[wanted]
    except (KeyError, IndexError, TypeError):
        kind = type(value).__name__
        raise InputError(f"{{{{{path}}}}}: this {kind} has no item {wanted!r}.") from None
