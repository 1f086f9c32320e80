import math
from types import SimpleNamespace

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from claude_nb import models
from claude_nb.ask.options import SETTINGS
from claude_nb.notebook.commands.catalog import COMMANDS
from claude_nb.notebook.completion import complete, hook


class Thing:
    """Has a property that must not be read, and a method that must not be offered."""

    def __init__(self):
        self.colour = "red"
        self.inner = SimpleNamespace(depth=1)

    @property
    def cost(self):
        """Fail, as a slow or costly property might."""
        raise AssertionError("a completion read a property")

    def method(self):
        """Stand for all that is called."""


NAMES = {
    "table": {"first key": {"deep": 1}, "b": 2, 3: 4, 'q"': 5},
    "thing": Thing(),
    "things": [Thing()],
    "math": math,
    "helper": lambda: 0,
    "Thing": Thing,
    "_private": 1,
    "great": "x",
}


def found(text, **options):
    """Return what the cursor's word may become; the cursor is at the end or at ``‸``."""
    result = complete.candidates(text.partition("‸")[0], NAMES, **options)
    return None if result is None else result[1]


@pytest.mark.parametrize(
    "text", ["", "x = 1", "%%claudette ", "%%claude", "print('%claude ')", "%time x", "%%bash\n%x"]
)
def test_other_cells_are_left_alone(text):
    assert found(text) is None


@pytest.mark.parametrize(
    "text",
    ["%%claude --te", "%%claude -m haiku --te", "%claude --te", "x = %claude --te",
     "y = 1\n  %claude --te", "%%claude -m haiku \\\n  --te", "%claude set --te",
     "%%claude -s 'a b' --te", r"%%claude -s a\ b --te"],
)  # fmt: skip
def test_options(text):
    assert found(text) == ["--temperature", "--temperatures"]


def test_all_options_come_long_forms_first():
    flags = [flag for setting in SETTINGS for flag in setting.flags]
    options = found("%%claude ")
    assert sorted(options) == sorted(flags)
    short = [option for option in options if not option.startswith("--")]
    assert options[-len(short) :] == short
    assert found("%%claude -")[0].startswith("--")


def test_models_by_short_name_and_id():
    everything = found("%%claude -m ")
    assert {"sonnet", "haiku", "claude-sonnet-4-6"} <= set(everything)
    assert everything.index("sonnet") < everything.index("claude-sonnet-4-6")
    assert all(models.get(name) for name in [*everything, *found("%%claude -m h")])
    assert "haiku-4-5" in found("%%claude -m haiku-")
    assert set(found("%claude --model=claude-h")) == {
        name for name in everything if name.startswith("claude-h")
    }


def test_words_of_think_and_its_absence():
    assert found("%%claude --think h") == ["high"]
    assert "medium" in found("%%claude --think ")
    assert found("%%claude --think --te") == ["--temperature", "--temperatures"]
    assert found("%%claude --stop ") == []


def test_commands_and_what_may_follow_them():
    names = [command.name for command in COMMANDS]
    assert found("%claude res") == ["reset"]
    assert found("%claude ") == names
    assert found("%claude help ") == names
    assert found("%claude reset m", chats=["main", "other"]) == ["main"]
    assert found("%claude show ", chats=["main", "other"]) == ["main", "other"]
    assert found("%claude models hai") == found("%claude -m hai")
    assert found("%claude set temp") == ["temperature="]
    assert found("%claude set attach") == []
    assert found("%claude set top_k=1 model=son") == found("%claude -m son")
    assert found("%claude chats ") == []
    assert "--temperature" in found("%claude why is ")
    assert found("%%claude re") == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", ["great", "table", "thing", "things"]),
        (" gr", ["great"]),
        ("thing.", ["thing.colour", "thing.cost", "thing.inner"]),
        ("thing.c", ["thing.colour", "thing.cost"]),
        ("thing.inner.", ["thing.inner.depth"]),
        ("thing.cost.", []),
        ("things[0].co", ["things[0].colour", "things[0].cost"]),
        ("math.p", ["math.pi"]),
        ("table[", ['table["first key"]', 'table["b"]', "table[3]"]),
        ('table["f', ['table["first key"]']),
        ("table['f", ['table["first key"]']),
        ('table["first key"][', ['table["first key"]["deep"]']),
        ("table[9][", []),
        ("things[zz].", []),
        ("nobody.x", []),
        ("1 + ", []),
    ],
)
def test_variables_in_double_braces(typed, expected):
    for start in ("%%claude\nHello\n{{a}} {{", "%%claude -s {{", "%claude What is {{"):
        assert found(start + typed) == expected


def test_columns_of_a_data_frame():
    pandas = pytest.importorskip("pandas")
    names = {"df": pandas.DataFrame({"name": [1], "total sum": [2]})}
    _, keys = complete.candidates('%%claude\n{{df["', names)
    assert keys == ['df["name"]', 'df["total sum"]']
    _, attributes = complete.candidates("%%claude\n{{df.na", names)
    assert "df.name" in attributes


