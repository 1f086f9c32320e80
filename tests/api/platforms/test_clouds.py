"""Bedrock, Google Cloud, Foundry and gateways: signed, translated, framed, told as the API is."""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace

import pytest
from asked import PROMPT
from clouds import ACCESS, HIDDEN, KEY, PIECES, TOKEN, Cloud, event_frame, exception_frame, frame
from events import answer
from scripted_server import reply

import claude_nb
from claude_nb.api.network import TransportError
from claude_nb.api.platforms.eventstream import EventStream
from claude_nb.api.platforms.identity import request_key
from claude_nb.errors import (
    APIConnectionError,
    BadRequestError,
    CredentialsError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    RateLimitError,
)

MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
ASKED = {**PROMPT, "model": MODEL}
OURS = "sk-ant-api03-the-key-of-the-api-0123456789"
CLOUDS = ("bedrock", "vertex", "foundry")


@pytest.fixture(autouse=True)
def signed_in(monkeypatch, tmp_path):
    """Sign in as nobody's configuration could: by variables alone."""
    for name in ("AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", HIDDEN)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", OURS)


@pytest.fixture
def cloud(server):
    cloud = Cloud()
    yield cloud
    assert cloud.problems == []
    assert OURS not in str([request.headers for request in server.requests])


def platform(name, server, cloud, **changes):
    """Return a platform whose server stands in here."""
    server.handler = getattr(cloud, name)
    if name == "bedrock":
        return claude_nb.bedrock("us-east-1", base_url=server.url, **changes)
    if name == "vertex":
        known = {"project": "my-project", "token": TOKEN, "base_url": server.url}
        return claude_nb.vertex("us-east5", **{**known, **changes})
    given = {"api_key": KEY} if "token" not in changes else {}
    return claude_nb.foundry(base_url=f"{server.url}/anthropic", **given, **changes)


@pytest.fixture
def client(connect, server, cloud):
    """Give a function that makes a client of a cloud."""

    def make(name, **settings):
        made = platform(name, server, cloud, **settings.pop("of", {}))
        return connect(api_key=None, base_url=None, platform=made, **settings)

    return make


# ---- each of them


@pytest.mark.parametrize("name", CLOUDS)
async def test_an_answer_comes_whole_and_as_a_stream(client, cloud, name):
    here = client(name)
    assert (await here.messages.create(**ASKED)).content[0].text == "".join(PIECES)
    async with here.messages.stream(**ASKED) as stream:
        assert [piece async for piece in stream.text_stream] == list(PIECES)
        final = await stream.get_final_message()
    assert final.usage.output_tokens == 9
    assert cloud.models == [MODEL, MODEL]


@pytest.mark.parametrize("name", CLOUDS)
async def test_it_stays_one_call_of_the_api_for_who_counts_and_records(client, name):
    heard = []
    here = client(name, on_call=heard.append)
    async with here.messages.stream(**ASKED) as stream:
        await stream.get_final_message()
        request = stream.response.request
    [record] = heard
    assert (record.path, record.outcome, record.attempts) == ("/v1/messages", "ok", 1)
    assert record.usage["output_tokens"] == 9
    assert record.key == request_key(request)


@pytest.mark.parametrize("name", CLOUDS)
async def test_what_is_overloaded_is_asked_again(client, cloud, name):
    cloud.refuses = [reply(529, {"message": "busy"}, retry_after_ms="1")]
    answered = await client(name, max_retries=1).messages.create(**ASKED)
    assert answered.stop_reason == "end_turn"
    assert len(cloud.bodies) == 2


@pytest.mark.parametrize(
    ("name", "refusal", "kind"),
    [
        ("bedrock", (403, {"message": "You have no access to it."}), PermissionDeniedError),
        ("bedrock", (400, {"message": "The model identifier is invalid."}), BadRequestError),
        ("bedrock", (429, {"message": "Too many tokens"}), RateLimitError),
        ("vertex", (403, {"error": {"code": 403, "message": "denied"}}), PermissionDeniedError),
        ("vertex", (404, [{"error": {"code": 404, "message": "no model"}}]), NotFoundError),
        ("foundry", (429, {"error": {"code": "429", "message": "slow"}}), RateLimitError),
    ],
)
async def test_a_clouds_refusal_is_told_as_the_apis(client, cloud, name, refusal, kind):
    cloud.refuses = [reply(*refusal)]
    with pytest.raises(kind) as caught:
        await client(name).messages.create(**ASKED)
    body = refusal[1]
    inner = body[0] if isinstance(body, list) else body
    assert caught.value.api_message == inner.get("error", inner)["message"]
    assert caught.value.type is not None


# ---- Bedrock


async def test_betas_go_into_bedrocks_body(client, cloud):
    await client("bedrock").messages.create(**ASKED, betas=["one-2025-01-01", "two-2025-01-01"])
    assert cloud.bodies[0]["anthropic_beta"] == ["one-2025-01-01", "two-2025-01-01"]
    assert cloud.bodies[0]["anthropic_version"] == "bedrock-2023-05-31"


