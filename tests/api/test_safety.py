"""The key: how it is found, where it goes, and that it shows up nowhere else."""

import asyncio
import contextlib
import copy
import importlib
import json
import logging
import pickle
import socket
import sys
import traceback

import pytest
from asked import PROMPT
from events import answer
from pydantic import SecretStr
from scripted_server import CLOSE, STALL, error_body, reply, sse, stream

from claude_nb.api import errors
from claude_nb.api.client import Anthropic, AsyncAnthropic
from claude_nb.api.platforms import credentials
from claude_nb.api.platforms.credentials import Credentials, login
from claude_nb.api.secret import Secret, scrub

CANARY = "sk-ant-canary-7f3a9c1e5b2d8046"


def shown(thing):
    """Return everything a person or a tool may be shown of a thing."""
    texts = [repr(thing), str(thing), format(thing), " ".join(dir(thing))]
    with contextlib.suppress(TypeError):
        texts.append(repr(vars(thing)))
    for name in dir(thing):
        with contextlib.suppress(Exception):
            texts.append(repr(getattr(thing, name)))
    with contextlib.suppress(TypeError):
        texts.append(repr(copy.copy(thing)))
        texts.append(repr(copy.deepcopy(thing)))
    try:
        texts.append(repr(pickle.dumps(thing)))
    except (TypeError, pickle.PicklingError, AttributeError) as refused:
        texts.append(str(refused))
    return "\n".join(texts)


def verbose(error):
    """Return a traceback with the local variables of every frame, as %xmode Verbose shows it."""
    texts = []
    while error is not None:
        captured = traceback.TracebackException.from_exception(error, capture_locals=True)
        texts += [repr(f.locals) for f in captured.stack if f.filename != __file__]
        texts += [repr(error), str(error), repr(error.args), repr(vars(error)), shown(error)]
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


def sync_error(call):
    try:
        call()
    except Exception as error:  # noqa: BLE001 - any error is to be searched
        return error
    raise AssertionError("nothing was raised")


