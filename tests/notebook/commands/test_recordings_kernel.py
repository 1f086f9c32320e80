"""A notebook recorded once is the same again: in a new kernel, in another order, with no server."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from copy import deepcopy

import nbformat
import pytest
from kernel_rig import isolated_environment
from nbclient import NotebookClient
from nbformat import v4

from claude_nb import emulator
from claude_nb.cassette import Cassette
from claude_nb.cli.headless import connect_in

pytestmark = pytest.mark.kernel

FIRST = """%load_ext claude_nb
from claude_nb import Anthropic

def roof(city: str) -> str:
    "Tell about roofs."
    return "red"

client = Anthropic(cassette="scripted.answers.jsonl")

def say(text, **more):
    asked = {"model": "claude-haiku-4-5", "max_tokens": 50, **more}
    message = client.messages.create(messages=[{"role": "user", "content": text}], **asked)
    return message.content[0].text
"""
CELLS = {
    "streamed": "%%claude --no-history\nOne?",
    "whole": "%%claude --no-history --no-stream\nTwo?",
    "thinking": "%%claude --no-history --think 1024\nThree?",
    "tool": "%%claude --no-history --tools roof\nWhat of the roofs in Ulm?",
    "twice": "%claude --no-history A joke?\n%claude --no-history A joke?",
    "again": "# another cell that asks the same\n%claude --no-history A joke?",
    "loop": "for _ in range(3):\n    %claude --no-history A joke?",
    "equal": "[say('A joke?') for _ in range(5)]",
    "equal too": "[say('A joke?', temperature=1.0) for _ in range(2)]",
    "table": "{n: say(f'What of {n}?') for n in range(10)}",
    "count": "client.messages.count_tokens(model='claude-haiku-4-5', messages=[{'role': 'user', "
    "'content': 'Hi'}]).input_tokens",
    "chat": "%claude -c talk Hi!\n%claude -c talk And now?",
    "address": "from tempfile import mkdtemp\nx = f'{object()} in {mkdtemp()}'",
    "with an address": "%claude --no-history -q What is {{x}}?",
}


@pytest.fixture
def execute(tmp_path):
    def execute(book, **settings):
        env = isolated_environment(tmp_path / "home", CLAUDE_NB_DISPLAY="final", **settings)
        client = NotebookClient(book, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
        connect_in(tmp_path, client.create_kernel_manager())
        client.execute(env=env, cwd=str(tmp_path))
        return {cell.metadata["name"]: told(cell) for cell in book.cells}

    return execute


def told(cell):
    outputs = deepcopy(cell.outputs)
    for output in outputs:
        output.pop("execution_count", None)
    return json.dumps(outputs, sort_keys=True)


def notebook(*names):
    cells = [v4.new_code_cell(FIRST, metadata={"name": "first"})]
    cells += [v4.new_code_cell(CELLS[name], metadata={"name": name}) for name in names]
    return v4.new_notebook(cells=cells)


def test_a_notebook_is_the_same_again(execute, server, tmp_path):
    recorded = {"CLAUDE_NB_CASSETTE": "lesson.answers.jsonl"}
    book = notebook(*CELLS)
    first = execute(
        book,
        **recorded,
        CLAUDE_NB_CASSETTE_MODE="record",
        ANTHROPIC_BASE_URL=server.url,
        ANTHROPIC_API_KEY="k",
    )
    times = len(server.asked)
    assert times > 25
    assert len({*first.values()}) == len(first) - 1  # two cells show nothing
    gone = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9", "ANTHROPIC_API_KEY": "k"}
    replayed = recorded | gone | {"CLAUDE_NB_CASSETTE_MODE": "replay"}
    assert execute(notebook(*CELLS), **replayed) == first
    order = [*reversed([name for name in CELLS if "address" not in name]), "loop", "twice"]
    other = execute(notebook(*order), **replayed)
    assert other == {name: first[name] for name in other}

    path = tmp_path / "lesson.ipynb"
    nbformat.write(book, path)
    assert compared(path, tmp_path) == 0
    changed = path.read_text(encoding="utf-8").replace("One?", "Une?")
    path.write_text(changed, encoding="utf-8")
    assert compared(path, tmp_path) == 1
    assert len(server.asked) == times
    assert not Cassette(tmp_path / "lesson.answers.jsonl").damaged


def compared(path, home):
    """Compare a notebook with what is saved in it, with no settings at all."""
    command = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", str(path)]
    env = isolated_environment(home / "home")
    done = subprocess.run(  # noqa: S603 - our own command
        command, env=env, cwd=home, capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 1}, done.stdout
    return done.returncode


MARKED = "sk-ant-marked-7f3a9c1e5b2d8046"
TOKEN = "marked-token-4c1d9e8f7a6b5230"
BEGIN = """%load_ext claude_nb
%config ClaudeMagics.keep_chats = True
import claude_nb
from pydantic import BaseModel

class Height(BaseModel):
    name: str
    metres: int

def roof(city: str) -> str:
    "Tell about roofs."
    return "red"

