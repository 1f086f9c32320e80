"""Pictures as people have them: turned, scaled, converted or named, and said so."""

from __future__ import annotations

import base64
import io
import sys

import numpy as np
import pytest
from PIL import Image

from claude_nb.ask.attachments import attach, pillow
from claude_nb.ask.attachments.images import Noted
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.ask.question import compose

HALF = 0x80


def sent(value: object) -> list[dict]:
    return attach.blocks(["x"], {"x": value})


def picture(block: dict) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(block["source"]["data"])))


def photo(orientation: int) -> bytes:
    """Return a JPEG of 60 x 40 pixels, its left half black, held in some way."""
    image = Image.new("RGB", (60, 40), "white")
    image.paste("black", (0, 0, 30, 40))
    exif = Image.Exif()
    exif[0x112] = orientation
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    return file.getvalue()


@pytest.mark.parametrize(
    ("orientation", "size", "dark"),
    [
        (1, (60, 40), (5, 20)),
        (3, (60, 40), (55, 20)),
        (6, (40, 60), (20, 5)),
        (8, (40, 60), (20, 55)),
    ],
)
def test_a_photo_stands_as_its_camera_was_held(orientation, size, dark):
    (block,) = sent(Image.open(io.BytesIO(photo(orientation))))
    assert picture(block).size == size
    assert picture(block).convert("L").getpixel(dark) < HALF


MODES = {
    "F": np.linspace(-5, 5, 48, dtype="float32").reshape(6, 8),
    "I": np.arange(48, dtype="int32").reshape(6, 8) * 1000 - 500,
    "I;16": np.arange(48, dtype="uint16").reshape(6, 8) * 1000,
}


@pytest.mark.parametrize("mode", MODES)
def test_pictures_of_numbers_are_shown_by_their_range(mode):
    (block,) = sent(Image.fromarray(MODES[mode]))
    assert picture(block).getextrema() == (0, 255)


def test_a_picture_with_gaps_in_its_numbers_is_named():
    values = MODES["F"].copy()
    values[0, 0] = np.nan
    with pytest.raises(InputError, match=r"NaN: fill them first"):
        sent(Image.fromarray(values))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "LAB", "YCbCr"])
def test_every_mode_arrives_as_a_picture(mode):
    source = Image.new("RGB", (8, 6), (200, 30, 30))
    made = source.convert(mode) if mode != "LAB" else Image.new("LAB", (8, 6), (120, 180, 150))
    (block,) = sent(made)
    red, green, blue = picture(block).convert("RGB").getpixel((0, 0))
    assert red >= max(green, blue) or mode in {"1", "L", "LA"}


def test_what_is_seen_through_stays_so():
    palette = Image.new("RGBA", (8, 6), (0, 0, 0, 0)).quantize(8)
    palette.info["transparency"] = 0
    for made in (palette, Image.new("PA", (4, 4)), Image.new("La", (4, 4))):
        (block,) = sent(made)
        assert picture(block).convert("RGBA").getpixel((0, 0))[3] == 0


@pytest.mark.parametrize(
    ("size", "arrives"), [((9000, 700), "2,576 x 200"), ((10, 8001), "3 x 2,5")]
)
def test_a_picture_that_is_too_large_is_scaled_down_and_said(size, arrives):
    (block,) = sent(Image.new("L", size))
    assert isinstance(block, Noted)
    assert max(picture(block).size) == pillow.MOST_SIDE
    wide, high = size
    assert block.note.startswith(f"x: {wide:,} x {high:,} pixels, sent as {arrives}")
    question = compose(Options(attach=("x",)), "Why?", variables={"x": Image.new("L", size)})
    assert question.notes == (block.note,)


@pytest.mark.slow
def test_a_picture_of_too_many_bytes_is_scaled_down_and_said():
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (2700, 2700, 3), "uint8"))
    (block,) = sent(noise)
    assert len(block["source"]["data"]) <= 10 * 1024 * 1024
    assert block.note.startswith("x: 2,700 x 2,700 pixels, sent as 2,576 x 2,576")


def test_a_picture_that_would_fill_the_memory_is_refused():
    data = bytearray(as_file("PNG"))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    with pytest.raises(InputError, match="60,000 x 60,000 pixels"):
        sent(bytes(data))


