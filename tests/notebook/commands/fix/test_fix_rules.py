"""Without a model, the ten commonest errors are mended by rules, from what there is in the cell."""

from __future__ import annotations

import pytest

from claude_nb.notebook.commands.fix.facts import gathered
from claude_nb.notebook.commands.fix.rules import Facts, mended

FILE = "<the cell>"


def fix(code):
    """Run a cell that fails, and return what the rules make of it."""
    try:
        exec(compile(code, FILE, "exec"), {"__name__": "__main__"})  # noqa: S102 - our own code
    except Exception as error:  # noqa: BLE001 - any is what is asked for
        return mended(error, gathered(error, code, FILE))
    raise AssertionError("this cell does not fail")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("total = 3\nprint(totel)", "total = 3\nprint(total)"),
        ("np.array([1])", "import numpy as np\n\nnp.array([1])"),
        ("math.sqrt(4)", "import math\n\nmath.sqrt(4)"),
        ("ages = dict(ada=36)\nages['adda']", "ages = dict(ada=36)\nages['ada']"),
        ("a = {'x': 1}\nb = a['zoe']", "a = {'x': 1}\nb = a.get('zoe')"),
        ("'é∑'; a = []\na.push(2)", "'é∑'; a = []\na.append(2)"),
        ("'a'.uper()", "'a'.upper()"),
        ("a = [1, 2]\na[5]", "a = [1, 2]\na[-1]"),
        (
            "a = [1]\nfor i in range(len(a) + 1):\n    a[i]",
            "a = [1]\nfor i in range(len(a)):\n    a[i]",
        ),
        ("def f(a): ...\nf(1, 2)", "def f(a): ...\nf(1)"),
        ("def f(a, b): ...\nf(1)", "def f(a, b): ...\nf(1, b=...)"),
        ("def f(name): ...\nf(nme=1)", "def f(name): ...\nf(name=1)"),
        ("a = 3\n'age ' + a", "a = 3\n'age ' + str(a)"),
        ("a, b = 1, 0\na / b", "a, b = 1, 0\n(a / b if b else None)"),
        ("import panda as pd", "import pandas as pd"),
        ("for i in [1]:\nprint(i)", "for i in [1]:\n    print(i)"),
        ("x = 1\n  y = 2", "x = 1\ny = 2"),
        ("int('3.5')", "int(float('3.5'))"),
        ("x = '1,000'\nint(x)", 'x = \'1,000\'\nint(x.replace(",", ""))'),
        ("age = 3\nprint('a ' + age + ' b')", "age = 3\nprint('a ' + str(age) + ' b')"),
        ("a, b = 3, 'c'\nd = f'{b}' + a + b", "a, b = 3, 'c'\nd = f'{b}' + str(a) + b"),
        ("a = 3\nx = 1 + 2\n'é' + str(a) + a", "a = 3\nx = 1 + 2\n'é' + str(a) + str(a)"),
        ("a = 3\n'x' + 'y' + (a + a)", "a = 3\n'x' + 'y' + (str(a + a))"),
        ("a, b = [1], [2]\na[0] + b[3]", "a, b = [1], [2]\na[0] + b[-1]"),
        ("d = {'x': 1}; a = [1]\na[0], d['zoe']", "d = {'x': 1}; a = [1]\na[0], d.get('zoe')"),
        ("a, b = 1, 0\nc = a / 1, a / b", "a, b = 1, 0\nc = a / 1, (a / b if b else None)"),
        ("x = '-1,000'\nint('1'), int(x)", "x = '-1,000'\nint('1'), int(x.replace(\",\", \"\"))"),
        (
            "x = 'n/a'\na = int(x)",
            "x = 'n/a'\na = (int(x) if str(x).strip().lstrip(\"+-\").isdecimal() else None)",
        ),
        ("total = 1\nprint('totel', totel)  # totel", "total = 1\nprint('totel', total)  # totel"),
        ("total = 1\nprint(totel, 'é', totel)", "total = 1\nprint(total, 'é', total)"),
        ("import jsn  # import jsn", "import json  # import jsn"),
        ("a = [1]\na.length", "a = [1]\nlen(a)"),
        ("a = 'é'\na.length()", "a = 'é'\nlen(a)"),
        (
            "class M:\n    @staticmethod\n    def f(a): ...\nM.f(1, 2)",
            "class M:\n    @staticmethod\n    def f(a): ...\nM.f(1)",
        ),
        ("1 + 2 + ' cm'", "str(1 + 2) + ' cm'"),
        ("d = {'name': 'x'}\nd['nme'].strip()", "d = {'name': 'x'}\nd['name'].strip()"),
        (
            "class M:\n    def f(self, a): ...\nM().f(1, 2)",
            "class M:\n    def f(self, a): ...\nM().f(1)",
        ),
        (
            "class M: ...\ndef f(a, b): ...\nM.f = f\nM.f(1, 2, 3)",
            "class M: ...\ndef f(a, b): ...\nM.f = f\nM.f(1, 2)",
        ),
        ("def f(a): ...\nf(f(1), f(1, 2))", "def f(a): ...\nf(f(1), f(1))"),
    ],
)
def test_one_place_is_changed_and_the_rest_stays(code, expected):
    assert fix(code) == expected


