"""What a tool returned is told as a person would read it, whatever it is."""

import collections
import datetime as dt
import decimal
import enum
import fractions
import io
import json
import math
import pathlib
import threading
import uuid
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import PIL.Image
import polars as pl
import pydantic
import pytest
from matplotlib.figure import Figure

from claude_nb.api.schemas.results import MOST, UntellableError, content


class Colour(enum.Enum):
    """Two values."""

    RED = "red"
    PAIR = (1, 2)


@dataclass
class Point:
    """A record."""

    x: int
    when: dt.date


class Place(NamedTuple):
    """A named tuple."""

    name: str


class Pet(pydantic.BaseModel):
    """A model with a secret."""

    name: str
    key: pydantic.SecretStr = pydantic.SecretStr("hidden")


class Worded:
    """Has words."""

    def __str__(self):
        return "in words"


class Silent:
    """Has no words."""


DAY = dt.date(2026, 1, 2)
READ = [
    ("as it is", "as it is"),
    ("", "(empty text)"),
    (" \n", "(empty text)"),
    (None, "None"),
    (True, "true"),
    (3, "3"),
    (["a", "b"], '["a", "b"]'),
    ([1, 2], "[1, 2]"),
    ((1, 2), "[1, 2]"),
    ([], "[]"),
    ({2, 1}, "[1, 2]"),
    (frozenset({"x"}), '["x"]'),
    ({(1, 2): 3, None: 4, 5: {6}}, '{"(1, 2)": 3, "null": 4, "5": [6]}'),
    (math.nan, "NaN"),
    ([math.inf, math.nan], "[Infinity, NaN]"),
    (decimal.Decimal("1.10"), "1.10"),
    (fractions.Fraction(1, 3), "1/3"),
    (3 + 2j, "(3+2j)"),
    (dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC), "2026-01-02T03:04:00+00:00"),
    (DAY, "2026-01-02"),
    (dt.timedelta(hours=2), "2:00:00"),
    (uuid.UUID(int=0), "00000000-0000-0000-0000-000000000000"),
    (pathlib.PurePosixPath("a/b"), "a/b"),
    (Colour.RED, "red"),
    (Colour.PAIR, "PAIR"),
    (Point(1, DAY), '{"x": 1, "when": "2026-01-02"}'),
    (Place("Bonn"), '{"name": "Bonn"}'),
    (Pet(name="Rex"), '{"name": "Rex", "key": "**********"}'),
    (Worded(), "in words"),
    ([Worded()], '["in words"]'),
    (ValueError("no"), "ValueError: no"),
    (b"abc", "abc"),
    (range(3), "[0, 1, 2]"),
    ((n for n in "ab"), '["a", "b"]'),
    (map(str, [1]), '["1"]'),
    ({"a": 1}.keys(), '["a"]'),
    (collections.deque([1]), "[1]"),
    (collections.Counter("aab"), '{"a": 2, "b": 1}'),
    (np.float64(1.5), "1.5"),
    (np.float32(0.1), "0.1"),
    (np.int64(3), "3"),
    (np.bool_(True), "true"),  # noqa: FBT003
    (np.datetime64("2026-01-02"), "2026-01-02"),
    (np.arange(3), "[0, 1, 2]"),
    ({"a": [np.float32(0.1)]}, '{"a": [0.1]}'),
    (pd.Timestamp("2026-01-02"), "2026-01-02T00:00:00"),
    (pd.NaT, "NaT"),
    (pd.NA, "<NA>"),
    ("ok \ud83d", "ok \ufffd"),
    (["\ud83d"], '["\ufffd"]'),
]


@pytest.mark.parametrize(("value", "text"), READ)
def test_a_value_is_read_as_a_person_would(value, text):
    assert content(value) == text


def test_tables_and_large_arrays_tell_their_shape():
    assert content(pd.DataFrame({"a": [1, 2]})).startswith("   a\n0  1")
    assert "shape: (1, 1)" in content(pl.DataFrame({"a": [1]}))
    large = content(np.zeros((500, 500)))
    assert large.endswith("[shape (500, 500)]")
    assert len(large) < 1_000


