"""Keys and texts that cannot be sent: mended where that is safe, else one sentence, no request."""

from __future__ import annotations

import pytest
from asked import PROMPT
from scripted_server import reply

from claude_nb.api import errors
from claude_nb.api.platforms import credentials
from claude_nb.api.platforms.credentials import Credentials, login
from claude_nb.api.secret import Secret

KEY = "sk-ant-canary-7f3a9c1e5b2d8046"
MESSAGE = {"id": "m", "model": "x", "content": [], "usage": {"output_tokens": 3}}
HARMLESS = [
    *("{}\n", "{}\r\n", " {} ", "\t{}", "'{}'", '"{}"', '"{}"\n', " ' {} ' ", "`{}`", "\ufeff{}"),
    *("{}\u200b", "\u00a0{}\u00a0", "\n\n{}\n", "\u2060{}\u2028"),
]
DAMAGED = {
    "sk\u2014ant-canary-7f3a": "character 3 is em dash (U+2014)",
    "sk-ant-can\u0430ry-7f3a": "character 11 is cyrillic small letter a (U+0430)",
    "sk-ant-\u200bcanary-7f3a": "character 8 is zero width space (U+200B)",
    "sk-ant-\ufeffcanary-7f3a": "character 8 is zero width no-break space (U+FEFF)",
    "\u201csk-ant-canary-7f3a\u201d": "character 1 is left double quotation mark (U+201C)",
    "sk-ant-ca nary-7f3a": "character 10 is a blank (U+0020)",
    "sk-ant-ca\nnary-7f3a": "character 10 is a line end (U+000A)",
    "sk-ant-ca\x00nary-7f3a": "character 10 is a character that does not print (U+0000)",
    "sk-ant-ca\ud83dnary-7f3a": "(U+D83D)",
    "sk-ant-canary-7f3\u00e9": "latin small letter e with acute",
    "Bearer sk-ant-canary-7f3a": "which is added by itself",
    "bearer sk-ant-canary-7f3a": "which is added by itself",
    "Authorization: Bearer sk-ant-canary-7f3a": "which is added by itself",
    "x-api-key: sk-ant-canary-7f3a": "which is added by itself",
    "export ANTHROPIC_API_KEY=sk-ant-canary-7f3a": "give only what stands behind the sign",
    "ANTHROPIC_API_KEY=sk-ant-canary-7f3a": "give only what stands behind the sign",
    "%env ANTHROPIC_API_KEY=sk-ant-canary-7f3a": "give only what stands behind the sign",
    'ANTHROPIC_API_KEY="sk-ant-canary-7f3a"': "give only what stands behind the sign",
    **dict.fromkeys(
        ["<your-key>", "$ANTHROPIC_API_KEY", "${KEY}", "%ANTHROPIC_API_KEY%", "{{ key }}", "{key}"],
        "it only stands for a key",
    ),
}


def chained(error):
    """Return all that an error, and what it came from, can show; nothing of it may be a key."""
    texts = []
    while error is not None:
        texts += [str(error), repr(error), repr(error.args), repr(vars(error))]
        assert not isinstance(error, UnicodeError)
        error = error.__cause__ or error.__context__
    return " ".join(texts)


@pytest.mark.parametrize("around", HARMLESS)
@pytest.mark.parametrize(
    ("setting", "header"), [("api_key", "x-api-key"), ("auth_token", "authorization")]
)
async def test_what_is_around_a_key_is_taken_off(connect, server, setting, header, around):
    server.script(reply(200, MESSAGE))
    client = connect(**{"api_key": None, setting: around.format(KEY)})
    await client.messages.create(**PROMPT)
    assert server.requests[0].headers[header].removeprefix("Bearer ") == KEY


@pytest.mark.parametrize("key", DAMAGED)
async def test_a_damaged_key_is_one_sentence_and_no_request(connect, server, key):
    notices = []
    client = connect(api_key=key, max_retries=3, on_retry=notices.append)
    with pytest.raises(errors.DamagedCredentialsError) as caught:
        await client.messages.create(**PROMPT)
    said = str(caught.value)
    assert isinstance(caught.value, errors.CredentialsError)
    assert said.startswith("api_key= cannot be used: ")
    assert DAMAGED[key] in said
    assert "copy it again" in said
    assert "\n" not in said
    assert len(said) < 300
    assert "canary" not in chained(caught.value)
    assert "nary-7f3a" not in chained(caught.value)
    assert (server.requests, notices) == ([], [])


@pytest.mark.parametrize("key", DAMAGED)
async def test_a_damaged_token_too(connect, server, key):
    client = connect(api_key=None, auth_token=key)
    with pytest.raises(
        errors.DamagedCredentialsError, match="auth_token= cannot be used"
    ) as caught:
        async with client.messages.stream(**PROMPT):
            pass
    assert DAMAGED[key] in str(caught.value)
    assert "nary-7f3a" not in chained(caught.value)
    assert server.requests == []


