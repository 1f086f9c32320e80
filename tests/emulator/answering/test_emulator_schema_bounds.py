"""What the emulator answers to a schema validates, bounds included."""

import decimal

import pydantic
import pytest
from pydantic import Field

from claude_nb import Anthropic, emulator


class Bounded(pydantic.BaseModel):
    """One field for each kind of bound."""

    least: int = Field(ge=3)
    between: int = Field(ge=1, le=10)
    over: int = Field(gt=5)
    under: float = Field(gt=0, lt=1)
    narrow: float = Field(ge=0.5, le=0.6)
    negative: int = Field(le=-3)
    even: int = Field(multiple_of=2, ge=7)
    money: decimal.Decimal = Field(ge=2)
    short: str = Field(min_length=2, max_length=5)
    long: str = Field(min_length=200)
    several: list[int] = Field(min_length=3, max_length=4)
    few: list[str] = Field(max_length=1)
    different: set[int] = Field(min_length=2)
    pair: tuple[int, str]
    place: tuple[float, float, float]
    perhaps: int | None = Field(None, ge=3)
    told: int = Field(ge=3, description="Some {odd} thing: {a}")


@pytest.fixture(scope="module")
def client():
    with emulator.serve(tokens_per_second=0) as server:
        yield Anthropic(api_key="x", base_url=server.url)


@pytest.mark.parametrize("text", ["Give me one", "no", "between 700 and -5, in 1999 for 0.25"])
def test_json_keeps_the_bounds_that_a_client_told_in_words(client, text):
    message = client.messages.parse(
        model="claude-sonnet-4-6",
        max_tokens=1000,
        messages=[{"role": "user", "content": text}],
        output_format=Bounded,
    )
    assert isinstance(message.parsed_output, Bounded)


PATTERN = {"type": "integer", "description": "{pattern: ^(a+$, minimum: 4, maximum: 4}"}


def test_bounds_are_read_beside_what_cannot_be_read(client):
    schema = {"type": "object", "properties": {"a": PATTERN}, "additionalProperties": False}
    message = client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=100,
        messages=[{"role": "user", "content": "one"}],
        output_config={"format": {"type": "json_schema", "schema": schema}},
    )
    assert message.content[0].text.replace(" ", "") == '{"a":4}'
