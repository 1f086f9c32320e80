"""Files: taken in, listed, named in requests, given back, each key's own."""

from __future__ import annotations

import base64
import contextlib
import json

import httpx
import pytest
from emulator_requests import HEADERS, ask, png, talk

import claude_nb.emulator
from claude_nb.emulator import Limits, ManualClock

PDF = b"%PDF-1.4\n1 0 obj << /Type /Page >> endobj\n"
TEXT = "The tower is 57 metres high. It was built in 1903 and has nine bells."
FORM = "multipart/form-data; boundary=x"


@contextlib.contextmanager
def connected(**settings):
    with (
        claude_nb.emulator.serve(tokens_per_second=0, **settings) as server,
        httpx.Client(base_url=server.url, headers=HEADERS) as client,
    ):
        yield client


def upload(client, name="notes.txt", data=None, media_type="text/plain", **fields):
    return client.post(
        "/v1/files", files={"file": (name, data or TEXT.encode(), media_type)}, data=fields
    )


def block(kind, file_id):
    return {"type": kind, "source": {"type": "file", "file_id": file_id}}


def refusal(response):
    error = response.json()["error"]
    return response.status_code, error["type"], error["message"]


def test_a_file_is_described_as_the_api_does(client, clock):
    file = upload(client).json()
    assert file["id"].startswith("file_")
    assert file["created_at"].endswith("Z")
    plain = {key: file[key] for key in file if key not in {"id", "created_at"}}
    assert plain == {
        "type": "file",
        "filename": "notes.txt",
        "mime_type": "text/plain",
        "size_bytes": len(TEXT),
        "downloadable": False,
        "expires_at": None,
    }
    assert client.get(f"/v1/files/{file['id']}").json() == file
    deleted = client.delete(f"/v1/files/{file['id']}").json()
    assert deleted == {"id": file["id"], "type": "file_deleted"}
    gone = (404, "not_found_error", f"File not found: {file['id']}")
    assert refusal(client.get(f"/v1/files/{file['id']}")) == gone
    assert refusal(client.delete(f"/v1/files/{file['id']}")) == gone


@pytest.mark.parametrize(
    ("name", "media_type", "kept"),
    [
        ("a/b\\c.csv", "text/csv", "c.csv"),
        ("größe.pdf", "application/pdf", "größe.pdf"),
        ("a?b", "text/plain", None),
        ("x" * 501, "text/plain", None),
        (".", "text/plain", None),
        ("a/..", "text/plain", None),
        ("a\u202etxt.exe", "text/plain", None),
        ("a\x85b", "text/plain", None),
    ],
)
def test_of_a_name_the_last_part_is_kept(client, name, media_type, kept):
    answer = upload(client, name, media_type=media_type)
    if kept is None:
        assert refusal(answer)[2].startswith("file: Invalid filename")
    else:
        assert answer.json()["filename"] == kept


@pytest.mark.parametrize(
    ("content", "kind", "problem"),
    [
        (b"", FORM, "the boundary of Content-Type is not in the body"),
        (b"--x\r\nhello", FORM, "it has no end"),
        (b"--x\r\nhello\r\n--x--", FORM, "a part has no head"),
        (b"--x--", "multipart/form-data; charset=utf-8", "the boundary of Content-Type"),
        (b"--x--", FORM, "file: Field required"),
        (
            b"--x" + b"\r\na: b\r\n\r\n\r\n--x" * 30 + b"--",
            "multipart/form-data; boundary=x",
            "parts",
        ),
    ],
)
def test_what_is_no_form_with_a_file_is_refused(client, content, kind, problem):
    answer = client.post("/v1/files", content=content, headers={"content-type": kind})
    status, error, message = refusal(answer)
    assert (status, error) == (400, "invalid_request_error")
    assert problem in message


