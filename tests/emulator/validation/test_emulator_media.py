"""How many pictures and pages a request may hold, and how large they may then be."""

from __future__ import annotations

from base64 import b64encode

import pytest
from emulator_requests import ask, png, talk

SMALL, LARGE = "claude-haiku-4-5", "claude-sonnet-4-6"
PAGES = b"%PDF-1.4\n" + b"1 0 obj<</Type /Page>>endobj\n" * 60 + b"%%EOF"


def picture(width=4, height=2):
    source = {"type": "base64", "media_type": "image/png", "data": png(width, height)}
    return {"type": "image", "source": source}


LINKED = {"type": "image", "source": {"type": "url", "url": "https://a.example/a.png"}}
PDF = {
    "type": "document",
    "source": {
        "type": "base64",
        "media_type": "application/pdf",
        "data": b64encode(PAGES).decode(),
    },
}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}


def seen_by_a_tool(pictures):
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": pictures}
    tool = {"name": "look", "input_schema": {"type": "object"}}
    return talk("Look.", [CALL], [result], tools=[tool])


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (ask([picture()] * 101), "0 document pages + 101 images"),
        (ask([LINKED] * 101), "0 document pages + 101 images"),
        (ask([PDF, PDF]), "120 document pages + 0 images"),
        (ask([PDF, *[picture()] * 41]), "60 document pages + 41 images"),
        (talk([picture()] * 60, "fine", [picture()] * 60), "0 document pages + 120 images"),
        (seen_by_a_tool([picture()] * 101), "0 document pages + 101 images"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/count_tokens"])
def test_what_is_too_much_for_a_small_context_fits_into_a_large_one(client, body, found, path):
    counted = {name: value for name, value in body.items() if name != "max_tokens"}
    given = body if path == "/v1/messages" else counted
    reply = client.post(path, json={**given, "model": SMALL})
    assert reply.status_code == 400
    assert reply.json()["error"]["message"] == f"Too much media: {found} > 100"
    assert client.post(path, json={**given, "model": LARGE}).status_code == 200


def test_the_most_that_may_be_is_taken(client):
    most = ask([PDF, *[picture()] * 40], model=SMALL)
    assert client.post("/v1/messages", json=most).status_code == 200
    reply = client.post("/v1/messages", json=ask([LINKED] * 601))
    assert reply.json()["error"]["message"].endswith("0 document pages + 601 images > 600")


def test_among_many_pictures_none_may_be_large(client):
    few = ask([picture(2001, 1), *[picture()] * 19])
    assert client.post("/v1/messages", json=few).status_code == 200
    reply = client.post("/v1/messages", json=ask([picture(2001, 1), *[picture()] * 20]))
    assert reply.status_code == 400
    assert reply.json()["error"]["message"] == (
        "messages.0.content.0.image.source.base64.data: At least one of the image dimensions "
        "exceed max allowed size for many-image requests: 2000 pixels"
    )


def test_a_picture_in_a_tools_result_is_looked_at_too(client):
    broken = {"type": "image", "source": {**picture()["source"], "media_type": "image/jpeg"}}
    said = client.post("/v1/messages", json=seen_by_a_tool([broken])).json()["error"]["message"]
    assert said.startswith("messages.2.content.0.tool_result.content.0.image.source.base64.data: ")
    assert "it appears to be image/png" in said
