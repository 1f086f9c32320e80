"""What whoever runs the machine allows: how it is written, and that no client goes past it."""

from __future__ import annotations

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

import claude_nb
from claude_nb import emulator
from claude_nb.api import config
from claude_nb.api.calls import EMULATED_HEADER
from claude_nb.api.wire import Headers
from claude_nb.errors import NotFoundError
from claude_nb.models import BUILT_IN
from claude_nb.models.locks import door, places
from claude_nb.models.locks.locks import NONE, Lock, LockedBudgetError, LockedError, Locks
from claude_nb.models.locks.reading import held

ASKED = {"max_tokens": 50, "messages": [{"role": "user", "content": "What is 2 + 3?"}]}
HAIKU, OPUS = "claude-haiku-4-5-20251001", "claude-opus-4-6"
KEY = "sk-ant-api03-of-a-hub-0123456789abcdef"


@pytest.fixture
def server():
    with emulator.serve(tokens_per_second=0) as running:
        yield running


class Other(BaseHTTPRequestHandler):
    """A server of this machine that is no emulator."""

    asked: ClassVar[list] = []

    def do_GET(self):
        Other.asked.append((self.path, dict(self.headers)))
        self.send_error(404)

    def do_POST(self):
        Other.asked.append((self.path, dict(self.headers)))
        self.rfile.read(int(self.headers["content-length"]))
        said = json.dumps({"type": "message", "role": "assistant", "content": []}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass


@pytest.fixture
def other():
    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def _client(url, kind=claude_nb.Anthropic, **more):
    return kind(api_key=KEY, base_url=url, max_retries=0, **more)


# How a file reads.


def test_where_nothing_is_written_nothing_is_locked():
    assert held() == NONE
    assert NONE.refusals({"model": "anything", "tools": [{}]}) == []
    assert NONE.server_refusal("https://example.com") == ""


def test_a_file_says_what_is_locked_and_who_can_change_it(locked):
    path = locked(
        'models = ["haiku"]\nservers = ["https://gw.example.org"]\nbudget = "$2 and 200k tokens"\n'
        'tools = false\ncontact = "Ada (ada@example.org)"\n'
    )
    (lock,) = held().each
    assert lock.models == ("haiku",)
    assert (lock.dollars, lock.tokens, lock.tools) == (2.0, 200_000, False)
    assert lock.who == f"Only Ada (ada@example.org) can change that, in {path}."
    assert len(lock.lines()) == 4


def test_it_is_read_once_whatever_a_cell_does_later(locked, monkeypatch):
    path = locked("tools = false\n")
    assert held().refusals({"tools": [{}]})
    monkeypatch.delenv(places.VARIABLE)
    path.unlink()
    assert held().refusals({"tools": [{}]})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("modles = ['haiku']", "'modles' is no lock; there are models, servers, budget"),
        ("models = 'haiku'", "models must be a list of texts"),
        ("models = []", "models must be a list of texts"),
        ("servers = ['gw.example.org']", "'gw.example.org' is no server"),
        ("budget = 2", "budget must read like"),
        ("budget = 'much'", "budget must read like"),
        ("tools = 'no'", "tools must be true or false"),
        ('contact = "Ada\\u001b[2J"', "contact must be a line of text"),
        ("models = [", "Unclosed|Invalid"),
    ],
)
def test_a_file_with_a_mistake_locks_everything_and_says_what_is_wrong(locked, text, says):
    path = locked(text)
    with pytest.raises(LockedError, match=says) as caught:
        _client("https://api.anthropic.com")
    assert str(path) in str(caught.value)
    assert "Only whoever runs this machine can mend that file." in str(caught.value)


def test_a_file_that_is_named_and_missing_or_no_text_locks_everything(locked, tmp_path):
    path = locked("")
    path.unlink()
    places.found.cache_clear()
    with pytest.raises(LockedError, match="CLAUDE_NB_LOCKS names it, and it is not there"):
        held()
    path.write_bytes(b"\xff\xfe\x00models")
    places.found.cache_clear()
    with pytest.raises(LockedError, match="it is no text in UTF-8"):
        held()


def test_a_file_as_windows_writes_it_in_a_folder_with_spaces_and_chinese(locked):
    path = locked('contact = "管理员"\r\ntools = false\r\n', folder="课程 一", encoding="utf-8-sig")
    assert held().each[0].who == f"Only 管理员 can change that, in {path}."


def test_every_file_that_is_found_holds(locked, tmp_path, monkeypatch):
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / places.NAME).write_text('models = ["haiku", "sonnet"]\n', "utf-8")
    monkeypatch.setattr(places, "_SYSTEM", (str(folder), str(tmp_path / "none")))
    locked('models = ["haiku", "opus"]\n')
    assert len(held().each) == 2
    assert not held().refusals({"model": "haiku"})
    assert held().refusals({"model": "opus"})
    assert held().refusals({"model": "sonnet"})
    assert held().usual_model("claude-sonnet-4-6") == "haiku"


# Which models, which servers.


