"""Proxies and certificates as people have them: used, or named in a sentence with the variable."""

from __future__ import annotations

import base64
import os
import ssl
from collections.abc import Iterator

import pytest
from asked import PROMPT
from connect_proxy import AUTHORITY, ConnectProxy, TLSServer
from events import answer
from scripted_server import reply, sse, stream

from claude_nb.api import errors
from claude_nb.api.network import certificates, proxies

NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
DONE = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
FAR = {"base_url": "https://a.example", "timeout": 5, "max_retries": 3}
SECRET = "hunter22/hunter"  # a password that must not show


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))


@pytest.fixture
def far() -> Iterator[TLSServer]:
    server = TLSServer()
    server.handler = lambda request: (
        stream(sse(*answer("a"))) if b'"stream":true' in request.body else reply(200, DONE)
    )
    yield server
    server.close()


@pytest.fixture
def proxy(far, monkeypatch) -> Iterator[ConnectProxy]:
    made = ConnectProxy(far)
    monkeypatch.setenv("HTTPS_PROXY", f"http://{made.host}")
    yield made
    made.close()


async def refused(client) -> errors.APIConnectionError:
    """Ask, and return the error; it says all in a sentence or two, and holds no password."""
    with pytest.raises(errors.APIConnectionError) as caught:
        await client.messages.create(**PROMPT)
    error: BaseException | None = caught.value
    while error is not None:
        assert "hunter22" not in f"{error}{error!r}{vars(error)}"
        error = error.__cause__ or error.__context__
    assert "\n" not in str(caught.value)
    assert 40 < len(str(caught.value)) < 400
    return caught.value


async def test_a_proxy_leads_to_the_server_and_cannot_read_along(connect, far, proxy):
    client = connect(**FAR)
    await client.messages.create(**PROMPT)
    async with client.messages.stream(**PROMPT) as s:
        assert await s.get_final_text() == "a"
    assert {target for target, _ in proxy.heard} == {"a.example:443"}
    assert [request.target for request in far.requests] == ["/v1/messages"] * 2


@pytest.mark.parametrize("user", ["", "me:hunter22@"])
async def test_a_proxy_that_wants_a_login_is_asked_once(connect, far, monkeypatch, user):
    proxy = ConnectProxy(far, login="Basic no")
    monkeypatch.setenv("https_proxy", f"http://{user}{proxy.host}")
    error = await refused(connect(**FAR))
    assert isinstance(error, errors.ProxyError)
    problem = "did not take the user name" if user else "wants a login"
    assert str(error).startswith(f"The proxy {proxy.host} (from https_proxy) {problem}")
    assert f"http://USER:PASSWORD@{proxy.host}" in str(error)
    assert (len(proxy.heard), far.requests) == (1, [])
    proxy.close()


async def test_a_login_is_sent_as_it_is_meant(connect, far, monkeypatch):
    login = base64.b64encode(f"me:{SECRET}".encode()).decode()
    proxy = ConnectProxy(far, login=f"Basic {login}")
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:hunter22%2Fhunter@{proxy.host}")
    await connect(**FAR).messages.create(**PROMPT)
    assert len(far.requests) == 1
    proxy.close()


async def test_a_proxy_that_lets_nothing_through_is_named(connect, far, proxy):
    proxy.answer = "403 Forbidden"
    error = await refused(connect(**FAR))
    assert isinstance(error, errors.ProxyError)
    assert "does not let calls through to a.example (403 Forbidden)" in str(error)
    assert "NO_PROXY" in str(error)
    assert len(proxy.heard) == 1


async def test_a_proxy_that_is_down_is_named_and_asked_again(connect, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "127.0.0.1:1")
    waits: list[object] = []
    error = await refused(connect(**FAR | {"max_retries": 1}, on_retry=waits.append))
    assert isinstance(error, errors.ProxyError)
    assert "127.0.0.1:1 (from ALL_PROXY) cannot be reached (Connection refused)" in str(error)
    assert len(waits) == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("socks5h://127.0.0.1:1080", 'pip install "httpx[socks]"'),
        ("ftp://127.0.0.1:1", "kind 'ftp'; known are http, https"),
        ("http://me:hunter22#x@127.0.0.1:1", "percent-encoded"),
        ("http://me:hunter22@127.0.0.1:99999", "must look like"),
        ("http://me:22#hunter22@127.0.0.1:1", "percent-encoded"),
        ("http://me:22/hunter22@127.0.0.1:1", "percent-encoded"),
        ("http://hunter22:22?x@127.0.0.1:1", "percent-encoded"),
        ("http://", "must look like"),
        ("http:/127.0.0.1:1", "must look like"),
        ("http://[::1", "must look like"),
    ],
)
async def test_a_proxy_that_cannot_be_used_is_said_with_its_variable(
    connect, monkeypatch, said, words
):
    monkeypatch.setenv("HTTPS_PROXY", said)
    error = await refused(connect(**FAR))
    assert isinstance(error, errors.ProxyError)
    assert str(error).startswith("HTTPS_PROXY ")
    assert words in str(error)