async def test_an_api_key_of_bedrock_needs_no_signature(client, cloud, monkeypatch):
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", TOKEN)
    monkeypatch.setitem(sys.modules, "botocore", None)
    answered = await client("bedrock").messages.create(**ASKED)
    assert answered.stop_reason == "end_turn"


async def test_what_breaks_a_stream_of_bedrock_is_told(client, cloud):
    here = client("bedrock")
    for kind, error in (
        ("throttlingException", RateLimitError),
        ("serviceUnavailableException", OverloadedError),
    ):
        cloud.breaks = exception_frame(kind, "not now")
        with pytest.raises(error, match="not now") as caught:
            async with here.messages.stream(**ASKED) as stream:
                await stream.get_final_message()
        assert caught.value.partial_message.content[0].text == PIECES[0]


async def test_a_damaged_frame_breaks_off_and_keeps_what_came(client, cloud):
    whole = event_frame(answer("x")[2])
    cloud.breaks = whole[:-1] + bytes([whole[-1] ^ 1])
    with pytest.raises(APIConnectionError, match="checksum") as caught:
        async with client("bedrock").messages.stream(**ASKED) as stream:
            await stream.get_final_message()
    assert caught.value.partial_message.content[0].text == PIECES[0]


async def test_what_bedrock_does_not_have_is_said_and_not_asked(client, cloud, server):
    here = client("bedrock")
    with pytest.raises(NotFoundError, match="has no /v1/messages/count_tokens"):
        await here.messages.count_tokens(model=MODEL, messages=PROMPT["messages"])
    with pytest.raises(NotFoundError, match="has no /v1/models"):
        await here.models.retrieve("claude-test")
    assert server.requests == []


async def test_without_credentials_nothing_is_sent(client, server, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(CredentialsError, match="aws configure"):
        await client("bedrock").messages.create(**ASKED)
    assert server.requests == []


def test_bedrocks_messages_api_is_another_address_and_service(monkeypatch):
    made = claude_nb.bedrock("eu-west-1", messages_api=True)
    assert made.base_url == "https://bedrock-mantle.eu-west-1.api.aws/anthropic"
    assert "bedrock-runtime.us-east-1" in claude_nb.bedrock("us-east-1").base_url
    assert claude_nb.bedrock("cn-north-1").base_url.endswith(".amazonaws.com.cn")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    assert "ap-south-1" in claude_nb.bedrock().base_url


def test_no_region_is_a_sentence():
    with pytest.raises(ValueError, match="No AWS region"):
        claude_nb.bedrock()
    with pytest.raises(ValueError, match="No region"):
        claude_nb.vertex(project="p", token=TOKEN)


@pytest.mark.parametrize(("package", "extra"), [("botocore", "bedrock"), ("google", "vertex")])
def test_a_missing_package_is_a_sentence_with_what_to_install(monkeypatch, package, extra):
    real = __import__("importlib.util").util.find_spec
    gone = lambda name, *more: None if name.startswith(package) else real(name, *more)  # noqa: E731
    monkeypatch.setattr("importlib.util.find_spec", gone)
    with pytest.raises(CredentialsError, match=rf"claude-nb\[{extra}\]"):
        claude_nb.bedrock("us-east-1") if extra == "bedrock" else claude_nb.vertex("global")


def test_frames_come_whole_however_they_are_cut():
    events = answer(*PIECES)
    data = b"".join(map(event_frame, events)) + frame(b"{}", message_type="event")
    whole = EventStream().feed(data)
    for size in (1, 7, 100):
        stream = EventStream()
        parts = [stream.feed(data[at : at + size]) for at in range(0, len(data), size)]
        assert b"".join(parts) == whole
    assert whole.count(b"event: ") == len(events)


@pytest.mark.parametrize("damage", [0, 9, 13, 40])
def test_no_damage_to_a_frame_passes(damage):
    data = bytearray(event_frame(answer("x")[2]))
    data[damage] ^= 0x5A
    with pytest.raises(TransportError, match="damaged"):
        EventStream().feed(bytes(data) * 2)


# ---- Google Cloud


async def test_tokens_are_counted_by_google_cloud(client, cloud):
    counted = await client("vertex").messages.count_tokens(
        model="claude-haiku-4-5@20251001", messages=PROMPT["messages"]
    )
    assert counted.input_tokens == 11
    assert cloud.bodies[0]["anthropic_version"] == "vertex-2023-10-16"
    assert cloud.bodies[0]["model"] == "claude-haiku-4-5@20251001"


async def test_a_token_is_renewed_when_it_is_over(client, cloud, monkeypatch):
    import google.auth  # noqa: PLC0415 (the extra's)

    renewed = []

    class Credentials:
        token, valid = "over", False

        def refresh(self, _):
            renewed.append(1)
            self.token, self.valid = TOKEN, True

    monkeypatch.setattr(google.auth, "default", lambda **_: (Credentials(), "my-project"))
    here = client("vertex", of={"token": None, "project": None})
    await here.messages.create(**ASKED)
    await here.messages.create(**ASKED)
    assert renewed == [1]


def test_no_credentials_of_google_are_one_sentence(monkeypatch):
    import google.auth  # noqa: PLC0415 (the extra's)

    def refuse(**_):
        raise google.auth.exceptions.DefaultCredentialsError("none were found")

    monkeypatch.setattr(google.auth, "default", refuse)
    with pytest.raises(CredentialsError, match="gcloud auth application-default login"):
        claude_nb.vertex("global")


# ---- Foundry


async def test_foundry_takes_a_token_that_is_asked_for_each_time(client, cloud):
    asked = []
    here = client("foundry", of={"token": lambda: asked.append(1) or TOKEN})
    await here.messages.create(**ASKED)
    await here.messages.create(**ASKED)
    assert asked == [1, 1]


# ---- gateways


@pytest.fixture
def gateway(connect, server):
    """Give a function that asks through a gateway, and returns what it heard."""

    async def ask(**settings):
        server.handler = lambda _: Cloud()._answered(streams=False)
        made = claude_nb.gateway(f"{server.url}/team", **settings)
        here = connect(api_key=None, base_url=None, platform=made)
        await here.messages.create(**PROMPT)
        return SimpleNamespace(target=server.requests[-1].target, **server.requests[-1].headers)

    return ask


async def test_a_gateway_gets_what_it_is_given_and_no_key_of_the_environment(gateway, server):
    heard = await gateway(auth_token=TOKEN, headers={"x-team": "physics"})
    assert heard.target == "/team/v1/messages"
    assert heard.authorization == f"Bearer {TOKEN}"
    assert server.requests[-1].headers["x-team"] == "physics"
    assert "x-api-key" not in server.requests[-1].headers
    await gateway(api_key=KEY)
    assert server.requests[-1].headers["x-api-key"] == KEY
    assert "authorization" not in server.requests[-1].headers


async def test_a_command_gives_the_key_once_in_a_while(gateway, server, tmp_path):
    count = tmp_path / "count"
    command = [sys.executable, "-c", f"open({str(count)!r}, 'a').write('x'); print({KEY!r})"]
    made = claude_nb.gateway(server.url, api_key_helper=command)
    server.handler = lambda _: Cloud()._answered(streams=False)
    with claude_nb.Anthropic(platform=made) as here:
        here.messages.create(**PROMPT)
        here.messages.create(**PROMPT)
    assert count.read_text() == "x"
    assert server.requests[-1].headers["x-api-key"] == KEY
    assert server.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    await gateway(api_key_helper=f'"{sys.executable}" -c "print(123456789)"')
    assert server.requests[-1].headers["x-api-key"] == "123456789"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("print('a secret word'); raise SystemExit(3)", "it ended with 3"),
        ("pass", "it printed nothing"),
        ("print('a secret word')", "a blank"),
    ],
)
async def test_a_command_that_gives_no_key_is_told_without_its_output(gateway, code, said):
    with pytest.raises(CredentialsError, match=said) as caught:
        await gateway(api_key_helper=[sys.executable, "-c", code])
    assert "secret word" not in repr(caught.value)


