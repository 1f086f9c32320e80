"""A callable -> its name, what it says of itself, and the schema and check of its arguments.

Takes whatever can be called and tells its parameters: functions, methods, what `functools` made of
them, objects with ``__call__``, built-in functions. The model writes one JSON object; `Arguments`
turns that into the call.
"""

from __future__ import annotations

import functools
import inspect
import typing
import warnings
from collections.abc import Callable, Mapping
from inspect import Parameter
from typing import Any

import pydantic

from claude_nb.api.schemas.annotations import Variables, readable

__all__ = ["Arguments", "docstring_of", "is_async", "name_of"]

_ADVICE = "Use types such as str, int, list[str], a dataclass or a pydantic model"


def name_of(function: Any) -> str:
    """Return what a callable is called: its own name, or that of its class."""
    if isinstance(function, functools.partial):
        return name_of(function.func)
    return str(getattr(function, "__name__", type(function).__name__))


def docstring_of(function: Any) -> str:
    """Return what a callable says of itself; of an object, its ``__call__`` or its class."""
    if isinstance(function, functools.partial):
        return docstring_of(function.func)
    if hasattr(function, "__name__"):
        return function.__doc__ or ""
    return type(function).__call__.__doc__ or type(function).__doc__ or ""


def is_async(function: Any) -> bool:
    """Return whether what a callable returns is to be awaited."""
    return inspect.iscoroutinefunction(_core(function))


class Arguments:
    """The arguments of a callable, as a model gives them: one object, by name.

    Parameters
    ----------
    function : callable
        What is called.
    variables : callable
        Returns the variables that a frame or an array can be named from.

    Raises
    ------
    TypeError
        Its parameters are not known, or one of them cannot be described; says which, and what
        to write instead.
    """

    def __init__(self, function: Callable[..., Any], variables: Variables) -> None:
        self._function = function
        self._parameters = _parameters(function, variables)
        self._taker = _taker(name_of(function), self._parameters)
        self._check = pydantic.validate_call(self._taker)

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the object."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a default that is no JSON is simply not told
            taker: Any = self._taker  # what checks has no annotations of its own since Python 3.14
            return pydantic.TypeAdapter(taker).json_schema()

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments by name, of the types that the function wants.

        Raises
        ------
        pydantic.ValidationError
            Some are missing, of another type, or unknown.
        """
        return self._check(**given)

    def apply(self, checked: Mapping[str, Any]) -> Any:
        """Call the function with arguments that were checked."""
        rest, positional = dict(checked), list[Any]()
        kinds = {each.name: each.kind for each in self._parameters}
        spread = next((n for n, kind in kinds.items() if kind is Parameter.VAR_POSITIONAL), None)
        for name, kind in kinds.items():
            is_placed = spread is not None and kind is Parameter.POSITIONAL_OR_KEYWORD
            if (kind is Parameter.POSITIONAL_ONLY or is_placed) and name in rest:
                positional.append(rest.pop(name))
        if spread is not None:
            positional += rest.pop(spread, ())
        return self._function(*positional, **rest)


def _parameters(function: Callable[..., Any], variables: Variables) -> list[Parameter]:
    """Return what the model is to give, with annotations that pydantic can describe."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise TypeError(
            f"{name_of(function)} does not tell its parameters. Write a function with def that "
            "calls it."
        ) from None
    hints, bound = _hints(function), _bound(function)
    kept: list[Parameter] = []
    for each in found:
        annotation = readable(hints.get(each.name, Any), variables)
        problem = "" if each.name in bound else _problem(each.name, annotation)
        if problem and each.default is Parameter.empty:
            raise TypeError(problem)
        if each.name not in bound and not problem:  # else its default holds
            kept.append(each.replace(annotation=annotation))
    return kept


def _bound(function: Any) -> Mapping[str, Any]:
    """Return the arguments that a partial has by name: they may be secret, and are settled."""
    return function.keywords if isinstance(function, functools.partial) else {}


def _hints(function: Any) -> dict[str, Any]:
    """Return the annotations by parameter.

    Raises
    ------
    TypeError
        One of them names what is not there.
    """
    try:
        return typing.get_type_hints(_core(function), include_extras=True)
    except NameError as error:
        code = getattr(_core(function), "__code__", None)
        is_theirs = "site-packages" in getattr(code, "co_filename", "")
        own = "Write a function of your own that calls it."
        advice = own if is_theirs else "Run the cell that defines it first."
        raise TypeError(
            f"{name_of(function)} names the type {error.name!r}, which is not defined. {advice}"
        ) from None
    except TypeError:  # what is written in C has none
        return {}


def _core(function: Any) -> Any:
    """Return what has the annotations: the function within partials, wrappers and objects."""
    if isinstance(function, functools.partial):
        return _core(function.func)
    inner: Any = inspect.unwrap(function)
    if isinstance(inner, functools.partial):
        return _core(inner)
    return inner if hasattr(inner, "__name__") else type(inner).__call__


def _problem(name: str, annotation: Any) -> str:
    """Return why a parameter cannot be described; empty if it can."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pydantic.TypeAdapter(annotation).json_schema()
    except (pydantic.errors.PydanticUserError, TypeError, ValueError, RecursionError):
        kind = getattr(annotation, "__name__", None) or str(annotation)
        return (
            f"A model cannot write the parameter {name!r}, a {kind:.80}. {_ADVICE}, or settle it "
            f"with functools.partial(…, {name}=…)."
        )
    return ""


def _taker(name: str, parameters: list[Parameter]) -> Callable[..., dict[str, Any]]:
    """Return a function that takes these parameters by name, and returns them."""

    def take(**given: Any) -> dict[str, Any]:
        return given

    shown = [_named(each) for each in parameters]
    take.__name__ = take.__qualname__ = name
    take.__signature__ = inspect.Signature(shown)  # pyright: ignore[reportFunctionMemberAccess]
    take.__annotations__ = {each.name: each.annotation for each in shown}
    return take


def _named(parameter: Parameter) -> Parameter:
    if parameter.kind is Parameter.VAR_KEYWORD:
        return parameter
    if parameter.kind is Parameter.VAR_POSITIONAL:
        many: Any = list[parameter.annotation]
        return Parameter(parameter.name, Parameter.KEYWORD_ONLY, default=[], annotation=many)
    return parameter.replace(kind=Parameter.KEYWORD_ONLY)