def test_the_prompt_itself_is_not_completed():
    for text in ("%%claude\nTell me --te", "%%claude\n{{a}} ", "%%claude\n{x", "%%claude\n"):
        assert found(text) is None


@pytest.fixture
def attach(monkeypatch, tmp_path):
    """Files for options that take files and names."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plots").mkdir()
    for name in ("plots/a.png", "my paper.pdf", "notes.txt", ".hidden"):
        (tmp_path / name).write_text("x")


def test_files_and_names_where_an_option_takes_them(attach):
    files = [r"my\ paper.pdf", "notes.txt", "plots/"]
    shown = ["last-plot", "last-error"]
    assert found("%%claude -a ") == ["great", "table", "thing", "things", *shown, *files]
    assert found("%%claude -a t") == ["table", "thing", "things"]
    assert found("%%claude -a plots/") == ["plots/a.png"]
    assert found("%%claude -a my") == [r"my\ paper.pdf"]
    assert found(r"%%claude -a my\ p") == [r"my\ paper.pdf"]
    assert found('%%claude -a "my p') == ["my paper.pdf"]
    assert found("%%claude -a .h") == [".hidden"]
    assert found("%%claude -a nowhere/") == []
    assert found("%%claude -s @no") == ["@notes.txt"]
    assert found("%%claude -s ") == ["@"]
    assert found("%%claude -c m", chats=["main"]) == ["main"]
    assert found("%%claude --mcp do", servers=["docs", "lib"]) == ["docs"]
    assert found("%%claude --mcp docs,", servers=["docs", "lib"]) == ["docs,lib"]
    assert "web_search.allowed_domains=" in found("%%claude -o web_s")
    assert found("%%claude -f m") == ["markdown", "math"]
    assert found("%%claude --schema ") == ["Thing", "table"]
    assert found("%%claude --tools ") == ["notebook", "Thing", "helper"]
    assert found("%%claude --tools helper,") == ["helper,notebook", "helper,Thing"]
    assert found("%%claude -o serv") == ["service_tier="]
    assert found("%%claude --out g") == ["great"]


@pytest.fixture
def shell():
    shell = InteractiveShell()
    shell.push(NAMES)
    hook.install(shell, chats=lambda: ["main", "poems"])
    yield shell
    hook.remove(shell)


def tab(shell, text, cursor=None):
    """Return what a front end shows, and check that it replaces what was typed of the word."""
    with provisionalcompleter():
        found = list(shell.Completer.completions(text, len(text) if cursor is None else cursor))
    assert all(item.text.startswith(text[item.start : item.end]) for item in found)
    return [item.text for item in found]


@pytest.mark.slow
def test_the_shell_completes_it_once_and_nothing_else(shell):
    hook.install(shell, chats=lambda: ["main", "poems"])
    assert len(shell.Completer.custom_matchers) == 1
    assert tab(shell, "%%claude --te") == ["--temperature", "--temperatures"]
    assert tab(shell, "%%claude -m haiku\nWhat is {{thing.co") == ["thing.colour", "thing.cost"]
    assert tab(shell, "%claude reset p") == ["poems"]
    assert tab(shell, "%%claude --te -m haiku\nHi {{x}}", 13) == ["--temperature", "--temperatures"]
    assert "great" in tab(shell, "gre")


def test_a_failing_namespace_does_not_disturb(shell, capsys):
    shell.user_ns["bad"] = type("Bad", (), {"__dir__": lambda _: 1 / 0})()
    tab(shell, "%%claude -s {{bad.")
    assert capsys.readouterr().err == ""


def test_what_the_shell_put_there_is_not_offered(shell):
    shell.user_ns["exit"] = "mine now"
    assert tab(shell, "%claude {{") == ["exit", "great", "table", "thing", "things"]


def test_removed_means_removed(shell):
    hook.remove(shell)
    assert shell.Completer.custom_matchers == []
    assert "--temperature" not in tab(shell, "%%claude --te")


@pytest.mark.kernel
def test_a_kernel_answers_with_it(kernel):
    install = "from claude_nb.notebook.completion import hook\n"
    install += "hook.install(get_ipython(), chats=lambda: ['main'])\nanswer = 42"
    assert kernel.run(install).status == "ok"
    assert kernel.complete("%%claude --te") == ["--temperature", "--temperatures"]
    assert kernel.complete("%%claude -m haiku\nIs {{an") == ["answer"]
    assert kernel.complete("%%claude --te\nIs {{answer}}?", 13) == [
        "--temperature",
        "--temperatures",
    ]
    assert kernel.complete("%claude show ") == ["main"]
    assert "answer" in kernel.complete("ans")
