"""Plots, pictures and files as people bring them: sent as they are seen, or said in a sentence."""

from __future__ import annotations

import base64
import io
import itertools
import linecache
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from pictures import gif, jpeg, png, webp
from PIL import Image

from claude_nb.ask.attachments import attach, documents, limits
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.ask.question import Question, compose

mpl.use("Agg")
CLOSED = sqlite3.connect(":memory:")
CLOSED.close()
SMALL = "haiku-4.5"  # a model with a context of 200,000 tokens


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sent(value: object) -> list[dict]:
    return attach.blocks(["x"], {"x": value})


def in_prompt(value: object) -> list[dict]:
    content = compose(Options(), "see {{x}}", variables={"x": value}).params["messages"][-1]
    return content["content"][1:]


def kinds(blocks: list[dict]) -> list[str]:
    return [block.get("text", block["type"]) for block in blocks]


def refused(item: str = "x", **variables: object) -> str:
    with pytest.raises(InputError) as caught:
        attach.blocks([item], variables)
    message = str(caught.value)
    assert "\n" not in message
    assert 20 < len(message) < 330
    return message


def drawn() -> tuple[object, object]:
    figure, axes = plt.subplots(1, 2)
    axes[0].plot([1, 2])
    return figure, axes


@pytest.mark.parametrize("way", [sent, in_prompt])
def test_axes_are_their_figure_once(way):
    figure, axes = drawn()
    for value in (figure, axes, axes[0], list(axes), tuple(axes), figure.axes, axes[0].lines):
        assert kinds(way(value)) == ["image"], value
    assert kinds(way({"left": axes[0], "right": axes[1]})) == ["image"]
    other = drawn()[1]
    assert kinds(way({"a": axes[0], "b": other[0]})) == ["a:", "image", "b:", "image"]
    assert kinds(way([figure, figure])) == ["image", "image"]


def test_pyplot_is_its_current_figure_where_there_is_one():
    figure, _ = drawn()
    assert sent(plt) == sent(figure)
    plt.close("all")
    assert refused(x=plt).startswith("x: no figure is open: a notebook closes each")


def test_an_empty_figure_is_said_and_a_closed_one_is_sent():
    said = "x: this figure is empty. Plot something in it, then attach it."
    assert refused(x=plt.figure()) == said
    figure, _ = drawn()
    plt.close(figure)
    assert kinds(sent(figure)) == ["image"]
    titled = plt.figure()
    titled.suptitle("only this")
    assert kinds(sent(titled)) == ["image"]


def of_package(name: str, **members: object) -> object:
    return type("Chart", (), {"__module__": f"{name}.some.module", **members})()


def test_charts_that_draw_themselves_are_pictures():
    def save(_, file, format):  # noqa: A002 - as altair calls it
        assert format == "png"
        file.write(png())

    altair = of_package("altair", save=save, to_json=str)
    plotly = of_package("plotly", to_image=lambda _, **__: png(), to_json=str)
    for chart in (altair, plotly):
        assert kinds(sent(chart)) == ["image"]
    assert kinds(sent([altair, plotly])) == ["image", "image"]


@pytest.mark.parametrize(("package", "needs"), [("plotly", "kaleido"), ("altair", "vl-convert")])
def test_charts_that_cannot_be_drawn_here_are_said(package, needs):
    def fail(*_, **__):
        raise ImportError("a long story")

    said = refused(x=of_package(package, to_image=fail, save=fail, to_json=str))
    assert f"pip install {needs}" in said
    assert ".to_json()" in said
    assert "save it as PNG" in refused(x=of_package("bokeh"))


def test_a_grid_of_seaborn_and_its_newer_plots_are_pictures():
    figure, _ = drawn()
    assert kinds(sent(of_package("seaborn", figure=figure))) == ["image"]
    newer = of_package("seaborn", _repr_png_=lambda _: (png(), {"width": 3}))
    assert kinds(sent(newer)) == ["image"]


