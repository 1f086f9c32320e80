"""``--tools f,g`` -> the functions of a notebook as tools that the model may call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pydantic

from claude_nb.api.tools import FunctionTool
from claude_nb.notebook import names
from claude_nb.notebook.errors import InputError

__all__ = ["function_tools"]

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def function_tools(listed: str, variables: Mapping[str, Any]) -> list[FunctionTool[Any]]:
    """Return the tools that ``--tools`` lists, in order.

    Parameters
    ----------
    listed : str
        Names of functions (or of tools made with `beta_tool`), with commas between.
    variables : Mapping
        The kernel's namespace.

    Raises
    ------
    InputError
        A name is unknown or given twice, is no function, or its parameters cannot be described
        to the model.
    """
    paths = [path for path in re.split(r"[,\s]+", listed) if path]
    if not paths:
        raise InputError("--tools takes names of functions, such as --tools search,send.")
    found = [_tool(path, variables) for path in paths]
    taken = [tool.name for tool in found]
    for name in taken:
        if taken.count(name) > 1:
            raise InputError(f"--tools: two tools are called {name}; their names must differ.")
    return found


def _tool(path: str, variables: Mapping[str, Any]) -> FunctionTool[Any]:
    place = f"--tools {path}"
    if not re.fullmatch(names.PATH, path):
        raise InputError(f"{place}: give the name of a function; nothing is called here.")
    value = names.lookup(path, variables, place)
    if isinstance(value, FunctionTool):
        return value
    if not callable(value) or isinstance(value, type):
        raise InputError(f"{place}: an object of class {type(value).__name__} is no function.")
    if not _NAME.fullmatch(getattr(value, "__name__", "")):
        raise InputError(f"{place}: this function has no plain name; write it with def.")
    return _described(value, place)


def _described(function: Any, place: str) -> FunctionTool[Any]:
    try:
        return FunctionTool(function)
    except (TypeError, ValueError, NameError, pydantic.errors.PydanticUserError) as problem:
        first = str(problem).partition("\n")[0]
        raise InputError(
            f"{place}: its parameters cannot be described to the model: {first:.200} "
            "Use plain types such as str, int, list[str] or pydantic models."
        ) from None
