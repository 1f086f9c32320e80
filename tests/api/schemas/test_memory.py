"""The memory tool: its commands, and that no path leaves its folder."""

import json

import pytest

import claude_nb
from claude_nb.api.schemas.tools import ToolError


@pytest.fixture
def tool(tmp_path):
    return claude_nb.memory_tool(tmp_path / "notes")


def do(tool, command, **given):
    return tool.call({"command": command, **given})


def test_notes_are_written_read_changed_moved_and_deleted(tool):
    assert "no notes yet" in do(tool, "view", path="/memories")
    assert not tool.folder.exists()
    do(tool, "create", path="/memories/a/b.md", file_text="one\ntwo\n世界")
    assert do(tool, "view", path="/memories") == "Files in /memories:\n/memories/a/b.md"
    shown = do(tool, "view", path="/memories/a/b.md", view_range=[2, -1])
    assert shown.split("\n") == ["     2\ttwo", "     3\t世界"]
    do(tool, "str_replace", path="/memories/a/b.md", old_str="two", new_str="2")
    do(tool, "insert", path="/memories/a/b.md", insert_line=0, insert_text="zero\n")
    assert (tool.folder / "a/b.md").read_text(encoding="utf-8") == "zero\none\n2\n世界"
    do(tool, "rename", old_path="/memories/a/b.md", new_path="/memories/c/d.md")
    do(tool, "delete", path="/memories/a")
    assert do(tool, "view", path="/memories").endswith("/memories/c/d.md")
    do(tool, "delete", path="/memories/c")
    assert list(tool.folder.iterdir()) == []


# fmt: off
PATHS = [
    *(
        "",
        "/",
        "memories/a",
        "/etc/passwd",
        "/memoriesx/a",
        "/memories/../a",
        "/memories/a/../../b",
    ),
    *("/memories/..", "/memories/./a", "/memories//a", "//memories/a", "/memories/a/..\\..\\b"),
    *("/memories/C:\\a", "/memories/C:a", "/memories/a\0b", "/memories/a:stream", "/memories/a."),
    *(
        "\\memories\\a",
        "C:\\memories\\a",
        "/memories/...",
        "/memories/a\nb",
        "/memories/ ",
        None,
        7,
    ),
    *("/memories/\u202ea", "~/memories/a", "file:///memories/a", "/memories/a ", "/memories/*"),
]
# fmt: on


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leaves_the_folder(tool, path):
    tool.folder.mkdir()
    outside = sorted(p for p in tool.folder.parent.rglob("*"))
    for given in (
        {"command": "create", "path": path, "file_text": "x"},
        {"command": "view", "path": path},
        {"command": "delete", "path": path},
        {"command": "rename", "old_path": path, "new_path": "/memories/x"},
    ):
        with pytest.raises(ToolError):
            tool.call(given)
    assert sorted(p for p in tool.folder.parent.rglob("*")) == outside


def test_no_link_is_followed(tool, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("canary")
    tool.folder.mkdir()
    (tool.folder / "out").symlink_to(secret)
    (tool.folder / "key").symlink_to(secret / "key")
    assert "key" not in do(tool, "view", path="/memories")
    for path in ("/memories/out", "/memories/out/key", "/memories/key"):
        for command, more in (("view", {}), ("create", {"file_text": "x"}), ("delete", {})):
            with pytest.raises(ToolError, match="leads out"):
                do(tool, command, path=path, **more)
        with pytest.raises(ToolError, match="leads out"):
            do(tool, "rename", old_path="/memories/out", new_path="/memories/in")
    assert (secret / "key").read_text() == "canary"
    (tool.folder / "sub").mkdir()
    (tool.folder / "sub" / "out").symlink_to(secret)
    do(tool, "delete", path="/memories/sub")
    assert (secret / "key").read_text() == "canary"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"command": "format"},
        {"command": "view", "path": "/memories/none.md"},
        {"command": "create", "path": "/memories/a.md"},
        {"command": "create", "path": "/memories/a.md", "file_text": "x" * 100_001},
        {"command": "create", "path": "/memories/a.md", "file_text": "\ud800"},
        {"command": "create", "path": "/memories", "file_text": "x"},
        {"command": "delete", "path": "/memories"},
        {"command": "delete", "path": "/memories/none.md"},
        {"command": "str_replace", "path": "/memories/two.md", "old_str": "a", "new_str": "b"},
        {"command": "str_replace", "path": "/memories/two.md", "old_str": "", "new_str": "b"},
        {"command": "insert", "path": "/memories/two.md", "insert_line": 9, "insert_text": "b"},
        {"command": "insert", "path": "/memories/two.md", "insert_line": True, "insert_text": "b"},
        {"command": "view", "path": "/memories/two.md", "view_range": [1]},
        {"command": "rename", "old_path": "/memories/two.md", "new_path": "/memories/two.md"},
        "view",
    ],
)
def test_what_cannot_be_done_is_told_without_paths_of_this_machine(tool, given):
    do(tool, "create", path="/memories/two.md", file_text="a a")
    with pytest.raises(ToolError) as refused:
        tool.call(given)
    assert str(tool.folder) not in str(refused.value)


def test_a_folder_is_needed(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotADirectoryError):
        claude_nb.memory_tool(tmp_path / "file")


def test_it_is_defined_by_its_type(tool):
    assert json.loads(json.dumps(tool.to_dict())) == {"type": "memory_20250818", "name": "memory"}
