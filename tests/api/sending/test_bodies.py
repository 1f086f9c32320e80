"""However much a server sends, packed or not, a bounded part of it is read, and said to be one."""

import gzip
import tracemalloc
import zlib

import pytest
from asked import KEY, PROMPT
from scripted_server import LAST_CHUNK, STALL, chunk, head, reply

from claude_nb.api import bodies, errors
from claude_nb.api.bodies import ANSWER_BYTES, ERROR_BYTES
from claude_nb.cassette import Cassette

MB = 1024 * 1024
REPLY = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}


def packed(unit, times, prefix=b""):
    """Return `unit`, `times` over, packed without ever being in memory (raw deflate)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    parts = [packer.compress(prefix)]
    parts += [packer.compress(unit) for _ in range(times)]
    return b"".join([*parts, packer.flush()])


def as_gzip(raw):
    return gzip.compress(b"")[:10] + raw  # what comes after it is never read


@pytest.fixture(scope="module")
def bombs():
    """Give bodies by their coding; each is 100 MB when unpacked."""
    raw = packed(b"x" * MB, 100)
    once = as_gzip(raw)
    return {
        "gzip": once,
        "deflate": b"\x78\xda" + raw,
        "Deflate": raw,
        "identity, GZIP": once,
        "gzip, gzip": gzip.compress(once),
        "deflate,gzip,identity": gzip.compress(b"\x78\xda" + raw),
        "gzip, deflate, gzip": gzip.compress(zlib.compress(once)),
    }


@pytest.fixture
def memory():
    """Give a function that tells the most memory that was in use since the test began, in MB."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1] / MB
    tracemalloc.stop()


CODINGS = ("gzip", "deflate", "Deflate", "identity, GZIP")
NESTED = ("gzip, gzip", "deflate,gzip,identity", "gzip, deflate, gzip")
FAILURES = [(400, errors.BadRequestError), (401, errors.AuthenticationError)]
FAILURES += [(503, errors.ServiceUnavailableError), (302, errors.RedirectError)]


@pytest.mark.parametrize("coding", CODINGS)
async def test_a_packed_failure_is_read_up_to_a_limit(connect, server, bombs, memory, coding):
    server.script(reply(400, bombs[coding], content_encoding=coding))
    with pytest.raises(
        errors.BadRequestError, match=r"characters\) … \(the body is longer than 4 MB\)"
    ) as caught:
        await connect().messages.create(**PROMPT)
    assert memory() < 60
    assert len(caught.value.response.content) == ERROR_BYTES
    assert len(str(caught.value)) < 11_000


@pytest.mark.parametrize("coding", NESTED)
async def test_a_failure_packed_more_than_once_is_its_status(
    connect, server, bombs, memory, coding
):
    server.script(reply(401, bombs[coding], content_encoding=coding))
    with pytest.raises(errors.AuthenticationError, match="the body cannot be read"):
        await connect().messages.create(**PROMPT)
    assert memory() < 20


@pytest.mark.parametrize(("status", "cls"), FAILURES)
async def test_a_long_failure_is_cut(connect, server, status, cls):
    server.script([head(status, transfer_encoding="chunked"), *[chunk(b"y" * MB)] * 5, LAST_CHUNK])
    with pytest.raises(cls, match="longer than 4 MB"):
        await connect().messages.create(**PROMPT)
    with pytest.raises(cls, match="longer than 4 MB"):
        async with connect().messages.stream(**PROMPT):
            pass


@pytest.mark.parametrize("status", [400, 529])
async def test_a_failure_whose_body_is_damaged_is_its_status(connect, server, status):
    server.script(reply(status, b"no gzip at all", content_encoding="gzip"))
    with pytest.raises(errors.APIStatusError, match="the body cannot be read") as caught:
        await connect().messages.create(**PROMPT)
    assert caught.value.status_code == status


@pytest.mark.parametrize("sent", [b"", b"begun "])
async def test_a_failure_whose_body_stalls_is_its_status(connect, server, monkeypatch, sent):
    monkeypatch.setattr("claude_nb._http.ERROR_SECONDS", 0.1)
    server.script([head(404, content_length="100") + sent, STALL])
    with pytest.raises(errors.NotFoundError, match="the body cannot be read"):
        await connect().messages.create(**PROMPT)


async def test_a_failure_that_drips_ends(connect, server, monkeypatch):
    monkeypatch.setattr(bodies, "ERROR_SECONDS", 0.1)
    drips = [step for _ in range(500) for step in (chunk(b"z"), 0.01)]
    server.script([head(400, transfer_encoding="chunked"), *drips, LAST_CHUNK])
    with pytest.raises(errors.BadRequestError, match=r"the body took longer than 0\.1 s"):
        await connect().messages.create(**PROMPT)


@pytest.mark.parametrize("size", [0, 1, ERROR_BYTES - 2, ERROR_BYTES])
async def test_what_is_within_the_limit_is_whole(connect, server, size):
    server.script(reply(400, gzip.compress(b"x" * size), content_encoding="gzip"))
    with pytest.raises(errors.BadRequestError) as caught:
        await connect().messages.create(**PROMPT)
    assert caught.value.body == "x" * size
    assert "the body" not in str(caught.value)