@pytest.mark.parametrize("name", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"])
async def test_where_a_damaged_key_came_from_is_named(connect, name, monkeypatch):
    monkeypatch.setenv(name, "sk\u2014ant-canary")
    with pytest.raises(errors.DamagedCredentialsError, match=f"{name} cannot be used"):
        await connect(api_key=None).messages.create(**PROMPT)


@pytest.mark.parametrize("blank", ["", " ", "\n", "''", '" "', "\ufeff"])
async def test_nothing_but_blanks_is_no_key(connect, server, blank, monkeypatch):
    monkeypatch.setattr(credentials, "_SOURCES", {})
    monkeypatch.setenv("ANTHROPIC_API_KEY", blank)
    assert Credentials().source is None
    with pytest.raises(errors.MissingCredentialsError, match="No API key"):
        await connect(api_key=blank).messages.create(**PROMPT)
    assert server.requests == []


def test_login_refuses_a_damaged_key(monkeypatch):
    monkeypatch.setattr(credentials, "_told", [])
    monkeypatch.setattr("getpass.getpass", lambda _: "sk\u2014ant-canary")
    with pytest.raises(errors.DamagedCredentialsError, match="What was typed cannot be used"):
        login()
    assert credentials.logins() == 0


@pytest.mark.parametrize("where", ["default_headers", "extra_headers"])
@pytest.mark.parametrize(
    ("field", "cls"),
    [
        (("x-gateway-token", "canary\u2014dash"), errors.DamagedCredentialsError),
        (("Authorization", "Bearer canary\u201d"), errors.DamagedCredentialsError),
        (("cookie", "a=canary\nb: c"), errors.DamagedCredentialsError),
        (("x-team", "caf\u00e9"), errors.UnsendableTextError),
        (("x-team", "a\r\nx-injected: 1"), errors.UnsendableTextError),
        (("x team", "blue"), errors.UnsendableTextError),
        (("x-team:", "blue"), errors.UnsendableTextError),
        (("x-t\u00e9am", "blue"), errors.UnsendableTextError),
    ],
)
async def test_a_header_that_cannot_be_sent_is_named(connect, server, where, field, cls):
    of_client, of_call = ({}, {where: dict([field])})[:: 1 if where == "extra_headers" else -1]
    client = connect(max_retries=2, **of_client)
    with pytest.raises(cls) as caught:
        await client.messages.create(**PROMPT, **of_call)
    assert repr(field[0]).lower() in str(caught.value).lower()
    assert "canary" not in chained(caught.value)
    assert server.requests == []


async def test_headers_of_ones_own_arrive_and_win(connect, server):
    server.script(reply(200, MESSAGE))
    client = connect(default_headers={"X-Gateway-Token": " canary-1 \n", "x-team": " blue "})
    await client.messages.create(**PROMPT, extra_headers={"Cookie": "s=1", "x-api-key": "mine"})
    await client.messages.create(**PROMPT, extra_headers={"x-gateway-token": None})
    first, second = (request.headers for request in server.requests)
    assert first["x-gateway-token"] == "canary-1"
    assert (first["x-team"], first["cookie"], first["x-api-key"]) == ("blue", "s=1", "mine")
    assert "x-gateway-token" not in second


HALF = "ok \ud83d"


@pytest.mark.parametrize(
    ("params", "place"),
    [
        ({"messages": [{"role": "user", "content": HALF}]}, "messages[0].content"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": HALF}]}]},
            "messages[0].content[0].text",
        ),
        ({"system": HALF}, "system"),
        ({"stop_sequences": ["a", HALF]}, "stop_sequences[1]"),
        ({"metadata": {HALF: "x"}}, "A name in metadata"),
        ({"extra_query": {"q": HALF}}, "query.q"),
    ],
)
async def test_half_of_a_surrogate_pair_is_named(connect, server, params, place):
    client = connect(max_retries=2)
    calls = [
        lambda: client.messages.create(**{**PROMPT, **params}),
        lambda: client.messages.stream(**{**PROMPT, **params}).__aenter__(),
    ]
    for call in calls:
        with pytest.raises(errors.UnsendableTextError) as caught:
            await call()
        said = str(caught.value)
        assert said.startswith(f"{place} holds half of a surrogate pair")
        assert "U+D83D" in said or "a name" in said
        assert 'errors="replace"' in said
        said.encode()
        assert isinstance(caught.value, ValueError)
        assert caught.value.__cause__ is caught.value.__context__ is None
    assert server.requests == []


def test_secrets_may_be_odd_themselves():
    secret = Secret("half-\ud83d-canary")
    assert Credentials(secret).secrets == (secret,)