async def test_a_command_that_takes_too_long_is_ended_with_what_it_started(gateway, monkeypatch):
    monkeypatch.setattr("claude_nb.api.platforms.gateway._PATIENCE", 0.3)
    started = time.monotonic()
    with pytest.raises(CredentialsError, match="longer than"):
        await gateway(api_key_helper=f'"{sys.executable}" -c "import time; time.sleep(30)"; echo x')
    assert time.monotonic() - started < 5


async def test_a_command_that_is_not_there_is_a_sentence(gateway):
    with pytest.raises(CredentialsError, match="cannot be run"):
        await gateway(api_key_helper=["no-such-command-of-this-test"])


def test_a_gateway_is_told_one_way_to_get_a_key():
    with pytest.raises(ValueError, match="one of"):
        claude_nb.gateway("https://gateway.example", api_key=KEY, auth_token=TOKEN)


def test_a_client_of_a_platform_names_it_and_no_key_that_is_not_used(server):
    made = claude_nb.foundry("mine", api_key=KEY)
    assert repr(claude_nb.Anthropic(platform=made)) == (
        "Anthropic(base_url='https://mine.services.ai.azure.com/anthropic', Microsoft Foundry)"
    )
    gateway = claude_nb.gateway(server.url, api_key=KEY)
    assert repr(claude_nb.Anthropic(platform=gateway)).endswith(", gateway)")


def test_nothing_of_a_platform_shows_a_key(server, cloud):
    shown = [
        repr(claude_nb.gateway(server.url, auth_token=TOKEN, headers={"x-key": KEY})),
        repr(claude_nb.Anthropic(platform=claude_nb.gateway(server.url, api_key=KEY))),
        *(repr(platform(name, server, cloud)) for name in CLOUDS),
    ]
    assert not any(secret in text for secret in (TOKEN, KEY, HIDDEN) for text in shown)
