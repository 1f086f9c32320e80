"""A real local server that speaks the Messages API, llama.cpp's own, with a model made here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import claude_nb
from claude_nb.errors import BadRequestError
from claude_nb.notebook.backend import local
from claude_nb.notebook.backend.using import put

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[2] / "scripts"))
import compat_apps  # noqa: E402 (found through the path set above)

pytestmark = pytest.mark.compat

MODEL = "tiny.gguf"
HELLO = [{"role": "user", "content": "Hello there"}]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """Run the server; gives its address."""
    compat_apps.make("llama.cpp")
    folder = tmp_path_factory.mktemp("llama")
    told = [*compat_apps.command("llama.cpp", HERE / "llama_server.py"), str(folder)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(  # noqa: S603 - our own program
            told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as running,
    ):
        said = next((line for line in running.stdout if line.startswith("at ")), "")
        assert said, (folder / "log").read_text("utf-8")[-2000:]
        yield said.removeprefix("at ").strip()
        running.stdin.close()
        running.kill()


@pytest.fixture
def client(url):
    """Give a client of it, as ``%claude use`` makes one."""
    with local.chosen(url).opens(False) as client:  # noqa: FBT003
        yield client


def test_it_is_known_for_what_it_is_with_its_models(url):
    used = local.chosen(url)
    assert (used.name, used.listed) == ("llama.cpp", (MODEL,))
    assert used.models.cost(MODEL, {"input_tokens": 1, "output_tokens": 1}) is None


def test_answers_come_whole_and_as_a_stream_with_their_tokens(client):
    whole = client.messages.create(model=MODEL, max_tokens=20, messages=HELLO)
    assert "word" in whole.content[0].text
    assert (whole.usage.output_tokens, whole.stop_reason) == (20, "max_tokens")
    with client.messages.stream(model=MODEL, max_tokens=20, messages=HELLO) as stream:
        pieces = list(stream.text_stream)
        told = stream.get_final_message()
    assert len(pieces) > 10
    assert "".join(pieces) == told.content[0].text
    assert told.usage.output_tokens == 20


def test_a_stop_sequence_ends_an_answer(client):
    asked = {"model": MODEL, "max_tokens": 500, "messages": HELLO}
    told = client.messages.create(**asked, stop_sequences=["word1"])
    assert told.stop_reason in {"stop_sequence", "end_turn"}  # as its versions say
    assert "word1" not in told.content[0].text


def test_it_counts(client):
    assert client.messages.count_tokens(model=MODEL, messages=HELLO).input_tokens > 10


def test_a_stream_that_is_left_frees_it(client):
    with client.messages.stream(model=MODEL, max_tokens=1900, messages=HELLO) as stream:
        next(iter(stream.text_stream))
    assert (
        client.messages.create(model=MODEL, max_tokens=2, messages=HELLO).usage.output_tokens == 2
    )


def test_what_does_not_fit_is_refused_in_its_words(client):
    long = [{"role": "user", "content": "Hello " * 5000}]
    with pytest.raises(BadRequestError, match="exceeds the available context size"):
        client.messages.create(model=MODEL, max_tokens=20, messages=long)


def test_cells_and_rows_are_answered_by_it(url, alone, monkeypatch, tmp_path):
    monkeypatch.setenv("CLAUDE_NB_DISPLAY", "final")
    alone.folder = tmp_path
    put(alone, local.chosen(url))
    rows = [{"text": f"w{number}"} for number in range(12)]
    answers = claude_nb.map("Say {{text}}", rows, model=MODEL, max_tokens=500, stop=["word1"])
    assert not answers.failed
    assert all(answer.message.usage.input_tokens for answer in answers)
    assert answers.cost is None
