"""The token of an MCP server goes to the API, and nowhere else."""

from __future__ import annotations

from types import SimpleNamespace

from claude_nb import Anthropic, Cassette
from claude_nb.api.resources.endpoints import message_key
from claude_nb.api.secret import Secret
from claude_nb.ask.options import Options
from claude_nb.notebook.run import cell
from claude_nb.notebook.run.mcp import with_tokens
from claude_nb.notebook.session import Session

TOKEN = "mcp-canary-0123456789"
URL = "https://mcp.example.com/mcp"


def test_the_token_of_the_environment_is_sent_and_kept_nowhere(alone, server, monkeypatch, capsys):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
    monkeypatch.setenv("CLAUDE_NB_MCP_TOKEN_MY_LIB", TOKEN)
    cell.ask(alone, Options(mcp=f"my-lib={URL}"), "Ask the server.", "a")
    (sent,) = server.asked
    assert sent["mcp_servers"][0]["authorization_token"] == TOKEN
    cell.ask(alone, Options(mcp=f"my-lib={URL}", dry_run=True), "Ask the server.", "a")
    shown = capsys.readouterr()
    kept = repr([vars(alone.chats["main"]), alone.ledger, alone.kept])
    assert TOKEN not in shown.out + shown.err + kept


def test_without_one_none_is_sent():
    params = {"mcp_servers": [{"type": "url", "url": URL, "name": "a"}], "model": "m"}
    assert with_tokens(params, Session()) == params
    assert with_tokens({"model": "m"}, Session()) == {"model": "m"}


def test_what_config_says_comes_before_the_environment_and_a_request_before_both(monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_MCP_TOKEN_A", "of the environment")
    session = Session(settings=SimpleNamespace(mcp_tokens={"a": Secret(TOKEN)}))
    server = {"type": "url", "url": URL, "name": "a"}

    def token(session, **more):
        (sealed,) = with_tokens({"mcp_servers": [{**server, **more}]}, session)["mcp_servers"]
        return sealed["authorization_token"]

    assert token(session) == Secret(TOKEN)
    assert token(Session()) == Secret("of the environment")
    assert token(session, authorization_token="own") == "own"


def test_a_token_goes_to_no_other_address_than_that_of_its_name(monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_MCP_TOKEN_A", TOKEN)
    settings = SimpleNamespace(mcp_servers={"a": URL}, mcp_tokens={"a": Secret(TOKEN)})
    for url, has in ((URL, True), ("https://evil.example/mcp", False)):
        params = {"mcp_servers": [{"type": "url", "url": url, "name": "a"}]}
        (server,) = with_tokens(params, Session(settings=settings))["mcp_servers"]
        assert ("authorization_token" in server) is has


def test_a_request_is_the_same_with_and_without_its_token():
    server = {"type": "url", "url": URL, "name": "a"}
    asked = {"model": "m", "max_tokens": 1, "messages": []}
    with_one = {**asked, "mcp_servers": [{**server, "authorization_token": Secret(TOKEN)}]}
    assert message_key(with_one) == message_key({**asked, "mcp_servers": [server]})


def test_a_recording_holds_no_token(tmp_path, server):
    servers = [{"type": "url", "url": URL, "name": "a", "authorization_token": TOKEN}]
    file = tmp_path / "answers.jsonl"
    with Cassette(file).through(Anthropic(api_key="k", base_url=server.url)) as client:
        client.messages.create(
            model="claude-haiku-4-5",
            max_tokens=9,
            messages=[{"role": "user", "content": "hi"}],
            mcp_servers=servers,
            tools=[{"type": "mcp_toolset", "mcp_server_name": "a"}],
            betas=["mcp-client-2025-11-20"],
        )
    assert b"Answer 1" in file.read_bytes()
    assert TOKEN.encode() not in file.read_bytes()
