"""What people type and paste: sent as meant, or named in a sentence before anything is sent."""

from __future__ import annotations

import functools
import json
import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_nb.api.errors import UnsendableTextError
from claude_nb.api.sending.requests import encode
from claude_nb.ask.arguments import parse_line
from claude_nb.ask.errors import InputError
from claude_nb.ask.fields import filled
from claude_nb.ask.options import Options
from claude_nb.ask.question import compose


class Slotted:
    """Has no attributes to name."""

    __slots__ = ("a",)


class Named:  # noqa: D101 (its source is compared)
    def __init__(self):
        self.title, self.rows = "t", 3

    def method(self):
        return self.title


def double(x):
    """Return twice x."""
    return 2 * x


class LazyFrame:
    """As polars calls it."""

    def __str__(self):
        return "naive plan: (run LazyFrame.explain(optimized=True) to see the optimized plan)"


async def later():
    return 1


VARIABLES = {
    "x": 5,
    "user": SimpleNamespace(name="Ada"),
    "foo": Named(),
    "slotted": Slotted(),
    "lock": object(),
    "module": re,
    "rows": (n for n in range(3)),
    "lazy": LazyFrame(),
    "double": double,
    "Named": Named,
    "method": Named().method,
    "builtin": len,
    "partial": functools.partial(double, 3),
    "foos": [Named(), Named()],
    "by_name": {"a": object(), "b": object()},
    "mixed": [1, "a", Named()],
    "blank": " \n\t",
    "empty": "",
    "half": "ok \ud83d",
    "pair": "\ud83d\ude00",
    "odd": "{{x}}",
}


def sent(text: str, **options: object) -> str:
    """Return what a cell sends as its prompt."""
    return compose(Options(**options), text, variables=VARIABLES).params["messages"][-1]["content"]


