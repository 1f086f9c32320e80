import enum
import json
from dataclasses import dataclass
from typing import Any, NotRequired, Optional, TypedDict

import jsonschema
import pydantic
import pytest

from claude_nb.ask.answers.answer_schema import answer_schema
from claude_nb.ask.errors import AnswerError, InputError


class Recipe(pydantic.BaseModel):
    """A dish."""

    title: str
    minutes: int = pydantic.Field(ge=1)
    steps: list[str] = []


@dataclass
class Point:
    """A place on a map."""

    x: float
    y: float


class Person(TypedDict):
    """Somebody."""

    name: str
    age: NotRequired[int]


class Team(TypedDict, total=False):
    """People and who leads them."""

    lead: Person
    deputy: Optional[Person]  # noqa: UP045 - both ways to write it are read
    guest: Person | None
    members: list[Person]


BY_HAND = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
NAMES = {
    "Recipe": Recipe,
    "Recipes": list[Recipe],
    "Point": Point,
    "Person": Person,
    "Team": Team,
    "by_hand": BY_HAND,
    "soup": Recipe(title="Soup", minutes=10),
    "text": "Recipe",
    "broken": {"properties": {}},
    "Odd": type("Odd", (), {}),
}

READ = [
    ("Recipe", '{"title": "Soup", "minutes": 10}', Recipe(title="Soup", minutes=10)),
    ("Recipe", '```json\n{"title": "S", "minutes": 1}\n```', Recipe(title="S", minutes=1)),
    ("Recipes", '[{"title": "Soup", "minutes": 10}]', [Recipe(title="Soup", minutes=10)]),
    ("Point", '{"x": 1, "y": 2.5}', Point(1, 2.5)),
    ("Person", '{"name": "Ada"}', {"name": "Ada"}),
    (
        "Team",
        '{"lead": {"name": "A"}, "deputy": null, "guest": {"name": "B"}, "members": []}',
        {"lead": {"name": "A"}, "deputy": None, "guest": {"name": "B"}, "members": []},
    ),
    ("by_hand", '{"n": 1}', {"n": 1}),
]


@pytest.mark.parametrize(("name", "answer", "value"), READ)
def test_an_answer_becomes_a_value_of_the_class(name, answer, value):
    schema = answer_schema(name, NAMES)
    assert schema.read(answer) == value
    assert type(schema.read(answer)) is type(value)


@pytest.mark.parametrize(("name", "answer", "value"), READ)
def test_the_format_is_a_schema_that_the_answer_fulfils(name, answer, value):
    form = answer_schema(name, NAMES).format
    assert form["type"] == "json_schema"
    json.dumps(form)
    jsonschema.Draft202012Validator.check_schema(form["schema"])
    jsonschema.validate(json.loads(answer.strip("`json\n")), form["schema"])


def test_the_schema_is_in_the_form_that_the_server_enforces():
    schema = answer_schema("Recipe", NAMES).format["schema"]
    assert schema["additionalProperties"] is False
    assert "minimum" not in schema["properties"]["minutes"]
    assert "minimum: 1" in schema["properties"]["minutes"]["description"]
    assert answer_schema("by_hand", NAMES).format["schema"]["additionalProperties"] is False
    assert answer_schema("Person", NAMES).format["schema"]["required"] == ["name"]


WRONG = [
    ("Recipee", "--schema Recipee: there is no variable 'Recipee'. Did you mean Recipe"),
    ("soup", "Recipe is not a pydantic model, a dataclass, a TypedDict or a dict"),
    ("soup", "Its class may be: --schema Recipe."),
    ("text", "str is not a pydantic model"),
    ("list[Recipe]", "--schema list[Recipe]: "),
    ("Recipe()", "give the name of a pydantic model"),
    ("broken", "Schema must have a 'type'"),
    ("Odd", "has no JSON schema"),
]


@pytest.mark.parametrize(("name", "words"), WRONG)
def test_what_is_no_schema_is_explained(name, words):
    with pytest.raises(InputError) as caught:
        answer_schema(name, NAMES)
    assert words in str(caught.value)
    assert len(caught.value._render_traceback_()) <= 2