async def test_a_proxy_that_does_not_speak_tls_is_said(connect, far, proxy, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"https://{proxy.host}")
    error = await refused(connect(**FAR))
    assert "HTTPS_PROXY says https://, but the proxy" in str(error)
    assert "write http://" in str(error)


@pytest.mark.parametrize("around", ["  {}  ", "{}\n", "\t{}/"])
async def test_blanks_around_a_proxy_are_dropped(connect, far, proxy, monkeypatch, around):
    monkeypatch.setenv("HTTPS_PROXY", around.format(f"http://{proxy.host}"))
    await connect(**FAR).messages.create(**PROMPT)
    assert len(proxy.heard) == 1


LISTED = "10.0.0.0/8,fd00::/8,::1,.corp,[::1],*.local, "


@pytest.mark.parametrize(
    ("url", "said", "direct"),
    [
        ("https://a.example", LISTED, False),
        ("https://10.1.2.3", LISTED, True),
        ("https://[fd00::7]", LISTED, True),
        ("https://x.corp", LISTED, True),
        ("https://corp", LISTED, True),
        ("https://notcorp", LISTED, False),
        ("https://a.b.local", LISTED, True),
        ("https://a.example", "*", True),
        ("https://a.example", "b.example, *", True),
        ("https://a.example", " A.Example. ", True),
        ("https://a.example", "example", True),
        ("https://a.example", "*.example", True),
        ("https://a.example", "a.example:443", True),
        ("https://a.example", "a.example:8443", False),
        ("https://a.example:8443", "a.example:8443", True),
        ("https://a.example", "https://a.example/", True),
        ("https://a.example", "b.example a.example", True),
        ("https://a.example", "b.example;a.example", True),
        ("https://[fd00::7]:1", "[fd00::7]:1", True),
        ("https://10.1.2.3", "10.1.2.3:443", True),
        ("https://10.1.2.3", "10.1.2", False),
        ("https://10.1.2.3", "10.*", True),
        ("https://10.1.2.3", "192.168.*, 10.1.*.*", True),
        ("https://101.1.2.3", "10.*", False),
        ("https://192.169.1.1", "192.168.*", False),
        ("https://a.example", " , ,", False),
        ("https://a.example", "10.0.0.0/99,[::,http://,:::", False),
        ("https://a.example", "", False),
    ],
)
@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
def test_no_proxy_is_read_as_it_is_meant(monkeypatch, name, url, said, direct):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv(name, said)
    assert (proxies.environment_proxy(url) is None) is direct


def untrusting(monkeypatch):
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


async def test_a_certificate_of_an_unknown_authority_is_said_once(connect, far, proxy, monkeypatch):
    untrusting(monkeypatch)
    error = await refused(connect(**FAR))
    assert isinstance(error, errors.CertificateError)
    assert str(error).startswith("The certificate of a.example cannot be trusted (")
    assert "set SSL_CERT_FILE to that file's path" in str(error)
    assert (len(proxy.heard), far.requests) == (1, [])


async def test_a_variable_of_other_programs_is_named(connect, proxy, monkeypatch):
    untrusting(monkeypatch)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/company.pem")
    error = await refused(connect(**FAR))
    assert "set SSL_CERT_FILE to /etc/company.pem as well" in str(error)


async def test_a_file_without_the_authority_is_named(connect, far, proxy, monkeypatch, tmp_path):
    other = tmp_path / "other.pem"
    other.write_text(ssl.DER_cert_to_PEM_cert(_some_authority()))
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    error = await refused(connect(**FAR))
    assert f"SSL_CERT_FILE ({other}) does not hold the authority that signed it" in str(error)
    assert len(proxy.heard) == 1


def _some_authority() -> bytes:
    """Return a certificate of another server: one's own would do since Python 3.13."""
    other = AUTHORITY.with_name("expired.pem")
    context = ssl.create_default_context(cafile=other)
    assert context.get_ca_certs() == []
    return ssl.PEM_cert_to_DER_cert(
        other.read_text().partition("-----END EC PRIVATE KEY-----\n")[2]
    )


async def test_a_certificate_for_another_machine_is_said(connect, proxy):
    error = await refused(connect(**FAR | {"base_url": "https://b.example"}))
    assert isinstance(error, errors.CertificateError)
    assert "it is for another machine, so check the base URL" in str(error)


