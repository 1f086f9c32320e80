import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_nb.api.types.params import MessageCreateParams
from claude_nb.ask import extra
from claude_nb.ask.errors import InputError
from claude_nb.ask.extra import PARAMETERS, parameters

READ = [
    ("top_k=5", {"top_k": 5}),
    ("top_p=0.9", {"top_p": 0.9}),
    ("temperature=1", {"temperature": 1}),
    ("service_tier=standard_only", {"service_tier": "standard_only"}),
    ('service_tier="auto"', {"service_tier": "auto"}),
    ("metadata.user_id=x=y", {"metadata": {"user_id": "x=y"}}),
    ('tool_choice={"type": "any"}', {"tool_choice": {"type": "any"}}),
    ("user_profile_id=123", {"user_profile_id": "123"}),
    ("speed=null", {"speed": None}),
    ("betas=[]", {"betas": []}),
    ("container=abc", {"container": "abc"}),
    ("extra_body.new.deep=true", {"extra_body": {"new": {"deep": True}}}),
    ("metadata.user_id=", {"metadata": {"user_id": ""}}),
]


@pytest.mark.parametrize(("item", "expected"), READ)
def test_a_value_is_json_or_text(item, expected):
    assert parameters([item]) == expected


def test_parts_of_one_object_come_together():
    items = ["metadata.user_id=x", "metadata.more=[1]", "top_k=1"]
    assert parameters(items) == {"metadata": {"user_id": "x", "more": [1]}, "top_k": 1}
    assert parameters([]) == {}


WRONG = [
    ("top_k", "write -o key=value"),
    ("topk=5", "no parameter 'topk'. Did you mean top_k or top_p? To send it all the same, write"),
    ("xyzzy=5", "no parameter 'xyzzy'. To send it all the same, write extra_body.xyzzy=5"),
    ("model=x", "-o model: use -m."),
    ("max_tokens=5", "use --max-tokens"),
    ("api_key=sk-ant-canary-0123456789", "set ANTHROPIC_API_KEY instead"),
    ("top_k=many", '-o top_k takes a whole number, not "many".'),
    ("top_k=1.5", "takes a whole number, not 1.5"),
    ("top_k=true", "takes a whole number, not true"),
    ("service_tier=fast", 'takes auto or standard_only, not "fast"'),
    ("metadata=5", "-o metadata takes an object, not 5."),
    ("container=5", "takes a text or an object, not 5"),
    ("tool_choice={type:any}", "{type:any} is no JSON; quote the whole option: -o 'tool_choice="),
    ("metadata.=5", "a name is missing"),
    ("metadata..a=5", "a name is missing"),
]


@pytest.mark.parametrize(("item", "words"), WRONG)
def test_a_mistake_is_explained_in_a_line(item, words):
    with pytest.raises(InputError) as caught:
        parameters([item])
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (["top_k=1", "top_k=2"], "top_k is given twice"),
        (["metadata.a=1", "metadata=2"], "metadata is given twice"),
        (["metadata.a=1", "metadata.a.b=2"], "a was given a value before"),
    ],
)
def test_contradictions(items, words):
    with pytest.raises(InputError, match=words):
        parameters(items)


def test_objects_are_joined_with_what_other_options_set():
    params = {"output_config": {"format": {"type": "x"}}, "top_k": 1, "model": "m"}
    more = parameters(["output_config.effort=high", "top_k=2", "metadata.user_id=u"])
    assert extra.merged(params, more) == {
        "output_config": {"format": {"type": "x"}, "effort": "high"},
        "top_k": 2,
        "model": "m",
        "metadata": {"user_id": "u"},
    }
    assert params["output_config"] == {"format": {"type": "x"}}


@given(st.text())
def test_any_text_is_read_or_explained(text):
    for item in (text, f"metadata={text}", f"extra_body.{text}"):
        try:
            assert isinstance(parameters([item]), dict)
        except InputError as problem:
            assert str(problem).startswith("-o ")  # noqa: PT017 - both ways are right


def test_every_parameter_of_the_client_is_known():
    hints = typing.get_type_hints(MessageCreateParams)
    assert set(hints) == set(PARAMETERS) | set(extra._ELSEWHERE) - {"api_key", "stream"}
