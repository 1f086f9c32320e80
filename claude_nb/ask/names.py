"""``df.shape[0]`` -> the value: a name, its attributes and its items, and nothing else.

No expression is evaluated and nothing is called.
"""

from __future__ import annotations

import builtins
import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from claude_nb.ask.errors import InputError

__all__ = ["NOTEBOOK", "PATH", "called", "did_you_mean", "lookup"]

NOTEBOOK = "notebook"
"""The word of ``--tools`` that stands for looking at the notebook's own variables and cells."""

NAME = r"[^\W\d][\w\u0300-\u036f]*+"  # accents may be typed as marks of their own
_STEPS = rf"""(?:\.{NAME}|\[(?:"[^"\n]*"|'[^'\n]*'|[^\[\]{{}}"'\n]+)\])*"""
PATH = NAME + _STEPS
_LONGEST = 200  # characters of a name for which near ones are looked for
_STEP = re.compile(rf"""\.({NAME})|\[("[^"\n]*"|'[^'\n]*'|[^\[\]]+)\]""")
_WHOLE = re.compile(PATH)
_KEY = re.compile(r"""\s*(?:(-?\d{1,18})|"([^"]*)"|'([^']*)')\s*""")


def lookup(path: str, variables: Mapping[str, Any], shown: str = "") -> Any:
    """Return the value that a path such as ``df.shape[0]`` stands for.

    Parameters
    ----------
    path : str
        Matches `PATH`.
    variables : Mapping
        The names that may be used.
    shown : str
        How an error names the place; default: the path in double braces.

    Raises
    ------
    InputError
        A name, attribute, item or key does not exist; near names are offered.
    """
    if shown and not _WHOLE.fullmatch(path):
        problem = "nothing is called here" if "(" in path else "that is no name"
        raise InputError(
            f"{shown:.{_LONGEST}}: {problem}. Put what you mean into a variable, and name that."
        )
    typed = re.split(r"[.\[]", path, maxsplit=1)[0]
    name = unicodedata.normalize("NFKC", typed)  # as Python does with its names
    place = shown or f"{{{{{path:.{_LONGEST}}}}}}"
    if name not in variables:
        raise InputError(_unknown(name, variables, place, in_braces=not shown))
    value = variables[name]
    for step in _STEP.finditer(path, len(typed)):
        value = _attribute(value, step[1], place) if step[1] else _item(value, step[2], place)
    return value


def _unknown(name: str, variables: Mapping[str, Any], place: str, *, in_braces: bool) -> str:
    braces = r"; to send the braces as they are, write \{{ or use --raw" if in_braces else ""
    near = did_you_mean(name, variables)
    if not near and hasattr(builtins, name):
        return f"{place}: {name} is Python's own and no variable{braces}."
    return (
        f"{place}: there is no variable {name!r}.{near} Run the cell that defines it first{braces}."
    )


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `` Did you mean x or y?``, or nothing if no public name looks like `name`."""
    if len(name) > _LONGEST:
        return ""  # comparing takes time, and nobody mistypes that
    public = [other for other in known if not other.startswith("_")]
    begun = [other for other in public if len(name) > 1 and other.startswith(name)]
    near = begun[:3] or difflib.get_close_matches(name, public, n=3)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def called(value: Any) -> str:
    """Return what a value is, by its class: ``a DataFrame``, ``an int``."""
    kind = type(value).__name__
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"


def _attribute(value: Any, name: str, place: str) -> Any:
    if name.startswith("_"):
        raise InputError(f"{place}: names that begin with an underscore stay private.")
    try:
        return getattr(value, name)
    except AttributeError:
        problem = f"{called(value)} has no attribute {name!r}."
        keys = [f'["{key}"]' for key in _keys(value) if key == name]
        hint = f" Write {keys[0]} for its item." if keys else did_you_mean(name, dir(value))
        raise InputError(f"{place}: {problem}{hint}") from None
    except Exception as problem:  # noqa: BLE001 - a property of theirs may raise anything
        raise InputError(f"{place}: .{name} failed: {problem!r:.200}.") from None


def _item(value: Any, text: str, place: str) -> Any:
    key = _KEY.fullmatch(text)
    if key is None:
        raise InputError(
            f"{place}: [{text:.80}] must be a whole number or a quoted key. "
            f"For anything else, put it in a variable first."
        )
    wanted = int(key[1]) if key[1] else next(part for part in key.groups()[1:] if part is not None)
    try:
        return value[wanted]
    except Exception:  # noqa: BLE001 - a container of theirs may raise anything
        problem = f"this {type(value).__name__} has no item {wanted!r}."
        keys = _keys(value) if isinstance(wanted, str) else ()
        hint = did_you_mean(str(wanted), keys)
        raise InputError(f"{place}: {problem}{hint}") from None


def _keys(value: Any) -> list[str]:
    if not callable(getattr(value, "keys", None)):
        return []
    return [key for key in value.keys() if isinstance(key, str)]  # noqa: SIM118 - a frame's, too
