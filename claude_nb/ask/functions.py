"""``--tools f,g`` -> the functions of a notebook as tools that the model may call."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import pydantic

from claude_nb.api.schemas.functions import Arguments, name_of
from claude_nb.api.schemas.tools import FunctionTool
from claude_nb.ask import names, tables, values
from claude_nb.ask.attachments import images
from claude_nb.ask.errors import InputError

__all__ = ["Looks", "NotebookTool", "function_tools"]

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_TABLE = 20_000  # characters of a data frame: about 5,000 tokens


@runtime_checkable
class Looks(Protocol):
    """What gives the functions that ``--tools notebook`` stands for."""

    def functions(self) -> Sequence[Callable[..., Any]]:
        """Return them; none where there is no notebook."""
        ...


class NotebookTool(FunctionTool[Any]):
    """A tool of a notebook: what it returns is told as an attachment or a variable is sent.

    Parameters
    ----------
    tool : FunctionTool
        The tool itself.
    variables : Mapping
        What a frame or an array may be named from.
    """

    def __init__(self, tool: FunctionTool[Any], variables: Mapping[str, Any]) -> None:
        self.__dict__.update(vars(tool))
        self._variables = variables
        self._arguments = Arguments(tool.func, self.variables)

    def variables(self) -> Mapping[str, Any]:
        """Return the kernel's namespace."""
        return self._variables

    def content(self, value: Any) -> Any:
        """Return what the function returned as text or content blocks for the model."""
        if isinstance(value, list | tuple):
            return super().content([self._told(item) for item in value])
        return super().content(self._told(value))

    def _told(self, value: Any) -> Any:
        """Return a picture as its block, a table as its text; anything else as it is."""
        if tables.is_table(value):
            return values.text(value, _TABLE)
        if isinstance(value, str | bytes | bytearray) or type(value).__module__ == "builtins":
            return value
        return images.of(value, f"What {self.name} returned") or value


def function_tools(
    listed: str, variables: Mapping[str, Any], looks: object = None
) -> list[FunctionTool[Any]]:
    """Return the tools that ``--tools`` lists, in order.

    Parameters
    ----------
    listed : str
        Names of functions (or of tools made with `beta_tool`), with commas between, and
        ``notebook``.
    variables : Mapping
        The kernel's namespace.
    looks : Looks, optional
        Gives what ``notebook`` stands for; anything else gives nothing.

    Raises
    ------
    InputError
        A name is unknown or given twice, is no function, or its parameters cannot be described
        to the model.
    """
    paths = [path for path in re.split(r"[,\s]+", listed) if path]
    if not paths:
        raise InputError("--tools takes names of functions, such as --tools search,send.")
    found: list[FunctionTool[Any]] = []
    for path in paths:
        is_own = path == names.NOTEBOOK
        found += _looking(variables, looks) if is_own else [_tool(path, variables)]
    taken = [tool.name for tool in found]
    for name in taken:
        if taken.count(name) > 1:
            raise InputError(f"--tools: two tools are called {name}; their names must differ.")
    return found


def _looking(variables: Mapping[str, Any], looks: object) -> list[FunctionTool[Any]]:
    """Return the tools that ``notebook`` stands for, if nobody can take it for anything else."""
    if _has_functions(variables.get(names.NOTEBOOK)):
        raise InputError(
            "--tools notebook: the word lets the model look at your variables and cells, and you "
            "have functions of that name. Give yours another name: mine = notebook, --tools mine."
        )
    functions = looks.functions() if isinstance(looks, Looks) else ()
    if not functions:
        raise InputError(
            "--tools notebook: it works in a cell's question and in a panel; rows and scripts have "
            "no cells to look at. Give the names of functions instead."
        )
    return [FunctionTool(function) for function in functions]


def _has_functions(value: Any) -> bool:
    """Return whether a variable could be meant as the tools."""
    several = value if isinstance(value, list | tuple) else [value]
    return any(isinstance(each, FunctionTool) or inspect.isroutine(each) for each in several)


def _tool(path: str, variables: Mapping[str, Any]) -> FunctionTool[Any]:
    place = f"--tools {path}"
    if not re.fullmatch(names.PATH, path):
        raise InputError(f"{place}: give the name of a function; nothing is called here.")
    value = names.lookup(path, variables, place)
    if isinstance(value, FunctionTool):
        return NotebookTool(value, variables)
    if not callable(value) or isinstance(value, type):
        raise InputError(
            f"{place}: an object of class {type(value).__name__} is no function. Give the names of "
            "functions, such as --tools weather."
        )
    name = path.rpartition(".")[2] if _is_object(value) else name_of(value)
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{place}: {name[:80]!r} is no name of a tool, which has letters from a to z, digits, "
            "_ and -, 128 at most: write a function with def, and call it so."
        )
    return NotebookTool(_described(value, name, place), variables)


def _is_object(value: Any) -> bool:
    """Return whether it is an object that can be called, and is called what its variable is."""
    return not hasattr(value, "__name__") and not hasattr(value, "func")


def _described(function: Any, name: str, place: str) -> FunctionTool[Any]:
    try:
        return FunctionTool(function, name=name)
    except (TypeError, ValueError, pydantic.errors.PydanticUserError) as problem:
        first = str(problem).partition("\n")[0]
        raise InputError(
            f"{place}: its parameters cannot be described to the model: {first:.300}"
        ) from None
