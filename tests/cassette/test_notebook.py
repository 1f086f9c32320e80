"""What outputs of a notebook keep: data of anybody's, read within bounds and never run."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_nb import Anthropic, AnthropicError, Cassette, CassetteError, emulator
from claude_nb.cassette.kept import Keeper, as_data, comparable, read
from claude_nb.cli.command import main

KEY = "0" * 32
ASK = {"model": "claude-sonnet-4-6", "max_tokens": 100}
GOOD = {"key": KEY, "request": {"body": {}}, "answer": {"type": "message", "content": []}}
BAD = {
    "no list": GOOD,
    "a text": ["x"],
    "no key": [{**GOOD, "key": "../../etc"}],
    "a long key": [{**GOOD, "key": KEY + "0"}],
    "a cell of no digits": [{**GOOD, "cell": "<script>"}],
    "a number below": [{**GOOD, "n": 0}],
    "a number as text": [{**GOOD, "n": "1"}],
    "no answer": [{"key": KEY, "request": {}}],
    "an answer that is a text": [{**GOOD, "answer": "__import__('os')"}],
    "a field that nobody knows": [{**GOOD, "headers": {"x-should-retry": "true"}}],
    "far too many": [GOOD] * 1_001,
}


def notebook(path, *kept):
    """Write a notebook, each of whose cells has one output that keeps this."""
    outputs = [[{"metadata": {"claude_nb": {"kept": each}}}] for each in kept]
    cells = [{"cell_type": "code", "source": "x", "outputs": each} for each in outputs]
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown"}, *cells]}), encoding="utf-8")
    return path


def asked(text, **changes):
    return {**ASK, "messages": [{"role": "user", "content": text}], **changes}


@pytest.fixture
def client():
    with (
        emulator.serve(tokens_per_second=0) as server,
        Anthropic(api_key="canary-7c1", base_url=server.url) as made,
    ):
        yield made


@pytest.mark.parametrize("value", BAD.values(), ids=BAD)
def test_what_is_no_exchange_is_named_and_passed_over(tmp_path, value):
    with pytest.raises(ValueError, match="is not as it is kept"):
        read(value)
    path = notebook(tmp_path / "x.ipynb", value, [GOOD])
    with pytest.warns(UserWarning, match=r"has damaged cells.*\(cell 2: its"):
        assert len(Cassette(path, "replay")) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_any_value_is_read_or_refused_in_one_way(value):
    for each in (value, [value], [{**GOOD, "answer": value}], [{**GOOD, "request": value}]):
        with suppress(ValueError):
            assert isinstance(read(each), list)


ANSWERS = st.dictionaries(st.sampled_from(["type", "content", "usage", "id", "x"]), JSON)


def test_an_answer_that_is_none_fails_as_one_of_a_server_would(client, tmp_path):
    keeper = Keeper()
    client.via(keeper.wrap).messages.create(**asked("Hi"))
    (good,) = keeper.data()

    @settings(max_examples=60)
    @given(ANSWERS)
    def fails(answer):
        path = notebook(tmp_path / "x.ipynb", [{**good, "answer": answer}])
        played = Cassette(path, "replay").through(client).messages
        with suppress(AnthropicError):
            assert played.create(**asked("Hi")).to_dict() is not None
        with suppress(AnthropicError), played.stream(**asked("Hi")) as events:
            events.get_final_message()

    fails()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"cells": 1}', "[" * 100_000, '{"cells": [1]}'])
def test_a_file_that_is_no_notebook_is_named(tmp_path, text):
    path = tmp_path / "x.ipynb"
    path.write_text(text)
    with pytest.raises(CassetteError, match=r"x\.ipynb is no notebook"):
        Cassette(path, "replay")
    with pytest.raises(CassetteError, match="cannot be read"):
        Cassette(tmp_path / "none.ipynb", "replay")


def test_foreign_outputs_and_cells_are_passed_over(tmp_path):
    path = tmp_path / "x.ipynb"
    outputs = [{"text": "x"}, {"metadata": {}}, {"metadata": {"claude_nb": 3}}]
    outputs += [{"metadata": {"claude_nb": {"usage": {}}}}]
    path.write_text(json.dumps({"cells": [{"cell_type": "raw"}, {"outputs": outputs}]}))
    assert len(Cassette(path, "replay")) == 0


def test_streams_errors_and_keys(client, tmp_path):
    keeper = Keeper()
    through = client.via(keeper.wrap)
    with through.messages.stream(**asked("What is 6 * 7?")) as stream:
        streamed = stream.get_final_message()
    with emulator.serve(tokens_per_second=20) as slow:
        torn = client.with_options(base_url=slow.url).via(keeper.wrap)
        with torn.messages.stream(**asked("Write a story about a fox.")) as stream:
            next(iter(stream))
    through.messages.count_tokens(model=ASK["model"], messages=[{"role": "user", "content": "x"}])
    with pytest.warns(UserWarning, match="with an API key in it is not kept"):
        through.messages.create(**asked("Say canary-7c1"))
    (kept,) = keeper.data()
    assert kept["answer"]["content"][0]["text"] == streamed.content[0].text
    assert read([kept]) == read([as_data(read([kept])[0])])
    played = Cassette(notebook(tmp_path / "x.ipynb", [kept]), "replay").through(client)
    again = played.messages.create(**asked("What is 6 * 7?"))
    assert again.to_dict() == streamed.to_dict()


def test_equal_requests_are_told_apart(client, tmp_path):
    keeper = Keeper()
    through = client.via(keeper.wrap)
    for _ in range(2):
        through.messages.create(**asked("Hi"))
    first, second = keeper.data()
    assert (first["n"], second["n"]) == (1, 2)
    assert first["key"] == second["key"]


def test_a_request_is_kept_within_bounds_whatever_it_holds():
    deep = {"a": 1}
    for _ in range(200):
        deep = {"a": deep}
    known = {"path": "/v1/messages", "anthropic-version": "", "anthropic-beta": ""}
    long = asked("x" * 1_000_000, tools=[deep])
    kept = comparable({**known, "body": long})
    assert len(json.dumps(kept)) < 3_000
    assert kept != comparable({**known, "body": asked("x" * 1_000_001, tools=[deep])})
    assert comparable(kept) == kept


def test_a_notebook_is_shown_and_checked_and_never_tidied(client, tmp_path, capsys):
    keeper = Keeper()
    client.via(keeper.wrap).messages.create(**asked("Name a town."))
    (kept,) = keeper.data()
    leaks = {**kept, "key": KEY, "answer": {"text": f"sk-ant-api03-{'x' * 60}"}}
    path = notebook(tmp_path / "x.ipynb", [kept], [leaks], "nothing")
    before = path.read_text()
    assert main(["cassette", "show", str(path)]) == 0
    assert "    2  " in (shown := capsys.readouterr().out)
    assert "message  claude-sonnet-4-6  “Name a town.”" in shown
    assert main(["cassette", "check", str(path)]) == 1
    told = capsys.readouterr().out
    assert "FIX  cell 4 is no recorded answer and is skipped: its list is not as it is kept" in told
    assert "FIX  cell 3 holds what looks like a key" in told
    assert main(["cassette", "tidy", str(path)]) == 2
    assert "is a notebook: run its cells again" in capsys.readouterr().err
    assert path.read_text() == before
