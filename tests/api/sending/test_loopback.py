"""What is for this machine stays on it: no proxy sees it, whatever the environment says."""

import socket

import pytest
from asked import KEY, PROMPT
from events import answer
from scripted_server import ScriptedServer, reply, sse, stream

from claude_nb import emulator
from claude_nb._http import DefaultAsyncHttpxClient, DefaultHttpxClient
from claude_nb.api import addresses, errors
from claude_nb.api.client import Anthropic, AsyncAnthropic

WILD = "0.0.0.0"  # noqa: S104 - nothing is bound to it
FAR = ("a.example", b"a.example")
NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
DONE = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def proxy():
    """Record what a proxy would hear, and answer as one that forwards would."""
    recording = ScriptedServer(lambda _: reply(200, DONE))
    yield recording
    recording.close()


def address(scheme, proxy):
    return f"{scheme}127.0.0.1:{proxy.port}"


async def use(client, server):
    """Ask whole, streamed and by GET."""
    server.handler = lambda request: (
        stream(sse(*answer("a"))) if b'"stream":true' in request.body else reply(200, DONE)
    )
    await client.messages.create(**PROMPT)
    async with client.messages.stream(**PROMPT) as s:
        assert await s.get_final_text() == "a"
    await client.messages.count_tokens(model="m", messages=PROMPT["messages"])


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("scheme", ["http://", "", "socks5://", "socks5h://", "socks4://"])
async def test_no_proxy_hears_of_a_call_to_this_machine(  # noqa: PLR0917 - fixtures
    connect, server, proxy, monkeypatch, name, scheme
):
    monkeypatch.setenv(name, address(scheme, proxy))
    await use(connect(), server)
    assert len(server.requests) == 3
    assert proxy.accepted == 0


@pytest.mark.parametrize("no_proxy", ["", "example.com", "localhost"])
async def test_that_takes_no_no_proxy_and_no_key(connect, server, proxy, monkeypatch, no_proxy):
    monkeypatch.setenv("HTTP_PROXY", address("http://", proxy))
    monkeypatch.setenv("NO_PROXY", no_proxy)
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "a-token-of-some-length")
    await use(connect(api_key=None), server)
    assert proxy.accepted == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "localhost.", "LocalHost", "[::ffff:127.0.0.1]"]
)
async def test_every_name_of_this_machine_is_direct(connect, server, proxy, monkeypatch, host):
    monkeypatch.setenv("HTTP_PROXY", address("http://", proxy))
    monkeypatch.setenv("ALL_PROXY", address("http://", proxy))
    await use(connect(base_url=f"HTTP://{host}:{server.port}/"), server)
    assert (len(server.requests), proxy.accepted) == (3, 0)


