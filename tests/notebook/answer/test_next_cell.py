import ast
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_nb.notebook.answer.next_cell import insert, prepare
from claude_nb.notebook.session import Session

PLAIN = [
    "x = 1\n\tprint(x)  # ok\n",
    "print('größe 日本 «ici»')",
    "# comment \u2013 with a dash",
    "if a % b != c: x = a %2",
    "",
]


@pytest.mark.parametrize("code", PLAIN)
def test_plain_code_stays_as_it_is(code):
    prepared = prepare(code)
    assert prepared.text == code
    assert prepared.warnings == ()


HIDDEN = {
    "right-to-left override": "\u202e",
    "isolate": "\u2066",
    "zero width space": "\u200b",
    "zero width joiner": "\u200d",
    "byte order mark": "\ufeff",
    "soft hyphen": "\xad",
    "tag": "\U000e0061",
    "variation selector": "\ufe0f",
    "hangul filler": "\u3164",
    "half-width filler": "\uffa0",
    "grapheme joiner": "\u034f",
    "escape": "\x1b",
    "backspace": "\x08",
    "form feed": "\x0c",
    "null": "\0",
    "next line": "\x85",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "private use": "\ue000",
    "unassigned": "\u0378",
    "surrogate": "\ud800",
}


@pytest.mark.parametrize("char", HIDDEN.values(), ids=HIDDEN)
def test_a_hidden_character_is_made_visible(char):
    prepared = prepare(f"a = 1\ns = 'x{char}y'\n")
    header, listed, *code = prepared.text.split("\n")
    assert header == "# Hidden characters in this code are shown as escapes:"
    escape = char.encode("unicode-escape").decode()
    assert listed == f"#   line 4: {escape} {unicodedata.name(char, 'unnamed')}"
    assert code == ["a = 1", f"s = 'x{escape}y'", ""]
    assert prepared.warnings == ("1 hidden character is shown as an escape.",)
    assert ast.literal_eval(code[1][4:]) == f"x{char}y"


@given(st.text(st.characters()))
def test_nothing_hidden_is_left_in_any_text(code):
    text = prepare(code).text
    assert not {unicodedata.category(char) for char in text if char not in "\n\t"} & {
        *("Cc", "Cf", "Zl", "Zp", "Co", "Cn", "Cs")
    }
    assert prepare(text).text == text


def test_many_hidden_characters_are_counted():
    prepared = prepare("'" + "\u200b" * 8 + "'")
    assert prepared.text.splitlines()[6] == "#   and 3 more"
    assert prepared.text.splitlines()[1].startswith("#   line 8: ")
    assert prepared.text.splitlines()[7] == "'" + "\\u200b" * 8 + "'"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_lines_end_in_one_way(end):
    assert prepare(f"a{end}b").text == "a\nb"


NAMES = [
    ("\uff45val('1')", "Line 1: Python reads the name \uff45val as eval."),
    (
        "x = 1\n\U0001d41e\U0001d431\U0001d41e\U0001d41c(x)",
        "Line 2: Python reads the name \U0001d41e\U0001d431\U0001d41e\U0001d41c as exec.",
    ),
    (
        "p\u0430y = 1",
        "the name p\u0430y is not plain ASCII: it holds U+0430 CYRILLIC SMALL LETTER A.",
    ),
    ("größe = 1", "the name größe is not plain ASCII: it holds U+00F6"),
    ("f'{\uff45val(1)}'", "Python reads the name \uff45val as eval."),
    ("rF'''\n{\uff45val(1)}'''", "Line 2: Python reads the name \uff45val as eval."),
    ("(\n\uff45val", "Line 2: Python reads the name \uff45val as eval."),
    ("$ \uff45val", "Python reads the name \uff45val as eval."),
]


@pytest.mark.parametrize(("code", "words"), NAMES)
def test_a_name_that_may_not_be_what_it_looks_like(code, words):
    prepared = prepare(code)
    assert prepared.text == code
    (warning,) = prepared.warnings
    assert words in warning


MAGICS = [
    ("!rm -rf x", "Line 1: runs a shell command: !rm -rf x"),
    ("a = 1\n  files = !ls", "Line 2: runs a shell command: files = !ls"),
    ("%time f()", "Line 1: is a magic: %time f()"),
    ("x, y = %who", "Line 1: is a magic: x, y = %who"),
    ("%%bash\nrm x", "Line 1: hands the cell to a magic: %%bash"),
    ("d['k'] = !ls " + "x" * 200, "Line 1: runs a shell command: d['k'] = !ls xxx"),
]


@pytest.mark.parametrize(("code", "words"), MAGICS)
def test_lines_that_are_no_python_are_pointed_out(code, words):
    prepared = prepare(code)
    assert prepared.text == code
    (warning,) = prepared.warnings
    assert warning.startswith(words)
    assert len(warning) < 130


def test_warnings_count_lines_below_the_header_and_are_bounded():
    prepared = prepare("\u200b\n" + "!ls\n" * 9)
    assert prepared.warnings[1] == "Line 4: runs a shell command: !ls"
    assert prepared.text.splitlines()[3] == "!ls"
    assert prepared.warnings[-1] == "And 4 more like these."


class Shell:
    """A terminal's shell, as far as it matters here."""

    def __init__(self):
        self.cells = []

    def set_next_input(self, text):
        self.cells.append(text)


class NotebookShell(Shell):
    """A kernel's shell."""

    kernel = object()


def test_a_notebook_gets_the_same_code_once():
    shell = NotebookShell()
    session = Session(shell)
    assert insert(session, "a", "cell-1") == "inserted"
    assert insert(session, "a", "cell-1") == "kept"
    assert insert(session, "a", "cell-2") == "inserted"
    assert insert(session, "b", "cell-1") == "changed"
    assert insert(session, "b", "cell-1", again=True) == "inserted"
    assert shell.cells == ["a", "a", "b", "b"]
    assert insert(Session(NotebookShell()), "a", "cell-1") == "inserted"


def test_a_terminal_gets_it_each_time():
    shell = Shell()
    session = Session(shell)
    assert [insert(session, "a", "1") for _ in range(2)] == ["inserted"] * 2
    assert shell.cells == ["a", "a"]


@pytest.mark.kernel
def test_a_kernel_hands_it_to_the_front_end_and_runs_nothing(kernel):
    ask = (
        "from claude_nb.notebook import session\nfrom claude_nb.notebook.answer import next_cell\n"
    )
    ask += "next_cell.insert(session.current(), 'ran = 1', 'cell-1')"
    for wanted in ([{"source": "set_next_input", "text": "ran = 1", "replace": False}], []):
        run = kernel.run(ask)
        assert run.status == "ok"
        assert run.reply["payload"] == wanted
    assert kernel.run("ran").error.startswith("NameError")


@pytest.mark.parametrize("unreadable", ["", "("])
def test_of_very_many_findings_the_first_are_told_and_that_there_are_more(unreadable):
    code = "é = 1\n" * 30_000 + unreadable
    told = prepare(code).warnings
    assert [line.split(":")[0] for line in told[:5]] == [f"Line {n}" for n in range(1, 6)]
    assert told[5:] == ("And at least 996 more like these.",)
    assert prepare("%a\n" * 30_000).warnings[5:] == ("And at least 996 more like these.",)


def test_names_in_code_that_cannot_be_read_are_told_with_their_lines():
    told = prepare("x = 1\n" * 4_000 + "é = 1\n\nö = (\n").warnings
    assert [line.split(":")[0] for line in told] == ["Line 4001", "Line 4003"]
