"""Tools from Python functions: the schema comes from the signature and the docstring."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar, cast, overload

import pydantic

from claude_nb.api.schemas import results
from claude_nb.api.schemas.docstrings import described
from claude_nb.api.schemas.functions import Arguments, docstring_of, is_async, name_of
from claude_nb.api.schemas.keyless import without_keys

__all__ = ["FunctionTool", "ToolError", "beta_async_tool", "beta_tool", "result_block"]

F = TypeVar("F", bound=Callable[..., Any])


class ToolError(Exception):
    """Raise it in a tool to send this content back as the tool's error.

    Parameters
    ----------
    content : str or list of content blocks
        What the model is told.
    """

    def __init__(self, content: Any) -> None:
        super().__init__(content if isinstance(content, str) else "Tool error")
        self.content = content


class FunctionTool(Generic[F]):
    """A function that the model may call.

    Parameters
    ----------
    func : callable
        What to call: a function, sync or async, or anything else that can be called and tells
        its parameters. A frame or an array is taken by the name of the variable that holds it.
        A parameter whose default is a key is not told: the default holds.
    name, description : str, optional
        Default: the function's name, and its docstring up to the first section.
    input_schema : dict or type, optional
        A JSON schema or pydantic model, instead of that of the signature.
    **fields
        Further fields of the tool: ``strict``, ``cache_control``, ``input_examples``, …

    Raises
    ------
    TypeError
        A parameter cannot be described to the model; says which, and what to write instead.
    """

    def __init__(
        self,
        func: F,
        *,
        name: str | None = None,
        description: str | None = None,
        input_schema: Any = None,
        **fields: Any,
    ) -> None:
        self.__doc__ = docstring_of(func)
        told, parameters = described(self.__doc__)
        self.func = func
        self.name: str = name or name_of(func)
        self.description: str = description or without_keys(told)
        self._arguments = Arguments(func, self.variables)
        schema = _schema(input_schema)
        if schema is None:
            schema = without_keys(_with(self._arguments.schema(), parameters))
        self.input_schema: dict[str, Any] = schema
        self.is_async: bool = is_async(func)
        self._fields = fields

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself."""
        return self.func(*args, **kwargs)

    def __repr__(self) -> str:
        return f"FunctionTool({self.name!r})"

    def to_dict(self) -> dict[str, Any]:
        """Return the tool as a request holds it."""
        fields = {name: value for name, value in self._fields.items() if value is not None}
        basics = {"name": self.name, "description": self.description}
        return {**basics, "input_schema": self.input_schema, **fields}

    to_param = to_dict

    def variables(self) -> Mapping[str, Any]:
        """Return the variables that a frame or an array may be named from."""
        function = getattr(self.func, "__func__", self.func)
        module = getattr(function, "__module__", None) or "__main__"
        return getattr(function, "__globals__", None) or vars(sys.modules[module])

    def content(self, value: Any) -> Any:
        """Return what the function returned as text or content blocks for the model."""
        return results.content(value)

    def call(self, input: Any) -> Any:  # noqa: A002 - the API's name for it
        """Call the function with the input the model wrote (await the result if it is async).

        Raises
        ------
        ToolError
            The input does not fit the signature; the model is told where.
        """
        if input in (None, ""):
            input = {}  # noqa: A001 - a call without arguments, as it comes from some servers
        if not isinstance(input, dict):
            raise ToolError(f"Input must be an object, got {type(input).__name__}.")
        try:
            checked = self._arguments.checked(cast("dict[str, Any]", input))
        except pydantic.ValidationError as error:
            problems = [
                f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}".replace(
                    "keyword only ", ""
                )
                for each in error.errors(include_url=False)
            ]
        else:
            return self._arguments.apply(checked)
        raise ToolError(f"Invalid arguments for {self.name}: {'; '.join(problems)}")


@overload
def beta_tool(func: F) -> FunctionTool[F]: ...
@overload
def beta_tool(
    func: None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    input_schema: Any = None,
    **fields: Any,
) -> Callable[[F], FunctionTool[F]]: ...
def beta_tool(func: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Make a tool of a function; use it as a decorator, with or without options.

    Parameters
    ----------
    func : callable
        The function.
    **options
        See `FunctionTool`.
    """
    if func is None:
        return functools.partial(FunctionTool[Any], **options)
    return FunctionTool(func, **options)


beta_async_tool = beta_tool


def result_block(call: Any, content: Any, *, is_error: bool = False) -> dict[str, Any]:
    """Return the ``tool_result`` block that answers a ``tool_use`` block.

    Parameters
    ----------
    call : ToolUseBlock
        What is answered.
    content : object
        Text or content blocks; anything else is told as `results.content` does.
    is_error : bool
        Whether the tool failed.
    """
    told = results.content(content)
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": call.id, "content": told}
    return {**block, "is_error": True} if is_error else block


def _schema(given: Any) -> dict[str, Any] | None:
    if given is None:
        return None
    if isinstance(given, type):
        return without_keys(cast("type[pydantic.BaseModel]", given).model_json_schema())
    return dict(cast("Mapping[str, Any]", given))


def _with(schema: dict[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return a schema in which parameters are described that describe nothing themselves."""
    for name, text in parameters.items():
        field = schema.get("properties", {}).get(name)
        if field is not None and text:
            field.setdefault("description", text)
    return schema