class Scores(pydantic.BaseModel):
    """Open."""

    scores: dict[str, int]


class Open(pydantic.BaseModel):
    """Takes more than it names."""

    model_config = pydantic.ConfigDict(extra="allow")
    title: str


class Loose(pydantic.BaseModel):
    """Says nothing of a field."""

    anything: Any


class Pair(enum.Enum):
    """Values that are no scalars."""

    A = (1, 2)
    B = (3, 4)


class Paired(pydantic.BaseModel):
    """Has one of them."""

    pair: Pair | None = None


@dataclass
class Inner:
    """Open inside."""

    parts: list[Scores]


class Waiting(pydantic.BaseModel):
    """Names what is not there yet."""

    later: "Missing"  # noqa: F821


UNASKABLE = [
    (Scores, "scores may have any keys"),
    (Inner, "parts.scores may have any keys"),
    (pydantic.RootModel[dict], "X may have any keys, and the API fills in only fields that are"),
    (dict[str, int], "X may have any keys"),
    (list[dict], "X may have any keys"),
    (Open, "X may have any keys"),
    (Loose, "anything may be anything, so there is nothing to ask for. Give it a type"),
    (Paired, "pair is one of several lists or objects, and the API can choose only among"),
    (Waiting, "it names a type that is not defined. Run the cell that defines it"),
    ({"type": "object"}, "X may have any keys"),
    ({"type": "object", "properties": {"a": {}}}, "a may be anything"),
    ({"type": "object", "properties": {"a": True}}, "a may be anything"),
    ({"type": "object", "properties": {"a": {"type": "object"}}}, "a may have any keys"),
    ({"type": "object", "properties": ["a"]}, "its 'properties' must be a dict"),
    ({"type": "object", "properties": {"a": 3}}, "a is no schema: a schema is a dict"),
    ({"type": "object", "properties": {"a": {"type": "str"}}}, "a has no type of JSON: 'str'"),
    ({"type": "object", "properties": {}, "required": True}, "'required' must be a list of names"),
    ({"type": "array", "items": 3}, "its 'items' must be a schema"),
    ({"anyOf": {"a": 1}}, "its 'anyOf' must be a list of schemas"),
    ({"$ref": "#/$defs/Gone"}, "X refers to '#/$defs/Gone', which is not among its $defs"),
    ({"type": "object", "properties": {"a": {"minimum": 1}}}, "a does not say what it holds"),
]


@pytest.mark.parametrize(("kind", "words"), UNASKABLE)
def test_what_the_api_cannot_fill_in_is_named_before_it_is_sent(kind, words):
    with pytest.raises(InputError) as caught:
        answer_schema("X", {"X": kind})
    name = getattr(kind, "__name__", str(kind))
    assert words in str(caught.value).replace(f"{name} may", "X may").replace(
        f"{kind} may", "X may"
    )
    assert "\n" not in str(caught.value)
    assert "pydantic.dev" not in str(caught.value)


def test_properties_may_be_called_like_keywords():
    named = {name: {"type": "string"} for name in ("type", "items", "enum", "properties", "$ref")}
    form = answer_schema("X", {"X": {"type": "object", "properties": named}}).format
    assert form["schema"]["properties"] == named


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ('{"title": "Soup"', "ends before its JSON does"),
        ('{"title": "Soup"}', "The answer is JSON, but no Recipe:\n  minutes: Field required"),
        ('{"title": "S", "minutes": 0}', "minutes: Input should be greater than or equal to 1"),
        ('{"title": 1, "minutes": "x", "steps": [1, 2]}', "  and 1 more"),
        ("[]", "the whole answer: "),
    ],
)
def test_an_answer_that_does_not_fit_is_explained(answer, words):
    with pytest.raises(AnswerError) as caught:
        answer_schema("Recipe", NAMES).read(answer)
    assert words in str(caught.value)
    assert len(caught.value._render_traceback_()) <= 5
