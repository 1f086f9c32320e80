"""Files: put up once with ``--upload``, listed and deleted, and those that code made."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from claude_nb import emulator
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.notebook.answer.failure import RunError
from claude_nb.notebook.commands.served import files as command
from claude_nb.notebook.live import views
from claude_nb.notebook.live.views import FinalView
from claude_nb.notebook.run import cell
from claude_nb.notebook.run.files import made

HOSTILE = Path(__file__).parents[2] / "samples" / "hostile.jsonl"
PAYLOADS = [json.loads(line)["payload"] for line in HOSTILE.read_text().splitlines()][:40]


@pytest.fixture
def here(alone, monkeypatch):
    """Give a session that asks an emulator, and what its cells keep."""
    kept = []
    monkeypatch.setattr(views, "choose", lambda *_, **__: FinalView())
    monkeypatch.setattr(FinalView, "finish", lambda _, bundle, *__: kept.append(bundle))
    with emulator.serve(tokens_per_second=0) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
        alone.made = kept
        yield alone


def ask(session, text, name="a", **options):
    return cell.ask(session, Options(**options), text, name)


def sources(session):
    messages = session.chats["main"].messages()
    return [message["content"][0]["source"] for message in messages if message["role"] == "user"]


def test_an_attachment_is_put_up_once_and_named_by_its_id_after_that(here):
    here.shell.user_ns["notes"] = "The meeting is on Friday. " * 100
    ask(here, "When is the meeting?", attach=["notes"], upload=True)
    assert "uploaded 1 file, 2.6 kB" in here.made[-1]["text/plain"]
    assert re.search(r" [567]\d\d in ", here.made[-1]["text/plain"])  # so it was read
    ask(here, "And who comes?", "b", attach=["notes"], upload=True)
    assert "uploaded" not in here.made[-1]["text/plain"]
    first, second = sources(here)
    assert first == second == {"type": "file", "file_id": first["file_id"]}


def test_what_the_server_forgot_is_put_up_again(here, capsys):
    here.shell.user_ns["notes"] = "The meeting is on Friday."
    ask(here, "When?", attach=["notes"], upload=True)
    (file_id,) = here.uploads.values()
    command.run(here, f"delete={file_id}")
    assert here.uploads == {}
    ask(here, "When?", attach=["notes"], upload=True)
    (again,) = here.uploads.values()
    assert again != file_id
    command.run(here, "")
    assert f"delete={file_id}" not in capsys.readouterr().err
    with pytest.raises(RunError):
        command.run(here, "delete=file_none")
    with pytest.raises(InputError, match="the id stands"):
        command.run(here, "delete=")
    with pytest.raises(InputError, match="delete=ID"):
        command.run(here, "everything")


def test_a_dry_run_puts_nothing_up(here):
    here.shell.user_ns["notes"] = "x"
    ask(here, "When?", attach=["notes"], upload=True, dry_run=True)
    assert here.uploads == {}


def test_what_code_made_is_told_shown_and_downloaded(here, tmp_path, monkeypatch):
    answer = ask(here, "Run code: plot 1, 2, 3", run_code=True)
    (file,) = answer.files
    assert file.name == "chart.png"
    shown = here.made[-1]
    assert re.search(
        r"Files: chart\.png \(\d\.\d kB\) · _\.files\[0\]\.download\(\)", shown["text/plain"]
    )
    assert '<img alt="chart.png" src="data:image/png;base64,' in shown["text/html"]
    monkeypatch.chdir(tmp_path)
    assert file.download().read_bytes() == file.read()
    assert file.download().name == "chart-2.png"
    assert file.download(tmp_path / "own.png").name == "own.png"


def test_an_answer_without_files_has_none(here):
    assert ask(here, "hi").files == []


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system.ini", "system.ini"),
        ("..", "file"),
        ("", "file"),
        ("a\nb\u202e?.png", "a_b__.png"),
    ],
)
def test_a_file_is_saved_in_the_working_folder_whatever_it_is_called(name, own, tmp_path):
    file = made.MadeFile(None, "file_1")
    file.name, file._data = name, b"x"
    saved = file.download(tmp_path)
    assert (saved.parent, saved.name) == (tmp_path, own)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_name_is_text(payload, tmp_path):
    file = made.MadeFile(None, "file_1")
    file.name, file.size, file._data = f"{payload}.png", 9, b"\x89PNG\r\n\x1a\n" + b"0"
    html = "".join(part for part, _ in made.shown([file]))
    assert {*re.findall(r"<([^\s>/]+)", html)} <= {"img", "mark", "p"}
    assert html.count("<img") == 1
    for tag in re.findall("<[^>]*>", re.sub('"[^"]*"', '""', html)):
        assert not re.search(r"\son\w+=", tag)
    saved = file.download(tmp_path)
    assert saved.parent == tmp_path
    assert not re.search(r"[\x00-\x1f\u202e/]", saved.name)


def test_a_large_file_and_one_that_only_says_it_is_a_picture_are_not_shown():
    large, other = made.MadeFile(None, "1"), made.MadeFile(None, "2")
    large.name, large.size = "a.png", 300_000
    other.name, other.size, other._data = "b.png", 9, b"<svg onload=x>"
    assert "<img" not in "".join(part for part, _ in made.shown([large, other]))