@pytest.mark.parametrize(
    "name",
    [
        b"filename*=utf-8''%ED%A0%80.txt",
        b"filename*=utf-16-le''%00%D8.txt",
        b"filename*=no-such-set''a.txt",
        b"filename*=idna''xn--%FF.txt",
        b"filename*=hex''zz",
        b"filename*=undefined''a",
        b"filename*=unicode-escape''%5Cud800.txt",
        b"filename*=utf-7''+2AA-.txt",
        b"filename*=raw-unicode-escape''%5CuD800",
    ],
)
def test_no_name_of_a_file_spoils_the_list(client, name):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; ' + name
    answer = client.post(
        "/v1/files", content=head + b"\r\n\r\nhi\r\n--x--", headers={"content-type": FORM}
    )
    assert answer.status_code in {200, 400}
    assert client.get("/v1/files").status_code == 200


def test_only_forms_are_files_and_files_are_nothing_else(client):
    assert client.post("/v1/files", json={}).status_code == 415
    assert client.post("/v1/messages", files={"file": b"x"}).status_code == 415


def test_a_file_of_any_bytes_is_kept_whole(client):
    data = b"\r\n--x\r\n--\r\n\r\n" + bytes(range(256)) + b"\r\n--"
    assert upload(client, "x.bin", data, "application/octet-stream").json()["size_bytes"] == len(
        data
    )


def test_pages_of_files_newest_first():
    with connected() as client:
        ids = [upload(client, f"{n}.txt").json()["id"] for n in range(5)][::-1]
        first = client.get("/v1/files?limit=3").json()
        assert [file["id"] for file in first["data"]] == ids[:3]
        second = client.get("/v1/files", params={"limit": 3, "page": first["next_page"]}).json()
        assert [file["id"] for file in second["data"]] == ids[3:]
        assert second["next_page"] is None
        chosen = client.get("/v1/files", params={"ids[]": [ids[4], "file_none", ids[0]]}).json()
        assert [file["id"] for file in chosen["data"]] == [ids[0], ids[4]]
        assert client.get("/v1/files?limit=1&ids[]=x").status_code == 400
        assert client.get("/v1/files?page=x").status_code == 400
        beta = {"anthropic-beta": "files-api-2025-04-14"}
        old = client.get("/v1/files?beta=true&limit=2", headers=beta).json()
        assert (old["first_id"], old["last_id"], old["has_more"]) == (ids[0], ids[1], True)


def test_a_file_belongs_to_the_key_that_uploaded_it(client):
    file_id = upload(client).json()["id"]
    other = {"x-api-key": "other-key"}
    for method, path in [("GET", ""), ("DELETE", ""), ("GET", "/content")]:
        answer = client.request(method, f"/v1/files/{file_id}{path}", headers=other)
        assert answer.status_code == 404
    assert client.get("/v1/files", headers=other).json()["data"] == []
    asked = client.post("/v1/messages", json=ask([block("document", file_id)]), headers=other)
    assert refusal(asked) == (404, "not_found_error", f"File not found: {file_id}")


def test_what_was_uploaded_cannot_be_downloaded(client):
    file_id = upload(client).json()["id"]
    answer = client.get(f"/v1/files/{file_id}/content")
    assert answer.status_code == 400
    assert answer.json()["error"]["details"] == {"error_code": "file_not_downloadable"}


def test_a_named_file_is_answered_and_counted_like_its_bytes(client):
    cases = [
        ("image", "a.png", base64.b64decode(png(40, 20)), "image/png", "40 by 20 pixels"),
        ("document", "a.pdf", PDF, "application/pdf", "A PDF of 1 page"),
    ]
    for kind, name, data, media_type, said in cases:
        file_id = upload(client, name, data, media_type).json()["id"]
        inline = base64.b64encode(data).decode()
        source = {"type": "base64", "media_type": media_type, "data": inline}
        named, given = ask([block(kind, file_id)]), ask([{"type": kind, "source": source}])
        answers = [client.post("/v1/messages", json=body).json() for body in (named, given)]
        assert said in answers[0]["content"][0]["text"]
        assert answers[0]["usage"] == answers[1]["usage"]


