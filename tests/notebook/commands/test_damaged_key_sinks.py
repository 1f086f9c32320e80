"""A damaged key, wherever a notebook could keep or show it: nowhere, and nothing is asked."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import logging
import pickle
import traceback
import warnings
from typing import Any

import pytest
from commands_rig import start_shell, stop_shell
from met import answering, http

from claude_nb import Anthropic, Panel
from claude_nb.notebook import backend
from claude_nb.notebook.checks import checks

pytestmark = pytest.mark.slow  # twenty keys through every place that might show one

CANARY = "nary7f3a9c1e5b2d"
SECRET = f"sk-ant-ca{CANARY}8046"
FORMS = {
    "em dash": SECRET.replace("-", "\u2014", 1),
    "zero width space": SECRET.replace("-a", "-\u200ba"),
    "byte order mark within": SECRET.replace("-a", "-\ufeffa"),
    "curly quotes": f"\u201c{SECRET}\u201d",
    "single curly quotes": f"\u2018{SECRET}\u2019",
    "a blank within": SECRET.replace("canary", "ca nary"),
    "a line end within": SECRET.replace("canary", "ca\nnary"),
    "a tab within": SECRET.replace("canary", "ca\tnary"),
    "a control character": SECRET.replace("canary", "ca\x07nary"),
    "an accent": f"{SECRET}\u00e9",
    "a Cyrillic letter": SECRET.replace("a", "\u0430", 1),
    "full width": SECRET.replace("s", "\uff53", 1),
    "an emoji": f"{SECRET}\U0001f600",
    "Bearer": f"Bearer {SECRET}",
    "a header": f"x-api-key: {SECRET}",
    "the other header": f"Authorization: Bearer {SECRET}",
    "an assignment": f"ANTHROPIC_API_KEY={SECRET}",
    "an export": f"export ANTHROPIC_API_KEY={SECRET}",
    "a magic": f"%env ANTHROPIC_API_KEY={SECRET}",
    "two keys": f"{SECRET} {SECRET}",
    "an ellipsis": f"{SECRET}\u2026",
}
LINES = ("usage", "chats", "show", "traceback", "fix", "doctor", "models", "count hello", "help")


@pytest.fixture
def claude(tmp_path, monkeypatch):
    made = start_shell(tmp_path)
    yield made
    stop_shell(made)


def in_chain(error: BaseException | None) -> str:
    """Return all that an error and those it comes from hold, their frames' variables too."""
    texts: list[str] = []
    while error is not None:
        texts += [repr(error), str(error), repr(error.args), repr(vars(error))]
        frames = traceback.TracebackException.from_exception(error, capture_locals=True)
        ours = [f for f in frames.stack if "claude_nb" in f.filename and "tests" not in f.filename]
        texts += [str(frame.locals) for frame in ours]
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


def shown(claude: Any, cells: tuple[str, ...]) -> str:
    """Run cells and commands; return what they print, show and put into Out."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        for cell in cells:
            claude.shell.run_cell(cell)
        for line in LINES:
            with contextlib.suppress(Exception):
                out.write(json.dumps(claude.outputs(line), default=repr))
    space = {name: value for name, value in claude.shell.user_ns.items() if name != "In"}
    return out.getvalue() + repr(space) + repr(claude.shell.user_ns["Out"])


def of_objects(claude: Any) -> str:
    """Return what the objects of a notebook show of themselves, and how far they can be copied."""
    client = backend.connect(claude.session).client
    texts = [repr(client), repr(vars(client)), repr(dir(client)), repr(client.api_key)]
    texts += [repr(claude.session), repr(vars(claude.magics)), repr(claude.magics.trait_values())]
    texts.append(repr(Panel().get_state()) if hasattr(Panel(), "get_state") else repr(Panel()))
    texts += [f"{check.name} {check.found} {check.advice}" for check in checks()]
    for attempt in (pickle.dumps, copy.deepcopy, copy.copy):
        with contextlib.suppress(Exception):
            texts.append(repr(attempt(client)))
    return "\n".join(texts)


@pytest.mark.parametrize("form", FORMS)
def test_a_damaged_key_is_nowhere(claude, monkeypatch, tmp_path, caplog, form):
    heard: list[object] = []
    caplog.set_level(logging.DEBUG)
    tape = tmp_path / "tape.jsonl"
    with answering(http(200, {}), heard) as url, warnings.catch_warnings(record=True) as warned:
        monkeypatch.setenv("ANTHROPIC_API_KEY", FORMS[form])
        monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
        monkeypatch.setenv("CLAUDE_NB_CASSETTE", str(tape))
        cells = ("%%claude\nhi", "%claude hi", "%%claude -N\nhi", "%%claude --bg\nhi", "%tb")
        found = shown(claude, cells) + of_objects(claude) + in_chain(claude.session.last_error)
        with pytest.raises(Exception, match="cannot be used") as caught:
            Anthropic(max_retries=5).models.list()
        found += in_chain(caught.value)
    found += caplog.text + repr([str(each.message) for each in warned])
    found += "".join(
        path.read_text("utf-8", "replace") for path in tmp_path.rglob("*.*l*") if path.is_file()
    )
    assert "cannot be used" in found
    assert CANARY not in found
    assert CANARY[4:] not in found
    assert heard == []