def test_an_array_of_colours_is_a_picture_and_other_numbers_are_numbers():
    for depth in (3, 4):
        assert kinds(sent(np.zeros((20, 30, depth), "uint8"))) == ["image"]
    for other in (np.zeros((20, 30)), np.zeros((20, 30, 3)), np.zeros((2, 3, 3), "uint8")):
        assert kinds(sent(other)) == ["document"]


def test_what_is_held_in_memory_is_what_it_holds():
    assert kinds(sent(io.BytesIO(png()))) == kinds(sent(memoryview(png()))) == ["image"]
    assert sent(io.BytesIO(b"a,b"))[0]["source"]["data"] == "a,b"
    assert sent(io.StringIO("a,b"))[0]["source"]["data"] == "a,b"
    styled = pd.DataFrame({"a": [1]})
    shown = type("Styler", (SimpleNamespace,), {})(data=styled)
    assert sent(shown)[0]["source"]["data"] == sent(styled)[0]["source"]["data"]


def test_displayed_html_and_markdown_are_their_text():
    from IPython.display import HTML, Markdown  # noqa: PLC0415 (of this test alone)

    assert sent(HTML("<b>x</b>"))[0]["source"]["data"] == "<b>x</b>"
    assert sent(Markdown("# x"))[0]["source"]["data"] == "# x"


def test_paths_in_a_list_are_files_and_a_pattern_says_so(folder):
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(name)
    blocks = sent([Path("a.txt"), Path("b.txt")])
    assert [block["title"] for block in blocks] == ["a.txt", "b.txt"]
    assert "list(Path('.').glob('*.txt'))" in refused("*.txt")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (map(str, [1]), "put list"),
        (zip([1], [2], strict=True), "put list"),
        (enumerate("a"), "put list"),
        (iter([1]), "put list"),
        (itertools.count(), "put list"),
        (CLOSED, "name something in it"),
        (type("Response", (), {"text": "t", "__repr__": lambda _: "<Response [200]>"})(), ".text"),
    ],
)
def test_what_says_nothing_of_its_content_is_refused_with_what_to_name(value, words):
    assert words in refused(x=value)
    with pytest.raises(InputError, match=words.replace(".", r"\.")):
        in_prompt(value)


def test_a_class_of_a_cell_goes_as_its_source_without_methods_too():
    text = "class Point:\n    x: int\n    y: int = 0\n"
    name = "/tmp/ipykernel_1/22.py"  # noqa: S108 - as a kernel names its cells
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    space = {"__name__": "__main__"}
    exec(compile(text, name, "exec"), space)  # noqa: S102 - as a kernel does
    assert sent(space["Point"])[0]["source"]["data"] == text.rstrip()
    space["Point"].__annotations__ = {"z": int}  # another one, whose cell is gone
    assert "the source of this class is not known here" in refused(x=space["Point"])
    del linecache.cache[name]


def test_an_open_file_is_refused_with_what_to_name(folder):
    (folder / "a.txt").write_text("hi")
    with (folder / "a.txt").open() as file:
        assert "put what .read() returns" in refused(x=file)


CUT = {
    "JPEG": lambda: photo("JPEG")[:5000],
    "PNG": lambda: photo("PNG")[:-30],
    "GIF": lambda: photo("GIF")[:-200],
    "WEBP": lambda: photo("WEBP")[:-200],
}


def photo(form: str) -> bytes:
    file = io.BytesIO()
    noise = Image.effect_noise((400, 300), 50).convert("RGB")
    exif = Image.Exif()
    exif[0x112] = 1
    noise.save(file, form, **({"exif": exif} if form == "JPEG" else {}))
    return file.getvalue()


@pytest.mark.parametrize("form", CUT)
def test_half_a_picture_is_said(form):
    assert "ends too early: it was cut off" in refused(x=CUT[form]())
    assert kinds(sent(photo(form))) == ["image"]
    assert kinds(sent(photo(form) + b"what a phone appends \xff\xda")) == ["image"]


@pytest.mark.parametrize("data", [gif(), jpeg(), png(), webp()])
def test_small_whole_pictures_are_whole(data):
    assert kinds(sent(data)) == ["image"]


