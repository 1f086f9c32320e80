import base64
import contextlib
import struct
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.display import Image
from pictures import gif, jpeg, png, webp

from claude_nb.ask.attachments import images
from claude_nb.ask.errors import InputError

FILES = [
    ("image/png", png),
    ("image/jpeg", jpeg),
    ("image/gif", gif),
    *(("image/webp", lambda w, h, k=kind: webp(k, w, h)) for kind in ("VP8X", "VP8L", "VP8 ")),
]


def stand_in(module, **attributes):
    return type("Thing", (SimpleNamespace,), {"__module__": module})(**attributes)


def data_of(block):
    return base64.b64decode(block["source"]["data"])


@pytest.mark.parametrize(("kind", "make"), FILES)
def test_the_kind_is_read_from_the_bytes(kind, make):
    block = images.of(make(3, 2), "x")
    assert block["source"]["media_type"] == kind
    assert data_of(block) == make(3, 2)


@pytest.fixture
def no_pillow(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)


@pytest.mark.usefixtures("no_pillow")
@pytest.mark.parametrize(("kind", "make"), FILES)
def test_without_pillow_more_than_8000_pixels_a_side_is_refused(kind, make):
    assert images.of(make(8000, 1), "photo")
    with pytest.raises(InputError, match="photo has 8,001 x 1 pixels; a side may have 8,000"):
        images.of(make(8001, 1), "photo")


@pytest.mark.parametrize(("kind", "make"), FILES)
def test_a_file_cut_off_in_its_head_is_refused(kind, make):
    with pytest.raises(InputError, match=f"photo is a {kind[6:].upper()} that ends too early"):
        images.of(make(3, 2)[: 9 if kind == "image/gif" else 13], "photo")


@given(st.binary(max_size=60), st.sampled_from(FILES))
def test_damaged_files_never_fail_otherwise(tail, file):
    with contextlib.suppress(InputError):
        images.block(file[1](3, 2)[:12] + tail, "x")


@pytest.mark.usefixtures("no_pillow")
def test_without_pillow_more_than_10_mb_encoded_is_refused():
    with pytest.raises(InputError, match=r"10\.7 MB as base64; an image may have 10 MB"):
        images.of(png() + bytes(8 * 2**20), "photo")


def test_other_values_are_no_pictures():
    for value in (b"text", b"", "text", 1, None, [png()], stand_in("matplotlib.cm")):
        assert images.of(value, "x") is None


def test_a_picture_is_recognised_by_where_its_class_comes_from():
    figure = stand_in("matplotlib.figure", savefig=lambda file, **_: file.write(png()))
    axes = stand_in("matplotlib.axes._axes", figure=figure)
    grid = stand_in("seaborn.axisgrid", figure=figure)
    shown = stand_in("IPython.core.display", data=jpeg(), url=None)
    for value in (figure, axes, grid, shown, bytearray(png()), memoryview(png())):
        assert images.of(value, "x")["type"] == "image"
    linked = stand_in("IPython.core.display", data=None, url="https://example.org/a.png")
    assert images.of(linked, "x")["source"] == {"type": "url", "url": "https://example.org/a.png"}


@pytest.mark.parametrize("shown", [png(), base64.b64encode(png()).decode(), (png(), {})])
def test_an_object_that_shows_itself_as_png(shown):
    plot = type("Plot", (), {"_repr_png_": lambda _: shown})()
    assert data_of(images.of(plot, "x")) == png()


def test_an_object_that_shows_nothing_today():
    assert images.of(type("Plot", (), {"_repr_png_": lambda _: None})(), "x") is None


def test_a_figure_that_fails_is_explained():
    def fail(*_, **__):
        raise ValueError("no renderer")

    with pytest.raises(InputError, match=r"This Thing cannot be shown: ValueError.*no renderer"):
        images.of(stand_in("matplotlib.figure", savefig=fail), "x")


def test_real_figures_axes_and_pillow_images():
    figures = pytest.importorskip("matplotlib.figure")
    pillow = pytest.importorskip("PIL.Image")
    axes = figures.Figure(figsize=(2, 1), dpi=50).subplots()
    for value in (axes, axes.figure):
        assert images.of(value, "x")["source"]["media_type"] == "image/png"
    for mode in ("1", "L", "P", "RGB", "RGBA", "CMYK", "F", "HSV"):
        made = data_of(images.of(pillow.new(mode, (7, 5)), "x"))
        assert struct.unpack_from(">II", made, 16) == (7, 5)


def test_a_photo_stays_jpeg(tmp_path):
    pillow = pytest.importorskip("PIL.Image")
    pillow.new("CMYK", (7, 5)).save(tmp_path / "a.jpg")
    with pillow.open(tmp_path / "a.jpg") as photo:
        assert images.of(photo, "x")["source"]["media_type"] == "image/jpeg"


def test_a_displayed_image(tmp_path):
    (tmp_path / "a.png").write_bytes(png())
    for shown in (Image(filename=str(tmp_path / "a.png")), Image(data=png())):
        assert data_of(images.of(shown, "x")) == png()
    assert images.of(Image(url="https://example.org/a.png"), "x")["source"]["type"] == "url"
