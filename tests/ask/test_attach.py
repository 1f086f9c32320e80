import base64
import json
from pathlib import Path

import pytest
from pictures import jpeg, png

from claude_nb.ask.attachments import attach
from claude_nb.ask.errors import InputError

PDF = b"%PDF-1.7\n1 0 obj << /Type /Page >> endobj\n%%EOF"
NOTEBOOK = {
    "nbformat": 4,
    "cells": [
        {"cell_type": "markdown", "source": ["# Title\n", "text"]},
        {
            "cell_type": "code",
            "source": "1/0",
            "outputs": [
                {"output_type": "stream", "text": ["\x1b[31mred\x1b[0m\n"]},
                {"output_type": "execute_result", "data": {"text/plain": "42"}},
                {"output_type": "display_data", "data": {"image/png": "iVBO"}},
                {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "by zero"},
                {"output_type": "stream", "text": "x" * 1500},
            ],
        },
    ],
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def one(item, **variables):
    (block,) = attach.blocks([item], variables)
    return block


def refused(item, **variables):
    with pytest.raises(InputError) as caught:
        attach.blocks([item], variables)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_a_file_is_its_bytes_say(folder):
    (folder / "photo.txt").write_bytes(jpeg())
    (folder / "my paper").write_bytes(PDF)
    (folder / "notes.pic").write_text("größe\n")
    assert one("photo.txt")["source"]["media_type"] == "image/jpeg"
    assert one("my paper") == {
        "type": "document",
        "title": "my paper",
        "source": {
            "type": "base64",
            "media_type": "application/pdf",
            "data": base64.b64encode(PDF).decode(),
        },
    }
    assert one(str(folder / "notes.pic")) == {
        "type": "document",
        "title": "notes.pic",
        "source": {"type": "text", "media_type": "text/plain", "data": "größe\n"},
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_in_any_unicode_encoding(folder, encoding):
    (folder / "a.csv").write_bytes("é,1\r\n".encode(encoding))
    assert one("a.csv")["source"]["data"] == "é,1\n"


def test_a_notebook_is_read_as_its_cells(folder):
    (folder / "a.ipynb").write_text(json.dumps(NOTEBOOK))
    text = one("a.ipynb")["source"]["data"]
    assert text.startswith("## Cell 1 (markdown)\n\n# Title\ntext\n\n## Cell 2 (code)\n\n1/0\n\n")
    for part in ("\n\nred\n\n", "\n\n42\n\n", "ZeroDivisionError: by zero", "500 of 1,500 char"):
        assert part in text
    assert "iVBO" not in text


DEEP = '{"cells": [{"cell_type": "code", "source": "x", "metadata": %s}]}'


@pytest.mark.parametrize(
    "source",
    [
        *("{}", "[]", '{"cells": [1]}', "no json", '{"cells": [{}]}', "[" * 100_000),
        *('{"cells":' * 100_000, DEEP % ("[" * 50_000 + "]" * 50_000), '{"cells": {"x": 1}}'),
        '{"cells": [{"cell_type": "code", "source": {"x": 1}}]}',
        '{"cells": [{"cell_type": ["code"], "source": "x"}]}',
        '{"cells": [{"cell_type": "code", "source": "x", "outputs": [5]}]}',
        '{"cells": [{"cell_type": "code", "source": [["x"]]}]}',
    ],
)
def test_a_broken_notebook_is_explained(folder, source):
    (folder / "a.ipynb").write_text(source)
    assert "a.ipynb is no notebook of format 4" in refused("a.ipynb")


def test_odd_outputs_of_a_notebook_are_left_out(folder):
    odd = [{"output_type": "display_data", "data": {"text/plain": each}} for each in (5, {}, [[1]])]
    cell = {"cell_type": "code", "source": "x", "outputs": odd}
    (folder / "a.ipynb").write_text(json.dumps({"cells": [cell]}))
    assert one("a.ipynb")["source"]["data"] == "## Cell 1 (code)\n\nx"


@pytest.mark.parametrize(
    "name", ["x" * 300, "y" * 5_000 + ".pdf", "http://[x", "https://[::1/a.png"]
)
def test_what_can_be_no_file_and_no_address_is_explained(folder, name):
    assert len(refused(name)) < 2 * len(name) + 300


def test_a_missing_file_names_near_ones(folder):
    (folder / "Report.pdf").write_bytes(PDF)
    assert "no file report.PDF" in refused("report.PDF") or folder.joinpath("report.PDF").exists()
    assert refused("reprot.pdf") == (
        "-a: There is no file reprot.pdf in the working folder. Did you mean Report.pdf?"
    )
    assert "Did you mean Report.pdf?" in refused("report.txt")
    assert "the folder nowhere does not exist" in refused("nowhere/a.png")
    assert "is a folder: name one file in it, such as Report.pdf" in refused(".")
    assert "no variable 'figg' either. Did you mean fig?" in refused("figg", fig=1)
    assert "-a takes a file" in refused(" ")


BAD_FILES = [
    (b"", "is empty: there is nothing to send"),
    (b" \n ", "holds no text"),
    (b"caf\xe9", "is not UTF-8 text (byte 3 is 0xe9). It looks like"),
    (b"a\0b", "is a binary file, not text"),
    (b"PK\x03\x04\0\0", "is a zip or Office file: save it as PDF, or as text"),
    (b"BM\0\0", "is a BMP image: save it as PNG"),
    (PDF + b"/Encrypt 5 0 R", "is protected by a password"),
    (PDF + b"/Type/Page " * 600, "has 601 pages; at most 600"),
    (b"x" * 8_000_001, "has 8,000,001 characters; no model reads more than 8,000,000"),
]


@pytest.mark.parametrize(("data", "words"), BAD_FILES, ids=[words for _, words in BAD_FILES])
def test_a_file_that_cannot_be_sent_is_explained(folder, data, words):
    (folder / "it.dat").write_bytes(data)
    assert words in refused("it.dat")


def test_a_huge_file_is_not_even_read(folder):
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(30 * 2**20)
    assert "huge.txt has 30 MB; a request takes files of 24 MB" in refused("huge.txt")


def test_too_much_together(folder):
    (folder / "a.pdf").write_bytes(PDF + bytes(13 * 2**20))
    with pytest.raises(InputError, match="35 MB together; a request takes 32 MB"):
        attach.blocks(["a.pdf", "a.pdf"], {})


ADDRESSES = [
    ("https://example.org/a.PNG?x=1", "image", None),
    ("image:https://example.org/a", "image", None),
    ("https://example.org/my%20paper.pdf", "document", "my paper.pdf"),
    ("pdf:https://example.org/2401.12345", "document", "2401.12345"),
    ("PDF:http://example.org", "document", "example.org"),
]


@pytest.mark.parametrize(("item", "kind", "title"), ADDRESSES)
def test_an_address_is_left_to_the_server(item, kind, title):
    block = one(item)
    assert block["type"] == kind
    assert block["source"] == {"type": "url", "url": item[item.lower().index("http") :]}
    assert block.get("title") == title


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("https://example.org/page.html", "Write image:https://… or pdf:https://…"),
        ("http://localhost:8888/a.png", "Claude cannot reach localhost: attach the file"),
        ("https://me:pw@example.org/a.png", "with a user name or password is not sent"),
    ],
)
def test_an_address_that_cannot_be_sent_is_explained(item, words):
    assert words in refused(item)
    assert "me:pw" not in refused(item)


