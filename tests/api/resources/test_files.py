"""``client.files``: put up, list, look at, get, delete; and calls that have no name here."""

from __future__ import annotations

import contextlib
import io
import socketserver
import threading

import pytest

from claude_nb import (
    Anthropic,
    AsyncAnthropic,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
    NotFoundError,
    emulator,
)
from claude_nb.api.errors import APIConnectionError, BadRequestError
from claude_nb.api.types import FileMetadata


@pytest.fixture
def server():
    with emulator.serve(tokens_per_second=0) as running:
        yield running


@pytest.fixture
def client(server):
    with Anthropic(api_key="k", base_url=server.url, max_retries=0) as made:
        yield made


def plotted(client):
    """Return the id of a file that a tool made."""
    tools = [{"type": "code_execution_20260521", "name": "code_execution"}]
    asked = [{"role": "user", "content": "Run code: plot 1, 2, 3"}]
    answer = client.messages.create(
        model="claude-sonnet-4-6", max_tokens=500, messages=asked, tools=tools
    )
    found = [block for block in answer.content if block.type.endswith("code_execution_tool_result")]
    return found[0].content.to_dict()["content"][0]["file_id"]


def test_a_file_is_put_up_looked_at_listed_and_deleted(client, tmp_path):
    path = tmp_path / 'ü "x".txt'
    path.write_bytes(b"hello" * 100_000)
    sent = []
    made = client.files.upload(
        file=("notes ü.txt", path),
        on_progress=lambda *n: sent.append(n),
        expires_in_seconds=3600,
    )
    assert (made.filename, made.mime_type) == ("notes ü.txt", "text/plain")
    assert made.size_bytes == 500_000
    assert made.expires_at is not None
    assert sent[-1] == (500_000, 500_000)
    assert len(sent) > 1
    assert client.beta.files.retrieve_metadata(made.id).to_dict() == made.to_dict()
    assert [each.id for each in client.files.list()] == [made.id]
    assert client.files.delete(made.id).id == made.id
    assert client.files.list().data == []
    with pytest.raises(NotFoundError):
        client.files.retrieve_metadata(made.id)


def test_a_file_goes_through_a_transport_that_reads_it_whole():
    http = DefaultHttpxClient(transport=emulator.Transport())
    with Anthropic(api_key="k", base_url="http://127.0.0.1", http_client=http) as client:
        made = client.files.upload(file=("notes.txt", b"hello"))
        assert client.files.retrieve_metadata(made.id).size_bytes == len("hello")


async def test_a_file_goes_through_an_asynchronous_transport_that_reads_it_whole():
    http = DefaultAsyncHttpxClient(transport=emulator.Transport())
    async with AsyncAnthropic(api_key="k", base_url="http://127.0.0.1", http_client=http) as client:
        made = await client.files.upload(file=("notes.txt", b"hello"))
        assert (await client.files.retrieve_metadata(made.id)).size_bytes == len("hello")


@pytest.mark.parametrize(
    "given",
    [
        b"x,y\n",
        io.BytesIO(b"x,y\n"),
        ("a.csv", b"x,y\n"),
        ("a.csv", io.BytesIO(b"x,y\n"), "text/csv"),
        bytearray(b"x,y\n"),
    ],
)
def test_a_file_may_be_given_in_many_ways(client, given):
    assert client.files.upload(file=given).size_bytes == 4


def test_what_is_no_file_is_refused_before_it_is_sent(client, tmp_path):
    with pytest.raises(TypeError, match="opened with 'rb'"):
        client.files.upload(file=io.StringIO("text"))
    with pytest.raises(TypeError, match="not int"):
        client.files.upload(file=7)
    with pytest.raises(FileNotFoundError):
        client.files.upload(file=tmp_path / "none")
    with pytest.raises(IsADirectoryError):
        client.files.upload(file=tmp_path)
    with pytest.raises(TypeError, match="file"):
        client.files.upload()


@pytest.mark.parametrize("name", ['a"; filename="b', "a\r\nX-Evil: 1", "世界.pdf", "..\\..\\a.txt"])
def test_a_name_cannot_end_its_field(client, name):
    with contextlib.suppress(BadRequestError):  # which may refuse a name, and takes no other field
        assert client.files.upload(file=(name, b"x")).size_bytes == 1
    assert all(file.mime_type != "evil" for file in client.files.list())