@pytest.mark.parametrize(
    ("allowed", "model", "fits"),
    [
        ("haiku", "claude-haiku-5-5", True),
        ("haiku", "haiku", True),
        ("haiku", HAIKU, False),
        ("claude-haiku-4-5", "anthropic.claude-haiku-4-5-20251001-v1:0", True),
        ("claude-haiku-*", "claude-haiku-4-5@20251001", True),
        ("claude-haiku-*", "Claude-Haiku-4-5", True),
        ("claude-haiku-*", OPUS, False),
        ("claude-haiku-4-5", "claude-haiku-4-5-20251001-evil", False),
        ("team-small", "team-small", True),
        ("haiku", "", False),
    ],
)
def test_a_model_is_allowed_by_any_of_its_names(allowed, model, fits):
    assert Lock(path="p", models=(allowed,)).allows(model) is fits


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("https://gw.example.org/claude/v1/messages", True),
        ("https://GW.example.org:443/claude", True),
        ("https://gw.example.org/claude-two/v1/messages", False),
        ("https://gw.example.org/v1/messages", False),
        ("http://gw.example.org/claude", False),
        ("https://gw.example.org.evil.example/claude", False),
        ("https://gw.example.org@evil.example/claude", False),
        ("https://gw.example.org:99999/claude", False),
        ("", False),
    ],
)
def test_a_server_is_one_of_those_listed_or_below_it(url, fits):
    assert Lock(path="p", servers=("https://gw.example.org/claude/",)).serves(url) is fits


def test_a_long_list_leaves_room_for_who_can_change_it():
    many = tuple(f"claude-something-{n}-20251001" for n in range(40))
    (refusal,) = Lock(path="/etc/ipython/claude_nb_locks.toml", models=many).refusals(
        {"model": "o" * 10_000}
    )
    assert len(str(refusal)) < 300
    assert "and 37 more (%claude doctor). Only whoever runs this machine" in str(refusal)


def test_the_model_of_cells_is_the_first_that_is_allowed():
    allowed = Locks((Lock(path="p", models=("claude-opus-*", "haiku", "sonnet")),))
    assert allowed.usual_model("claude-opus-4-6") == "claude-opus-4-6"
    assert allowed.usual_model("gone") == "haiku"
    assert Locks((Lock(path="p", models=("x-*",)),)).usual_model("gone") == "gone"


# No client goes past them.


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.messages.create(model=OPUS, **ASKED),
        lambda client: client.messages.stream(model=OPUS, **ASKED).__enter__(),
        lambda client: client.messages.batches.create(
            requests=[
                {"custom_id": "a", "params": {"model": HAIKU, **ASKED}},
                {"custom_id": "b", "params": {"model": OPUS, **ASKED}},
            ]
        ),
        lambda client: client.post("/v1/messages", body={"model": OPUS, **ASKED}),
        lambda client: client.messages.create(
            model=HAIKU, **ASKED, extra_body={"fallbacks": [{"model": OPUS}]}
        ),
        lambda client: client.messages.create(
            model=HAIKU, **ASKED, tools=[{"type": "advisor_20260301", "model": OPUS}]
        ),
        lambda client: client.with_options(max_retries=1).messages.create(model=OPUS, **ASKED),
        lambda client: client.copy(base_url=client.base_url).messages.create(model=OPUS, **ASKED),
        lambda client: client.messages.with_raw_response.create(model=OPUS, **ASKED),
    ],
)
def test_a_model_that_is_locked_is_not_asked_by_any_call(locked, server, ask):
    path = locked('models = ["claude-haiku-4-5"]\n')
    with _client(server.url) as client:
        with pytest.raises(LockedError) as caught:
            ask(client)
        assert str(caught.value) == (
            f"{OPUS} is locked out here: allowed are claude-haiku-4-5. "
            f"Only whoever runs this machine can change that, in {path}."
        )
        assert client.messages.create(model="claude-haiku-4-5", **ASKED).content[0].text


def test_nor_by_a_client_for_asyncio(locked, server):
    locked('models = ["claude-haiku-4-5"]\n')

    async def ask():
        async with _client(server.url, claude_nb.AsyncAnthropic) as client:
            with pytest.raises(LockedError, match="is locked out here"):
                await client.messages.create(model=OPUS, **ASKED)
            with pytest.raises(LockedError, match="is locked out here"):
                async with client.messages.stream(model=OPUS, **ASKED):
                    pass
            return await client.messages.create(model=HAIKU, **ASKED)

    assert "5" in asyncio.run(ask()).content[0].text


