"""``--schema Recipe`` -> the answer's format in the request, and the answer as a `Recipe`.

References
----------
Messages API: structured outputs. What a schema may say there: `claude_nb.api.schemas.schema`.
"""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pydantic

from claude_nb.api.schemas import typed_dicts
from claude_nb.api.schemas.askable import check_askable
from claude_nb.api.schemas.schema import output_format_param, transform_schema
from claude_nb.ask import names
from claude_nb.ask.answers.extract import json_value
from claude_nb.ask.errors import AnswerError, InputError
from claude_nb.characters import show_invisible

__all__ = ["AnswerSchema", "answer_schema"]

_MOST_PROBLEMS = 3
_KINDS = "a pydantic model, a dataclass, a TypedDict or a dict with a JSON schema"


@dataclass(frozen=True, slots=True)
class AnswerSchema:
    """What an answer must look like.

    Attributes
    ----------
    name : str
        As given to ``--schema``.
    format : dict
        For the request's ``output_config.format``.
    kind : type or None
        What `read` makes of an answer; None leaves the JSON value.
    """

    name: str
    format: dict[str, Any]
    kind: Any = None

    def read(self, answer: str) -> Any:
        """Return the answer's text as a value of `kind`.

        Raises
        ------
        AnswerError
            It is no JSON, or breaks a rule of the class; says where.
        """
        value = json_value(answer)
        if self.kind is None:
            return value
        try:
            return pydantic.TypeAdapter(self.kind).validate_json(json.dumps(value))
        except pydantic.ValidationError as problem:
            raise AnswerError(_problems(self.name, problem)) from None


def answer_schema(name: str, variables: Mapping[str, Any]) -> AnswerSchema:
    """Return the schema that ``--schema`` names.

    Parameters
    ----------
    name : str
        A variable that holds a pydantic model class, a dataclass, a TypedDict, another type
        pydantic knows (``list[Recipe]`` under a name of its own), or a JSON schema as a dict.
    variables : Mapping
        The kernel's namespace.

    Raises
    ------
    InputError
        There is no such variable, or no schema can be made of it.
    """
    place = f"--schema {name}"
    if not re.fullmatch(names.PATH, name):
        raise InputError(f"{place}: give the name of {_KINDS}.")
    value = names.lookup(name, variables, place)
    try:
        return _made(name, value)
    except (TypeError, ValueError, RecursionError, pydantic.errors.PydanticUserError) as problem:
        raise InputError(f"{place}: {problem!s:.300}") from None


def _made(name: str, value: Any) -> AnswerSchema:
    if isinstance(value, Mapping):
        check_askable(value, name)
        return AnswerSchema(name, {"type": "json_schema", "schema": transform_schema(value)})
    if not isinstance(value, type) and typing.get_origin(value) is None:
        hint = f" Its class may be: --schema {type(value).__name__}." if _is_record(value) else ""
        hint = f" Read it first: {name} = json.loads({name})." if isinstance(value, str) else hint
        raise TypeError(f"a value of class {type(value).__name__} is not {_KINDS}.{hint}")
    kind = typed_dicts.readable(value)
    return AnswerSchema(name, output_format_param(kind), kind)


def _is_record(value: Any) -> bool:
    return isinstance(value, pydantic.BaseModel) or hasattr(value, "__dataclass_fields__")


def _problems(name: str, problem: pydantic.ValidationError) -> str:
    found = problem.errors(include_url=False, include_input=False)
    places = [".".join(map(str, each["loc"])) or "the whole answer" for each in found]
    lines = [
        show_invisible(f"  {place}: {each['msg']}")
        for place, each in zip(places[:_MOST_PROBLEMS], found, strict=False)
    ]
    more = len(found) - _MOST_PROBLEMS
    rest = [f"  and {more} more"] if more > 0 else []
    return "\n".join([f"The answer is JSON, but no {name}:", *lines, *rest])