def test_a_list_goes_on_to_its_next_pages(client):
    ids = [client.files.upload(file=b"x").id for _ in range(5)]
    first = client.files.list(limit=2)
    assert (len(first.data), first.has_next_page()) == (2, True)
    assert [each.id for each in first] == ids[::-1]
    assert {each.id for each in client.files.list(ids=ids[:2])} == set(ids[:2])


def test_what_a_tool_made_is_read_whole_or_written_as_it_comes(client, tmp_path):
    file_id = plotted(client)
    content = client.files.download(file_id)
    data = content.read()
    assert data.startswith(b"\x89PNG")
    assert content.content == data
    content.write_to_file(tmp_path / "same.png")
    client.files.download(file_id).write_to_file(tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes() == (tmp_path / "same.png").read_bytes() == data
    assert sorted(p.name for p in tmp_path.iterdir()) == ["plot.png", "same.png"]
    with client.files.download(file_id) as again:
        assert b"".join(again.iter_bytes()) == data
        with pytest.raises(RuntimeError, match="again"):
            again.read()


def test_what_was_put_up_cannot_be_had_back(client):
    made = client.files.upload(file=b"x")
    with pytest.raises(BadRequestError, match="not downloadable"):
        client.files.download(made.id)


def test_an_upload_whose_reply_is_lost_is_not_sent_twice(client):
    came = []

    class Lost(socketserver.StreamRequestHandler):
        """Reads a request's head, and hangs up."""

        def handle(self):
            """Take one request."""
            came.append(self.rfile.readline())
            while self.rfile.readline().strip():
                pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Lost) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{listening.server_address[1]}"
        lost = client.with_options(base_url=url, max_retries=2)
        with pytest.raises(APIConnectionError, match=r"look for it with client\.files\.list"):
            lost.files.upload(file=b"x")
        listening.shutdown()
    assert came == [b"POST /v1/files HTTP/1.1\r\n"]


async def test_the_same_with_asyncio(server, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello" * 100_000)
    async with AsyncAnthropic(api_key="k", base_url=server.url) as client:
        made = await client.files.upload(file=path)
        assert made.size_bytes == 500_000
        assert [each.id async for each in client.files.list()] == [made.id]
        assert (await client.files.retrieve_metadata(made.id)).id == made.id
        with Anthropic(api_key="k", base_url=server.url) as waiting:
            file_id = plotted(waiting)
        content = await client.files.download(file_id)
        await content.write_to_file(tmp_path / "plot.png")
        assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
        assert (await (await client.files.download(file_id)).read())[:4] == b"\x89PNG"
        assert (await client.files.delete(made.id)).id == made.id


def test_endpoints_that_have_no_name_here_can_be_called(client):
    made = client.files.upload(file=("a.txt", b"x"))
    assert client.get(f"/v1/files/{made.id}")["filename"] == "a.txt"
    again = client.get(f"/v1/files/{made.id}", cast_to=FileMetadata)
    assert again.created_at == made.created_at
    body = {"model": "claude-haiku-4-5", "messages": [{"role": "user", "content": "hi"}]}
    assert client.post("/v1/messages/count_tokens", body=body)["input_tokens"] > 0
    assert client.delete(f"/v1/files/{made.id}")["type"] == "file_deleted"
    with pytest.raises(TypeError, match="Did you mean 'cast_to'"):
        client.get("/v1/files", cast=1)


async def test_and_with_asyncio(server):
    async with AsyncAnthropic(api_key="k", base_url=server.url) as client:
        assert (await client.get("/v1/models"))["data"]


ASKED = {
    "model": "claude-haiku-4-5",
    "max_tokens": 20,
    "messages": [{"role": "user", "content": "hi"}],
}


def test_a_reply_can_be_read_in_its_block(client):
    with client.messages.with_streaming_response.create(**ASKED) as reply:
        assert reply.headers["request-id"]
        assert reply.parse().content[0].type == "text"
        assert b"".join(reply.iter_bytes(7)) == reply.content
        assert "".join(reply.iter_text()) == "".join(reply.iter_lines())
    with client.messages.with_streaming_response.create(stream=True, **ASKED) as reply:
        assert [event.type for event in reply.parse()][-1] == "message_stop"


async def test_a_reply_can_be_read_in_its_block_with_asyncio(server):
    async with AsyncAnthropic(api_key="k", base_url=server.url) as client:
        async with client.messages.with_streaming_response.create(**ASKED) as reply:
            assert (await reply.parse()).content[0].type == "text"
        async with client.messages.with_streaming_response.create(stream=True, **ASKED) as reply:
            assert [e.type async for e in await reply.parse()][-1] == "message_stop"
