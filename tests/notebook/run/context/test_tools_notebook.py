"""``--tools notebook``: what a model may look at; nothing of anybody's is run by it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "commands"))
from commands_rig import start_shell, stop_shell

from claude_nb import emulator
from claude_nb.ask.context.cells import Cell, Notebook
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import Options
from claude_nb.ask.question import compose
from claude_nb.notebook.run.context import gather, tools
from claude_nb.notebook.run.context.attachable import attachable

KEY = "sk-ant-api03-" + "a1B2c3D4" * 8
TRAPS = """
ran = []
class Trap:
    limit = 3
    def __init__(self):
        self.plain, self.token, self._own = 'seen', 'tulip', 1
    def trap(self, *given, **named):
        ran.append(given)
        raise RuntimeError('ran')
    __repr__ = __str__ = __len__ = __iter__ = __getitem__ = __hash__ = __eq__ = __getattr__ = trap
    __call__ = trap
    price = property(trap)
class Text(str):
    __repr__ = __str__ = __len__ = __getitem__ = __iter__ = Trap.trap
class Table(dict):
    __repr__ = __len__ = __iter__ = __getitem__ = items = keys = Trap.trap
trap, text, table = Trap(), Text('hello'), Table(a=1, password='hunter2')
traps = [trap] * 3
method = __import__('types').MethodType(Trap.__new__(Trap), 3)
"""
WRAPPED = """
import functools
import numpy as np
@functools.cache
def kept(x, y=2):
    'Keep it.'
