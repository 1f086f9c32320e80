"""The panel's question as code makes the same request, and a pasted cell sets the panel."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_nb.api.secret import Secret
from claude_nb.ask import question
from claude_nb.ask.errors import InputError
from claude_nb.ask.fields import fields, filled
from claude_nb.ask.options import Options
from claude_nb.notebook.panel import Panel
from claude_nb.notebook.panel.carried import code
from claude_nb.notebook.panel.uploads import MOST, Uploads

words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12)
lines = words | st.sampled_from(["a\nb", 'it\'s "so"', "\\n", "--x", "tab\there", "{{name}} {x}"])
visible = lines.filter(str.strip)


def split_lines(text):
    return "\n".join(text.splitlines())


def composed(options, text):
    return dict(question.compose(options, text, variables={"name": "Ada"}).params)


class Recorder:
    """Stands for a client: keeps what `stream` was called with."""

    def __init__(self):
        self.asked: dict[str, Any] = {}
        self.messages = SimpleNamespace(stream=self.stream)

    @contextmanager
    def stream(self, **params):
        """Stream nothing."""
        self.asked = params
        yield SimpleNamespace(text_stream=())


def run(text, name):
    """Run Python that a panel wrote, with a recorder as its client; return the JSON it sends."""
    recorder = Recorder()
    setup, _, call = text.partition("with client")
    compile(setup, "<setup>", "exec")
    assert name in setup
    exec(f"with client{call}", {"client": recorder})  # noqa: S102 (it is what a person would run)
    asked = dict(recorder.asked)
    asked.pop("extra_headers", None)
    return asked.pop("extra_body", {}) | asked


wishes = st.fixed_dictionaries(
    {
        "system": st.none() | visible.map(split_lines).filter(lambda t: t[:1] not in {"@", ""}),
        "stop": st.lists(visible, max_size=3),
        "temperature": st.none() | st.floats(0, 1),
        "max_tokens": st.none() | st.integers(1, 64_000),
        "cache": st.booleans(),
        "model": st.just("haiku-4.5"),
    }
)


@given(prompt=visible.map(split_lines).filter(str.strip), wished=wishes)
@settings(deadline=None, max_examples=60)
def test_all_ways_make_the_same_request(prompt, wished):
    values = Options(**wished)
    params = composed(values, prompt)
    given_values, text = code.read_cell(code.as_magic(values, prompt, params))
    assert composed(Options(**given_values), text) == params
    assert run(code.as_python(params, emulated=False), "claude_nb") == params
    assert run(code.as_sdk(params), "anthropic") == params


def test_client_options_reach_the_official_client_by_its_own_names():
    options = ['betas=["new-2026"]', "extra_headers.x-team=blue", "extra_body.later=1"]
    params = composed(Options(option=[*options, "workspace_id=w"]), "Hi")
    text = code.as_sdk(params)
    assert "'anthropic-beta': 'new-2026'" in text
    assert "'anthropic-workspace-id': 'w'" in text
    assert "'x-team': 'blue'" in text
    assert "extra_body={'later': 1}" in text
    assert "betas=" not in text


@pytest.mark.parametrize("think", [None, "off", "on", "high", 2000])
def test_thinking_survives_the_round_trip(think):
    values = Options(think=think, model="sonnet-4.6")
    given_values, _ = code.read_cell(code.as_magic(values, "Hi", {}))
    assert Options(**given_values).think == think


def test_a_pasted_cell_sets_the_panel_and_resets_what_it_lacks():
    panel = Panel(temperature=0.9, system="Old.")
    panel.read_cell(
        "%%claude -m opus-5.5 --think high \\\n --stop '#\\n' -a notes.txt\nHello\nthere"
    )
    assert (panel.model, panel.think, panel.stop) == ("opus-5.5", "high", ["#\n"])
    assert (panel.temperature, panel.system) == (None, None)
    assert (panel.prompt, panel.attach) == ("Hello\nthere", ["notes.txt"])


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("print(1)", "begins with %%claude"),
        ("%%claude --temprature 1\nHi", "Did you mean --temperature"),
        ("%%claude -m opus-5.5 -t 0.2\nHi", "takes no temperature"),
    ],
)
def test_a_cell_that_cannot_be_read_changes_nothing(cell, problem):
    panel = Panel(temperature=0.5, prompt="Mine")
    with pytest.raises(InputError, match=problem):
        panel.read_cell(cell)
    assert (panel.temperature, panel.prompt) == (0.5, "Mine")


def test_variables_become_fields():
    found = fields("{{name}} {{n}} {{missing}} {{df.shape}} {{name}} {x}", {"name": "Ada", "n": 3})
    assert [(f["name"], f["value"], f["kind"], f["editable"]) for f in found] == [
        ("name", "Ada", "str", True),
        ("n", "3", "int", True),
        ("missing", "", "", True),
        ("df.shape", "", "", False),
    ]
    assert filled("{{name}} {{ n }}", {"n": "{4}"}) == "{{name}} {4}"


def test_uploads_stay_in_a_directory_of_their_own_and_go_with_the_panel():
    uploads = Uploads()
    path = uploads.take("../../etc/pass wd\\..\\x.txt", "aGVs", first=True)
    assert uploads.take("../x.txt", "bG8=", first=False) == path
    with open(path, "rb") as file:  # noqa: PTH123 (the path is text)
        assert file.read() == b"hello"
    assert path.endswith("x.txt")
    assert "claude_nb-" in path
    with pytest.raises(InputError, match="damaged"):
        uploads.take("x.txt", "%%%", first=True)
    uploads.close()
    with pytest.raises(FileNotFoundError):
        open(path, "rb")  # noqa: PTH123, SIM115


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("claude_nb.notebook.panel.uploads.MOST", 4)
    assert MOST > 4
    uploads = Uploads()
    with pytest.raises(InputError, match="too large"):
        uploads.take("x.bin", "aGVsbG8h", first=True)
    uploads.close()


CANARY = "s3cr3t-canary-9f2c"
WITH_KEYS = [
    f"extra_headers.Authorization=Bearer {CANARY}",
    f"extra_headers.x-api-key={CANARY}",
    f'extra_headers={{"X-My-Token": "{CANARY}", "x-trace": "kept"}}',
    f"extra_headers.x-odd=Basic {CANARY}",
    f"extra_headers.Cookie=a={CANARY}",
    f"extra_query.token={CANARY}",
    f"extra_body.api_key={CANARY}",
    f'extra_body.nested={{"a": [{{"password": "{CANARY}"}}]}}',
    f'mcp_servers=[{{"type": "url", "url": "https://a.b", "authorization_token": "{CANARY}"}}]',
    f'mcp_servers=[{{"type": "url", "url": "https://me:{CANARY}@a.b", "name": "kept"}}]',
    f"extra_headers.x-known={CANARY}{CANARY}",
]


@pytest.mark.parametrize("option", WITH_KEYS)
def test_code_shows_no_key_and_is_code_all_the_same(option):
    holder = Secret(CANARY * 2)
    values = Options(option=(option, "metadata.user_id=ada"))
    params = composed(values, "Hi")
    cell = code.as_magic(values, "Hi", params)
    texts = [cell, code.as_python(params, emulated=False), code.as_sdk(params)]
    assert [CANARY in text for text in texts] == [False] * 3
    assert all("[key]" in text for text in texts)
    assert all("kept" in text for text in texts) == ("kept" in option)
    given_values, _ = code.read_cell(cell)
    assert composed(Options(**given_values), "Hi").keys() == params.keys()
    assert run(texts[2], "anthropic")["metadata"] == {"user_id": "ada"}
    assert holder


@pytest.mark.parametrize(
    "option",
    ["extra_headers.x-trace=t1", "extra_body.max_tokens=5", "extra_query.beta=true", "top_k=5"],
)
def test_what_is_no_key_is_shown(option):
    params = composed(values := Options(option=(option,)), "Hi")
    assert f"--option {option}" in code.as_magic(values, "Hi", params)
    assert "[key]" not in code.as_sdk(params)


def test_a_key_that_the_process_knows_is_shown_nowhere():
    holder = Secret(CANARY)
    params = composed(values := Options(system=f"Use {CANARY}"), f"Why is {CANARY} refused?")
    texts = [code.as_magic(values, f"Why is {CANARY} refused?", params), code.as_sdk(params)]
    assert [(CANARY in text, text.count("[key]")) for text in texts] == [(False, 2)] * 2
    assert holder


def test_python_of_a_notebook_that_asks_elsewhere_takes_the_notebooks_client():
    said = code.as_python({"model": "m", "max_tokens": 1}, emulated=False, lent=True)
    assert "claude_nb.connect()" in said
    assert "Anthropic()" not in said
