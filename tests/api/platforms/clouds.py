"""Stand-ins of three clouds: their addresses, signatures and framing, as they describe them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import struct
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from zlib import crc32

from events import answer
from scripted_server import chunk, head, reply, sse

ACCESS, HIDDEN = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
TOKEN = "ya29.a-token-of-this-test-0123456789"
KEY = "a-key-of-foundry-0123456789abcdef"
PIECES = ("Hello ", "from ", "the cloud. ✓")
WHOLE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-test",
    "content": [{"type": "text", "text": "".join(PIECES)}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 11, "output_tokens": 9},
}
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(\S+?)/(\d{8})/([\w-]+)/([\w-]+)/aws4_request, ?"
    r"SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})"
)


# ---- Amazon


def frame(payload, **headers):
    """Return one frame of an event stream."""
    fields = b"".join(_header(name.replace("_", "-"), value) for name, value in headers.items())
    start = struct.pack(">II", 16 + len(fields) + len(payload), len(fields))
    body = start + struct.pack(">I", crc32(start)) + fields + payload
    return body + struct.pack(">I", crc32(body))


def _header(name, value):
    name, value = f":{name}".encode(), value.encode()
    return bytes([len(name)]) + name + b"\x07" + struct.pack(">H", len(value)) + value


def event_frame(event):
    """Return an event of the Messages API as Bedrock frames it."""
    inner = base64.b64encode(json.dumps(event).encode()).decode()
    payload = json.dumps({"bytes": inner, "p": "abcdefg"}).encode()
    kinds = {"message_type": "event", "event_type": "chunk", "content_type": "application/json"}
    return frame(payload, **kinds)


def exception_frame(kind, message):
    """Return an exception in the midst of a stream."""
    payload = json.dumps({"message": message}).encode()
    return frame(payload, message_type="exception", exception_type=kind)


def is_signed(request, *, service="bedrock", region="us-east-1"):
    """Return whether a request carries a right signature, version 4, made with `HIDDEN`."""
    found = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if found is None:
        return False
    access, day, where, what, names, signature = found.groups()
    moment = request.headers["x-amz-date"]
    if (access, where, what) != (ACCESS, region, service) or not moment.startswith(day):
        return False
    scope = f"{day}/{where}/{what}/aws4_request"
    canonical = hashlib.sha256(_canonical(request, names).encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{canonical}"
    key = f"AWS4{HIDDEN}".encode()
    for part in (day, where, what, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(hmac.new(key, text.encode(), "sha256").hexdigest(), signature)


def _canonical(request, names):
    """Return the canonical form of a request: the path is encoded once more, as it came."""
    target = urlsplit(request.target)
    pairs = sorted(parse_qsl(target.query, keep_blank_values=True))
    query = "&".join(f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in pairs)
    lines = [f"{name}:{' '.join(request.headers[name].split())}\n" for name in names.split(";")]
    path = quote(target.path, safe="/-_.~")
    payload = hashlib.sha256(request.body).hexdigest()
    return "\n".join([request.method, path, query, "".join(lines), names, payload])


# ---- all of them


@dataclass
class Cloud:
    """What a stand-in does, and what it saw.

    Attributes
    ----------
    refuses : list
        Replies for the next requests, instead of answers.
    breaks : bytes
        What follows the first events of a stream, in the place of the others.
    problems : list of str
        What was wrong with requests.
    models : list of str
        Which models were asked.
    bodies : list of dict
        What was said to them.
    """

    refuses: list = field(default_factory=list)
    breaks: bytes = b""
    problems: list = field(default_factory=list)
    models: list = field(default_factory=list)
    bodies: list = field(default_factory=list)

    def expect(self, truth, problem):
        """Note what is not as it should be."""
        if not truth:
            self.problems.append(problem)

    def heard(self, request):
        """Note what a request says."""
        self.bodies.append(request.json())
        return self.bodies[-1]

    def bedrock(self, request):
        """Answer as Bedrock's invoke API does."""
        found = re.fullmatch(r"/model/([^/]+)/(invoke|invoke-with-response-stream)", request.target)
        self.expect(found, f"no such path: {request.target}")
        key = request.headers.get("authorization") == f"Bearer {TOKEN}"
        self.expect(key or is_signed(request), "the signature is wrong")
        body = self.heard(request)
        self.expect({"model", "stream"}.isdisjoint(body), "model or stream stands in the body")
        self.expect(str(body.get("anthropic_version", "")), "no anthropic_version")
        self.models.append(unquote(found[1]))
        if self.refuses:
            return self.refuses.pop(0)
        if found[2] == "invoke":
            return reply(200, WHOLE, x_amzn_requestid="req_bedrock")
        frames = [event_frame(event) for event in answer(*PIECES)]
        frames = [*frames[:3], self.breaks] if self.breaks else frames
        joined = b"".join(frames)
        parts = [joined[at : at + 50] for at in range(0, len(joined), 50)]  # as it comes
        start = head(
            content_type="application/vnd.amazon.eventstream",
            transfer_encoding="chunked",
            x_amzn_requestid="req_bedrock",
        )
        return [start, *map(chunk, parts), b"0\r\n\r\n"]

    def vertex(self, request):
        """Answer as Google Cloud does."""
        place = "/v1/projects/my-project/locations/us-east5/publishers/anthropic/models/"
        path = re.escape(place) + r"(.+):(rawPredict|streamRawPredict)"
        found = re.fullmatch(path, request.target)
        self.expect(found, f"no such path: {request.target}")
        self.expect(request.headers.get("authorization") == f"Bearer {TOKEN}", "another token")
        body = self.heard(request)
        self.expect(str(body.get("anthropic_version", "")), "no anthropic_version")
        self.models.append(unquote(found[1]))
        if self.refuses:
            return self.refuses.pop(0)
        if found[1] == "count-tokens":
            self.expect("model" in body, "what is counted names no model")
            return reply(200, {"input_tokens": 11})
        self.expect("model" not in body, "the model stands in the body")
        streams = found[2] == "streamRawPredict"
        self.expect(streams == bool(body.get("stream")), "the action and the body differ")
        return self._answered(streams=streams)

    def foundry(self, request):
        """Answer as Foundry does."""
        self.expect(request.target == "/anthropic/v1/messages", f"no such path: {request.target}")
        self.expect(
            KEY in {request.headers.get("x-api-key"), request.headers.get("api-key")}
            or request.headers.get("authorization") in {f"Bearer {TOKEN}", f"Bearer {KEY}"},
            "another key",
        )
        body = self.heard(request)
        self.models.append(body["model"])
        return self.refuses.pop(0) if self.refuses else self._answered(streams=body.get("stream"))

    def _answered(self, *, streams):
        if not streams:
            return reply(200, WHOLE, request_id="req_cloud")
        joined = b"".join(sse(event) for event in answer(*PIECES))
        start = head(content_type="text/event-stream", transfer_encoding="chunked")
        return [start, chunk(joined), b"0\r\n\r\n"]