def refused(text: str, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        sent(text, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert 20 < len(message) < 400
    return message


TEMPLATES = {
    "an action": "on: push\n  TOKEN: ${{ secrets.TOKEN }}",
    "a page": "<p>{{ user.name }}</p>{% if x %}{{ x|upper }}{% endif %}",
    "mustache": "{{#each rows}}{{> item}}{{/each}}{{{x}}}",
    "a chart": '{{- include "a.b" . | nindent 4 }}{{ .Values.x }}',
    "LaTeX": r"\frac{{x}}{{y}} \mathbf{{x}}_i \left\{{x}\right\}",
    "Python": "f'{{{x}}}' '{{}}'.format({{1: x}})",
    "blanks at both ends": "\n\n  {{x}}  \n\n",
    "a doctest": ">>> {{x}}\n... \n",
    "escapes": "\\{{x}} \\n \\",
    "line ends": "a\r\nb\rc\x0bd\x0ce\u2028f",
}


@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES)
def test_raw_sends_templates_as_typed(text):
    assert sent(f"{text}\n", raw=True) == text
    question = compose(Options(raw=True, system="{{x}}"), text, variables={})
    assert question.params["system"] == "{{x}}"
    assert question.filled == ()


MARKS = [*"{}$\\\"'`%<>#[]() \t\n\u00a0\u200b\u2028\ufeff", "{{x}}", "{{", "}}", "\\{{x}}"]
PASTED = (
    st.lists(st.one_of(st.sampled_from(MARKS), st.characters(codec="utf-8")), min_size=1)
    .map("".join)
    .filter(str.strip)
)


@given(PASTED)
def test_raw_sends_every_text_byte_for_byte(text):
    assert sent(f"{text}\n", raw=True).encode() == text.encode()


HALVES = st.text(st.one_of(st.sampled_from("a{\ud83d\ude00\udc80\U0001f600"), st.characters()))


@given(HALVES.filter(str.strip))
def test_raw_sends_halves_of_characters_joined_or_names_them(text):
    params = compose(Options(raw=True), text, variables={}).params
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "\ufffd" in whole.replace("\ufffd", "", text.count("\ufffd")):
        with pytest.raises(UnsendableTextError, match=r"messages\[0\]\.content holds half"):
            encode(params)
        return
    sent_bytes = json.loads(encode(params))["messages"][0]["content"]
    assert sent_bytes == whole.removesuffix("\n")


@pytest.mark.parametrize(
    ("text", "arrives"),
    [
        (r"\{{x}}", "{{x}}"),
        (r"a \{{ user.name }} and {{user.name}}", "a {{ user.name }} and Ada"),
        (r"${\{{x + 1}}}", "${{{x + 1}}}"),
        (r"\\{{x}}", r"\{{x}}"),
        (r"\left\{{x}\right\}", r"\left\{{x}\right\}"),
        (r"\{{x", r"\{{x"),
        ("{{odd}}", "{{x}}"),
    ],
)
def test_a_backslash_keeps_braces_as_they_are(text, arrives):
    assert sent(text) == arrives


@given(PASTED)
def test_what_is_typed_into_a_field_stays_what_it_is(typed):
    assert sent("[" + filled("{{y}}", {"y": typed}) + "]") == f"[{typed}]"


@pytest.mark.parametrize(
    "text",
    [
        *("{{x + 1}}", "{{x!r}}", "{{x:.2f}}", "{{x:>10}}", "{{x=}}", "{{len(x)}}", "{{-x}}"),
        *("{{foo.method()}}", "{{x if x else 1}}", "{{[x, x]}}", "{{x[0] + 1}}", "{{not x}}"),
    ],
)
def test_an_expression_in_braces_is_refused_with_both_ways_out(text):
    message = refused(f"v {text}")
    assert text[2:-2] in message
    assert "variable" in message
    assert "--raw" in message
    assert r"\{{" in message
    assert sent(f"v {text}", raw=True) == f"v {text}"


def test_expressions_on_nothing_of_ours_are_somebodys_template():
    text = "{{ page.title | upper }} {{ url_for('a') }} {{1 + 1}} {{a:b}} {{}}"
    assert sent(text) == text


def test_braces_hold_no_formatted_string_either():
    for text in ("{{f'{x}'}}", '{{ rf"{x:.2f}" }}'):
        assert "nothing is worked out in a prompt" in refused(f"v {text}")
    assert sent("{{f'{y}'}} {{{x}}}") == "{{f'{y}'}} {5}"


@pytest.mark.parametrize(
    "text",
    [
        "# YOUR CODE HERE\nraise NotImplementedError()",
        "Why?\n# YOUR CODE HERE\nraise NotImplementedError\n",
        "YOUR ANSWER HERE\n",
    ],
)
def test_a_placeholder_of_nbgrader_is_not_sent(text):
    assert "placeholder of nbgrader" in refused(text)
    assert sent(text, raw=True) == text.removesuffix("\n")


def test_talking_about_a_placeholder_is_sent():
    text = "What does YOUR CODE HERE mean, and raise NotImplementedError()?"
    assert sent(text) == text


def test_an_item_is_named_where_an_attribute_was_meant():
    with pytest.raises(
        InputError, match=r'a dict has no attribute .a.\. Write \["a"\] for its item'
    ):
        compose(Options(), "{{d.a}}", variables={"d": {"a": 1}})
    assert "an int has no attribute 'foo'" in refused("{{x.foo}}")


@pytest.mark.parametrize("line", ["-s {{ tone }}", "-s {{tone}}", "--system={{ tone }} -m haiku"])
def test_a_name_in_braces_is_one_word_of_the_options(line):
    assert parse_line(line)["system"].replace(" ", "") == "{{tone}}"


def test_an_unknown_name_tells_both_ways_out():
    message = refused("TOKEN: ${{ secrets.TOKEN }}")
    assert "--raw" in message
    assert r"\{{" in message


def test_what_was_filled_in_is_told():
    question = compose(
        Options(system="{{user.name}}"), r"{{x}} {{ x }} \{{foo}} {{pair}}", variables=VARIABLES
    )
    assert question.filled == ("user.name", "x", "pair")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("foo", "title, rows"),
        ("slotted", "put what you want"),
        ("lock", "put what you want"),
        ("module", "in the module"),
        ("rows", "list("),
        ("lazy", ".collect()"),
        ("builtin", "__doc__"),
        ("foos", "items"),
        ("by_name", "items"),
    ],
)
def test_an_object_that_shows_only_its_address_is_refused_by_name(name, advice):
    message = refused(f"About {{{{{name}}}}}?")
    assert message.startswith(f"{{{{{name}}}}}: ")
    assert advice in message


def test_a_coroutine_is_to_be_awaited_first():
    coroutine = later()
    with pytest.raises(InputError, match="await it first"):
        compose(Options(), "{{c}}", variables={"c": coroutine})
    coroutine.close()