def pdf(pages: int) -> bytes:
    page = b"%d 0 obj<</Type /Page/Parent 2 0 R>>endobj\n"
    body = b"".join(page % number for number in range(pages))
    return b"%PDF-1.4\n" + body + b"startxref\n9\n%%EOF"


@pytest.mark.parametrize("text", ["<!---->" * 3000, "<!-- a -->\n" * 3000, "<!--" * 20_000])
def test_a_text_of_many_comments_is_read_at_once(folder, text):
    (folder / "x.xml").write_text(f"{text}<p/>")
    assert compose(Options(attach=("x.xml",)), "hi", variables={}).notes == ()
    (folder / "x.svg").write_text(f"{'<!-- a -->' * 3000}<svg/>")
    assert compose(Options(attach=("x.svg",)), "hi", variables={}).notes != ()


def test_a_pdf_of_many_streams_without_an_end_is_read_at_once():
    data = b"%PDF-1.4\n" + b"stream\n" * 200_000 + b"/Type /Page\n%%EOF"
    assert documents.pdf(data, "x").pages == 1
    text = b"%PDF-1.4\nstream\n/Type /Page endstream /Type /Page stream\r\nendstream\n%%EOF"
    assert documents.pdf(text, "x").pages == 1


@pytest.mark.parametrize("data", ["AAAA", "no base64", "", None])
def test_pictures_and_pdfs_of_no_known_form_are_the_servers_to_judge(data):
    source = {"type": "base64", "media_type": "image/png", "data": data}
    document = {"type": "document", "source": source}
    content = [document, *[{"type": "image", "source": source}] * 21]
    messages = [{"role": "user", "content": content}]
    assert limits.fitted(messages, None) == (messages, [])


def test_half_a_pdf_is_said():
    assert "ends too early: it was cut off" in refused(x=pdf(3)[:-25])
    assert kinds(sent(pdf(3))) == ["document"]


def test_what_stands_before_a_pdf_is_dropped_or_named():
    source = sent(b"\xef\xbb\xbf\r\n" + pdf(1))[0]["source"]["data"]
    assert base64.b64decode(source).startswith(b"%PDF-")
    assert "begins with 19 bytes that are no part of its PDF" in refused(
        x=b"<html>log in</html>" + pdf(1)
    )


@pytest.mark.parametrize("name", ["e.gif", "e.png", "E.JPG", "e.webp", "paper.pdf"])
def test_a_name_that_promises_something_else_is_named(folder, name):
    (folder / name).write_text("<!DOCTYPE html><html>404</html>")
    kind = name.partition(".")[2].upper()
    assert refused(name).startswith(f"{name} is no {kind}: it holds a web page")
    (folder / name).write_text("just text")
    assert "it holds text" in refused(name)


def test_a_drawing_in_code_is_sent_and_said(folder):
    (folder / "x.svg").write_text("<?xml version='1.0'?>\n<svg xmlns='a'/>")
    asked = compose(Options(attach=("x.svg",)), "hi", variables={})
    assert asked.notes == ("x.svg goes as its code, not as a picture: for that, save it as PNG",)


def test_addresses_that_hold_their_data(folder):
    encoded = base64.b64encode(png()).decode()
    for item in (
        f"data:image/png;base64,{encoded}",
        f"data:image/png;BASE64,{encoded.rstrip('=')}",
    ):
        assert kinds(attach.blocks([item], {})) == ["image"]
    (block,) = attach.blocks(["data:text/plain,gr%C3%BC%C3%9Fe"], {})
    assert block["source"]["data"] == "grüße"
    assert "is no base64" in refused("data:image/png;base64,$$$")
    assert "a comma before its data" in refused("data:image/png")
    assert "is empty" in refused("data:image/png;base64,")


def test_other_addresses(folder):
    (folder / "my file.txt").write_text("hi")
    (block,) = attach.blocks([(folder / "my file.txt").as_uri()], {})
    assert block["title"] == "my file.txt"
    assert "on another machine" in refused("file://server/share/a.txt")
    for item in ("s3://bucket/key", "ftp://host/a.png", "gs://b/k", "sftp://h/a"):
        assert "nothing is fetched from there" in refused(item)


