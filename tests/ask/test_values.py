import os
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_nb.ask import values
from claude_nb.ask.errors import InputError

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
keys = st.none() | st.booleans() | st.integers() | st.text()
plain = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner)
        | st.tuples()
        | st.dictionaries(keys, inner, max_size=4)
        | st.frozensets(keys, max_size=3)
        | st.sets(keys, max_size=3)
    ),
    max_leaves=12,
)


@given(plain)
def test_what_fits_is_shown_as_python_shows_it(value):
    assert values.text(value, 10**6) == str(value)


@given(plain, st.integers(10, 200))
def test_what_does_not_fit_is_cut_near_the_limit_and_says_so(value, limit):
    shown = values.text(value, limit)
    if isinstance(value, str) or len(str(value)) <= limit:
        assert shown == str(value)
    else:
        assert len(shown) <= limit + 80
        assert len(str(value)) < limit + 20 or "left out" in shown


@pytest.mark.parametrize(
    ("value", "end"),
    [
        (list(range(10_000_000)), ", …]\n[9,999,178 of 10,000,000 items left out]"),
        (dict.fromkeys(range(1000), "x" * 10), ", …}\n[784 of 1,000 items left out]"),
        (["x" * 10_000_000, 1], "x…]\n[2 of 2 items left out or cut]"),
    ],
)
def test_a_long_container_counts_what_is_missing(value, end):
    assert values.text(value).endswith(end)
    assert len(values.text(value)) < 4100


def test_a_list_that_holds_itself_ends():
    loop = [1]
    loop.append(loop)
    assert "…" in values.text(loop)


def test_other_objects_are_cut_by_characters():
    thing = type("Thing", (), {"__str__": lambda _: "y" * 5000})()
    assert values.text(thing).endswith("y…\n[1,000 of 5,000 characters left out]")


def test_an_answer_is_its_text():
    block = SimpleNamespace(type="text", text="Hello")
    thought = SimpleNamespace(type="thinking", thinking="hm")
    answer = type("Message", (), {"__module__": "claude_nb.api.types"})()
    answer.content = [thought, block, block]
    assert values.text(answer) == "HelloHello"


def broken(_):
    raise RuntimeError("no text today")


@pytest.mark.parametrize("name", ["__str__", "__repr__"])
def test_a_value_that_cannot_be_shown_is_explained(name):
    thing = type("Thing", (), {name: broken})()
    with pytest.raises(InputError, match=r"This Thing cannot be shown.*no text today"):
        values.text(thing if name == "__str__" else [thing])


def test_the_whole_environment_is_not_sent():
    with pytest.raises(InputError, match="keys included"):
        values.text(os.environ)