def test_functions_and_classes_go_as_their_source():
    assert sent("{{double}}") == 'def double(x):\n    """Return twice x."""\n    return 2 * x'
    assert sent("{{Named}}").startswith(
        "class Named:  # noqa: D101 (its source is compared)\n    def __init__(self):"
    )
    assert sent("{{method}}") == "def method(self):\n    return self.title"
    assert "functools.partial" in sent("{{partial}}")


def test_values_that_say_something_are_sent_as_ever():
    assert sent("{{mixed}}").startswith("[1, 'a', <")
    assert sent("{{user}}") == "namespace(name='Ada')"
    assert sent("{{pair}}") == "\N{GRINNING FACE}"


def test_half_a_character_is_named_with_its_variable_and_place():
    message = refused("see {{half}}")
    assert message.startswith("{{half}}: character 4 is half of a character (U+D83D)")


@pytest.mark.parametrize(
    ("name", "reason"),
    [("1x", "letters, digits"), ("a-b", "letters"), ("class", "Python's own"), ("None", "own")],
)
def test_what_cannot_be_a_variables_name_says_why(name, reason):
    assert reason in refused("hi", out=name)


@pytest.mark.parametrize("text", ["{{blank}}", " {{empty}} {{blank}} \n"])
def test_a_prompt_of_blank_variables_is_refused(text):
    assert "blank" in refused(text)


@pytest.mark.parametrize("system", ["  ", "{{blank}}", "{{empty}}"])
def test_a_blank_system_prompt_is_refused(system):
    assert "blank" in refused("Why?", system=system)


LINES = {
    "-m haiku  # the cheap one": {"model": "haiku"},
    "# only a comment": {},
    "-m haiku # it's cheap": {"model": "haiku"},
    "-s 'a # b' --stop \"#\" # c": {"system": "a # b", "stop": ["#"]},
    "--stop # --stop ## -m x": {"stop": ["#", "##"], "model": "x"},
    "-s C# -m a#b": {"system": "C#", "model": "a#b"},
    r"-a C:\data\new\table.csv": {"attach": [r"C:\data\new\table.csv"]},
    r"-s @C:\prompts\tone.txt": {"system": r"@C:\prompts\tone.txt"},
    r'-a "C:\Users\Ada B\t.csv"': {"attach": [r"C:\Users\Ada B\t.csv"]},
    r"-a '\\server\share\n.csv'": {"attach": [r"\\server\share\n.csv"]},
    r'-a "\\server\share\a b.csv" -m x': {"attach": [r"\\server\share\a b.csv"], "model": "x"},
    r"-a my\ file.txt": {"attach": ["my file.txt"]},
    r'-s "say \"hi\" now"': {"system": 'say "hi" now'},
    r"-s 'it'\''s'": {"system": "it's"},
    r"--stop END\n": {"stop": ["END\n"]},
    "-m\u00a0haiku\u3000-t\u20020.5": {"model": "haiku", "temperature": 0.5},
    "-s '\u201cquoted\u201d'": {"system": "\u201cquoted\u201d"},
}


@pytest.mark.parametrize("line", LINES)
def test_options_are_read_as_they_are_typed(line):
    assert parse_line(line) == LINES[line]


@pytest.mark.parametrize(
    ("line", "found", "instead"),
    [
        ("-s \u201chi there\u201d", "U+201C, left double quotation mark", 'type "'),
        ("-s \u2018hi\u2019", "U+2018", "type '"),
        ("-s \u00abhi\u00bb", "U+00AB", 'type "'),
        ("\u2013m haiku", "U+2013, en dash", "type -"),
        ("\u2014model haiku", "U+2014, em dash", "type -"),
        ("\u2212t 0.5", "U+2212, minus sign", "type -"),
        ('-s "open', "No closing quotation", "close every quote"),
    ],
)
def test_what_only_looks_like_a_quote_or_a_dash_is_named(line, found, instead):
    with pytest.raises(InputError) as caught:
        parse_line(line)
    assert found in str(caught.value)
    assert instead in str(caught.value)


@pytest.mark.parametrize(
    "text", ["\u200b", " \n\u200b\n", "\ufeff", "\u00ad \u2060", "\u200d\u200c"]
)
def test_a_prompt_of_nothing_that_shows_is_empty(text):
    with pytest.raises(InputError, match="The prompt is empty"):
        compose(Options(), text, variables={})


def test_a_number_that_python_does_not_write_is_said_to_be_too_long():
    with pytest.raises(InputError, match="thousands of digits") as caught:
        compose(Options(), "{{n}}", variables={"n": 10**5000})
    assert "sys." not in str(caught.value)
