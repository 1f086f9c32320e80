"""Input that someone wrote to be slow: a table of (name, maker of a size, what is done with it).

A maker gets a size in bytes and returns what is worked on, of about that size; making it is not
measured. Shapes are what an expression, a parser or a counter may take too long for.
"""

from __future__ import annotations

import base64
import json
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from claude_nb.api.hiding import hidden as secrets
from claude_nb.api.platforms.sse import SSEDecoder
from claude_nb.ask.answers import extract
from claude_nb.cassette.file import CassetteFile
from claude_nb.emulator import Emulator, Options
from claude_nb.emulator.wire import Call
from claude_nb.notebook.answer import next_cell
from claude_nb.notebook.text import markdown

__all__ = ["SHAPES", "Shape"]

_HEADERS = {"x-api-key": "benchmark", "anthropic-version": "2023-06-01"}


class Shape(NamedTuple):
    """One shape: its name, the maker of a value of so many bytes, and the work on it."""

    name: str
    make: Callable[[int], Any]
    work: Callable[[Any], object]


def _repeated(unit: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda size: before + unit * (size // len(unit.encode())) + after


# Requests to the emulator.


def _respond(body: bytes) -> int:
    emulator = Emulator(Options(tokens_per_second=0))
    reply = emulator.respond(Call("POST", "/v1/messages", _HEADERS, body))
    if reply.status >= 500:
        raise AssertionError(f"status {reply.status}")
    return sum(len(part.data) for part in reply.parts)


def _body(messages: list[Any], **more: Any) -> bytes:
    request = {"model": "claude-sonnet-4-6", "max_tokens": 60_000, "messages": messages, **more}
    return json.dumps(request, ensure_ascii=False).encode()


def _user(content: Any) -> list[Any]:
    return [{"role": "user", "content": content}]


def _asked(unit: str, before: str = "", after: str = "") -> Callable[[int], bytes]:
    text = _repeated(unit, before, after)
    return lambda size: _body(_user(text(size)))


def _digits(size: int) -> bytes:
    number = "7" * (size // 2)
    return _body(_user(f"What is {number} * {number}?"))


def _references(size: int) -> bytes:
    # each definition asks for the next one ten times; so the instance has 10^n values
    count = max(2, size // 400)
    defs = {
        f"d{n}": _object({c: {"$ref": f"#/$defs/d{n + 1}"} for c in "abcdefghij"})
        for n in range(count)
    }
    schema = {
        **_object({"x": {"$ref": "#/$defs/d0"}}),
        "$defs": {**defs, f"d{count}": {"type": "null"}},
    }
    return _formatted(schema)


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _formatted(schema: dict[str, Any]) -> bytes:
    form = {"type": "json_schema", "schema": schema}
    return _body(_user("Fill it: Ada, 36, Oslo"), output_config={"format": form})


def _wide(size: int) -> bytes:
    return _formatted(_object({f"name_{n}": {"type": "string"} for n in range(size // 45)}))


def _options(size: int) -> bytes:
    return _formatted(_object({"x": {"enum": [f"option {n}" for n in range(size // 16)]}}))


def _items(size: int) -> bytes:
    items = {
        "type": "array",
        "minItems": 10**9,
        "items": {"type": "string"},
        "description": "x" * size,
    }
    tool = {"name": "list_things", "input_schema": _object({"things": items})}
    return _body(_user("List things"), tools=[tool], tool_choice={"type": "any"})


def _tools(size: int) -> bytes:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    tools = [
        {"name": f"tool_{n}", "description": "Tells the weather of a city", "input_schema": schema}
        for n in range(size // 140)
    ]
    return _body(_user("What is the weather in Oslo? " * 300), tools=tools)


def _calls(size: int) -> bytes:
    count = size // 150
    uses = [{"type": "tool_use", "id": f"t{n}", "name": "f", "input": {}} for n in range(count)]
    results = [
        {"type": "tool_result", "tool_use_id": f"t{n}", "content": "1"} for n in range(count)
    ]
    turns = [*_user("go"), {"role": "assistant", "content": uses}, *_user(results)]
    return _body(turns)


def _messages(size: int) -> bytes:
    return _body(_user("hi") * (size // 36))


def _turns(size: int) -> bytes:
    pair = [*_user("My name is Ada."), {"role": "assistant", "content": "Noted."}]
    return _body([*pair * (size // 95), *_user("What is my name?")])


def _nested(size: int) -> bytes:
    deep = "[" * (size // 2) + "]" * (size // 2)
    tool = '{"name":"f","input_schema":{"type":"object","properties":{"x":{"default":%s}}}}'
    return _body(_user("x"), tools=["@"]).replace(b'"@"', (tool % deep).encode())


def _values(size: int) -> bytes:
    tool = {"name": "f", "input_schema": {"type": "object", "x": [[] for _ in range(size // 4)]}}
    return _body(_user("x"), tools=[tool])


def _stops(size: int) -> bytes:
    return _body(_user("Tell me a story"), stop_sequences=[f"stop {n}" for n in range(size // 14)])


def _csv(size: int) -> bytes:
    rows = "".join(f"{n},{n % 97}.5,Oslo\n" for n in range(size // 16))
    return _body(_user(f"What is the mean of price?\n\n,price,city\n{rows}"))


def _png(size: int, kind: int = 4) -> bytes:
    """Return a request with a picture of `size` kilobytes of pixels: little when packed."""
    width = 1000
    row = bytes([kind]) + b"\x01\x02\x03" * width
    height = max(1, min(8000, size * 100 // len(row)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(row * height)), (b"IEND", b""))
    return _image(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts))


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def _bomb(size: int) -> bytes:
    head = struct.pack(">IIBBBBB", 8000, 8000, 8, 6, 0, 0, 0)
    packer, nothing = zlib.compressobj(1), bytes(size)
    packed = b"".join(packer.compress(nothing) for _ in range(200)) + packer.flush()
    parts = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    return _image(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts))


def _image(data: bytes, kind: str = "image/png") -> bytes:
    source = {"type": "base64", "media_type": kind, "data": base64.b64encode(data).decode()}
    return _body(
        _user([{"type": "image", "source": source}, {"type": "text", "text": "What is it?"}])
    )


def _jpeg(size: int) -> bytes:
    return _image(b"\xff\xd8" + b"\xff\xe0\x00\x02" * (size // 6), "image/jpeg")


def _pdf(size: int) -> bytes:
    data = base64.b64encode(b"%PDF-1.7 " + b"/Type /Page " * (size // 17)).decode()
    source = {"type": "base64", "media_type": "application/pdf", "data": data}
    return _body(
        _user([{"type": "document", "source": source}, {"type": "text", "text": "Sum up."}])
    )


def _document(size: int) -> bytes:
    source = {"type": "text", "media_type": "text/plain", "data": "A. " * (size // 3)}
    return _body(
        _user([{"type": "document", "source": source}, {"type": "text", "text": "Summarise"}])
    )


_EMULATOR = (
    ("commas", _asked("1,")),
    ("brackets", _asked("( ")),
    ("how many", _asked("how many ")),
    ("conversions", _asked("convert 1 km to ")),
    ("blanks", _asked(" ", "say a", "b")),
    ("dots", _asked(".", "sort: ", " a, b")),
    ("exclamation marks", _asked("!", "", "x haiku")),
    ("quotes", _asked("“", "table of ")),
    ("code asked for", _asked("frequen", "write python ")),
    ("initials", _asked("A. ", "summarise: ")),
    ("sums", _asked("1+", "What is ", "1?")),
    ("product of two numbers", _digits),
    ("square root", _asked("9", "square root of ")),
    ("a pasted table", _csv),
    ("a document", _document),
    ("references", _references),
    ("a wide schema", _wide),
    ("options", _options),
    ("minItems", _items),
    ("tools", _tools),
    ("calls and results", _calls),
    ("messages of one role", _messages),
    ("turns", _turns),
    ("nested lists", _nested),
    ("empty lists", _values),
    ("stop sequences", _stops),
    ("PNG, filter 4, 100 times larger", _png),
    ("PNG, filter 1, 100 times larger", partial(_png, kind=1)),
    ("PNG, 200 times larger", _bomb),
    ("JPEG of empty segments", _jpeg),
    ("PDF of pages", _pdf),
)

# Answers that are shown.

_MARKDOWN = (
    ("less-than signs", _repeated("<")),
    ("opening brackets", _repeated("[")),
    ("images", _repeated("![a](b) ")),
    ("images that do not end", _repeated("![")),
    ("emphasis", _repeated("*a **a ")),
    ("underscores", _repeated("_a_")),
    ("backticks", lambda size: " ".join("`" * n for n in range(1, int((2 * size) ** 0.5)))),
    ("formulas that do not end", _repeated("$a\\label{")),
    ("environments that do not end", _repeated("\\begin{equation}\nx\n")),
    ("dollars", _repeated("$x ")),
    ("quotes in quotes", lambda size: "\n".join("> " * 50 + "a" for _ in range(size // 101))),
    ("lists", _repeated("- a\n")),
    (
        "nested lists",
        lambda size: "".join(" " * (2 * (n % 90)) + "- a\n" for n in range(size // 94)),
    ),
    ("a table", _repeated("| a | b |\n", "| a | b |\n|---|---|\n")),
    ("references", _repeated("[a]: b\n")),
    ("links", _repeated("[a](http://a.b) ")),
    ("bare addresses", _repeated("http://a.b/")),
    ("entities", _repeated("&amp;")),
    ("a fence of Python", _repeated("x = 'a' # b\n", "```python\n", "```\n")),
    ("a fence of SAS", _repeated("a b; ", "```sas\n", "\n```\n")),
    ("fences that do not end", _repeated("```\n")),
    ("hidden characters", _repeated("a\u202e")),
    ("ampersands", _repeated("&")),
    ("a fence of ampersands", _repeated("&\n", "```\n", "```\n")),
    ("indented ampersands", _repeated("&", "    ")),
    ("a heading of dollars", _repeated("$", "# ")),
    (
        "footnotes",
        lambda size: "".join(f"x[^{n}]\n\n[^{n}]: b\n\n" for n in range(size // 24)),
    ),
    ("tasks", _repeated("- [ ] a\n")),
    ("terms", _repeated("a\n: b\n\n")),
    ("combining marks", _repeated("\u0301", "a")),
)

# What is sent by ``%claude fix``, and code for the next cell.

_HIDDEN = (
    ("token", _repeated("token")),
    ("token=", _repeated("token=")),
    ("api_key: ", _repeated("api_key: ")),
    ("quotes", _repeated("password='")),
    ("letters", _repeated("a1B2")),
    ("addresses", _repeated("http://a:")),
    ("key blocks that do not end", _repeated("-----BEGIN PRIVATE KEY-----\n")),
)
_CELLS = (
    ("blanks", _repeated(" ", "x", "= 1")),
    ("equals signs", _repeated("a = ")),
    ("magics", _repeated("%a\n")),
    ("shell lines", _repeated("x = !ls\n")),
    ("brackets", _repeated("(")),
    ("strings", _repeated("f'{a}' ")),
    ("names that are no ASCII", _repeated("é = 1\n")),
    ("names in code that does not end", _repeated("é = 1\n", after="(")),
    ("one line of names", _repeated("é ")),
    ("lines that go on", _repeated("!a \\\n")),
    ("prompts", _repeated(">>> a\n... b\n")),
)
_ANSWERS = (
    ("fences", _repeated("```\na\n```\n")),
    ("fences in quotes", _repeated("> ```\n")),
    ("brackets", _repeated("[")),
    ("objects", lambda size: json.dumps([{"a": 1}] * (size // 10))),
)


def _shown(text: str) -> str:
    return markdown.to_html(text, "claude-nb-0123456789ab")  # with ids, as an answer that is kept


def _fenced(text: str) -> object:
    try:
        return extract.code(text, "all")
    except extract.AnswerError:
        return None


def _parsed(text: str) -> object:
    try:
        return extract.json_value(text)
    except extract.AnswerError:
        return None


def _cassette(text: str) -> object:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cassette.jsonl"
        path.write_text(text, encoding="utf-8")
        try:
            return CassetteFile(path).catch_up()
        except ValueError as error:  # a CassetteError among them
            return error
        except Exception as error:  # noqa: BLE001 - what it says is not measured
            return error


def _decoded(data: str) -> int:
    decoder, raw = SSEDecoder(), data.encode()
    chunks = (raw[at : at + 1000] for at in range(0, len(raw), 1000))
    return sum(len(decoder.feed(chunk)) for chunk in chunks)


def _shapes() -> Iterator[Shape]:
    rooms: tuple[tuple[str, Any, Callable[[Any], object]], ...] = (
        ("emulator", _EMULATOR, _respond),
        ("markdown", _MARKDOWN, _shown),
        ("secrets", _HIDDEN, secrets.hidden),
        ("next cell", _CELLS, next_cell.prepare),
        ("code", _ANSWERS, _fenced),
        ("JSON", _ANSWERS, _parsed),
        (
            "cassette",
            (
                ("lines", _repeated('{"key": "a", "request": {}, "status": 200}\n')),
                ("nested lists", _repeated("[")),
                ("one key", _repeated("a", '{"key": "', '"}\n')),
            ),
            _cassette,
        ),
        (
            "events",
            (
                ("events", _repeated("event: a\ndata: b\n\n")),
                ("an event that does not end", _repeated("data: b\n")),
                ("carriage returns", _repeated("\r")),
            ),
            _decoded,
        ),
    )
    for room, shapes, work in rooms:
        for name, make in shapes:
            yield Shape(f"{room}: {name}", make, work)


SHAPES: tuple[Shape, ...] = tuple(_shapes())