IMAGE = "an image"


def many(count: int, size: tuple[int, int] = (3, 4)) -> list[Image.Image]:
    return [Image.new("RGB", size) for _ in range(count)]


def ask(value: object, model: str = "sonnet-4.6", history: tuple = ()) -> Question:
    options = Options(attach=("x",), model=model)
    return compose(options, "hi", variables={"x": value}, history=history)


def sizes(question: Question) -> set[tuple[int, int]]:
    blocks = question.params["messages"][-1]["content"]
    files = [base64.b64decode(b["source"]["data"]) for b in blocks if b["type"] == "image"]
    return {Image.open(io.BytesIO(data)).size for data in files}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([*many(1), "a caption"], [IMAGE, "a caption"]),
        (["before:", *many(1), None, "after:", *many(1)], ["before:", IMAGE, "after:", IMAGE]),
        (
            {"front": many(1)[0], "note": "scratched", "price": 3},
            "front: - note: scratched price: 3",
        ),
        ((*many(1), {"size": 3}, "  "), [IMAGE, "{'size': 3}"]),
    ],
)
def test_what_stands_between_pictures_goes_as_text(value, told):
    told = [IMAGE if word == "-" else word for word in told.split()] if type(told) is str else told
    for question in (ask(value), compose(Options(), "{{x}}", variables={"x": value})):
        blocks = question.params["messages"][-1]["content"]
        said = [block.get("text", IMAGE) for block in blocks]
        assert [each for each in said if each != "hi"] == told


def test_what_cannot_be_told_between_pictures_is_named():
    with pytest.raises(InputError, match=r"x\[1\].*: this object would be sent as <"):
        ask([*many(1), object()])


def test_many_large_pictures_are_scaled_down_and_said():
    assert sizes(ask(many(20, (3000, 30)))) == {(3000, 30)}
    question = ask(many(21, (3000, 30)))
    assert sizes(question) == {(2000, 20)}
    assert question.notes[-1].startswith("21 of 21 images scaled to 2,000 pixels")


def test_those_that_were_sent_before_count_too():
    before = ask(many(20, (3000, 30))).params["messages"]
    answered = {"role": "assistant", "content": "fine"}
    question = ask(many(1), history=(*before, answered))
    assert question.notes[-1].startswith("20 of 21 images scaled")
    assert sizes(question) == {(3, 4)}
    with pytest.raises(InputError, match=r"102 images .* at most 100.*--fresh"):
        ask(many(82), SMALL, history=(*before, answered))


@pytest.mark.parametrize(("model", "most"), [(SMALL, 100), ("sonnet-4.6", 600)])
def test_how_many_pictures_and_pages_a_model_takes(model, most):
    assert ask(many(most), model)
    with pytest.raises(InputError, match=f"{most + 1} images are in this request; .* {most}"):
        ask(many(most + 1), model)
    assert ask(pdf(most), model)
    with pytest.raises(InputError, match=rf"{most + 1} pages; .* {most}"):
        ask(pdf(most + 1), model)


def test_pictures_and_pages_count_together():
    options = Options(attach=("report", "pictures"), model=SMALL)
    assert compose(options, "hi", variables={"report": pdf(60), "pictures": many(40)})
    said = r"60 pages, and there are 41 images; .* at most 100 pages and images together"
    with pytest.raises(InputError, match=said):
        compose(options, "hi", variables={"report": pdf(60), "pictures": many(41)})


def test_without_pillow_many_large_pictures_are_said(monkeypatch):
    monkeypatch.setattr("claude_nb.ask.attachments.pillow._opened", lambda _: None)
    data = [png(3000, 3)] * 21
    with pytest.raises(InputError, match="3,000 x 3 pixels; where more than 20"):
        ask(data)


def test_a_file_name_with_half_a_character_is_sent_with_a_mark(folder):
    (folder / "b\udc80.txt").write_text("hi")
    (block,) = attach.blocks(["b\udc80.txt"], {})
    assert block["title"] == "b\ufffd.txt"