cached = kept
"""


@pytest.fixture
def claude(tmp_path):
    claude = start_shell(tmp_path)
    yield claude
    stop_shell(claude)


@pytest.fixture
def look(claude):
    """Return what runs cells, and calls one of the functions by its name."""

    def call(name, *given, cells=()):
        for source in cells:
            assert claude.shell.run_cell(source, store_history=True).success
        functions = {each.__name__: each for each in tools.functions(claude.session, "")}
        return functions[name](*given)

    return call


def test_variables_are_listed_with_a_glimpse_and_without_secrets(look):
    cells = [
        "import string\nn, big, api_key, words = 3, 'x' * 10_000_000, 'hunter2', ['a', 'b']",
        f"login = 'me:{KEY}'\n_private = 1",
        "# claude: skip\nwages = [1, 2]\ndef pay(): pass",
    ]
    told = look("list_variables", cells=cells)
    assert told.splitlines() == [
        "api_key: str [key]",
        "big: '" + "x" * 80 + "'… (10,000,000 characters)",
        "login: 'me:[key]'",
        "n: 3",
        "string: module",
        "words: ['a', 'b']",
        "and 2 from cells marked claude: skip, which stay here",
    ]
    assert look("list_variables", "WOR") == "words: ['a', 'b']"
    assert look("list_variables", "nothing") == "There are no such variables."


@pytest.mark.parametrize("name", ["trap", "text", "table", "traps", "Trap", "traps[0]", "method"])
def test_no_code_of_a_value_is_run(look, name):
    look("list_variables", cells=[TRAPS])
    told = look("describe_variable", name)
    assert told.startswith(f"{name}: ")
    assert "hunter2" not in told
    assert "tulip" not in told
    look("search_docs", name)
    assert look("describe_variable", "ran") == "ran: list of 0 items"


def test_what_is_stored_is_reached_and_what_would_be_computed_is_not(look):
    look("list_variables", cells=[TRAPS, "deep = {'a': [1, {'b': 'end'}]}"])
    assert look("describe_variable", "deep['a'][1]['b']").endswith("\nend")
    assert look("describe_variable", "`trap.limit`") == "trap.limit: 3"
    assert "would run code" in look("describe_variable", "trap.price")
    assert "would run code" in look("describe_variable", "trap[0]")
    assert "no item 'c'" in look("describe_variable", "deep['c']")
    assert "stay private" in look("describe_variable", "trap._own")
    assert "stay private" in look("describe_variable", "_i1")
    for path in ("deep()", "1 + 1", "getattr(a, b)", "deep['a'", "", "(" * 5_000):
        told = look("describe_variable", path)
        assert "is no name of a variable" in told
        assert len(told) < 300
    assert look("describe_variable", "dep").startswith("There is no variable 'dep'. Did you mean")
    assert look("describe_variable", "ran") == "ran: list of 0 items"


def test_a_secret_is_one_by_its_name_too(look):
    cells = ["api_key = 'hunter2'\nd = {'password': 'hunter2', 'user': 'me'}\nsecrets = ['tulip']"]
    assert "hunter2" not in look("describe_variable", "api_key", cells=cells)
    assert "tulip" not in look("describe_variable", "secrets")
    assert "hunter2" not in look("describe_variable", "d['password']")
    assert look("describe_variable", "d").splitlines()[1:] == [
        "'password': str [key]",
        "'user': 'me'",
    ]


def test_a_frame_is_told_by_its_shape_types_gaps_and_head(look):
    cell = (
        "import pandas as pd\n"
        "df = pd.DataFrame({'price': [1.5, 2, None] * 2, 'password': list('abcdef')})\n"
        f"{TRAPS}\ndf['odd'] = [trap, 1, 'x|y', None, [1], 2]"
    )
    assert look("describe_variable", "df", cells=[cell]).splitlines() == [
        "df: DataFrame of 6 rows, 3 columns",
        "- 'price': float64, 2 missing",
        "- 'password': str" if "str" in look("describe_variable", "df") else "- 'password': object",
        "- 'odd': object, 1 missing",
        "",
        "The first 5 rows:",
        "| price | password | odd |",
        "| --- | --- | --- |",
        "| 1.5 | [key] | an object of class Trap |",
        "| 2.0 | [key] | 1 |",
        "| nan | [key] | 'x\\|y' |",
        "| 1.5 | [key] | None |",
        "| 2.0 | [key] | [1] |",
    ]
    assert look("describe_variable", "ran") == "ran: list of 0 items"


def test_what_is_huge_takes_no_time_and_little_room(look):
    cell = (
        "import numpy as np\n"
        "a, objects = np.zeros((3_000, 1_000)), np.empty(5, dtype=object)\n"
        "wide = __import__('pandas').DataFrame(np.zeros((4, 2_000)))\n"
        "lots, n = dict.fromkeys(range(1_000_000)), 10**9_000\n"
        "text = 'ab' * 5_000_000"
    )
    look("list_variables", cells=[cell])
    began = time.monotonic()
    for name in ("a", "objects", "wide", "lots", "n", "text"):
        assert len(look("describe_variable", name)) < 7_000
    assert time.monotonic() - began < 2
    assert look("describe_variable", "a").startswith("a: ndarray (3,000, 1,000) float64\nthe first")
    assert look("describe_variable", "n") == "n: int of 29,898 bits"


def test_a_cell_is_read_by_its_number_without_keys(look):
    cells = ["a = 1\nprint('shown')", f"key = '{KEY}'", "# claude: skip\nhidden_here = 2"]
    told = look("read_cell", "In[1]", cells=cells)
    assert "a = 1" in told
    assert "key = '[key]'" in look("read_cell", "in 2")
    assert look("read_cell", "In[3]") == "That cell is marked claude: skip, so it stays here."
    listed = look("read_cell", "all").splitlines()
    assert listed[0].startswith("In [1]: a = 1")
    assert listed[-1] == "1 more marked claude: skip, which stay here"
    assert "hidden_here" not in look("read_cell", "all")
    assert look("read_cell", "In[9]").startswith("There is no cell In[9]. The last of those")
    assert look("read_cell", "first").startswith("'first' is no cell")


def test_a_cell_is_read_by_its_place_where_a_page_tells(look, monkeypatch):
    told = Notebook(cells=(Cell(id="a", source="written, not run", place=3),))
    monkeypatch.setattr(gather, "on_page", lambda *_: told)
    assert "written, not run" in look("read_cell", "cell 3")
    assert look("read_cell", "all") == "cell 3 · code, not run: written, not run"


def test_what_one_cell_calls_a_secret_is_taken_out_of_another(look):
    cells = ["secret = 'blue-Tulip-77'", "url = 'https://x.org/?q=blue-Tulip-77'"]
    assert "Tulip" not in look("describe_variable", "url", cells=cells)


def test_docs_of_what_is_loaded_are_told_and_nothing_is_imported(look):
    cell = "import json\ndef f(x: int, y=print, *rest, key='KEY'):\n    'Do it.'".replace(
        "KEY", KEY
    )
    assert look("search_docs", "f", cells=[cell]) == (
        "function f(x: int, y=…, *rest, key='[key]'…)\n\nDo it."
    )
    assert look("search_docs", "json.dumps").startswith("function dumps(obj, *, skipkeys=False, ")
    assert "skipkeys" in look("search_docs", "json.dumps", "skipkeys")
    assert look("search_docs", "str.join").startswith("function join(self, iterable, /)")
    assert "names in it: " in look("search_docs", "json", "dump")
    assert look("search_docs", "json.dumsp").endswith("Did you mean dump or dumps?")
    look("list_variables", cells=[WRAPPED])
    assert look("search_docs", "cached").startswith("function kept(x, y=2)\n\nKeep it.")
    assert look("search_docs", "np.mean").startswith("function mean(a, axis=None, ")
    assert "Trigonometric sine" in look("search_docs", "np.sin", "sine")
    assert look("search_docs", "no_such_thing").startswith("There is no variable, and no module")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("antigravity.geohash", "function geohash(latitude, longitude, datedow)"),
        ("cgitb.Hook", "class Hook("),
        ("this", "module this"),
        ("xml.dom.minidom.parseString", "function parseString(string, parser=None)"),
        ("imaplib.IMAP4.login", "function login(self, user, password)"),
    ],
)
def test_docs_of_what_is_not_imported_are_read_from_its_source(look, monkeypatch, name, says):
    if name.startswith("cgitb") and sys.version_info >= (3, 13):
        name, says = "mailbox.Maildir", "class Maildir("
    top = name.partition(".")[0]
    for each in [each for each in sys.modules if each.partition(".")[0] == top]:
        monkeypatch.delitem(sys.modules, each)
    told = look("search_docs", name)
    assert told.startswith(says)
    assert "this kernel has not imported it" in told
    assert top not in sys.modules


def test_a_file_of_the_persons_own_that_is_not_imported_is_not_read(look, tmp_path, monkeypatch):
    (tmp_path / "mine_alone.py").write_text("def f():\n    'Do it.'", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert "no module imported or installed" in look("search_docs", "mine_alone.f")


# As an option.


def composed(claude, listed, **variables):
    claude.shell.push(variables)
    options = Options(tools=listed)
    shown = attachable(claude.session, "")
    return compose(options, "Hello", variables=claude.session.variables, shown=shown)


LOOKS = ["list_variables", "describe_variable", "read_cell", "search_docs"]


def test_the_word_stands_for_four_functions_beside_a_persons_own(claude):
    def weather(city: str) -> str:
        """Tell the weather."""
        return city

    found = composed(claude, "notebook,weather", weather=weather, notebook={"cells": []})
    assert [tool.name for tool in found.functions] == [*LOOKS, "weather"]
    for tool in found.functions[:4]:
        assert tool.description
        assert tool.input_schema["additionalProperties"] is False


@pytest.mark.parametrize("mine", [print, [print], (len, print)])
def test_functions_called_notebook_are_never_taken_for_it_nor_it_for_them(claude, mine):
    with pytest.raises(InputError, match="you have functions of that name"):
        composed(claude, "notebook", notebook=mine)


def test_where_there_is_no_notebook_it_is_said(claude):
    with pytest.raises(InputError, match="rows and scripts have no cells"):
        compose(Options(tools="notebook"), "Hello", variables={})


def test_a_persons_function_of_the_same_name_is_refused(claude):
    claude.shell.run_cell("def read_cell(cell: str): pass", store_history=True)
    with pytest.raises(InputError, match="names must differ"):
        composed(claude, "notebook,read_cell")


def test_the_emulator_calls_them_and_the_calls_are_shown(claude, monkeypatch):
    monkeypatch.setenv("CLAUDE_NB_BACKEND", "emulator")
    emulator.shared(tokens_per_second=0)
    claude.shell.run_cell(
        "import pandas as pd\ndf = pd.DataFrame({'price': [1]})", store_history=True
    )
    for asked, call in {
        "What variables do I have?": 'list_variables(containing="") → df: DataFrame',
        "What columns does df have?": 'describe_variable(variable="df") → df: DataFrame',
        "Read cell 1": 'read_cell(cell="cell 1") → There is no cell',
        "Show the docs of json.dumps": 'search_docs(object="json.dumps") → function dumps(obj',
    }.items():
        told = claude.shell.run_cell(f"%claude --tools notebook --no-history {asked}").result
        assert told is not None
        kept = claude.session.kept.all()[-1].final[0]["text/plain"]
        assert f"✓ {call}" in kept