def test_the_canary_is_in_no_sink(server, library, monkeypatch, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    echo = error_body("authentication_error", f"bad key {CANARY}", details={"seen": CANARY})
    sinks = {}
    client, other = Anthropic(base_url=server.url, max_retries=0), AsyncAnthropic()
    given = Anthropic(api_key=CANARY, base_url=server.url, max_retries=1)
    for name, thing in {
        "client": client,
        "async client": other,
        "client given a key": given,
        "copy": client.copy(timeout=3),
        "messages": client.messages,
        "batches": client.messages.batches,
        "models": client.models,
        "raw": client.messages.with_raw_response,
        "context": client.context,
        "config": client._config,
        "credentials": client._config.credentials,
        "secret": client.api_key,
        "connector": client._connector,
    }.items():
        sinks[name] = shown(thing)

    def fail(name, *steps, **params):
        server.script(list(steps))
        error = sync_error(lambda: client.messages.create(**PROMPT, **params))
        sinks[name] = verbose(error)

    fail("401 body echoes", *reply(401, echo))
    fail("401 text echoes", *reply(401, f"no: {CANARY}".encode()))
    fail("headers echo", *reply(400, b"", x_echo=CANARY, request_id=CANARY))
    fail("200 that is no JSON", *reply(200, f"<p>{CANARY}".encode()))
    fail("connection cut", CLOSE)
    fail("timeout", STALL, timeout=0.05)
    fail("protocol error", CANARY.encode() + b"\r\n\r\n", CLOSE)
    fail("redirect", *reply(307, b"", location=f"http://127.0.0.1:1/{CANARY}"))
    server.script(stream(sse({**echo, "type": "error"})))
    sinks["error event"] = verbose(sync_error(lambda: _final(client)))
    server.script(stream(b"event: error\ndata: " + CANARY.encode() + b"\n\n"))
    sinks["error event of text"] = verbose(sync_error(lambda: _final(client)))
    server.script(stream(f"event: x\ndata: {CANARY}\n\n".encode()))
    sinks["malformed event"] = verbose(sync_error(lambda: _final(client)))
    sinks["wrong arguments"] = verbose(sync_error(lambda: given.messages.create(modle="x")))
    sinks["wrong settings"] = verbose(sync_error(lambda: _bad_settings(Secret(CANARY))))
    sinks["async error"] = verbose(sync_error(lambda: asyncio.run(_async_failure(server, echo))))
    server.script(stream(sse(*answer("a"))))
    with client.messages.stream(**PROMPT) as s:
        sinks["stream"] = shown(s) + shown(s.response) + shown(s.response.request)
        sinks["message"] = shown(s.get_final_message())
    server.script(reply(500, b"", retry_after_ms="1"), reply(200, {"id": "x"}))
    notices = []
    raw = given.copy(on_retry=notices.append).messages.with_raw_response.create(**PROMPT)
    sinks["raw reply"] = shown(raw)
    sinks["retry notice"] = shown(notices[0])
    sinks["interrupt"] = _interrupted(library, client, monkeypatch)
    sinks["json"] = json.dumps(vars(client), default=repr)
    sinks["log"] = caplog.text
    sinks["output"] = "".join(capsys.readouterr())
    sinks["modules"] = repr([vars(m) for n, m in sys.modules.items() if n.startswith("claude_nb")])
    assert len(sinks) >= 24
    assert {name for name, text in sinks.items() if CANARY in text or CANARY[7:] in text} == set()
    assert any(r.headers.get("x-api-key") == CANARY for r in server.requests)
    client.close()
    given.close()


def _final(client):
    with client.messages.stream(**PROMPT) as s:
        s.get_final_message()


def _bad_settings(key):
    Anthropic(api_key=key, base_url="http://10.0.0.1")


async def _async_failure(server, echo):
    server.script(reply(401, echo))
    async with AsyncAnthropic(base_url=server.url, max_retries=0) as client:
        await client.messages.create(**PROMPT)


def _interrupted(library, client, monkeypatch):
    """Return what a KeyboardInterrupt deep inside the HTTP library shows."""
    backend = importlib.import_module(f"{library.replace('httpx', 'httpcore')}._backends.sync")

    def write(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(backend.SyncStream, "write", write)
        try:
            client.messages.create(**PROMPT)
        except KeyboardInterrupt as error:
            return verbose(error)
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(client, server, status):
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.05)
        where = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/v1/messages"
        server.script(reply(status, b"", location=where))
        with pytest.raises(errors.RedirectError) as caught:
            await client.messages.create(**PROMPT)
        with pytest.raises(errors.RedirectError):
            async with client.messages.stream(**PROMPT):
                pass
        with pytest.raises(TimeoutError):
            elsewhere.accept()
    assert caught.value.status_code == status
    assert caught.value.response.headers["location"] == where


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1", "http://example.com", "http://localhost.example.com", "http://[::2]/"],
)
def test_plain_http_to_another_machine_is_refused(url, monkeypatch):
    monkeypatch.setattr(socket, "socket", None)
    for cls in (Anthropic, AsyncAnthropic):
        with pytest.raises(errors.InsecureBaseURLError, match="allow_insecure_http"):
            cls(api_key="k", base_url=url)
        assert cls(api_key="k", base_url=url, allow_insecure_http=True).base_url == url.rstrip("/")
    with pytest.raises(errors.InsecureBaseURLError):
        Anthropic(api_key="k").copy(base_url=url)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:1",
        "http://127.0.0.1",
        "http://127.9.9.9",
        "http://[::1]:8",
    ],
)
def test_plain_http_to_this_machine_is_fine(url):
    assert Anthropic(api_key="k", base_url=url).base_url == url


def test_tls_is_verified(server):
    client = Anthropic(api_key="k", base_url=server.url.replace("http", "https"), max_retries=0)
    server.script([STALL])
    with pytest.raises(errors.APIConnectionError):
        client.messages.create(**PROMPT, timeout=0.3)
    context = client._connector.client()._transport._pool._ssl_context
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"
    client.close()


