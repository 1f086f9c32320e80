"""The guard of all other tests: no request leaves this machine, no stored key is used."""

import asyncio
import os
import socket

import keyring
import pytest
from kernel_rig import isolated_environment
from network_guard import NetworkError, is_here

import claude_nb

ASK = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "Hi"}]}
ELSEWHERE = "192.0.2.1"  # an address for documentation: nobody has it


@pytest.fixture
def tried(network):
    """Give what the guard refused in a test that is to be refused."""
    yield network.tried
    assert network.tried
    network.tried.clear()


def test_a_client_cannot_reach_the_real_api(tried):
    client = claude_nb.Anthropic(api_key="k")
    with client, pytest.raises(NetworkError, match="asked for 'api"):
        client.messages.create(**ASK)
    assert tried == ["'api.anthropic.com' (socket.getaddrinfo)"]


async def test_an_async_client_cannot_either(tried):
    async with claude_nb.AsyncAnthropic(api_key="k") as client:
        with pytest.raises(NetworkError):
            await client.messages.create(**ASK)


def test_an_address_cannot_be_reached(tried):
    with socket.socket() as plain, pytest.raises(NetworkError):
        plain.connect((ELSEWHERE, 443))
    with socket.socket(type=socket.SOCK_DGRAM) as plain, pytest.raises(NetworkError):
        plain.sendto(b"?", (ELSEWHERE, 53))
    assert len(tried) == 2


async def test_asyncio_cannot_reach_an_address(tried):
    with pytest.raises(NetworkError):
        await asyncio.open_connection(ELSEWHERE, 443)


def test_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()
    for host in ("127.8.9.1", "::1", b"localhost", "", "0.0.0.0", "a.localhost"):  # noqa: S104 - no binding
        assert is_here(host)
    assert not is_here("localhost.example")


def test_stored_keys_are_out_of_reach(tmp_path):
    for environment in (os.environ, isolated_environment(tmp_path)):
        assert environment["PYTHON_KEYRING_BACKEND"] == "keyring.backends.null.Keyring"
    assert type(keyring.get_keyring()).__module__ == "keyring.backends.null"
