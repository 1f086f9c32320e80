r"""What stands in double braces in a prompt: a variable to put in, or text to leave as it is.

``{{name}}`` is a field, ``\{{name}}`` the same text as it is. Braces around anything else are
somebody's code or template and stay, unless they hold an expression on the person's own variables:
whoever writes ``{{x + 1}}`` means its value, which is not worked out here, so it is refused.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Container, Iterator

from claude_nb.ask import names
from claude_nb.ask.errors import InputError

__all__ = ["WAYS_OUT", "fields", "filled", "split"]

WAYS_OUT = r"write \{{ or use --raw"
"""How braces are sent as they are."""

_BRACES = re.compile(
    rf"\\(?P<escaped>\{{\{{[^{{}}\n]*\}}\}})"
    rf"|\{{\{{\s*(?P<path>{names.PATH})\s*\}}\}}"
    r"""|\{\{(?P<other>\s*[rR]?[fF](?P<quote>['"])[^\n]*?(?P=quote)\s*|[^{}\n]*)\}\}"""
)
_FORMAT = re.compile(r"=?(?:![rsa])?(?::.?[<>=^]?[-+ ]?#?0?\d*[,_]?(?:\.\d+)?[bcdeEfFgGnosxX%]?)?")
_LONGEST = 200  # characters of what may be an expression


def split(text: str, variables: Container[str]) -> Iterator[tuple[str, str]]:
    """Yield (text, path) of each field in order, with the text before it; at last (text, "").

    Parameters
    ----------
    text : str
        A prompt.
    variables : container of str
        The names that may be used.

    Raises
    ------
    InputError
        Braces hold an expression on one of the variables, or a column whose name is no variable's.
    """
    before, end = "", 0
    for found in _BRACES.finditer(text):
        before += text[end : found.start()]
        end = found.end()
        if found["path"]:
            yield before, found["path"]
            before = ""
            continue
        if found["other"]:
            _refuse_column(found["other"].strip(), variables)
            _refuse_expression(found["other"], variables)
        before += found["escaped"] or found[0]
    yield before + text[end:], ""


def fields(text: str) -> list[str]:
    """Return the paths that a prompt names, each once, in order."""
    return list(dict.fromkeys(found["path"] for found in _BRACES.finditer(text) if found["path"]))


def filled(text: str, value: Callable[[str], str | None]) -> str:
    """Return the prompt with those fields put in for which `value` of their path is a text.

    The braces of that text are escaped, so that nothing is put in for them later.
    """

    def put(found: re.Match[str]) -> str:
        known = value(found["path"]) if found["path"] else None
        return found[0] if known is None else _BRACES.sub(r"\\\g<0>", known)

    return _BRACES.sub(put, text)


def _refuse_column(name: str, variables: Container[str]) -> None:
    """Refuse what could only be meant for a row's column, and would be sent as it is typed."""
    if len(name) <= _LONGEST and name in variables:
        quoted = json.dumps(name, ensure_ascii=False)
        raise InputError(
            f"{{{{{name:.80}}}}}: a column whose name is that of no variable is written "
            f"{{{{row[{quoted:.82}]}}}}; to send the braces as they are, {WAYS_OUT}."
        )


def _refuse_expression(text: str, variables: Container[str]) -> None:
    if len(text) > _LONGEST or not any(name in variables for name in _names_in(text)):
        return
    raise InputError(
        f"{{{{{text.strip():.80}}}}}: nothing is worked out in a prompt: braces hold a name, its "
        f"attributes and its items. Put the result in a variable and name that; to send the "
        f"braces as they are, {WAYS_OUT}."
    )


def _names_in(text: str) -> Iterator[str]:
    """Yield the names that an expression uses, with ``!r`` or a format behind it or without."""
    for code in dict.fromkeys((text, *_unformatted(text))):
        try:
            tree = ast.parse(code.strip(), mode="eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
        yield from (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _unformatted(text: str) -> Iterator[str]:
    for place, mark in enumerate(text):
        if mark in "=!:" and _FORMAT.fullmatch(text[place:].strip()):
            yield text[:place]
