"""What makes another request is listed, does so and names itself; nothing else does."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_nb import Anthropic
from claude_nb.api.platforms.canonical import ALIKE, MATTERS
from claude_nb.api.types import params as parameters
from claude_nb.api.wire import Headers, Request, Response
from claude_nb.ask.options import SETTINGS
from claude_nb.cassette import Cassette, CassetteError

PAGE = Path(__file__).parents[2] / "docs" / "recordings.md"
NAME = re.compile(r"`(--)?([a-z][a-z_-]*)`")


def named(heading):
    """Return the names in a section of the page: parameters, and options with their dashes."""
    section = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return {dashes + name for dashes, name in NAME.findall(section)}


def known():
    kinds = [kind for name, kind in vars(parameters).items() if name.endswith("Params")]
    names = [set(getattr(kind, "__annotations__", {})) for kind in kinds]
    of_calls = set().union(*(each for each in names if "messages" in each))  # what can be recorded
    options = {setting.flags[-1] for setting in SETTINGS}
    call = set(parameters.CallOptions.__annotations__)
    return of_calls | call | options | set(inspect.signature(Anthropic).parameters)


def test_every_parameter_setting_and_option_is_in_one_list_of_the_two():
    matters, alike = named("What makes another request"), named("What does not")
    assert not matters & alike
    assert known() - matters - alike == set(), "say in docs/recordings.md whether it matters"
    assert matters | alike == known() | {"anthropic-version"}
    assert matters >= MATTERS
    assert CHANGES.keys() >= MATTERS
    assert alike >= ALIKE


def request(body):
    return Request("POST", "http://x/v1/messages", Headers(), json.dumps(body).encode())


TEXT = st.text(min_size=1, max_size=20)
BODIES = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["claude-sonnet-4-6", "claude-haiku-4-5"]),
        "max_tokens": st.integers(1, 100),
        "messages": st.lists(
            st.fixed_dictionaries({"role": st.just("user"), "content": TEXT}),
            min_size=1,
            max_size=3,
        ),
    },
    optional={
        "temperature": st.floats(0, 1),
        "top_k": st.integers(1, 9),
        "system": TEXT,
        "stop_sequences": st.lists(TEXT, min_size=1, max_size=2),
        "metadata": st.just({"user_id": "u"}),
        "stream": st.booleans(),
    },
)
CHANGES = {
    "model": "claude-other",
    "max_tokens": 1000,
    "temperature": 2,
    "top_k": 77,
    "system": "A new system prompt.",
    "stop_sequences": ["another"],
    "messages": [{"role": "user", "content": "A question that no other case has asked."}],
    "tools": [{"name": "new"}],
    "thinking": {"type": "adaptive"},
    "container": "container_other",
    "context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]},
    "mcp_servers": [{"type": "url", "url": "https://mcp.example.com/", "name": "docs"}],
    "output_config": {"effort": "low"},
    "tool_choice": {"type": "any"},
    "top_p": 0.97,
    "new_of_the_api": {"which": "nobody lists yet"},
}
SAYS = {"messages": r"turn 1 changed|messages →"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cassettes")


@given(body=BODIES, name=st.sampled_from(sorted(CHANGES)), number=st.uuids())
def test_a_change_to_what_matters_misses_and_names_itself(folder, body, name, number):
    path = folder / f"{number}.jsonl"
    asked = request(body)
    reply = Response(200, Headers(), asked, b'{"id": "m"}')
    Cassette(path).ask(asked).keep(reply, [(0.0, reply.content)])
    with pytest.raises(CassetteError, match=SAYS.get(name, name)):
        Cassette(path, "replay").ask(request({**body, name: CHANGES[name]})).played()
    path.unlink()


@given(body=BODIES, extra=st.dictionaries(st.sampled_from(sorted(ALIKE)), TEXT), number=st.uuids())
def test_a_change_to_what_does_not_matter_is_played(folder, body, extra, number):
    path = folder / f"{number}.jsonl"
    asked = request(body)
    reply = Response(200, Headers(), asked, b'{"id": "m"}')
    Cassette(path).ask(asked).keep(reply, [(0.0, reply.content)])
    left = {name: value for name, value in body.items() if name not in ALIKE}
    for other in ({**left, **extra}, dict(reversed(left.items())), {**left, "top_p": None}):
        assert Cassette(path, "replay").ask(request(other)).played()
    path.unlink()
