"""``%claude`` lines that end in a question mark, or hold brackets and quotes, reach the magic."""

from __future__ import annotations

import pytest
from commands_rig import start_shell, stop_shell
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from claude_nb.notebook.commands.lines import ClaudeLine, remove

HELP = "get_ipython().run_line_magic('pinfo', {!r})\n"


def transformed(cell: str, *, ours: bool = True) -> str:
    manager = TransformerManager()
    if ours:
        manager.token_transformers.append(ClaudeLine)
    return manager.transform_cell(cell)


def call(words: str) -> str:
    return f"get_ipython().run_line_magic('claude', {words!r})\n"


@pytest.mark.parametrize(
    "words",
    [
        "what is this?",
        "what is this??",
        "what (is this?",
        'a """ quote?',
        "don't you?",
        "models?",
        "is it 3 * [4, {5}?",
        "why $x and {y}?",
        "# no comment?",
        "-m haiku why?",
        "Grüße, 你好?",
    ],
)
def test_a_question_stays_as_typed(words):
    assert transformed(f"%claude {words}") == call(words)
    assert transformed(f"x = %claude {words}") == f"x = {call(words)}"
    assert transformed(f"if x:\n    %claude {words}\nprint(1)\n") == (
        f"if x:\n    {call(words)}print(1)\n"
    )
    assert transformed(f"%claude {words}\n%claude {words}\n") == call(words) * 2


def test_without_the_rule_it_would_be_a_request_for_help():
    assert transformed("%claude what is this?", ours=False) == HELP.format("this")


@pytest.mark.parametrize(
    "typed", ["%claude?", "%%claude?", "%claude??", "claude?", "x.y?", "%time?"]
)
def test_help_stays_help(typed):
    assert transformed(typed) == transformed(typed, ours=False)
    assert "pinfo" in transformed(typed)


@pytest.mark.parametrize(
    "cell",
    [
        "%claude",
        "%claudette what?",
        "s = '''\n%claude what?\n'''",
        "# %claude what?",
        "%%claude\nwhat is this?",
        "x = y % claude",
        "f(a=b, c=d)",
        "%time 1 + 1",
        "!ls",
        "x = !ls",
        "print('%claude what?')",
    ],
)
def test_everything_else_is_left_alone(cell):
    assert transformed(cell) == transformed(cell, ours=False)


def test_a_line_may_go_on_behind_a_backslash():
    assert transformed("%claude what \\\n is this?\n1\n") == call("what   is this?") + "1\n"


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=40))
def test_whatever_is_asked_arrives_as_typed(words):
    words = words.strip()
    if not words or words in {"?", "??"} or words.endswith("\\"):
        return
    assert transformed(f"%claude {words}?") == call(f"{words}?")


@given(st.text(st.sampled_from(" \n\t%?=!'\"()#\\abc1"), max_size=40))
def test_cells_without_the_magic_are_left_alone(cell):
    assert attempt(cell, ours=True) == attempt(cell, ours=False)


def attempt(cell: str, *, ours: bool) -> str:
    try:
        return transformed(cell, ours=ours)
    except Exception as error:  # noqa: BLE001 (IPython's own rules may raise on nonsense)
        return type(error).__name__


@pytest.fixture
def shell(tmp_path):
    claude = start_shell(tmp_path)
    yield claude.shell
    stop_shell(claude)


CELLS = {
    "a doctest": ">>> f(1)\n2\n>>> g(\n... 2)\n",
    "prompts of IPython": "In [1]: f(1)\nOut[1]: 2\n",
    "indentation": "    four\n  two\n\tone tab\n\n\n",
    "other magics": "%%bash\n!ls\n%time x?\n",
    "quotes that nothing closes": "Don't \"\"\" '''\n",
}


@pytest.mark.parametrize("body", CELLS.values(), ids=CELLS)
def test_the_text_of_a_cell_is_the_magics_exactly_as_typed(shell, body):
    expected = f"get_ipython().run_cell_magic('claude', '-m x', {body!r})\n"
    assert shell.input_transformer_manager.transform_cell(f"%%claude -m x\n{body}") == expected


MISPLACED = {
    "a comment": "# ask\n%%claude\nWhy?",
    "a cell mark": "#%%\n\n%%claude -m haiku\nDon't",
    "code": "x = 1\n%%claude\nWhy?",
    "in a block": "if True:\n    %%claude\n    Why?",
}


@pytest.mark.parametrize("cell", MISPLACED.values(), ids=MISPLACED)
def test_a_cell_magic_below_the_first_line_is_refused_as_a_whole(shell, cell, capsys):
    result = shell.run_cell(cell)
    assert "first line" in str(result.error_in_exec)
    assert "x" not in shell.user_ns
    assert len(capsys.readouterr().out.strip().splitlines()) == 1


def test_what_only_mentions_the_magic_is_left_alone(shell):
    for cell in ("s = '''\n%%claude\n'''\n", "# %%claude\n", "x = 7 %-2\n"):
        assert shell.input_transformer_manager.transform_cell(cell) == cell
    assert shell.input_transformer_manager.check_complete("%%claude\n")[0] == "incomplete"
    remove(shell)
    assert "misplaced" not in shell.input_transformer_manager.transform_cell(MISPLACED["code"])


def test_a_function_that_asks_lends_its_own_variables(shell, capsys):
    shell.run_cell(
        "def f(own):\n    get_ipython().run_cell_magic('claude', '-N', '{{own}}!')\nf('A')"
    )
    shell.run_cell("def g(own):\n    %claude -N {{own}}?\ng('B')")
    shown = capsys.readouterr().out
    assert '"content": "A!"' in shown
    assert '"content": "B?"' in shown
    assert "filled in: own" in shown
