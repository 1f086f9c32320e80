"""Tools from Python functions: the schema comes from the signature and the docstring."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar, cast, overload

import pydantic

from claude_nb.api.docstrings import described

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
        The function, sync or async.
    name, description : str, optional
        Default: the function's name, and its docstring up to the first section.
    input_schema : dict or type, optional
        A JSON schema or pydantic model, instead of that of the signature.
    **fields
        Further fields of the tool: ``strict``, ``cache_control``, ``input_examples``, …
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
        told, parameters = described(func.__doc__ or "")
        self.func = func
        self.name = name or func.__name__
        self.description = description or told
        self.input_schema = _schema(input_schema) or _signature_schema(func, parameters)
        self.is_async = inspect.iscoroutinefunction(func)
        self._fields = fields
        self._checked = pydantic.validate_call(func)
        self.__doc__ = func.__doc__

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

    def call(self, input: Any) -> Any:  # noqa: A002 - the API's name for it
        """Call the function with the input the model wrote (await the result if it is async).

        Raises
        ------
        ToolError
            The input does not fit the signature; the model is told where.
        """
        if not isinstance(input, dict):
            raise ToolError(f"Input must be an object, got {type(input).__name__}.")
        try:
            return self._checked(**cast("dict[str, Any]", input))
        except pydantic.ValidationError as error:
            if error.title != getattr(self.func, "__name__", None):
                raise  # the function's own trouble
            problems = [
                f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
                for each in error.errors(include_url=False)
            ]
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
        Text or content blocks; anything else is sent as JSON.
    is_error : bool
        Whether the tool failed.
    """
    if not isinstance(content, str | list):
        content = json.dumps(content, default=str, ensure_ascii=False)
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": call.id, "content": content}
    return {**block, "is_error": True} if is_error else block


def _schema(given: Any) -> dict[str, Any] | None:
    if given is None:
        return None
    if isinstance(given, type):
        return cast("type[pydantic.BaseModel]", given).model_json_schema()
    return dict(cast("Mapping[str, Any]", given))


def _signature_schema(func: Callable[..., Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    schema: dict[str, Any] = pydantic.TypeAdapter(
        cast("Any", pydantic.validate_call(func))
    ).json_schema()
    for name, text in parameters.items():
        field = schema.get("properties", {}).get(name)
        if field is not None:
            field.setdefault("description", text)
    return schema