def test_a_text_file_is_read_also_in_a_tool_result(client):
    file_id = upload(client).json()["id"]
    summary = {"type": "text", "text": "Summarise this in one sentence."}
    answer = client.post("/v1/messages", json=ask([block("document", file_id), summary])).json()
    assert "57 metres" in answer["content"][0]["text"] or "1903" in answer["content"][0]["text"]
    used = {"type": "tool_use", "id": "t", "name": "look", "input": {"source": {"type": "file"}}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": [block("document", file_id)]}
    assert client.post("/v1/messages", json=talk("x", [used], [result])).status_code == 200


def test_a_file_of_the_wrong_type_is_refused(client):
    file_id = upload(client, "a.pdf", PDF, "application/pdf").json()["id"]
    status, kind, message = refusal(
        client.post("/v1/messages", json=ask([block("image", file_id)]))
    )
    assert (status, kind) == (400, "invalid_request_error")
    assert "application/pdf" in message
    assert "image/png" in message


def test_a_batch_names_files_too(client, clock):
    file_id = upload(client).json()["id"]
    entries = [
        {"custom_id": name, "params": ask([block("document", file), {"type": "text", "text": "x"}])}
        for name, file in [("a", file_id), ("b", "file_none")]
    ]
    batch = client.post("/v1/messages/batches", json={"requests": entries}).json()
    clock.advance(10)
    lines = client.get(f"/v1/messages/batches/{batch['id']}/results").text.splitlines()
    results = [json.loads(line) for line in lines]
    kinds = {result["custom_id"]: result["result"]["type"] for result in results}
    assert kinds == {"a": "succeeded", "b": "errored"}


def test_a_file_ends_when_its_time_is_over():
    clock = ManualClock()
    with connected(clock=clock) as client:
        for wrong in ("3599", "7776001", "soon"):
            assert "expires_in_seconds" in refusal(upload(client, expires_in_seconds=wrong))[2]
        file = upload(client, expires_in_seconds="3600").json()
        assert file["expires_at"] > file["created_at"]
        clock.advance(3600)
        answer = client.post("/v1/messages", json=ask([block("document", file["id"])]))
        assert answer.status_code == 404
        assert answer.json()["error"]["details"] == {"error_code": "file_expired"}


def test_what_is_kept_has_a_bound():
    limits = Limits(kept_file_bytes=10_000, file_bytes=6_000)
    with connected(limits=limits) as client:
        first = upload(client, data=b"x" * 5_000).json()
        assert upload(client, data=b"x" * 7_000).status_code == 413
        full = upload(client, data=b"x" * 5_500)
        assert full.json()["error"]["details"] == {"error_code": "storage_quota_exceeded"}
        client.delete(f"/v1/files/{first['id']}")
        assert upload(client, data=b"x" * 5_500).status_code == 200


def test_what_tools_made_goes_for_what_is_new():
    tools = [{"type": "code_execution_20250522", "name": "code_execution"}]
    with connected(limits=Limits(kept_file_bytes=10_000)) as client:
        for n in range(30):
            body = ask(f"Plot 3, 5 and {n} as a chart", tools=tools)
            assert client.post("/v1/messages", json=body).status_code == 200
        kept = client.get("/v1/files?limit=100").json()["data"]
        assert 0 < sum(file["size_bytes"] for file in kept) <= 10_000
        assert upload(client, data=b"x" * 9_000).status_code == 200
        assert upload(client, data=b"x" * 9_000).status_code == 400


def test_a_request_holds_no_more_by_naming_files(client):
    file_id = upload(client, data=b"word " * 2_000_000).json()["id"]
    body = ask([block("document", file_id)] * 4)
    assert refusal(client.post("/v1/messages", json=body))[:2] == (413, "request_too_large")
