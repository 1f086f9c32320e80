"""Keyword parameters described once, by a TypedDict: checked when called, shown by shift-tab."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from claude_nb.api.sending.requests import NOT_GIVEN
from claude_nb.api.types.params import CallOptions

__all__ = ["check", "shows"]

F = TypeVar("F", bound=Callable[..., Any])


def shows(params: type[Any]) -> Callable[[F], F]:
    """Give a method that takes ``**params`` a signature that names them."""
    signature = inspect.Signature(
        [
            inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD),
            *(_parameter(name, params) for name in _ordered(params)),
        ]
    )

    def decorate(method: F) -> F:
        cast("Any", method).__signature__ = signature
        return method

    return decorate


def check(call: str, params: type[Any], given: Mapping[str, Any]) -> None:
    """Refuse keyword arguments that do not exist, and the lack of those that must be there.

    Raises
    ------
    TypeError
        Says which arguments there are.
    """
    known = _ordered(params)
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else f" It takes: {', '.join(known)}."
            raise TypeError(f"{call}() got an unexpected keyword argument '{name}'.{hint}")
    required = _required(params)
    missing = [name for name in required if name not in given]
    if missing:
        raise TypeError(
            f"Missing required arguments; {call}() expects {_quoted(required)}, "
            f"and {_quoted(missing)} {'is' if len(missing) == 1 else 'are'} missing."
        )


def _required(params: type[Any]) -> list[str]:
    return sorted(cast("frozenset[str]", params.__required_keys__))


def _ordered(params: type[Any]) -> list[str]:
    """Return the names as written: required ones first, options of every call last."""
    common = CallOptions.__annotations__
    return sorted(
        params.__annotations__,
        key=lambda name: (name not in params.__required_keys__, name in common),
    )


def _parameter(name: str, params: type[Any]) -> inspect.Parameter:
    required = name in params.__required_keys__
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if required else NOT_GIVEN,
    )


def _quoted(names: list[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)