def test_a_file_that_is_nearly_there_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sales.csv").write_text("a")
    assert fix("open('sale.csv')") == "open('sales.csv')"
    assert "iterdir" in (fix("open('other.txt')") or "")


def test_keys_that_are_in_no_cell_are_known():
    code = "make = lambda: {'" + "berlin': 1}\nx = make()\nx['berln']"
    assert fix(code) == code.replace("'berln'", "'berlin'")


@pytest.mark.parametrize(
    "code",
    [
        "x = None\nx.append(1)",
        "x = {'a': 1}\nx['zoe'] + 1",
        "raise ValueError('odd')",
        "1 / 0",
        "a = [1]\na[5] = 3",
        "a = [1]\na[3] += 1",
        "a = [1]\ndel a[3]",
        "a = [[1]]\na[3][0] = 1",
        "a = [[1]]\na[3].clear()",
        "a = []\na[0]",
        "a = {'ada': 1}\ndel a['adda']",
        "a = {'ada': 1}\na['adda'] += 1",
        "total = 1\ndel totel",
        "x = '1,234.50'\nint(x)",
        "x = '12 kg'\nint(x)",
        "x = '-1 000'\nint(x)",
        "x = 'é'\nint(x) + 1",
        "n = 0\n10 / n + 1",
        "n = 0\nf'{10 / n:.1f}'",
        "import nowhere_to_be",
        "import jose",
        "import os.pathh",
        "a = 3\n'{} {}'.format(1), [1][0]; '{} {}'.format(1)",
    ],
)
def test_where_the_cause_is_not_told_nothing_is_changed(code):
    assert fix(code) is None


def test_no_code_of_the_person_runs_again():
    code = (
        "class D(dict):\n    def __iter__(self):\n        raise SystemExit\nd = D()\nd['missing']"
    )
    assert fix(code) in {None, code.replace("d['missing']", "d.get('missing')")}


def test_no_property_of_the_person_runs_again():
    ran: list[int] = []
    code = (
        "class D:\n    @property\n    def __dict__(self):\n        ran.append(1)\n"
        "        raise SystemExit\nD().count"
    )
    with pytest.raises(AttributeError) as met:
        exec(compile(code, FILE, "exec"), {"__name__": "__main__", "ran": ran})  # noqa: S102
    assert mended(met.value, gathered(met.value, code, FILE)) is None
    assert len(ran) == 0


def test_a_module_that_is_not_loaded_has_no_attributes_of_a_number(monkeypatch):
    error = AttributeError("module 'gone_by' has no attribute 'realx'")
    assert mended(error, Facts("gone_by.realx")) is None


def test_one_of_two_that_may_have_failed_is_not_chosen():
    assert mended(ZeroDivisionError("division by zero"), Facts("a / b, c / d", 1)) is None