async def test_packed_answers_are_read_as_ever(connect, server):
    text = "é" * 3_000_000
    body = gzip.compress(f'{{"id": "{text}"}}'.encode())
    server.script(reply(200, body, content_encoding="gzip"))
    assert (await connect().messages.create(**PROMPT)).id == text


@pytest.mark.slow
@pytest.mark.parametrize("coding", CODINGS[::3])
async def test_an_answer_that_is_too_long_is_one_clear_error(connect, server, bombs, coding):
    server.script(reply(200, bombs[coding], content_encoding=coding))
    client = connect(max_retries=3)
    with pytest.raises(errors.APIResponseValidationError, match=r"longer than 64 MB, and was not"):
        await client.messages.create(**PROMPT)
    assert len(server.requests) == 1


@pytest.mark.slow
async def test_that_holds_for_raw_replies_and_what_is_not_packed(connect, server):
    size = str(ANSWER_BYTES + 1)
    server.handler = lambda _: [head(200, content_length=size), *[b" " * MB] * 65]
    with pytest.raises(errors.APIResponseValidationError, match="longer than 64 MB"):
        await connect().messages.with_raw_response.create(**PROMPT)
    with pytest.raises(errors.APIResponseValidationError, match="longer than 64 MB"):
        await connect().models.list()


async def test_a_cut_is_said_of_what_is_json_so_far_too(connect, server):
    body = b'{"error": {"type": "invalid_request_error", "message": "no"}}' + b" " * ERROR_BYTES
    server.script(reply(400, body))
    with pytest.raises(errors.BadRequestError, match="the body is longer than 4 MB") as caught:
        await connect().messages.create(**PROMPT)
    assert caught.value.api_message == "no"


@pytest.mark.parametrize("coding", NESTED)
async def test_an_answer_packed_more_than_once_is_refused(connect, server, bombs, coding):
    server.script(reply(200, bombs[coding], content_encoding=coding))
    with pytest.raises(errors.APIConnectionError, match="not read"):
        await connect().messages.create(**PROMPT)
    with pytest.raises(errors.APIConnectionError, match="not read"):
        await _read(connect())
    assert server.wait_until(lambda: server.open_connections == 0)


async def _read(client):
    async with client.messages.stream(**PROMPT) as s:
        await s.get_final_message()


@pytest.mark.slow
@pytest.mark.parametrize("prefix", [b"event: x\ndata: ", b"data: x\n", b""])
async def test_a_packed_stream_ends_at_the_largest_event(connect, server, memory, prefix):
    body = as_gzip(packed(b"x" * MB, 40, prefix))
    server.script(reply(200, body, content_encoding="gzip", content_type="text/event-stream"))
    with pytest.raises(errors.EventTooLargeError, match="10,000,000"):
        await _read(connect())
    assert memory() < 80


async def test_a_body_that_is_unpacked_to_nothing_ends(connect, server, monkeypatch):
    monkeypatch.setattr(bodies, "ERROR_BYTES", 100_000)
    empty = (
        zlib.compress(b"")[:2] + b"\x00\x00\x00\xff\xff" * 100_000
    )  # blocks with nothing in them
    server.script(reply(400, empty, content_encoding="deflate"))
    with pytest.raises(errors.BadRequestError, match="cannot be read"):
        await connect().messages.create(**PROMPT)


@pytest.mark.parametrize(
    "body",
    [b"[" * 200_000, b'{"error": ' * 5000, b'{"a": ' + b"9" * 5000 + b"}", b"\xff\xfe", b"null"],
)
async def test_failures_that_are_hard_to_read_are_their_status(connect, server, body):
    server.script(reply(400, body))
    with pytest.raises(errors.BadRequestError):
        await connect().messages.create(**PROMPT)


async def test_a_cut_answer_is_not_recorded(server, library, tmp_path):
    from claude_nb import Anthropic  # noqa: PLC0415

    server.script(reply(200, as_gzip(packed(b" " * MB, 80)), content_encoding="gzip"))
    path = tmp_path / "answers.jsonl"
    with Anthropic(api_key=KEY, base_url=server.url) as client:
        taped = Cassette(path).through(client)
        with pytest.raises(errors.APIResponseValidationError):
            taped.messages.create(**PROMPT)
    assert not path.exists()


class FakeReply:
    """What `in_slices` looks at."""

    is_stream_consumed = False

    def __init__(self, coding, *chunks):
        self.headers = {"content-encoding": coding}
        self.stream = iter(chunks)


@pytest.mark.parametrize(
    ("coding", "largest"), [("gzip", 4096), ("zstd", 128), ("br", 16), ("x-new", 4096), ("", 9999)]
)
def test_codings_that_say_more_in_fewer_bytes_are_read_in_smaller_slices(coding, largest):
    import httpx  # noqa: PLC0415

    fake = FakeReply(coding, b"a" * 9999, b"b")
    bodies.in_slices(fake, httpx)
    parts = list(fake.stream)
    assert max(map(len, parts)) == largest
    assert b"".join(parts) == b"a" * 9999 + b"b"