def test_variables(folder):
    (folder / "a.txt").write_text("file")
    (folder / "data").write_text("file called data")
    assert one("fig", fig=png())["type"] == "image"
    assert one("{{ fig }}", fig=png())["type"] == "image"
    assert one('runs["last"]', runs={"last": png()})["type"] == "image"
    assert one("paper", paper=PDF)["source"]["media_type"] == "application/pdf"
    assert one("raw", raw=b"text")["source"]["data"] == "text"
    assert one("path", path=Path("a.txt"))["source"]["data"] == "file"
    assert one("a.txt", a="no")["source"]["data"] == "file"
    assert one("data", data="variable")["source"]["data"] == "variable"
    assert one("./data", data="variable")["source"]["data"] == "file called data"
    numbers = one("numbers", numbers=list(range(10_000)))
    assert numbers["title"] == "numbers"
    assert numbers["source"]["data"] == str(list(range(10_000)))
    assert "-a df.csv: there is no such file, and df.csv: a list has no" in refused("df.csv", df=[])


def test_a_data_frame_is_a_document():
    pandas = pytest.importorskip("pandas")
    block = one("df", df=pandas.DataFrame({"n": range(500)}))
    assert block["source"]["data"].endswith("| 499 | 499 |")
    assert block["title"] == "df"
