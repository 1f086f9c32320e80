from types import SimpleNamespace

import pytest

from claude_nb.notebook.errors import InputError
from claude_nb.notebook.prompt import interpolate

NAMES = {
    "name": "Ada",
    "numbers": [1, 2, 3],
    "table": {"k": {"deep": "x"}},
    "thing": SimpleNamespace(colour="red", _secret="s"),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello {{name}}!", "Hello Ada!"),
        ("{{ name }} {{numbers[0]}} {{numbers[-1]}}", "Ada 1 3"),
        ("""{{table["k"]['deep']}} {{thing.colour}}""", "x red"),
        ('{"a": 1} {name} $HOME \\n {{1+1}} {{f()}} {{}}', None),
        ("f'{x}' and {{{name}}}", "f'{x}' and {Ada}"),
    ],
)
def test_only_names_in_double_braces_are_replaced(text, expected):
    assert interpolate(text, NAMES) == (text if expected is None else expected)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{nmae}}", "no variable 'nmae'. Did you mean name?"),
        ("{{zzz}}", "no variable 'zzz'. Run the cell"),
        ("{{thing.color}}", "a SimpleNamespace has no attribute 'color'. Did you mean colour?"),
        ("{{thing._secret}}", "stay private"),
        ("{{numbers[9]}}", "this list has no item 9"),
        ('{{table["x"]}}', "this dict has no item 'x'"),
        ("{{numbers[a]}}", "must be a whole number or a quoted key"),
    ],
)
def test_a_name_that_is_not_there_is_explained(text, words):
    with pytest.raises(InputError) as caught:
        interpolate(text, NAMES)
    assert words in str(caught.value)


def test_values_are_not_interpolated_again():
    assert interpolate("{{a}}", {"a": "{{b}}"}) == "{{b}}"