notes = "The tower is 57 metres high. It was built in 1889."
rows = [{"city": f"City {n}"} for n in range(50)]
client = claude_nb.connect()
"""
TWENTY = {
    "streamed": "%%claude --no-history\nWhat is 17 * 23?",
    "whole": "%%claude --no-history --no-stream\nWrite a sentence about tea.",
    "thinking": "%%claude --no-history --think 1024\nWhat is 12 * 12?",
    "tools": "%%claude --no-history --tools roof\nWhat of the roofs in Ulm?",
    "a chat": "%claude -c talk My name is Ada.\n%claude -c talk What is my name?",
    "equal": "for n in range(3):\n    %claude --no-history Write a story about a lighthouse.",
    "equal elsewhere": "# again\n%claude --no-history Write a story about a lighthouse.",
    "search": "%%claude --search 2 -c web\nSearch for the speed of light.",
    "fetch": "%%claude --no-history --fetch\nRead https://library.example.org/light and sum it up.",
    "code": "%%claude --no-history --run-code\nRun code: sum of 1, 2, 3",
    "a plot": "%%claude --no-history --run-code\nRun code: plot 1, 2, 3",
    "its file": "len(_.files and _.files[0].read())",
    "kept": "%%claude --no-history --keep\nWhat is 6 * 7?",
    "mcp": "%%claude --no-history --mcp lib=https://mcp.example.org/mcp\nAsk: what is new?",
    "cited": "%%claude --no-history --cite -a notes\nHow high is the tower?",
    "typed": "%%claude --no-history --schema Height -a notes\nHow high is the tower?",
    "rows": "%%claude --each rows --no-pilot --out table\nSay hello to {{city}}.",
    "their frame": "table.to_frame()",
    "a batch of rows": "claude_nb.map('Greet {{city}}.', rows[:5], via='batch').to_frame()",
    "a batch": """batch = client.messages.batches.create(requests=[{
    "custom_id": f"r{n}",
    "params": {"model": "claude-haiku-4-5", "max_tokens": 50,
               "messages": [{"role": "user", "content": f"What is {n} + {n}?"}]},
} for n in range(3)])
client.messages.batches.wait(batch.id, longest_interval=0.1)
sorted((each.custom_id, each.result.message.content[0].text)
       for each in client.messages.batches.results(batch.id))""",
    "a client": """with client.messages.stream(model="claude-haiku-4-5", max_tokens=50, messages=[
    {"role": "user", "content": "Count to 5."}]) as stream:
    print("".join(stream.text_stream))""",
    "counted": "client.messages.count_tokens(model='claude-haiku-4-5', messages=[{'role': 'user', "
    "'content': 'Hi'}]).input_tokens",
}
BEHIND = {"its file": "a plot", "their frame": "rows"}  # what a cell needs to have run before it


def book_of(names):
    cells = [v4.new_code_cell(BEGIN, metadata={"name": "first"})]
    cells += [v4.new_code_cell(TWENTY[name], metadata={"name": name}) for name in names]
    return v4.new_notebook(cells=cells)


def backwards():
    """Return the cells in another order, each behind what it needs."""
    names = [name for name in reversed(TWENTY) if name not in BEHIND]
    for name, needed in BEHIND.items():
        names.insert(names.index(needed) + 1, name)
    return names


@pytest.mark.long
def test_twenty_calls_of_every_kind_are_the_same_with_the_server_gone(execute, tmp_path):
    recorded = {"CLAUDE_NB_CASSETTE": "lesson.answers.jsonl", "ANTHROPIC_API_KEY": MARKED}
    recorded["CLAUDE_NB_MCP_TOKEN_LIB"] = TOKEN
    asked = []
    with emulator.serve(tokens_per_second=0, batch_seconds=0, log=asked.append) as server:
        book = book_of(TWENTY)
        first = execute(
            book, **recorded, CLAUDE_NB_CASSETTE_MODE="record", ANTHROPIC_BASE_URL=server.url
        )
    assert len(asked) > 75
    gone = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9", "CLAUDE_NB_CASSETTE_MODE": "replay"}
    assert execute(book_of(TWENTY), **recorded, **gone) == first
    assert execute(book_of(backwards()), **recorded, **gone) == first

    path = tmp_path / "lesson.ipynb"
    nbformat.write(book, path)
    assert compared(path, tmp_path) == 0  # plain `pytest --nbval`, with no settings at all
    assert not Cassette(tmp_path / "lesson.answers.jsonl").damaged
    assert [p for p in tmp_path.rglob("*") if holds(p, MARKED) or holds(p, TOKEN)] == []
    assert len([p for p in tmp_path.rglob("*.sqlite*") if p.is_file()]) >= 2  # ledger, history
    assert any("chats" in str(path) for path in tmp_path.rglob("*")), [*tmp_path.rglob("*")]


def holds(path, secret):
    """Return whether a file has a secret in it, as it is or in base64."""
    if not path.is_file():
        return False
    content = path.read_bytes()
    coded = base64.b64encode(secret.encode())[:-4]
    return secret.encode() in content or coded in content
