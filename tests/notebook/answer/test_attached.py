"""What went along with a question is seen with it: small, bounded, and without effect."""

from __future__ import annotations

import base64
import io
import os
import re

import pytest
from PIL import Image

from claude_nb.ask.options import Options
from claude_nb.ask.question import compose
from claude_nb.notebook.answer import attached
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.live.operations import Operations
from claude_nb.notebook.text.safe_html import SafeHtml

BAD = '<img src=x onerror=alert(1)>"\u202e'


def picture(size=(400, 300), form="PNG", *, noise=False):
    made = Image.new("RGB", size, "red")
    if noise:
        made = Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3))
    file = io.BytesIO()
    made.save(file, form)
    return file.getvalue()


def image(data, kind="image/png"):
    text = base64.b64encode(data).decode()
    return {"type": "image", "source": {"type": "base64", "media_type": kind, "data": text}}


def document(title="notes.txt", **source):
    source = source or {"type": "text", "media_type": "text/plain", "data": "x" * 1234}
    return {"type": "document", "title": title, "source": source}


TEXT = {"type": "text", "text": "What is it?"}


def test_a_picture_is_drawn_small_and_named():
    html, text = attached.shown([image(picture((4000, 3000))), TEXT], ["plots/sine.png"])
    assert isinstance(html, SafeHtml)
    [(form, data)] = re.findall(r'src="data:image/(\w+);base64,([^"]+)"', html)
    assert form == "png"
    assert max(Image.open(io.BytesIO(base64.b64decode(data))).size) <= 144
    assert "sine.png" in html
    assert text.startswith("attached: sine.png · ")


def test_what_has_no_picture_is_named_with_its_size():
    pdf = document("report.pdf", type="base64", media_type="application/pdf", data="A" * 40_000)
    html, text = attached.shown([document(), pdf, TEXT])
    assert text == "attached: notes.txt · 1.2 kB, report.pdf · 30.0 kB"
    assert "<img" not in html


@pytest.mark.parametrize("content", ["only text", [TEXT], [], [TEXT, TEXT]])
def test_a_question_alone_shows_nothing(content):
    assert attached.shown(content) == ("", "")


def test_a_thousand_noisy_pictures_stay_small():
    blocks = [image(picture((600, 600), noise=True))] * 5 + [document()] * 995
    html, text = attached.shown(blocks)
    assert len(html) < 50_000
    assert html.count("<img") == 4
    assert text.endswith("and 992 more")


@pytest.mark.parametrize(
    "block",
    [
        document(BAD),
        image(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
        image(b"\x89PNG broken"),
        {"type": "image", "source": {"type": "base64", "data": 'x" onerror="alert(1)'}},
        {"type": "image", "source": {"type": "url", "url": f"https://a.example/{BAD}"}},
        {"type": "image", "source": {"type": "url", "url": "https://[bad"}},
        {"type": "image", "source": {"type": "file", "file_id": BAD}},
        {"type": "image", "source": None},
        {"type": BAD},
        {"type": "image", "source": {"data": 7}},
        document(BAD * 10_000),
        document(None),
    ],
)
def test_names_and_bytes_of_anybody_have_no_effect(block):
    html, text = attached.shown([block, TEXT], [BAD])
    assert "<img" not in html
    assert "http" not in html
    assert len(html) < 2_000
    assert "\u202e" not in html + text
    assert text


def test_nothing_is_loaded_from_elsewhere():
    html, text = attached.shown(
        [{"type": "image", "source": {"type": "url", "url": "https://a.example/cat.png"}}]
    )
    assert "src=" not in html
    assert text == "attached: picture · at a.example"


def test_it_is_made_of_what_is_sent_and_comes_first_live_and_saved(tmp_path):
    (tmp_path / "a.png").write_bytes(picture())
    question = compose(Options(attach=(str(tmp_path / "a.png"),)), "Which colour?", variables={})
    html, _ = attached.shown(question.asked["content"], question.options.attach)
    operations = Operations()
    operations.extend([Piece("asked", html), Piece("text", "Red."), Piece("end")])
    [first, *_] = [each[2] for each in operations.log if each[0] == "p"]
    assert first == html
    assert [each[0] for each in operations.log][:4] == ["k", "p", "s", "k"]
    with pytest.raises(TypeError):
        Operations().extend([Piece("asked", "<script>")])
