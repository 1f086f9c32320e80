"""What a function or a type has for a default may be a key: no schema tells it."""

import dataclasses
import inspect
import json
from typing import Annotated, Any, Literal

import pydantic
import pytest

from claude_nb.api.schemas.keyless import without_keys
from claude_nb.api.schemas.schema import output_format_param
from claude_nb.api.schemas.tools import FunctionTool
from claude_nb.api.secret import Secret

CANARY = "s3cr3t-Canary-9f2c1"
SHAPED = "sk-ant-api03-" + "Canary" * 6
HOLDER = Secret("the whole phrase is a Canary that is known")


@dataclasses.dataclass
class Login:
    """Who asks."""

    user: str
    password: str = CANARY


class Settings(pydantic.BaseModel):
    """How to ask."""

    limit: int = 5
    token: str = CANARY
    hidden: pydantic.SecretStr = pydantic.SecretStr(CANARY)
    maybe: pydantic.SecretStr | None = pydantic.SecretStr(CANARY)


def by_name(query: str, api_key: str = CANARY) -> str:
    return query + api_key


def by_shape(query: str, how: str = SHAPED) -> str:
    return query + how


def known(query: str, how: str = HOLDER.reveal()) -> str:
    return query + how


def annotated(query: str, db_password: Annotated[str, pydantic.Field(min_length=2)] = CANARY):
    return query + db_password


def in_headers(query: str, headers: dict[str, str] = {"Authorization": f"Bearer {CANARY}"}):  # noqa: B006
    return query + headers["Authorization"]


def in_address(query: str, url: str = f"https://me:{CANARY}@db.example/x") -> str:
    return query + url


def packed(query: str, token: bytes = CANARY.encode()) -> str:
    return query + token.decode()


def listed(query: str, tokens: tuple[str, ...] = (SHAPED,)) -> str:
    return query + tokens[0]


def with_login(query: str, login: Login) -> str:
    return query + login.password


def with_settings(query: str, settings: Settings) -> str:
    return query + settings.token


def in_words(query: str, how: Annotated[str, pydantic.Field(examples=[SHAPED])] = "") -> str:
    """Ask the server, with sk-ant-api03-CanaryCanaryCanary as a key.

    Parameters
    ----------
    query : str
        What to ask; a key is sk-ant-api03-CanaryCanaryCanary.
    """
    return query + how


def chosen(query: str, which: Literal["sk-ant-api03-CanaryCanaryCanary", "x"] = "x") -> str:
    return query + which


SETTLED = {
    by_name: "api_key", by_shape: "how", known: "how", annotated: "db_password",
    in_headers: "headers", in_address: "url", packed: "token", listed: "tokens",
}  # fmt: skip
OTHERS = [with_login, with_settings, in_words, chosen]


@pytest.mark.parametrize("function", [*SETTLED, *OTHERS])
def test_no_default_that_is_a_key_is_told(function):
    tool = FunctionTool(function)
    assert "Canary" not in json.dumps(tool.to_dict()) + repr(tool) + tool.description
    assert "query" in tool.input_schema["properties"]


@pytest.mark.parametrize("function", SETTLED)
def test_the_default_holds(function):
    tool = FunctionTool(function)
    assert SETTLED[function] not in tool.input_schema["properties"]
    assert tool.input_schema["required"] == ["query"]
    assert "anary" in tool.call({"query": "?"})


def test_defaults_inside_a_type_hold():
    assert FunctionTool(with_login).call({"query": "?", "login": {"user": "a"}}) == f"?{CANARY}"
    assert FunctionTool(with_settings).call({"query": "?", "settings": {}}) == f"?{CANARY}"
    told = FunctionTool(with_settings).input_schema["$defs"]["Settings"]["properties"]
    assert told.keys() == {"limit"}


def test_a_type_that_is_answered_with_tells_none():
    assert "Canary" not in json.dumps(output_format_param(Settings))
    assert "Canary" not in json.dumps(FunctionTool(by_name, input_schema=Settings).to_dict())


ORDINARY = {
    "key": "price", "token": "the", "password": "", "max_tokens": 500, "author": "Ada Lovelace",
    "path": "/data/keys.csv", "session": None, "columns": ("key", "secret_santa"), "auth": True,
    "encoding": "utf-8", "pattern": "*", "api_key_name": "OPENAI_API_KEY",
}  # fmt: skip


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_defaults_are_told(name):
    def function(**given: object) -> None:
        """Sort by a key; no token is needed, and no password."""

    default = ORDINARY[name]
    parameter = inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=type(default) | None
    )
    function.__signature__ = inspect.Signature([parameter])
    function.__annotations__ = {name: type(default) | None}
    tool = FunctionTool(function)
    assert list(tool.input_schema["properties"]) == [name]
    assert tool.description == function.__doc__


@pytest.mark.parametrize("odd", [True, {}, {"properties": 5}, {"properties": {"a": True}}, None])
def test_what_is_no_ordinary_schema_stays(odd: Any):
    assert without_keys(odd) == odd
