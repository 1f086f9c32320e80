import pytest
import traitlets

from claude_nb.ask import names
from claude_nb.ask.arguments import parse_line, usage
from claude_nb.ask.errors import InputError
from claude_nb.ask.options import SETTINGS, unescape
from claude_nb.notebook.traits import as_traits

READ = [
    ("", {}),
    ("-m haiku -t 0.5", {"model": "haiku", "temperature": 0.5}),
    ("-a plot.png -a df -x", {"attach": ["plot.png", "df"], "extract": True}),
    ("-f JSON -o a=1 -o b=2", {"format": "json", "option": ["a=1", "b=2"]}),
    ("--stop --- --stop 'a b'", {"stop": ["---", "a b"]}),
    (r"--stop '\n\nHuman:'", {"stop": ["\n\nHuman:"]}),
    ("--think", {"think": "on"}),
    ("--think 2_000", {"think": 2000}),
    ("--think=HIGH --max-tokens 9,000", {"think": "high", "max_tokens": 9000}),
    ('-s "You are brief."', {"system": "You are brief."}),
    ("--stop -- --stop '--' -s --", {"stop": ["--", "--"], "system": "--"}),
]


@pytest.mark.parametrize(("line", "values"), READ)
def test_a_line_becomes_values(line, values):
    assert parse_line(line) == values


WRONG = [
    ("--temprature 1", "There is no option --temprature. Did you mean --temperature?"),
    ("--temp 1", "There is no option --temp. Did you mean --temperature?"),
    ("-- hello", "There is no option --."),
    ("-t --", "takes a number, not '--'"),
    ("-a my file.csv", "a value with blanks stands in quotes"),
    ("--xyzzy", "There is no option --xyzzy. %%claude? lists all options."),
    ("-t 1.7", "--temperature 1.7 is out of range: use 0 to 1."),
    ("-t warm", "takes a number, not 'warm': use 0 to 1."),
    ("--max-tokens 0", "--max-tokens 0 is out of range: use 1 or more."),
    ("--max-tokens many", "takes a whole number, not 'many': use 1 or more."),
    ("--max-tokens", "expected one argument"),
    ("--think maybe", "or one of off, on, low, medium, high, xhigh, max; not 'maybe'"),
    ("-f pdf", "takes one of markdown, text, code, json, html, math; not 'pdf'."),
    ("--stop ' '", "is blank: a stop sequence needs a visible character."),
    ("--stop ''", "is blank"),
    ("-s 'open", "close every quote"),
    ("hello", "Unexpected 'hello': the prompt goes below the %%claude line"),
]


@pytest.mark.parametrize(("line", "words"), WRONG)
def test_a_mistake_gets_one_clear_line(line, words):
    with pytest.raises(InputError) as caught:
        parse_line(line)
    shown = caught.value._render_traceback_()
    assert len(shown) == 1
    assert words in shown[0]


def test_the_help_names_every_option():
    text = usage()
    assert all(flag in text for setting in SETTINGS for flag in setting.flags)


def test_escapes():
    assert unescape(r"a\nb\t\\n") == "a\nb\t\\n"


def test_every_setting_is_a_trait_with_its_bounds():
    holder = type("Holder", (traitlets.HasTraits,), as_traits())()
    holder.think = 2048
    holder.stop = ["END"]
    for name, bad in {"temperature": 1.5, "max_tokens": 0, "think": "maybe", "stop": 3}.items():
        with pytest.raises(traitlets.TraitError):
            setattr(holder, name, bad)


def test_what_makes_no_sense_for_a_session_is_no_trait():
    assert {"attach", "dry_run", "extract", "fresh", "out"}.isdisjoint(as_traits())


def test_an_error_shows_at_most_six_lines_of_bounded_length():
    lines = InputError("\n".join(["x" * 1000] * 20))._render_traceback_()
    assert len(lines) == 6
    assert max(len(line) for line in lines) == 300


@pytest.mark.parametrize("flag", ["-m", "--model", "-c", "--each", "--out", "--schema"])
@pytest.mark.parametrize("value", ["''", '" "'])
def test_a_blank_name_is_named(flag, value):
    with pytest.raises(InputError, match=r"is blank: write a name|expected one argument"):
        parse_line(f"{flag} {value}")


@pytest.mark.parametrize(
    "path",
    ["f()", "df.head()", "df.query('a > 1')", "len(df)", "[1, 2]", "{}", "df[a:b", "5", "a b"],
)
def test_nothing_is_worked_out_where_an_option_names_a_value(path):
    with pytest.raises(InputError, match=r"--each .*: (nothing is called here|that is no name)."):
        names.lookup(path, {"df": 1, "f": 2}, f"--each {path}")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("-t 0,5", "write 0.5"),
        ("-t 50%", "write 0.5"),
        ("-t '0,25 '", "write 0.25"),
        ("--max-tokens 4k", "write 4000"),
        ("--max-tokens 1.5K", "write 1500"),
        ("--max-tokens 1m", "write 1000000"),
        ("--top-k 5.0", "write 5"),
    ],
)
def test_a_number_in_another_way_of_writing_is_told_as_it_goes(line, says):
    with pytest.raises(InputError, match=says):
        parse_line(line)


@pytest.mark.parametrize("line", ["-t hot", "-t 1.5.2", "--max-tokens many", "-t 0,5,5"])
def test_of_what_is_no_number_nothing_is_guessed(line):
    with pytest.raises(InputError) as caught:
        parse_line(line)
    assert "write" not in str(caught.value)