async def test_https_to_this_machine_is_direct_too(connect, server, proxy, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", address("http://", proxy))
    client = connect(base_url=server.url.replace("http", "https"), timeout=1)
    with pytest.raises(errors.APIConnectionError):
        await client.messages.create(**PROMPT)
    assert proxy.accepted == 0


async def test_insecure_http_is_allowed_for_other_machines_and_stays_direct_here(
    connect, server, proxy, monkeypatch
):
    monkeypatch.setenv("HTTP_PROXY", address("http://", proxy))
    await use(connect(allow_insecure_http=True), server)
    assert proxy.accepted == 0
    await connect(base_url="http://a.example", allow_insecure_http=True).messages.create(**PROMPT)
    assert proxy.requests[0].target == "http://a.example/v1/messages"


@pytest.mark.parametrize("changed", ["copy", "constructor"])
async def test_plain_http_through_a_proxy_is_refused_like_plain_http(proxy, monkeypatch, changed):
    monkeypatch.setenv("HTTP_PROXY", address("http://", proxy))
    for cls in (Anthropic, AsyncAnthropic):
        make = cls(api_key=KEY).copy if changed == "copy" else cls
        with pytest.raises(errors.InsecureBaseURLError):
            make(api_key=KEY, base_url="http://a.example")
    assert proxy.accepted == 0


async def test_a_copy_for_another_address_asks_anew_whether_it_is_here(
    connect, server, proxy, monkeypatch
):
    monkeypatch.setenv("HTTP_PROXY", address("http://", proxy))
    far = connect(base_url="http://a.example", allow_insecure_http=True)
    await use(far.copy(base_url=server.url), server)
    assert proxy.accepted == 0


async def test_other_machines_are_reached_through_the_proxy(connect, proxy, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", address("", proxy))
    client = connect(base_url="https://a.example", timeout=1)
    with pytest.raises(errors.APIConnectionError):
        await client.messages.create(**PROMPT)
    assert [(r.method, r.target) for r in proxy.requests] == [("CONNECT", "a.example:443")]


async def test_no_proxy_counts_for_other_machines(connect, server, proxy, monkeypatch):
    looked_up = socket.getaddrinfo

    def lookup(host, *args, **more):
        return looked_up("127.0.0.1" if host in FAR else host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setenv("HTTP_PROXY", address("http://", proxy))
    monkeypatch.setenv("NO_PROXY", "b.example, .example")
    url = f"http://a.example:{server.port}"
    await use(connect(base_url=url, allow_insecure_http=True), server)
    assert (len(server.requests), proxy.accepted) == (3, 0)


async def test_the_environment_is_read_when_a_client_is_made(connect, proxy, monkeypatch):
    far = {"base_url": "http://a.example", "allow_insecure_http": True}
    monkeypatch.setenv("HTTP_PROXY", address("http://", proxy))
    through = connect(**far)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    await through.messages.create(**PROMPT)
    assert len(proxy.requests) == 1


@pytest.mark.parametrize("scheme", ["socks4://", "ftp://", "socks5://"])
async def test_a_proxy_that_cannot_be_used_is_said_once(connect, proxy, monkeypatch, scheme):
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}me:hunter22hunter@127.0.0.1:{proxy.port}")
    client = connect(base_url="https://a.example", max_retries=5)
    with pytest.raises(
        errors.APIConnectionError, match=r"^HTTPS_PROXY (names a proxy of kind|is a SOCKS proxy)"
    ) as caught:
        await client.messages.create(**PROMPT)
    assert "hunter22" not in str(caught.value) + repr(vars(caught.value))


@pytest.mark.parametrize("where", ["http://me:hunter22@[::1", "http://me:hunter22@h:x", "http://"])
async def test_a_proxy_at_no_address_is_said(connect, monkeypatch, where):
    monkeypatch.setenv("HTTPS_PROXY", where)
    client = connect(base_url="https://a.example", timeout=1)
    with pytest.raises(errors.APIConnectionError) as caught:
        await client.messages.create(**PROMPT)
    error = caught.value
    while error is not None:
        assert "hunter22" not in repr(error) + str(error) + repr(vars(error))
        error = error.__cause__ or error.__context__


async def test_the_password_of_a_proxy_does_not_show(connect, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter22hunter@127.0.0.1:1")
    client = connect(base_url="https://a.example")
    client = getattr(client, "_value", client)
    assert "hunter22" not in repr(client._connector.factory) + repr(client._config.factory())


async def test_a_client_that_is_given_decides_for_itself(
    server, proxy, monkeypatch, library, driver
):
    monkeypatch.setenv("HTTP_PROXY", address("http://", proxy))
    if driver == "sync":
        with Anthropic(
            api_key=KEY, base_url=server.url, http_client=DefaultHttpxClient()
        ) as client:
            client.messages.create(**PROMPT)
    else:
        http = DefaultAsyncHttpxClient()
        async with AsyncAnthropic(api_key=KEY, base_url=server.url, http_client=http) as client:
            await client.messages.create(**PROMPT)
    assert (len(proxy.requests), server.requests) == (1, [])


async def test_the_emulator_is_always_direct(connect, proxy, monkeypatch):
    for name in NAMES[:3]:
        monkeypatch.setenv(name, address("http://", proxy))
    with emulator.serve(tokens_per_second=0) as server:
        message = await connect(base_url=server.url).messages.create(
            **{**PROMPT, "model": "claude-sonnet-4-6"}
        )
    assert message.role == "assistant"
    assert proxy.accepted == 0


@pytest.mark.parametrize(
    ("found", "fine"),
    [
        (["127.0.0.1"], True),
        (["::1", "127.0.0.1"], True),
        (["::ffff:127.0.0.1"], True),
        (["10.0.0.7"], False),
        (["127.0.0.1", "10.0.0.7"], False),
        (["128.0.0.1"], False),
        ([], False),
    ],
)
@pytest.mark.parametrize("host", ["a.localhost", "a.localhost.", "a.b.LOCALHOST"])
def test_names_below_localhost_are_this_machine_if_they_are_looked_up_to_it(
    monkeypatch, host, found, fine
):
    def lookup(*_, **__):
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(0, 0, 0, "", (each, 0)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    url = f"http://{host}:8"
    if fine:
        assert Anthropic(api_key="k", base_url=url).base_url == url.replace(".:", ":")
    else:
        with pytest.raises(errors.InsecureBaseURLError, match="not looked up to this machine"):
            Anthropic(api_key="k", base_url=url)


@pytest.mark.parametrize(
    "host",
    [
        *("127.1", "0x7f.1", "2130706433", "0177.0.0.1", "0x7f000001", "127.0.0.1.", "127.0.1"),
        *("0", WILD, f"{WILD}:80", "[::]", f"[::ffff:{WILD}]"),
        *("1.2.3", "0X7F.1", "127.0.0.0x1", "256.1.1.1"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_addresses_that_programs_read_differently_are_refused(scheme, host):
    for insecure in (False, True):
        with pytest.raises(ValueError, match=r"write (127\.0\.0\.1|four numbers)"):
            Anthropic(api_key="k", base_url=f"{scheme}://{host}", allow_insecure_http=insecure)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://127.0.0.1%2eevil.com",
            "http://127.0.0.1\\.evil.com",
            "http://127.0.0.1\t.evil.com",
        ),
        *("http://[::1", "http://127.0.0.1:99999", "http://:80", "http:127.0.0.1", "http:///x"),
        *("https://a.example?x=1", "https://a.example/#x", "http://127.0.0.1:0", "https://a<b"),
        *(
            "https://xn--",
            "https://xn--a.example",
            "https://a..example",
            f"https://{'a' * 64}.example",
        ),
        *("https://a.example/v1\u200b", "https://a.example/\u202ex", "https://a\xa0b.example"),
        *("\u201chttps://a.example\u201d", "https://a.example/'", "<https://a.example>"),
    ],
)
def test_addresses_that_hide_where_they_lead_are_refused(url):
    with pytest.raises(ValueError, match=r"must look like https://api\.anthropic\.com"):
        Anthropic(api_key="k", base_url=url)


@pytest.mark.parametrize("quote", ["'", '"'])
def test_the_quotes_of_a_shell_are_no_part_of_an_address(quote):
    client = Anthropic(api_key="k", base_url=f" {quote}https://a.example/v1/{quote} ")
    assert client.base_url == "https://a.example"


@pytest.mark.parametrize(
    "url",
    [
        *("http://u:hunter22@127.0.0.1", "https://u@a.example", "ftp://u:hunter22@h"),
        *("http:\\\\u:hunter22@h", "https://a.example?api_key=hunter22", "u:hunter22@h"),
    ],
)
def test_what_an_address_must_not_hold_is_not_shown(url):
    with pytest.raises(ValueError, match=r"^base_url:? must") as caught:
        Anthropic(api_key="k", base_url=url)
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        *(("127.0.0.1", True), ("127.255.255.254", True), ("::1", True), ("::ffff:7f00:1", True)),
        *(("10.0.0.1", False), ("128.0.0.1", False), ("::ffff:10.0.0.1", False), ("::2", False)),
        *(("64:ff9b::7f00:1", False), ("::127.0.0.1", False), ("169.254.0.1", False)),
        *(("localhost.example.com", False), ("notlocalhost", False), ("", False)),
    ],
)
def test_which_hosts_are_this_machine(host, here):
    assert addresses.is_loopback(host) is here


@pytest.mark.parametrize("url", ["https://１２７。０.0.1", "https://ｌｏｃａｌｈｏｓｔ"])  # noqa: RUF001 - that is the trick
def test_wide_letters_are_read_as_what_they_are(url):
    assert addresses.stays_here(url)
