"""Batches and files replay: made once, looked at by anyone, with the server gone."""

from __future__ import annotations

import asyncio
import io

import pytest
from cassette_rig import KEY, params

from claude_nb import Anthropic, AsyncAnthropic
from claude_nb.api.wire import Headers, Request, Response
from claude_nb.cassette import Cassette, CassetteError

NOWHERE = "http://127.0.0.1:9"
ROWS = [{"custom_id": f"row-{n}", "params": params(f"Row {n}?")} for n in range(3)]
PICTURE = b"\x89PNG\r\n\x1a\n\x00\xff\xfe"


@pytest.fixture
def gone(path):
    """Give a function that makes a client of no server, which only replays."""
    return lambda mode="replay": Cassette(path, mode).through(Anthropic(base_url=NOWHERE))


def batched(client, rows=ROWS):
    batch = client.messages.batches.create(requests=rows)
    client.messages.batches.wait(batch.id, longest_interval=0.01)
    results = list(client.messages.batches.results(batch.id))
    return [(each.custom_id, each.result.message.content[0].text) for each in results]


def test_a_batch_is_made_once_and_its_results_are_the_same_again(client, gone, connect, server):
    first = batched(client)
    assert [name for name, _ in sorted(first)] == ["row-0", "row-1", "row-2"]
    times = len(server.asked)
    assert batched(gone()) == first
    assert batched(connect()) == first  # auto: a second one is neither made nor paid for
    assert len(server.asked) == times
    retrieved = gone().messages.batches.retrieve
    created = gone().messages.batches.create(requests=ROWS)
    assert [retrieved(created.id).processing_status for _ in range(2)] == ["ended"] * 2


def test_asyncio_plays_it_too(client, gone, path):
    first = batched(client)

    async def again():
        async with AsyncAnthropic(base_url=NOWHERE, cassette=Cassette(path, "replay")) as other:
            batch = await other.messages.batches.create(requests=ROWS)
            await other.messages.batches.wait(batch.id)
            found = [each async for each in await other.messages.batches.results(batch.id)]
            return [(each.custom_id, each.result.message.content[0].text) for each in found]

    assert asyncio.run(again()) == first


def test_another_batch_is_a_miss_that_says_what_it_is(client, gone):
    batched(client)
    with pytest.raises(CassetteError, match=r"a batch of 2.*requests"):
        batched(gone(), ROWS[:2])
    with pytest.raises(CassetteError, match="/v1/messages/batches/msgbatch_x"):
        gone().messages.batches.retrieve("msgbatch_x")


def looked_at(path, body, *, url="/v1/messages/batches/b", content_type="application/json", **more):
    request = Request("GET", f"http://x{url}", Headers())
    reply = Response(200, Headers({"content-type": content_type}), request, **more)
    asked = Cassette(path).ask(request)
    asked.keep(reply, [(0.0, body)])
    return Cassette(path).ask(request).played()


def test_a_batch_that_runs_is_asked_about_again(path):
    assert looked_at(path, b'{"id": "b", "processing_status": "in_progress"}') is None
    ended = looked_at(path, b'{"id": "b", "processing_status": "ended"}')
    assert b"ended" in b"".join(chunk for _, chunk in ended.events)
    assert looked_at(path, b"<html>", url="/v1/messages/batches/c") is None
    assert looked_at(path, b"[1]\n", url="/v1/messages/batches/c/results") is None


def test_results_that_were_read_in_part_are_not_kept(client, path):
    batch = client.messages.batches.create(requests=ROWS)
    client.messages.batches.wait(batch.id, longest_interval=0.01)
    with client.messages.batches.results(batch.id) as results:
        next(iter(results))
    assert not any(t.request["path"].endswith("results") for t in Cassette(path).unused())
    whole = list(client.messages.batches.results(batch.id))
    kept = Cassette(path).unused()
    assert sum(t.request["path"].endswith("results") for t in kept) == 1
    assert len(whole) == 3


def test_a_file_is_put_up_looked_at_and_read(client, gone, server, path):
    def use(client):
        file = client.files.upload(file=("a.txt", io.BytesIO(b"The tower is high."), "text/plain"))
        return file.id, client.files.retrieve_metadata(file.id).filename

    first = use(client)
    assert use(gone()) == first
    assert use(client)[0] != first[0]  # auto: the server may not have it any more
    with pytest.raises(CassetteError, match="holds no answer"):
        gone().files.upload(file=("a.txt", io.BytesIO(b"Another."), "text/plain"))


@pytest.mark.parametrize("content", [PICTURE, b"", b"text\n\n", "é".encode()])
def test_the_content_of_a_file_is_the_same_bytes(path, content):
    found = looked_at(path, content, url="/v1/files/f/content", content_type="image/png")
    assert b"".join(chunk for _, chunk in found.events) == content
    assert found.headers["content-type"] == "image/png"


def test_what_is_large_or_damaged_is_not_played_as_if_it_were_whole(path):
    assert looked_at(path, b"x" * 2_000_001, url="/v1/files/f/content") is None
    looked_at(path, PICTURE, url="/v1/files/f/content")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"body": "', '"body": "!'), encoding="utf-8")
    request = Request("GET", "http://x/v1/files/f/content", Headers())
    played = Cassette(path).ask(request).played()
    assert b"".join(chunk for _, chunk in played.events) == b""


def test_a_batch_with_a_key_in_it_is_not_recorded(client, path):
    with pytest.warns(UserWarning, match="not recorded"):
        client.messages.batches.create(
            requests=[{"custom_id": "a", "params": params(f"It is {KEY}.")}]
        )
    assert not path.exists()


def test_in_replay_nothing_is_cancelled_or_deleted(gone):
    batches, files = gone().messages.batches, gone().files
    for change in (batches.cancel, batches.delete, files.delete):
        with pytest.raises(CassetteError, match="nothing is asked"):
            change("msgbatch_1")