async def test_no_key_is_told_at_the_first_call(connect, server, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    client = connect(api_key=None)
    assert "key from not found yet" in repr(getattr(client, "_value", client))
    with pytest.raises(errors.MissingCredentialsError, match="ANTHROPIC_API_KEY") as caught:
        await client.messages.create(**PROMPT)
    assert isinstance(caught.value, TypeError)
    assert server.requests == []


class Keyring:
    """Stands for the keyring package."""

    def __init__(self, **passwords):
        self.passwords = passwords

    def get_password(self, service, user):
        """Return what is stored."""
        assert service == "claude_nb"
        return self.passwords.get(user)

    def set_password(self, service, user, value):
        """Store it."""
        assert service == "claude_nb"
        self.passwords[user] = value


def source(**given):
    """Return where a client would take its key from, and the end of that key."""
    found = Credentials(**given)
    request = Anthropic(api_key="k").context.builder.build("GET", "/")
    found.require(request)
    return found.source, found.secrets[0].reveal()


def test_where_the_key_comes_from(monkeypatch):
    monkeypatch.setattr(credentials, "_told", [])
    monkeypatch.setitem(sys.modules, "keyring", Keyring())
    monkeypatch.setitem(sys.modules, "google.colab.userdata", None)
    with pytest.raises(errors.MissingCredentialsError):
        source()

    class Userdata:
        @staticmethod
        def get(name):
            return "from-colab" if name == "ANTHROPIC_API_KEY" else None

    monkeypatch.setitem(sys.modules, "google.colab.userdata", Userdata)
    assert source() == ("Colab secrets", "from-colab")
    monkeypatch.setitem(sys.modules, "keyring", Keyring(ANTHROPIC_API_KEY="from-keyring"))
    assert source() == ("keyring", "from-keyring")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "token")
    assert source() == ("ANTHROPIC_AUTH_TOKEN", "token")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "from-env")
    assert source() == ("ANTHROPIC_API_KEY", "from-env")
    credentials._told.append(Secret("from-login"))
    assert source() == ("login()", "from-login")
    assert source(token=Secret("t")) == ("argument", "t")
    assert source(key=Secret("k")) == ("argument", "k")


def test_login_asks_and_keeps(monkeypatch):
    monkeypatch.setattr(credentials, "_told", [])
    keyring = Keyring()
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setattr("getpass.getpass", lambda _: " typed-key ")
    login()
    assert keyring.passwords == {}
    assert source() == ("login()", "typed-key")
    login(remember=True)
    assert keyring.passwords == {"ANTHROPIC_API_KEY": "typed-key"}
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(errors.CredentialsError, match="could not be stored"):
        login(remember=True)
    monkeypatch.setattr("getpass.getpass", lambda _: " ")
    with pytest.raises(errors.CredentialsError, match="nothing has changed"):
        login()


def test_a_secret_is_a_secret():
    secret = Secret("0123456789abcdefghij")
    assert (secret.tail, Secret("short").tail) == ("ghij", "")
    assert secret == Secret("0123456789abcdefghij") != Secret("x")
    assert len({secret, Secret("0123456789abcdefghij")}) == 1
    assert secret != "0123456789abcdefghij"
    assert not Secret("")
    assert Secret.of(SecretStr("abc")).reveal() == "abc"
    assert Secret.of(None) is None
    assert Secret.of(secret) is secret
    for thing in (secret, Credentials(secret), Anthropic(api_key="k")):
        with pytest.raises(TypeError, match="pickled"):
            pickle.dumps(thing)
    client = Anthropic(auth_token="abc")
    assert client.auth_token == Secret("abc")
    assert client.api_key is None


def test_scrubbing_takes_out_keys_and_what_looks_like_one():
    text = f"{CANARY} and hunter2hunter2 and sk-ant-api03-zzzzzzzzzz and short"
    assert (
        scrub(text, Secret("hunter2hunter2"), Secret("short"), None)
        == "[key] and [key] and [key] and short"
    )


async def test_a_closed_client_says_so(connect):
    client = connect()
    await client.close()
    with pytest.raises(errors.APIConnectionError, match="closed"):
        await client.messages.create(**PROMPT)


def test_whether_there_is_a_key_can_be_asked(monkeypatch):
    monkeypatch.setattr(credentials, "_told", [])
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert not credentials.logins()
    assert not credentials.available()
    credentials._told.append(Secret("k"))
    assert credentials.logins() == 1
    assert credentials.available()
    monkeypatch.setattr(credentials, "_told", [])
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    assert credentials.available()
