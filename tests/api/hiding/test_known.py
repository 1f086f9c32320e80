"""The one list of secrets: what is on it, for how long, and in which forms it is found."""

from __future__ import annotations

import base64
import copy
import gc
import html
import json
import pickle
import threading
from urllib.parse import quote, quote_plus

import pytest

from claude_nb.api.client import Anthropic, AsyncAnthropic
from claude_nb.api.hiding import known as listed
from claude_nb.api.hiding.hidden import hidden
from claude_nb.api.secret import Secret, scrub

ODD = 'gate/way "key"+7f3a&\\Ω'
SEEN = [
    str,
    lambda key: json.dumps({"key": key}),
    lambda key: json.dumps({"key": key}, ensure_ascii=False),
    lambda key: json.dumps(json.dumps([key])),
    lambda key: json.dumps({"key": key}).replace("/", "\\/"),
    lambda key: repr([key]),
    lambda key: f"<p>{html.escape(key)}</p>",
    lambda key: f"https://example.org/?{quote(key, safe='')}",
    lambda key: f"https://example.org/?{quote(key)}",
    lambda key: f"a={quote_plus(key).lower() if key.islower() else quote_plus(key)}",
    lambda key: key.encode().hex(),
    *(
        lambda key, before=before, encode=encode: encode(f"{before}{key}".encode()).decode()
        for before in ("", "x", "me:", "abc")
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
    ),
]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in ("API_KEY", "AUTH_TOKEN", "BASE_URL"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)


@pytest.mark.parametrize("key", [ODD, "gateway-key-7f3a9c1e", "correct horse battery"])
@pytest.mark.parametrize("seen", SEEN)
def test_a_secret_is_found_in_every_form(key, seen):
    secret = Secret(key)
    text = f"before {seen(key)} behind"
    for hide in (scrub, hidden):
        left = hide(text)
        assert "[key]" in left
        assert seen(key) not in left
        assert left.startswith("before ")
        assert left.endswith(" behind")
    assert secret


def test_what_a_server_says_stays_json():
    secret = Secret(ODD)
    body = {"error": {"message": f"no {ODD}", "seen": [ODD, {"deep": ODD}]}}
    expected = {"error": {"message": "no [key]", "seen": ["[key]", {"deep": "[key]"}]}}
    for ascii_only in (True, False):
        assert json.loads(scrub(json.dumps(body, ensure_ascii=ascii_only))) == expected
    assert secret


CLIENTS = {
    "key": {"api_key": "odd-canary-7f3a9c1e5b2d8046"},
    "token": {"auth_token": "odd-canary-7f3a9c1e5b2d8046"},
    "header": {
        "api_key": "k",
        "default_headers": {"X-Gateway-Token": "odd-canary-7f3a9c1e5b2d8046"},
    },
    "bearer": {"api_key": "k", "default_headers": {"x-for": "Bearer odd-canary-7f3a9c1e5b2d8046"}},
    "cookie": {"api_key": "k", "default_headers": {"cookie": "a=b; s=odd-canary-7f3a9c1e5b2d8046"}},
}


@pytest.mark.parametrize("cls", [Anthropic, AsyncAnthropic])
@pytest.mark.parametrize("given", CLIENTS)
def test_what_a_client_is_given_is_hidden_while_it_lives(cls, given):
    client = cls(**CLIENTS[given])
    assert hidden("a odd-canary-7f3a9c1e5b2d8046 b") == "a [key] b"
    other = client.copy(timeout=3)
    del client
    gc.collect()
    assert hidden("a odd-canary-7f3a9c1e5b2d8046 b") == "a [key] b"
    for thing in (other, other._config, other.context, vars(other), vars(listed), listed._live):
        assert "canary" not in repr(thing)
    del other, thing
    gc.collect()
    assert hidden("a odd-canary-7f3a9c1e5b2d8046 b") == "a odd-canary-7f3a9c1e5b2d8046 b"


def test_headers_changed_later_are_on_the_list():
    client = Anthropic(api_key="k").copy(default_headers={"x-proxy-key": "later-canary-77aa"})
    assert scrub("later-canary-77aa") == "[key]"
    assert "canary" not in repr(client._config)


def test_the_list_keeps_nothing_and_forgets_places_once():
    before = len(listed._live)
    secrets = [Secret(f"canary-{n:04}-7f3a") for n in range(100)]
    assert len(listed._live) == before + 100
    equal = [Secret("canary-0001-7f3a")]
    del secrets
    gc.collect()
    assert scrub("canary-0001-7f3a canary-0002-7f3a") == "[key] canary-0002-7f3a"
    del equal
    gc.collect()
    assert len(listed._live) == before


def test_threads_may_come_and_go():
    failures = []
    over = threading.Event()

    def make():
        while not over.is_set():
            Secret("canary-of-a-thread-7f3a")

    def look():
        try:
            for _ in range(300):
                scrub("nothing here")
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is looked at below
            failures.append(problem)

    makers = [threading.Thread(target=make) for _ in range(3)]
    lookers = [threading.Thread(target=look) for _ in range(3)]
    for thread in makers + lookers:
        thread.start()
    for thread in lookers:
        thread.join()
    over.set()
    for thread in makers:
        thread.join()
    assert failures == []


@pytest.mark.parametrize(
    "value", ["emulator", "short", "password", "1234567", "20241129", "Production"]
)
def test_words_and_what_is_short_are_not_hidden_everywhere(value, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", value)
    client = Anthropic(api_key=value)
    text = f"The {value} of it"
    assert scrub(text) == hidden(text) == text
    assert client.api_key


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_KEY", "canary-7f3a9c"),
        ("PGPASSWORD", "canary-7f3a9c"),
        ("JUPYTERHUB_API_TOKEN", "canary-7f3a9c"),
        ("CLIENT_SECRET", "canary-7f3a9c"),
        ("DATABASE_URL", "postgres://me:canary-7f3a9c@db/x"),
        ("AZURE_STORAGE_CONNECTION", "https://me:canary-7f3a9c@example.org"),
    ],
)
def test_the_environment_is_asked_each_time(name, value, monkeypatch):
    assert scrub("a canary-7f3a9c b") == "a canary-7f3a9c b"
    monkeypatch.setenv(name, value)
    assert scrub("a canary-7f3a9c b") == "a [key] b"


@pytest.mark.parametrize("value", [5, b"bytes", ["a"], object()])
def test_a_key_is_a_text(value):
    with pytest.raises(TypeError, match=r"A key is a text \(str\), not"):
        Anthropic(api_key=value)


def test_requests_show_and_copy_no_secret():
    client = Anthropic(api_key="k", default_query={"api_key": "canary-of-a-query"})
    request = client.context.builder.build(
        "GET", "/v1/models", options={"extra_headers": {"x-auth-token": "canary-of-a-header"}}
    )
    assert "canary-of-a-query" in request.url
    assert set(request.private) == {"x-auth-token"}
    for text in (
        repr(request),
        repr(copy.copy(request)),
        repr(pickle.dumps(request)),
        repr(vars(client)),
    ):
        assert "canary" not in text
    assert scrub("canary-of-a-query canary-of-a-header") == "[key] [key]"