@pytest.mark.parametrize(
    "more",
    [
        {"tools": [{"name": "f", "input_schema": {"type": "object"}}]},
        {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
        {"mcp_servers": [{"type": "url", "url": "https://e.org", "name": "e"}], "betas": ["x"]},
        {"extra_body": {"tools": [{"name": "f", "input_schema": {"type": "object"}}]}},
    ],
)
def test_tools_that_are_locked_are_not_sent(locked, server, more):
    locked("tools = false\n")
    with _client(server.url) as client, pytest.raises(LockedError, match="Tools are locked here"):
        client.messages.create(model=HAIKU, **ASKED, **more)


def test_tools_of_earlier_turns_can_be_read_where_none_can_be_called():
    told = {"tools": [{"name": "f"}], "tool_choice": {"type": "none"}}
    assert not Locks((Lock(path="p", tools=False),)).refusals(told)


def test_another_server_is_not_asked(locked):
    locked('servers = ["https://gw.example.org"]\n')
    with _client("https://api.anthropic.com") as client:
        for ask in (
            lambda: client.messages.create(model=HAIKU, **ASKED),
            lambda: list(client.models.list()),
            lambda: client.messages.count_tokens(model=HAIKU, messages=ASKED["messages"]),
        ):
            with pytest.raises(LockedError) as caught:
                ask()
            said = (
                "https://api.anthropic.com is locked out here: allowed are https://gw.example.org. "
            )
            assert str(caught.value).startswith(said)


@pytest.mark.parametrize("servers", ['["emulator"]', '["https://gw.example.org"]'])
def test_the_emulator_may_always_answer_and_another_server_of_this_machine_not(
    locked, server, servers, other
):
    locked(f"servers = {servers}\n")
    with _client(server.url) as client:
        assert "5" in client.messages.create(model=HAIKU, **ASKED).content[0].text
        with client.messages.stream(model=HAIKU, **ASKED) as stream:
            assert "5" in stream.get_final_text()
        assert list(client.models.list(limit=3))
        assert client.messages.count_tokens(model=HAIKU, messages=ASKED["messages"]).input_tokens
        with pytest.raises(NotFoundError):
            client.messages.batches.retrieve("msgbatch_none")
    Other.asked.clear()
    with _client(other) as client, pytest.raises(LockedError, match="is locked out here"):
        client.messages.create(model=HAIKU, **ASKED)
    [(path, headers)] = Other.asked  # whether it is an emulator, with no key
    assert path == "/v1/models?limit=1"
    assert KEY not in str(headers)


def test_a_client_for_asyncio_asks_likewise(locked, server, other):
    locked('servers = ["https://gw.example.org"]\n')
    Other.asked.clear()

    async def ask(url):
        async with _client(url, claude_nb.AsyncAnthropic) as client:
            return await client.messages.create(model=HAIKU, **ASKED)

    assert "5" in asyncio.run(ask(server.url)).content[0].text
    with pytest.raises(LockedError, match="is locked out here"):
        asyncio.run(ask(other))
    assert [path for path, _ in Other.asked] == ["/v1/models?limit=1"]


# A budget.


class Charging:
    """In the place of a connector: takes the emulator for a server that is paid."""

    def __init__(self, connector):
        self.inner = connector

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def send(self, request, *, stream):
        reply, body = self.inner.send(request, stream=stream)
        kept = [(name, value) for name, value in reply.headers.items() if name != EMULATED_HEADER]
        return type(reply)(reply.status_code, Headers(kept), request, reply.content), body


def _paid(url, prices=config.DEFAULT_BASE_URL):
    """Return a client that takes the emulator for a paid server with the prices of another."""
    return _client(url).via(Charging).via(lambda inner: door.locked(inner, prices))


def test_what_all_clients_of_a_process_spend_together_is_bounded(locked, server):
    path = locked('budget = "$0.01"\n')
    asked = {"model": HAIKU, **ASKED, "max_tokens": 400}
    answers = []
    with _paid(server.url) as one, _paid(server.url) as another:
        turns = ((one, another)[n % 2].messages.create(**asked) for n in range(500))
        with pytest.raises(LockedBudgetError) as caught:
            answers.extend(turns)
    spent = sum(BUILT_IN.cost(HAIKU, answer.usage) for answer in answers)
    assert 0.001 < spent <= 0.01
    assert "of the budget of $0.01 is left" in str(caught.value)
    assert str(caught.value).endswith(f"Only whoever runs this machine can change that, in {path}.")


def test_tokens_are_bounded_where_no_price_is_known(locked, server):
    locked('budget = "2000 tokens"\n')
    with _paid(server.url, "https://gw.example.org") as client:
        client.messages.create(model=HAIKU, **ASKED)
        said = "of the budget of 2,000 are left"
        with pytest.raises(LockedBudgetError, match=said):
            [client.messages.create(model=HAIKU, **ASKED) for _ in range(200)]


def test_dollars_that_nobody_can_count_are_not_spent(locked, server):
    locked('budget = "$5"\n')
    with _paid(server.url, "https://gw.example.org") as client:
        said = r"Its price is not known, so it cannot be held to \$5.00. Only whoever"
        with pytest.raises(LockedBudgetError, match=said):
            client.messages.create(model=HAIKU, **ASKED)


def test_what_the_emulator_answers_takes_nothing_of_a_budget(locked, server):
    locked('budget = "1 token"\n')
    with _client(server.url) as client:
        assert client.messages.create(model=HAIKU, **ASKED).content


def test_an_answer_that_uses_the_budget_up_is_ended_with_the_same_sentence():
    error = LockedBudgetError("Too much.", "Only Ada can change that, in p.")
    assert str(error.stopped()) == (
        "The budget is used up, so the answer was stopped; what came is kept. "
        "Only Ada can change that, in p."
    )