def picture(mode="RGB"):
    return PIL.Image.new(mode, (4, 3))


def png():
    file = io.BytesIO()
    picture().save(file, "PNG")
    return file.getvalue()


def figure():
    return Figure(figsize=(1, 1))


@pytest.mark.parametrize("make", [picture, png, figure, lambda: figure().subplots()])
def test_pictures_are_image_blocks(make):
    (block,) = content(make())
    assert (block["type"], block["source"]["media_type"]) == ("image", "image/png")
    assert content([make(), "a note"])[1] == {"type": "text", "text": "a note"}
    assert [each["type"] for each in content(("a", make()))] == ["text", "image"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (io.StringIO("two\nlines\n"), "two\nlines\n"),
        (io.BytesIO("grün".encode()), "grün"),
        ({"log": io.StringIO("ok")}, '{"log": "ok"}'),
    ],
)
def test_a_file_in_memory_is_what_it_holds(value, told):
    assert content(value) == told


def test_a_picture_in_memory_is_a_picture_and_a_file_on_disk_is_refused(tmp_path):
    assert content(io.BytesIO(png()))[0]["type"] == "image"
    (tmp_path / "a.txt").write_text("text")
    with (tmp_path / "a.txt").open() as opened, pytest.raises(UntellableError, match="TextIO"):
        content({"file": opened})


def test_a_pdf_is_a_document():
    assert content(b"%PDF-1.4 \x00\xff")[0]["type"] == "document"


BLOCKS = [
    {"type": "text", "text": "hi", "citations": None},
    {"type": "image", "source": {"type": "url", "url": "https://a.example/b.png"}},
    {"type": "search_result", "source": "s", "title": "t", "content": []},
]


@pytest.mark.parametrize("block", BLOCKS)
def test_content_blocks_stay_as_they_are(block):
    assert content(block) == content([block]) == [block]
    assert content(["a", block]) == [{"type": "text", "text": "a"}, block]


@pytest.mark.parametrize(
    "value",
    [{"type": "document", "id": 3}, {"type": "text"}, {"type": "image", "source": "a.png"}],
)
def test_what_is_only_named_like_a_block_is_data(value):
    assert json.loads(content([value])) == [value]


@pytest.mark.parametrize("inside", [lambda x: x, lambda x: [x], lambda x: {"a": (x,)}])
@pytest.mark.parametrize(
    "value", [Silent(), Silent, math, print, b"\xff\xfe", threading.Lock(), object()]
)
def test_what_has_no_words_is_refused_by_its_type(value, inside):
    with pytest.raises(UntellableError) as caught:
        content(inside(value))
    assert type(value).__name__ in str(caught.value)
    assert "0x" not in str(caught.value)


def endless():
    while True:
        yield "again"


LARGE = [
    ("x" * 5_000_000, "4,900,000 of 5,000,000 characters left out"),
    ([1] * 1_000_000, "characters left out"),
    ({n: n for n in range(200_000)}, "characters left out"),
    ([[1] * 1000] * 1000, "left out"),
    (endless(), "left out"),
    (BLOCKS[:1] * 1000, "[900 of 1,000 items left out]"),
    ([{"type": "text", "text": "x" * 500_000}], "400,000 of 500,000 characters left out"),
]


@pytest.mark.parametrize(("value", "words"), LARGE)
def test_what_is_large_is_cut_and_says_so(value, words):
    told = content(value)
    text = told if isinstance(told, str) else told[-1]["text"]
    assert words in text
    assert len(text) < MOST + 100


def test_what_holds_itself_ends():
    ring: list = []
    ring.append(ring)
    assert "…" in content(ring)


class Response:
    """As HTTP libraries have it."""

    @property
    def text(self):
        return "the page"

    def __repr__(self):
        return "<Response [200]>"


def test_the_reply_of_an_http_library_is_its_text():
    assert content(Response()) == "the page"
    assert "the page" in str(content([Response(), 1]))
