import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.token import Token

from claude_nb.ask.answers import extract
from claude_nb.ask.answers.extract import Code
from claude_nb.ask.errors import AnswerError

ANSWER = """Two ways:

```python
print("a")

print("b")
```

1. or so

   ~~~~ JS title="x"
   ```
   let a
   ~~~~

`inline`, and

    indented

```
cut off"""


def test_fenced_blocks_are_found_with_their_language():
    assert extract.fences(ANSWER) == [
        Code('print("a")\n\nprint("b")', "python"),
        Code("```\nlet a", "js"),
        Code("cut off", "", closed=False),
    ]


@pytest.mark.parametrize(
    ("which", "expected"),
    [("first", 'print("a")\n\nprint("b")'), ("last", "cut off"), ("all", None)],
)
def test_which_blocks(which, expected):
    whole = 'print("a")\n\nprint("b")\n\n```\nlet a\n\ncut off'
    assert extract.code(ANSWER, which) == (expected or whole)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("```\n```", Code("")),
        ("```\n\n```", Code("")),
        ("```py\na\n```\nmore", Code("a", "py")),
        ("```py\na\n", Code("a", "py", closed=False)),
        ("```py\na\n\n", Code("a\n", "py", closed=False)),
        ("```py", Code("", "py", closed=False)),
        ("> ```\n> a\n\nnot quoted", Code("a", closed=False)),
    ],
)
def test_edges_of_a_fence(answer, expected):
    assert extract.fences(answer) == [expected]


def test_an_answer_without_code():
    with pytest.raises(AnswerError, match=r"holds no code block\. Ask for code, or leave out -x"):
        extract.code("Just words, `inline` ones.")
    assert extract.only_code("\nx = 1\n") == "x = 1"
    assert extract.only_code("```\nx = 1\n```") == "x = 1"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_json_comes_back_as_its_value(value):
    text = json.dumps(value)
    for answer in (text, f"\n {text} \n", f"```json\n{text}\n```"):
        assert extract.json_value(answer) == value


BAD_JSON = [
    ("", "The answer is empty, not JSON."),
    ('{"a": [1, 2', "ends before its JSON does (Expecting ',' delimiter): was it stopped"),
    (
        '{"a": 1,\n "b" 2}',
        "Expecting ':' delimiter at line 2, column 6.\n     \"b\" 2}\n         ^",
    ),
    ("x" * 500, "Expecting value at line 1, column 1.\n    " + "x" * 60 + "\n    ^"),
    ('{"a": 1, "a": 2}', "not strict JSON: the key 'a' stands twice in one object."),
    ("[NaN]", "not strict JSON: NaN is no JSON number."),
    ("Here:\n```json\nno\n```", "no JSON: Expecting value at line 1, column 1"),
    ("```\n1\n```\n\n```\n2\n```", "holds 2 JSON values"),
    ("[" * 100_000, "too deeply nested"),
    ("1" * 5000, "not strict JSON"),
]


@pytest.mark.parametrize(("answer", "words"), BAD_JSON, ids=range(len(BAD_JSON)))
def test_what_is_no_json_is_shown_where(answer, words):
    with pytest.raises(AnswerError) as caught:
        extract.json_value(answer)
    assert words in str(caught.value)
    assert len(caught.value._render_traceback_()) <= 3


def test_the_caret_stands_under_the_mistake_in_a_long_line():
    answer = "[" + "1, " * 100 + "x]"
    with pytest.raises(AnswerError) as caught:
        extract.json_value(answer)
    _, excerpt, caret = str(caught.value).splitlines()
    assert excerpt[caret.index("^")] == "x"


def test_what_a_mistake_shows_holds_no_hidden_characters():
    for answer in ("[\x1b[31m]", "[1,\u2028\u202e]", '{"\u202e": 1, "\u202e": 2}'):
        with pytest.raises(AnswerError) as caught:
            extract.json_value(answer)
        assert not set(str(caught.value)) & set("\x1b\u2028\u202e")
    assert str(caught.value).startswith("The answer is not strict JSON")


def test_the_caret_stands_behind_escapes_too():
    with pytest.raises(AnswerError) as caught:
        extract.json_value('["\u202e", x]')
    _, excerpt, caret = str(caught.value).splitlines()
    assert excerpt == '    ["\\u202e", x]'
    assert excerpt[caret.index("^")] == "x"


JSON_IN_PROSE = {
    "a fence with prose around it": ('Sure!\n```json\n{"a": 1}\n```\nHope it helps.', {"a": 1}),
    "a number in a fence": ("Here:\n```json\n1\n```", 1),
    "tildes": ("~~~\n[1, 2]\n~~~\nThere.", [1, 2]),
    "a fence in a list": ('- here:\n  ```json\n  {"a": 2}\n  ```\n', {"a": 2}),
    "an object in a sentence": ('It is {"a": [1, {"b": 2}]}, as asked.', {"a": [1, {"b": 2}]}),
    "a list on lines of its own": ("Here:\n[\n  1,\n  2\n]\nDone.", [1, 2]),
    "other code beside it": ('```json\n{"a": 3}\n```\nRun:\n```sh\nls {a}\n```', {"a": 3}),
}


@pytest.mark.parametrize(("answer", "value"), JSON_IN_PROSE.values(), ids=JSON_IN_PROSE)
def test_the_one_json_value_among_prose_is_found(answer, value):
    assert extract.json_value(answer) == value


@pytest.mark.parametrize(
    "answer", ['{"a": 1}\n{"b": 2}', "```\n1\n```\nor\n```\n2\n```", "see [1] and [2]"]
)
def test_of_two_json_values_none_is_chosen(answer):
    with pytest.raises(AnswerError, match="holds 2 JSON values, not one"):
        extract.json_value(answer)


@pytest.mark.parametrize("answer", ['{"a": 1, "a": 2}', 'It is {"a": 1, "a": 2}.', "[NaN] it is"])
def test_json_in_prose_is_as_strict(answer):
    with pytest.raises(AnswerError):
        extract.json_value(answer)


NESTED = 'text = """\n```bash\nls\n```\n"""\nprint(text)'


def test_code_that_holds_fences_is_whole():
    (block,) = extract.fences(f"Here:\n```python\n{NESTED}\n```\nbye")
    assert block == Code(NESTED, "python")
    assert extract.only_code(f"```python\n{NESTED}\n```") == NESTED


@pytest.mark.parametrize("answer", ["```python\nx = 1", "a\n```\nb\n```\n```c\nd", "```\n```\n```"])
def test_a_fence_that_nothing_closes_stays_open(answer):
    assert not extract.fences(answer)[-1].closed


def test_of_the_blocks_of_an_answer_only_code_is_kept():
    answer = (
        "- a\n\n  - b\n\n    ```Py x\n    1\n    ```\n\n> ~~~\n> 2\n\n" + "a|b\n-|-\n1|2\n\n" * 9
    )
    assert extract.fences(f"{answer}# c\n```\n```") == [
        Code("1", "py"),
        Code("2", closed=False),
        Code(""),
    ]
    blocks = extract._Blocks()
    for token in [Token("fence", "", 0, content="3\n", map=[0, 3]), *[Token("p", "", 0)] * 99]:
        blocks.append(token)
    assert {token.type for token in blocks[:-1]} == {"settled"}
    assert blocks.code == [Code("3")]
