"""instructor's typed answers: ``python app_instructor.py URL``."""

# ruff: noqa: T201 - a program: it reports by printing

import sys

import anthropic
import instructor
from pydantic import BaseModel


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


ADA = Person(name="Ada", age=36)
ASK = {
    "model": "claude-haiku-4-5",
    "max_tokens": 500,
    "messages": [{"role": "user", "content": "Ada is 36 years old"}],
    "response_model": Person,
}
client = instructor.from_anthropic(anthropic.Anthropic(base_url=sys.argv[1], api_key="test-key"))
assert client.messages.create(**ASK).model_dump() == ADA.model_dump()
print("ok typed")
partial = list(client.messages.create_partial(**ASK))
assert partial[-1].model_dump() == ADA.model_dump()
assert len(partial) > 2
print("ok partial", len(partial))
people = list(client.messages.create_iterable(**ASK))
assert [person.model_dump() for person in people] == [ADA.model_dump()]
print("ok iterable")
