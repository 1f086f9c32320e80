"""Pictures: their heads are enough to count them; of their pixels only so many are looked at."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode

import pytest
from emulator_requests import ask, image
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_nb.emulator.answering.engine import Engine
from claude_nb.emulator.counting import media, pixels

SAMPLES = {0: 1, 2: 3, 4: 2, 6: 4}


def chunk(kind, data):
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def picture(width, height, raw, kind=2, pieces=1):
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    packed = raw if isinstance(raw, bytes) and raw[:1] == b"x" else zlib.compress(raw)
    size = -(-len(packed) // pieces)
    data = b"".join(chunk(b"IDAT", packed[at : at + size]) for at in range(0, len(packed), size))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data + chunk(b"IEND", b"")


def filtered(rows, kinds, size):
    """Apply the PNG filters, the plain way."""
    found, above = bytearray(), bytes(len(rows[0]))
    for row, kind in zip(rows, kinds, strict=True):
        found.append(kind)
        for i, byte in enumerate(row):
            left = row[i - size] if i >= size else 0
            corner = above[i - size] if i >= size else 0
            estimate = left + above[i] - corner
            nearest = min((left, above[i], corner), key=lambda value: abs(estimate - value))
            found.append((byte - (0, left, above[i], (left + above[i]) // 2, nearest)[kind]) & 255)
        above = row
    return bytes(found)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([0, 2, 4, 6]), st.integers(1, 9), st.integers(1, 6), st.data())
def test_the_colours_are_those_of_the_pixels(kind, width, height, data):
    size = SAMPLES[kind]
    values = st.sampled_from([0, 1, 127, 200, 255])
    flat = st.lists(values, min_size=width * size, max_size=width * size).map(bytes)
    rows = data.draw(st.lists(flat, min_size=height, max_size=height))
    kinds = data.draw(st.lists(st.integers(0, 4), min_size=height, max_size=height))
    found = pixels.colours(picture(width, height, filtered(rows, kinds, size), kind, pieces=3))
    assert found is not None
    assert (found.width, found.height, found.every) == (width, height, 1)
    seen = [row[i : i + size] for row in rows for i in range(0, len(row), size)]
    for code, share in found.shares:
        rgb = bytes.fromhex(code[1:])
        assert any((pixel[:1] * 3 if size <= 2 else pixel[:3]) == rgb for pixel in seen)
        assert share >= 1 / len(seen)
    assert found.shares[0][1] == max(seen.count(pixel) for pixel in seen) / len(seen)


@pytest.mark.slow
@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize(
    ("width", "height"), [(1000, 500), (8000, 660), (1920, 1080), (8000, 8000)]
)
def test_the_work_on_a_picture_is_bounded(monkeypatch, kind, width, height):
    done = {"one by one": 0, "rows": 0}

    def counted(function, name):
        def work(row, *rest):
            done[name] += len(row)
            return function(row, *rest)

        return work

    for name in ("_averaged", "_guessed"):
        monkeypatch.setattr(pixels, name, counted(getattr(pixels, name), "one by one"))
    row = bytes([kind]) + bytes(3 * width)
    found = pixels.colours(picture(width, height, row * height))
    assert found is not None
    assert found.shares[0] == ("#000000", 1.0)
    assert done["one by one"] <= 210_000
    assert found.width * found.height * 3 <= 6_300_000
    assert found.width * found.height / found.every <= 110_000


def test_a_bomb_is_unpacked_in_part(monkeypatch):
    packer = zlib.compressobj(1)
    nothing = bytes(1_000_000)
    packed = b"".join(packer.compress(nothing) for _ in range(300)) + packer.flush()
    asked = []
    real = zlib.decompressobj

    class Unpacker:
        def __init__(self):
            self._real = real()

        eof = False

        def decompress(self, data, most):
            asked.append(most)
            return self._real.decompress(data, most)

    monkeypatch.setattr(pixels.zlib, "decompressobj", Unpacker)
    head = struct.pack(">IIBBBBB", 8000, 8000, 8, 6, 0, 0, 0)
    found = pixels.colours(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed))
    assert found is not None
    assert asked
    assert max(asked) <= 6_300_000


@pytest.mark.parametrize(
    "data",
    [
        picture(4, 4, b"x\x9c broken"),
        picture(4, 4, b""),
        picture(4, 4, b"\x00" * 5),
        picture(2**31, 2**31, b"\x00" * 50),
        picture(4, 4, b"\x00" * 52)[:40],
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 30 + b"\x00\x00\x00\x00IDAT" * 100_000,
    ],
)
def test_broken_pictures_have_no_colours(data):
    assert pixels.colours(data) is None


def test_to_count_and_to_check_a_picture_nothing_is_unpacked(client, monkeypatch):
    monkeypatch.setattr(pixels, "colours", None)
    data = b64encode(picture(1900, 1000, (b"\x04" + bytes(5700)) * 1000)).decode()
    body = ask([image(data), {"type": "text", "text": "x"}])
    del body["max_tokens"]
    reply = client.post("/v1/messages/count_tokens", json=body)
    assert reply.status_code == 200
    assert reply.json()["input_tokens"] > 1_000


def test_what_was_counted_is_said():
    def text(width, height, kind):
        data = b64encode(
            picture(width, height, (bytes([kind]) + bytes(3 * width)) * height)
        ).decode()
        body = ask([image(data), {"type": "text", "text": "What is it?"}])
        return Engine().compose(body, {}).message["content"][0]["text"]

    assert "`#000000` (100%)\n" in text(40, 20, 4)
    assert "counted in one row in 38 of the picture" in text(1900, 1000, 0)
    assert "counted in the upper left 66 by 1000 pixels" in text(1900, 1000, 4)


def test_of_many_pictures_some_are_described():
    data = b64encode(picture(4, 4, bytes(52))).decode()
    body = ask([*[image(data)] * 25, {"type": "text", "text": "What is it?"}])
    text = Engine().compose(body, {}).message["content"][0]["text"]
    assert text.count("PNG image") == 20
    assert text.count("most frequent colours") == 3
    assert "and 5 more, which are not described" in text


@pytest.mark.parametrize("data", [b"\xff\xd8" + b"\xff\xe0\x00\x00" * 50_000, b"\xff\xd8" * 50_000])
def test_a_jpeg_without_an_end_has_no_size(data):
    assert media.read_image(data) == media.Image("image/jpeg", 0, 0)


def test_pages_are_counted_up_to_a_bound():
    assert media.pages(b"%PDF" + b"/Type /Page " * 3) == 3
    assert media.pages(b"%PDF" + b"/Type/Page " * 30_000) == 10_000
