"""DSPy's typed signatures: ``python app_dspy.py URL``."""

# ruff: noqa: T201 - a program: it reports by printing

import sys

import dspy

BASE = {"api_base": f"{sys.argv[1]}/v1", "api_key": "test-key", "max_tokens": 1000, "cache": False}
lm = dspy.LM("anthropic/claude-haiku-4-5-20251001", **BASE)


class Read(dspy.Signature):
    """Read who is meant."""

    text: str = dspy.InputField()
    name: str = dspy.OutputField()
    age: int = dspy.OutputField()


with dspy.context(lm=lm, adapter=dspy.JSONAdapter()):
    read = dspy.Predict(Read)(text="name: Ada, age: 36")
assert isinstance(read.name, str)
assert read.age == 36
print("ok structured")