async def test_a_certificate_that_has_expired_is_said(connect, monkeypatch):
    server = TLSServer("expired")
    proxy = ConnectProxy(server)
    monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.host}")
    error = await refused(connect(**FAR))
    assert isinstance(error, errors.CertificateError)
    assert "check this machine's clock" in str(error)
    proxy.close()
    server.close()


async def test_a_server_without_tls_is_said(connect, proxy):
    url = f"https://{proxy.host}"
    error = await refused(connect(**FAR | {"base_url": url, "on_retry": pytest.fail}))
    assert "127.0.0.1 does not speak TLS at this port: check the base URL" in str(error)


BAD = {
    "missing": "there is no such file",
    "folder": "a folder: name the PEM file in it",
    "empty": "holds no certificate in PEM form",
    "text": "holds no certificate in PEM form",
    "broken": "holds no certificate in PEM form",
    "binary": "holds no certificate in PEM form",
    "key": "holds no certificate in PEM form",
}
CONTENT = {
    "empty": b"",
    "text": b"This is no certificate.\n",
    "broken": b"-----BEGIN CERTIFICATE-----\nMIIB!!!\n-----END CERTIFICATE-----\n",
    "binary": bytes(range(256)),
    "key": b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
}


@pytest.mark.parametrize("kind", BAD)
async def test_a_variable_that_holds_no_certificates_is_said(connect, monkeypatch, tmp_path, kind):
    path = tmp_path / f"{kind}.pem"
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes(CONTENT[kind])
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    error = await refused(connect(**FAR))
    assert isinstance(error, errors.CertificateError)
    assert f"SSL_CERT_FILE names {path}" in str(error)
    assert BAD[kind] in str(error)
    assert "[" not in str(error)  # a library's words


async def test_a_missing_folder_of_certificates_is_said(connect, monkeypatch, tmp_path):
    untrusting(monkeypatch)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    error = await refused(connect(**FAR))
    assert "SSL_CERT_DIR names" in str(error)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
async def test_certificates_that_may_not_be_looked_at_are_said(connect, monkeypatch, name):
    def forbidden(path, **_):
        raise PermissionError(13, "Permission denied")

    untrusting(monkeypatch)
    monkeypatch.setenv(name, "/secret/certificates")
    for asks in ("exists", "is_dir"):
        monkeypatch.setattr(certificates.Path, asks, forbidden)
    error = await refused(connect(**FAR))
    assert isinstance(error, errors.CertificateError)
    assert f"{name} names /secret/certificates, which cannot be read (Permission" in str(error)


@pytest.mark.parametrize("content", [None, b"no certificate"])
async def test_a_broken_certifi_is_said(connect, monkeypatch, tmp_path, content):
    path = tmp_path / "cacert.pem"
    if content:
        path.write_bytes(content)
    untrusting(monkeypatch)
    monkeypatch.setattr("certifi.where", lambda: str(path))
    certificates._context.cache_clear()
    error = await refused(connect(**FAR))
    assert isinstance(error, errors.CertificateError)
    assert "install certifi anew" in str(error)
    certificates._context.cache_clear()


def test_each_of_several_folders_of_certificates_may_change(monkeypatch, tmp_path):
    untrusting(monkeypatch)
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
    monkeypatch.setenv("SSL_CERT_DIR", os.pathsep.join(map(str, folders)))
    stamps = {certificates.stamp()}
    for folder in folders:
        os.utime(folder, (1, 1))
        stamps.add(certificates.stamp())
    assert len(stamps) == 3


async def test_what_does_not_need_certificates_does_not_look_at_them(connect, server, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/there/is/none.pem")
    server.handler = lambda _: reply(200, DONE)
    await connect().messages.create(**PROMPT)


async def test_a_file_that_was_corrected_counts_with_the_next_client(
    connect, far, proxy, monkeypatch, tmp_path
):
    path = tmp_path / "mine.pem"
    monkeypatch.setenv("SSL_CERT_FILE", f" {path} ")
    await refused(connect(**FAR))
    path.write_bytes(AUTHORITY.read_bytes())
    await connect(**FAR).messages.create(**PROMPT)


def test_the_system_is_trusted_beside_what_python_brings(monkeypatch):
    untrusting(monkeypatch)
    loaded: list[str] = []
    monkeypatch.setattr(
        ssl.SSLContext, "load_default_certs", lambda *_: loaded.append("the system's")
    )
    certificates._context.cache_clear()
    assert certificates.context().get_ca_certs()
    assert loaded == ["the system's"]
    certificates._context.cache_clear()


def test_on_a_mac_the_keychain_is_asked_where_truststore_is(monkeypatch):
    truststore = pytest.importorskip("truststore")
    untrusting(monkeypatch)
    monkeypatch.setattr("sys.platform", "darwin")
    certificates._context.cache_clear()
    assert isinstance(certificates.context(), truststore.SSLContext)
    certificates._context.cache_clear()
