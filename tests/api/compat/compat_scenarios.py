"""The scenarios of the differential test: what a server sends, and what is asked of the client.

A scenario that names a reason in `differs` is one where this client differs on purpose; the
reason is a row of ``docs/client-differences.md``.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from typing import Any

from events import (
    CITED,
    PING,
    START,
    STOP,
    THINKING,
    TOOL,
    answer,
    begin,
    delta,
    end,
    finish,
    text,
)
from scripted_server import (
    CLOSE,
    LAST_CHUNK,
    RESET,
    SSE_HEAD,
    STALL,
    chunk,
    error_body,
    head,
    reply,
    sse,
    stream,
)

PROMPT: dict[str, Any] = {
    "model": "claude-test",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hi"}],
}
STREAM_MODES = ("text", "events", "raw", "final")


@dataclass
class Scenario:
    """One reply of the server, and one call of the client."""

    name: str
    mode: str
    replies: list[list[Any]]
    params: dict[str, Any] = field(default_factory=lambda: dict(PROMPT))
    options: dict[str, Any] = field(default_factory=dict)
    differs: str = ""
    since: str = ""  # the version of the official SDK that first behaves so


def scenarios() -> list[Scenario]:
    """Return them all."""
    return [*_wire(), *_unknown(), *_broken(), *_statuses(), *_retries(), *_bodies(), *_resources()]


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


def _streams(name: str, steps: list[Any], modes: Any = STREAM_MODES, **more: Any) -> list[Scenario]:
    made = [Scenario(f"{name} {mode}", mode, [steps], **more) for mode in modes]
    return [*made, *(Scenario(f"{s.name} async", s.mode, [steps], **more) for s in made[:1])]


PLAIN = [START, *THINKING, *CITED, *TOOL, finish("tool_use"), STOP]


def _wire() -> list[Scenario]:
    made: list[Scenario] = []
    for label, ending in (("LF", b"\n"), ("CRLF", b"\r\n"), ("CR", b"\r")):
        data = sse(*PLAIN).replace(b"\n", ending)
        for size in (1, 3, 64, 100_000):
            made += _streams(f"{label} in pieces of {size}", stream(*_cut(data, size)))
    split = sse(*answer("Grüße 🎉\u2028\u2029\x85 über", "𝄞"))
    made += _streams("UTF-8 cut everywhere", stream(*_cut(split, 1)))
    text_only = sse(*answer("a", "b"))
    odd = {
        "comments": b": hello\n\n" + text_only.replace(b"data:", b": x\ndata:"),
        "ids and retries": text_only.replace(b"data:", b"id: 1\nretry: 5\ndata:"),
        "no space after the colon": text_only.replace(b": ", b":", 4),
        "blank lines between": text_only.replace(b"\n\n", b"\n\n\n\n"),
        "unknown fields": text_only.replace(b"data:", b"mood: good\ndata:"),
        "data before event": b"".join(
            b"data: " + json.dumps(e).encode() + b"\nevent: " + e["type"].encode() + b"\n\n"
            for e in answer("a", "b")
        ),
        "data over two lines": text_only.replace(b'"index": 0,', b'"index": 0,\ndata: '),
        "pings": sse(START, PING, *answer("a")[1:3], PING, *answer("a")[3:], PING),
        "nameless events": b"data: [DONE]\n\n" + text_only + b"data: {}\n\n",
        "events without data": b"event: nothing\n\n" + text_only,
    }
    for name, data in odd.items():
        made += _streams(name, stream(data), ("text", "events", "raw"))
    bom = stream(b"\xef\xbb\xbf" + text_only)
    made += _streams("byte order mark", bom, ("text",), differs="byte-order-mark")
    packed = gzip.compress(sse(*PLAIN))
    zipped = [head(transfer_encoding="chunked", content_encoding="gzip")]
    made += _streams(
        "gzip", [*zipped, *map(chunk, _cut(packed, 50)), LAST_CHUNK], ("text", "events")
    )
    made += _streams("one huge delta", stream(sse(*answer("x" * 1_000_000))), ("text", "final"))
    made += _streams("two thousand deltas", stream(sse(*answer(*(f"{n} " for n in range(2000))))))
    made += _streams("empty text", stream(sse(*answer())), ("text", "events"))
    two = [
        START,
        begin(0, type="text", text=""),
        begin(1, type="text", text=""),
        text("b", 1),
        text("a", 0),
        end(1),
        end(0),
        finish(),
        STOP,
    ]
    made += _streams("blocks that overlap", stream(sse(*two)))
    return made


def _unknown() -> list[Scenario]:
    extra = {**START, "message": {**START["message"], "mood": {"a": [1]}}}
    block = [begin(0, type="hologram", rays=7), end(0)]
    ray = [begin(0, type="text", text=""), delta(0, type="ray_delta", rays=1), text("a"), end(0)]
    made = _streams(
        "unknown event",
        stream(sse(START, {"type": "weather", "sky": 1}, *answer("a")[1:])),
        since="2.0",
    )
    made += _streams(
        "unknown fields everywhere", stream(sse(extra, *answer("a")[1:])), ("text", "raw")
    )
    made += _streams("unknown delta", stream(sse(START, *ray, finish(), STOP)), ("text", "raw"))
    made += _streams("unknown stop reason", stream(sse(*answer("a")[:-2], finish("tired"), STOP)))
    made += _streams("unknown block", stream(sse(START, *block, finish(), STOP)), ("raw",))
    made += _streams(
        "unknown block",
        stream(sse(START, *block, finish(), STOP)),
        ("events",),
    )
    search = [
        begin(0, type="server_tool_use", id="s", name="web_search", input={}),
        delta(0, type="input_json_delta", partial_json='{"query": "x"}'),
        end(0),
        begin(
            1,
            type="web_search_tool_result",
            tool_use_id="s",
            content=[
                {
                    "type": "web_search_result",
                    "url": "u",
                    "title": "t",
                    "encrypted_content": "e",
                    "page_age": None,
                }
            ],
        ),
        end(1),
    ]
    made += _streams("server tools", stream(sse(START, *search, finish(), STOP)), ("events", "raw"))
    cut_tool = [*TOOL[:3], end(2)]
    cut_tool = [{**e, "index": 0} for e in cut_tool]
    made += _streams(
        "tool input cut off", stream(sse(START, *cut_tool, finish("max_tokens"), STOP)), ("events",)
    )
    return made


BEGUN = [START, begin(0, type="text", text=""), text("par"), text("tial")]


def _broken() -> list[Scenario]:
    error = {**error_body("overloaded_error"), "type": "error"}
    cases = {
        "early end": (stream(sse(*BEGUN)), "incomplete-streams"),
        "end inside an event": (
            stream(sse(*BEGUN), b"event: content_block_delta\ndata: {"),
            "incomplete-streams",
        ),
        "no message_stop": (stream(sse(*answer("partial")[:-1])), "incomplete-streams"),
        "nothing at all": ([SSE_HEAD, LAST_CHUNK], "incomplete-streams"),
        "cut": (stream(sse(*BEGUN), end=CLOSE), "transport-errors"),
        "reset": (stream(sse(*BEGUN), end=RESET), "transport-errors"),
        "broken chunk": ([SSE_HEAD, chunk(sse(*BEGUN)), b"zz\r\n", CLOSE], "transport-errors"),
        "stall": (stream(sse(*BEGUN), STALL), "transport-errors"),
        "bad JSON": (
            stream(sse(*BEGUN), b"event: content_block_delta\ndata: {bad\n\n"),
            "malformed-events",
        ),
        "error event": (stream(sse(*BEGUN, error)), "error-events"),
        "error event first": (stream(sse(error)), "error-events"),
        "error event of text": (stream(b"event: error\ndata: oops\n\n"), ""),
        "cut after the end": (stream(sse(*answer("a")), end=CLOSE), "after-the-end"),
    }
    made: list[Scenario] = []
    for name, (steps, reason) in cases.items():
        options = {"timeout": 0.4} if name == "stall" else {}
        made += _streams(name, steps, ("text", "raw"), differs=reason, options=options)
    open_end = stream(sse(*answer("partial"))[:-1])
    made += _streams("last blank line missing", open_end, ("text",))
    made.append(
        Scenario("last blank line missing raw", "raw", [open_end], differs="last-blank-line")
    )
    return made


MESSAGE = {
    **START["message"],
    "content": [{"type": "text", "text": "hi", "citations": None}],
    "stop_reason": "end_turn",
}


_NEWER = (402, 408, 412, 413, 431, 499, 501, 503, 504)  # have had classes of their own since 2.0


def _statuses() -> list[Scenario]:
    made = []
    for status in (
        400,
        401,
        402,
        403,
        404,
        405,
        408,
        409,
        412,
        413,
        418,
        422,
        429,
        431,
        499,
        500,
        501,
        502,
        503,
        504,
        529,
        599,
    ):
        body = reply(status, error_body("some_error", "no"), request_id="req_1")
        since = "2.0" if status in _NEWER else ""
        made.append(Scenario(f"status {status}", "create", [body], since=since))
        made.append(Scenario(f"status {status} of a stream", "text", [body], since=since))
    made += [
        Scenario("error without a body", "create", [reply(500, b"")]),
        Scenario("error of HTML", "create", [reply(502, b"<h1>Bad Gateway</h1>")]),
        Scenario("error of a list", "create", [reply(500, [1])]),
        Scenario(
            "error with a code",
            "create",
            [
                reply(
                    429,
                    error_body("rate_limit_error", details={"error_code": "ramp_limit_exceeded"}),
                    request_id="req_h",
                )
            ],
            since="2.0",
        ),
        Scenario(
            "error whose id is in the body",
            "create",
            [reply(500, error_body("api_error"))],
            differs="request-id-in-body",
        ),
        Scenario(
            "redirect",
            "create",
            [reply(307, b"", location="/elsewhere"), reply(200, MESSAGE)],
            differs="redirects",
        ),
        Scenario(
            "HTML as an answer",
            "create",
            [reply(200, b"<p>hi</p>", content_type="text/html")],
            differs="replies-without-json",
        ),
        Scenario(
            "broken JSON as an answer",
            "create",
            [reply(200, b"{", content_type="application/json")],
            differs="replies-without-json",
        ),
        Scenario("answer of another shape", "create", [reply(200, {"what": 1})]),
        Scenario("answer", "create", [reply(200, MESSAGE, request_id="req_2")]),
        Scenario(
            "gzip answer",
            "create",
            [
                reply(
                    200,
                    gzip.compress(json.dumps(MESSAGE).encode()),
                    content_type="application/json",
                    content_encoding="gzip",
                )
            ],
        ),
        Scenario(
            "answer with unknown parts",
            "create",
            [reply(200, {**MESSAGE, "content": [{"type": "hologram", "rays": [1]}], "mood": 1})],
        ),
        Scenario("connection cut", "create", [[CLOSE]]),
        Scenario("half an answer", "create", [[head(content_length="99") + b"half", CLOSE]]),
        Scenario("silence", "create", [[STALL]], options={"timeout": 0.3}),
    ]
    return made


def _retries() -> list[Scenario]:
    good, soon = reply(200, MESSAGE), {"retry_after_ms": "5"}
    rows = {
        "429 then well": [reply(429, b"", **soon), good],
        "529 twice then well": [reply(529, b"", **soon), reply(529, b"", **soon), good],
        "500 three times": [reply(500, b"", **soon)],
        "408 then well": [reply(408, b"", **soon), good],
        "409 then well": [reply(409, b"", **soon), good],
        "400 is final": [reply(400, b"", **soon), good],
        "400 to be retried": [reply(400, b"", x_should_retry="true", **soon), good],
        "500 not to be retried": [reply(500, b"", x_should_retry="false", **soon), good],
        "retry-after in seconds": [reply(503, b"", retry_after="0.01"), good],
        "retry-after is nonsense": [reply(503, b"", retry_after="soon"), good],
        "cut then well": [[CLOSE], good],
        "half then well": [[head(content_length="9") + b"x", CLOSE], good],
    }
    made = [Scenario(n, "create", r, options={"max_retries": 2}) for n, r in rows.items()]
    streamed = [reply(529, b"", **soon), stream(sse(*answer("a")))]
    made.append(Scenario("a stream after a retry", "text", streamed, options={"max_retries": 2}))
    return made


def _bodies() -> list[Scenario]:
    picture = {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": "QQ=="},
    }
    document = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": "x"},
        "citations": {"enabled": True},
    }
    result = {
        "type": "tool_result",
        "tool_use_id": "t",
        "content": [{"type": "text", "text": "r"}],
        "is_error": True,
    }
    fields: dict[str, dict[str, Any]] = {
        "system text": {"system": 'Grüße \u2028 "x"'},
        "system blocks": {
            "system": [
                {"type": "text", "text": "s", "cache_control": {"type": "ephemeral", "ttl": "1h"}}
            ]
        },
        "cache control": {"cache_control": {"type": "ephemeral"}},
        "tools": {
            "tools": [{"name": "t", "description": "d", "input_schema": {"type": "object"}}],
            "tool_choice": {"type": "any"},
        },
        "thinking": {"thinking": {"type": "enabled", "budget_tokens": 1024}},
        "adaptive": {
            "thinking": {"type": "adaptive", "display": "summarized"},
            "output_config": {"effort": "low"},
        },
        "stop sequences": {"stop_sequences": ["a", "b"]},
        "metadata": {"metadata": {"user_id": "u"}, "service_tier": "auto"},
        "null": {"inference_geo": None},
        "picture": {
            "messages": [{"role": "user", "content": [picture, {"type": "text", "text": "?"}]}]
        },
        "document": {"messages": [{"role": "user", "content": [document]}]},
        "tool result": {"messages": [{"role": "user", "content": [result]}]},
        "extra body": {"extra_body": {"novel": [1, None]}},
        "extra query": {"extra_query": {"a": ["x y", "z"], "b": True}},
        "schema": {
            "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}
        },
    }
    made = [
        Scenario(
            f"body: {n}",
            "create",
            [reply(200, MESSAGE)],
            {**PROMPT, **f},
            since="2.0" if n == "extra query" else "",  # 0.125 wrote spaces as +
        )
        for n, f in fields.items()
    ]
    made.append(
        Scenario(
            "body: count tokens",
            "count",
            [reply(200, {"input_tokens": 3})],
            {k: v for k, v in PROMPT.items() if k != "max_tokens"},
        )
    )
    made.append(
        Scenario(
            "body: temperature",
            "create",
            [reply(200, MESSAGE)],
            {**PROMPT, "temperature": 0.5},
            differs="temperature",
        )
    )
    made.append(Scenario("missing argument", "create", [reply(200, MESSAGE)], {"model": "m"}))
    made.append(Scenario("unknown argument", "create", [reply(200, MESSAGE)], {**PROMPT, "zzz": 1}))
    made.append(
        Scenario("ten minutes", "create", [reply(200, MESSAGE)], {**PROMPT, "max_tokens": 21_334})
    )
    made.append(
        Scenario(
            "just under ten minutes",
            "create",
            [reply(200, MESSAGE)],
            {**PROMPT, "max_tokens": 21_333},
        )
    )
    return made


def _batch(status: str = "ended", **more: Any) -> dict[str, Any]:
    counts = {"processing": 0, "succeeded": 1, "errored": 0, "canceled": 0, "expired": 0}
    times = {"created_at": "2026-11-22T10:00:00Z", "expires_at": "2026-11-23T10:00:00Z"}
    return {
        "id": "msgbatch_1",
        "type": "message_batch",
        "processing_status": status,
        "request_counts": counts,
        "results_url": None,
        **times,
        **more,
    }


def _resources() -> list[Scenario]:
    rows = [
        {"custom_id": "a", "result": {"type": "succeeded", "message": MESSAGE}},
        {"custom_id": "b", "result": {"type": "errored", "error": error_body("e")}},
        {"custom_id": "c", "result": {"type": "canceled"}},
        {"custom_id": "d", "result": {"type": "expired"}},
    ]
    lines = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    ended = reply(200, _batch(results_url="{base}/results"))
    many = b"".join(
        json.dumps({**rows[0], "custom_id": str(n)}).encode() + b"\n" for n in range(10_000)
    )
    pages = [
        {"data": [_batch(id=i)], "has_more": i != "c", "first_id": i, "last_id": i} for i in "abc"
    ]
    model = {"id": "m", "type": "model", "display_name": "M", "created_at": "2026-01-01T00:00:00Z"}
    models = [{"data": [model], "has_more": False, "first_id": "m", "last_id": "m"}]
    one = {"message_batch_id": "msgbatch_1"}
    return [
        Scenario("results", "results", [ended, reply(200, lines)], {}),
        Scenario(
            "results in pieces",
            "results",
            [ended, [head(transfer_encoding="chunked"), *map(chunk, _cut(lines, 5)), LAST_CHUNK]],
            {},
        ),
        Scenario("results with an open last line", "results", [ended, reply(200, lines[:-1])], {}),
        Scenario("ten thousand results", "results", [ended, reply(200, many)], {}),
        Scenario("results too early", "results", [reply(200, _batch("in_progress"))], {}),
        Scenario(
            "results cut",
            "results",
            [ended, [head(content_length="9999") + lines, CLOSE]],
            {},
            differs="transport-errors",
        ),
        Scenario(
            "results that are broken",
            "results",
            [ended, reply(200, lines + b"{bad\n")],
            {},
            differs="malformed-events",
        ),
        Scenario("a batch", "retrieve", [reply(200, _batch())], one),
        Scenario("no batch id", "retrieve", [reply(200, _batch())], {"message_batch_id": ""}),
        Scenario("cancel", "cancel", [reply(200, _batch("canceling"))], one),
        Scenario(
            "delete", "delete", [reply(200, {"id": "x", "type": "message_batch_deleted"})], one
        ),
        Scenario(
            "create a batch",
            "create ",
            [reply(200, _batch())],
            {"requests": [{"custom_id": "a", "params": PROMPT}]},
        ),
        Scenario("a list", "list", [reply(200, p) for p in pages], {"limit": 1}),
        Scenario("a list backwards", "list", [reply(200, p) for p in pages], {"before_id": "z"}),
        Scenario("models", "models", [reply(200, p) for p in models], {}),
        Scenario("a model", "model", [reply(200, model)], {}),
        Scenario("forty at a time", "many", [reply(200, MESSAGE)]),
    ]
