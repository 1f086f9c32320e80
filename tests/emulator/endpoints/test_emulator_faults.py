"""Every failure can be had on request: by header and from Python."""

from __future__ import annotations

import time

import httpx
import pytest
from emulator_requests import ask

from claude_nb.emulator import Fault

STREAM = ask("Write a story about tea", stream=True)


def post(client, fault, body=STREAM):
    return client.post("/v1/messages", json=body, headers={"x-emulator-fault": fault})


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (402, "billing_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (409, "conflict_error"),
        (413, "request_too_large"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (503, "api_error"),
        (504, "timeout_error"),
        (529, "overloaded_error"),
    ],
)
def test_a_status_for_the_next_calls(client, status, kind):
    fault = f"status status={status} times=2"
    statuses = [post(client, fault, ask()).status_code for _ in range(3)]
    assert statuses == [status, status, 200]
    assert post(client, f"status status={status}").json()["error"]["type"] == kind


@pytest.mark.parametrize(
    ("setting", "header", "value"),
    [
        ("retry-after=2", "retry-after", "2"),
        ("retry-after=0.5", "retry-after", "0.5"),
        ("retry-after=soon", "retry-after", "soon"),
        ("retry-after-ms=150", "retry-after-ms", "150"),
        ("should-retry=false", "x-should-retry", "false"),
    ],
)
def test_retry_headers_in_each_form(client, setting, header, value):
    assert post(client, f"status status=429 {setting}").headers[header] == value


def test_a_date_as_retry_after(client, server):
    date = "Wed, 21 Oct 2026 07:28:00 GMT"
    server.faults.add(Fault("status", status=429, retry_after=date))
    assert client.post("/v1/messages", json=ask()).headers["retry-after"] == date


def test_faults_from_python_come_in_order_and_by_path(client, server):
    server.faults.add(Fault("status", status=500, times=2))
    server.faults.add(Fault("status", status=429, path="/v1/models"))
    seen = [client.post("/v1/messages", json=ask()).status_code for _ in range(3)]
    assert seen == [500, 500, 200]
    assert client.get("/v1/models").status_code == 429


@pytest.mark.parametrize("body", [STREAM, ask()], ids=["stream", "plain"])
@pytest.mark.parametrize("fault", ["drop", "cut"])
def test_broken_connections(client, fault, body):
    with pytest.raises(httpx.RemoteProtocolError):
        post(client, fault, body)
    assert client.post("/v1/messages", json=ask()).status_code == 200


def test_a_clean_early_end(client):
    text = post(client, "end after=6").text
    assert text.count("event: ") == 6
    assert "message_stop" not in text


def test_an_error_event(client):
    text = post(client, "error after=5 status=429").text
    assert text.count("event: ") == 6
    assert '"rate_limit_error"' in text.split("event: error")[1]


def test_a_stall_goes_on_after_a_while(client):
    began = time.monotonic()
    text = post(client, "stall after=4 seconds=0.3").text
    assert time.monotonic() - began >= 0.3
    assert "message_stop" in text


def test_a_stall_without_end_meets_the_read_timeout(client):
    with pytest.raises(httpx.ReadTimeout):
        client.post(
            "/v1/messages",
            json=STREAM,
            headers={"x-emulator-fault": "stall"},
            timeout=0.2,
        )


def test_a_late_head(client):
    began = time.monotonic()
    assert post(client, "delay seconds=0.3").status_code == 200
    assert time.monotonic() - began >= 0.3


def test_bytes_arrive_one_by_one(client):
    body = ask("Say x", stream=True)
    plain = client.post("/v1/messages", json=body).text
    with client.stream(
        "POST", "/v1/messages", json=body, headers={"x-emulator-fault": "bytes"}
    ) as reply:
        chunks = list(reply.iter_raw())
    assert len(b"".join(chunks)) == len(plain.encode())
    assert sum(len(chunk) == 1 for chunk in chunks) > len(chunks) * 0.5


def test_a_slow_drip_takes_its_time(client):
    began = time.monotonic()
    post(client, "drip seconds=0.0002", ask("Say x", max_tokens=5))
    assert time.monotonic() - began >= 0.05


@pytest.mark.parametrize(
    ("fault", "trace"),
    [
        ("unknown-event", "event: weather_report"),
        ("unknown-block", '"hologram_delta"'),
        ("bad-json", '"ind\n\n'),
    ],
)
def test_things_no_client_knows(client, fault, trace):
    text = post(client, fault).text
    assert trace in text
    assert "message_stop" in text


def test_a_proxy_s_page_and_an_empty_stream(client):
    page = post(client, "html status=502")
    assert (page.status_code, page.headers["content-type"]) == (502, "text/html")
    assert post(client, "empty").text == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("meteor", "x-emulator-fault: unknown fault 'meteor'; known are status, delay"),
        ("end when=3", "x-emulator-fault: unknown setting 'when'; known are after, times"),
        ("end after=soon", "x-emulator-fault: 'after' cannot be 'soon'"),
    ],
)
def test_a_mistyped_fault_is_explained(client, text, message):
    response = post(client, text)
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith(message)