def as_file(form: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(file, form)
    return file.getvalue()


@pytest.mark.parametrize("form", ["BMP", "TIFF", "ICO", "JPEG2000"])
def test_other_formats_are_converted(form, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.png").write_bytes(as_file(form))
    (block,) = attach.blocks(["a.png"], {})
    assert block["source"]["media_type"] == "image/png"
    assert picture(block).convert("RGB").getpixel((2, 2)) == (255, 0, 0)


NAMED = {
    b"\0\0\0\x18ftypheic" + bytes(40): "an HEIC photo: save it as JPEG",
    b"\0\0\0\x1cftypavif" + bytes(40): "an AVIF image: save it as PNG",
    b"\0\0\0\x18ftypmp42" + bytes(40): "Claude takes no sound or video",
    b"RIFF\x24\0\0\0WAVEfmt ": "a WAV file: Claude takes no sound",
    b"8BPS\0\1": "a Photoshop image: save it as PNG",
    b"\x1aE\xdf\xa3": "WebM video",
    b"PAR1\x15\x04": "read it with pandas",
    b"SQLite format 3\0": "attach what a query gives",
    b"\x80\x04\x95\0": "a pickle: load it",
    b"\x28\xb5\x2f\xfd": "unpack it first",
    b"FEA1": "read it with pandas",
    b"Obj\x01": "an Avro file",
    b"$FL2@(#)": "an SPSS file",
    b"CDF\x01": "a NetCDF file",
    b"MATLAB 5.0 MAT-file, Platform": "a MATLAB file",
    b"GGUF\x03": "a model's weights",
    b"\x7fELF\x02": "a program",
    b"\0asm\x01": "compiled code",
    b"wOF2\0": "a font",
    b"\xff\xfb\x90": "Claude takes no sound",
    bytes(128) + b"DICM": "a DICOM image",
    bytes(257) + b"ustar": "a tar file",
}


@pytest.mark.parametrize("data", NAMED, ids=NAMED.values())
def test_what_claude_does_not_take_is_named_with_what_to_do(data):
    with pytest.raises(InputError) as caught:
        sent(data)
    assert NAMED[data] in str(caught.value)


def test_collections_of_pictures_go_in_order_and_by_name():
    images = [Image.new("L", (n, 1)) for n in (1, 2, 3)]
    assert [picture(block).size[0] for block in sent(images)] == [1, 2, 3]
    blocks = sent({"before": images[0], "after": images[1]})
    assert [block.get("text", block["type"]) for block in blocks] == [
        *("before:", "image", "after:", "image")
    ]
    content = compose(Options(), "{{x}}?", variables={"x": {"a": images[0]}}).params["messages"]
    assert [block["type"] for block in content[0]["content"]] == ["text", "image", "text"]


def test_in_a_collection_with_something_else_in_it_the_picture_is_one_too():
    number, image = sent([1, Image.new("L", (1, 1))])
    assert (number["text"], image["type"]) == ("1", "image")


ENCODED = {
    "cp1252": ("Käse;1,80 €", "'Käse;1,80'"),
    "gb18030": ("姓名,城市\n王小明,北京\n李雷,上海\n", "姓名"),
    "cp932": ("名前,都市\n山田太郎,東京\n鈴木花子,大阪\n", "名前"),
    "cp1251": ("Имя;Город\nИван;Москва\nОльга;Петербург\n", "Имя"),  # noqa: RUF001 (Russian)
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_a_table_in_another_encoding_is_named_with_the_line_that_reads_it(encoding):
    text, shown = ENCODED[encoding]
    with pytest.raises(InputError) as caught:
        sent(text.encode(encoding))
    message = str(caught.value)
    assert f"It looks like {encoding} (" in message
    assert shown in message
    assert f"text = x.decode('{encoding}'), then -a text" in message


def test_a_file_in_another_encoding_is_named_with_the_line_that_opens_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "k.csv").write_bytes("Käse;1,80 €".encode("cp1252"))
    with pytest.raises(InputError, match=r"open\('k\.csv', encoding='cp1252'\)\.read\(\)"):
        attach.blocks(["k.csv"], {})


def test_without_a_detector_a_western_table_is_named_all_the_same(monkeypatch):
    monkeypatch.setitem(sys.modules, "charset_normalizer", None)
    with pytest.raises(InputError, match="looks like cp1252"):
        sent("Käse".encode("cp1252"))
