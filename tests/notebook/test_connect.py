"""``claude_nb.connect()`` gives the client of the cells: by key, address, or the emulator."""

from __future__ import annotations

import sys

import pytest

import claude_nb
from claude_nb import cassette
from claude_nb.api.platforms import credentials
from claude_nb.emulator import serve
from claude_nb.notebook import environment

PROMPT = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "What is 17 * 23?"}],
}


@pytest.fixture(autouse=True)
def keyless(monkeypatch):
    """Let nothing name a key or a server."""
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "auto")
    monkeypatch.setenv("CLAUDE_NB_EMULATOR_SPEED", "0")
    monkeypatch.setattr(credentials, "_told", [])
    monkeypatch.setitem(sys.modules, "keyring", None)


def test_without_a_key_the_emulator_answers():
    client = claude_nb.connect()
    assert isinstance(client, claude_nb.Anthropic)
    assert "391" in client.messages.create(**PROMPT).content[0].text
    assert claude_nb.connect() is client


async def test_the_asynchronous_one_is_asked_for_by_name():
    client = claude_nb.connect(asynchronous=True)
    assert isinstance(client, claude_nb.AsyncAnthropic)
    assert "391" in (await client.messages.create(**PROMPT)).content[0].text


def test_a_server_of_this_machine_needs_no_key(monkeypatch):
    with serve(tokens_per_second=0) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        assert "391" in claude_nb.connect().messages.create(**PROMPT).content[0].text


def test_another_server_needs_one(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://example.invalid")
    with pytest.raises(claude_nb.MissingCredentialsError, match=r"claude_nb\.connect"):
        claude_nb.connect().messages.create(**PROMPT)


def test_a_key_is_used_where_there_is_one(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary-0123456789")
    client = claude_nb.connect()
    assert client.base_url == "https://api.anthropic.com"
    assert "key from ANTHROPIC_API_KEY" in repr(client)


def test_the_client_s_own_error_names_both_ways(monkeypatch):
    with pytest.raises(claude_nb.MissingCredentialsError, match="built-in emulator"):
        claude_nb.Anthropic().messages.create(**PROMPT)


def test_a_setting_that_is_refused_is_an_error_of_the_top():
    with pytest.raises(claude_nb.SettingError) as caught:
        claude_nb.Panel(temperature=3)
    assert isinstance(caught.value, claude_nb.InputError)


def test_a_client_that_was_closed_is_made_anew_for_everybody():
    with claude_nb.connect() as client:
        client.messages.create(**PROMPT)
    assert client.is_closed()
    assert "391" in claude_nb.connect().messages.create(**PROMPT).content[0].text


async def test_so_is_an_asynchronous_one():
    async with claude_nb.connect(asynchronous=True) as client:
        await client.messages.create(**PROMPT)
    again = claude_nb.connect(asynchronous=True)
    assert "391" in (await again.messages.create(**PROMPT)).content[0].text


def test_the_environment_takes_the_modes_that_cassettes_have():
    assert environment.CASSETTE_MODES == cassette.MODES
