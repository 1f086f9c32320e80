"""What a person reads when something goes wrong: one table, and the page that quotes from it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from commands_rig import start_shell, stop_shell
from matplotlib.figure import Figure
from met import ROWS, meet
from PIL import Image
from pydantic import BaseModel

PAGE = Path(__file__).parents[3] / "docs" / "troubleshooting.md"
THEIRS = re.compile(
    r"Unicode\w*Error|InvalidURL|\b(?:Value|Type|Key|Attribute|Import|Index|OS)Error|httpx\.|ssl\.|"
    r"Traceback"
)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(9) + b"\xff\xc0\0\x0b\x08\0\x01\0\x01\x01\x01\x11\0"


class Open(BaseModel):
    """What the API would answer with {}."""

    scores: dict[str, int]


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    claude = start_shell(tmp_path_factory.mktemp("ipython"))
    with Path(__file__).open(encoding="utf-8") as file:
        claude.shell.user_ns |= {
            "x": 5,
            "thing": object(),
            "json": json,
            "d": {"a": 1},
            "half": "ok \ud83d",
            "blank": " ",
            "Open": Open,
            "jpeg": JPEG,
            "video": b"\0\0\0\x18ftypmp42" + bytes(9),
            "western": "Käse;1,80 €".encode("cp1252"),
            "figure": Figure(),
            "file": file,
            "many": [Image.new("L", (3, 4))] * 101,
        }
        yield claude.shell
    stop_shell(claude)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def read(shell):
    """Give what a person reads of a row; each is met once."""
    met: dict[str, list[str]] = {}

    def reading(name: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        if name not in met:
            met[name] = meet(shell, ROWS[name], monkeypatch)
        return met[name]

    return reading


@pytest.mark.parametrize("name", ROWS)
def test_a_message_says_what_was_found_and_what_to_do(read, monkeypatch, name):
    lines = read(name, monkeypatch)
    text = "\n".join(lines)
    assert ROWS[name].says in text
    assert 1 <= len(lines) <= 4
    assert all(len(line) <= 450 for line in lines), text
    assert not THEIRS.search(text), text
    assert "canary" not in text
    assert re.search(r"[.:] |[.]$", text, re.MULTILINE), "a sentence, and what to do"
    assert re.search(ADVICE, text, re.IGNORECASE), text


ADVICE = (
    r"\b(ask|attach|begin|call|change|check|copy|correct|did you mean|get|give|goes below|leave|"
    r"lists|look|make|move|name|open|plot|put|run|save|send|set|take|then|type|use|wait|write)\b"
)


def quoted() -> list[str]:
    """Return the lines that the page shows as ours."""
    fences = re.findall(r"^```text\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line for fence in fences for line in fence.splitlines() if line.strip()]


def test_the_page_quotes_messages_that_are_ours(read, monkeypatch):
    said = " ".join(" ".join(read(name, monkeypatch)) for name in ROWS)
    said = " ".join(said.split())
    for line in quoted():
        parts = [" ".join(part.split()) for part in line.split("…")]
        assert all(part in said for part in parts), line
    assert len(quoted()) >= 12
