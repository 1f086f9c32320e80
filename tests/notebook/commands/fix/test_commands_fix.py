"""``%claude fix`` through a real kernel, against an emulator whose answers the test gives."""

from __future__ import annotations

import pytest

from claude_nb.emulator import serve

pytestmark = pytest.mark.kernel

# Where the emulator answered, no code of its is proposed: here it stands for a model.
AS_A_MODEL = """
from claude_nb.notebook import backend
backend.EMULATED_HEADER = "x-nobody-sends-this"
"""
MENDED = "Zero has no inverse.\n\n```python\nf(1)\n```\n"


class Desk:
    """Answers with `reply`, and keeps what was asked."""

    def __init__(self) -> None:
        self.reply = MENDED
        self.asked: list[dict] = []

    def __call__(self, request: dict) -> str:
        """Answer one request."""
        self.asked.append(request)
        return self.reply

    @property
    def prompt(self) -> str:
        """The last question's text."""
        content = self.asked[-1]["messages"][-1]["content"]
        return content if isinstance(content, str) else content[0]["text"]


@pytest.fixture(scope="module")
def server():
    with serve(tokens_per_second=0) as running:
        yield running


@pytest.fixture
def desk(server):
    desk = Desk()
    server.options.answer = desk
    return desk


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, server):
    from kernel_rig import Kernel  # noqa: PLC0415 (as the fixture `kernel` does)

    env = {
        "ANTHROPIC_BASE_URL": server.url,
        "ANTHROPIC_API_KEY": "sk-ant-canary-0123456789",
        "HUB_TOKEN": "hunter-two-three",
    }
    with Kernel(tmp_path_factory.mktemp("fix") / "home", env) as kernel:
        kernel.run("%load_ext claude_nb")
        kernel.run(AS_A_MODEL)
        yield kernel


def proposed(run) -> list[str]:
    """Return the texts that the front end was asked to put into the next cell."""
    payload = run.reply.get("payload", [])
    return [item["text"] for item in payload if item["source"] == "set_next_input"]


def fix(notebook, cell: str):
    failed = notebook.run(cell)
    assert failed.status == "error"
    return notebook.run("%claude fix")


def test_nothing_to_mend(notebook, desk):
    run = notebook.run("%claude fix")
    assert run.error.startswith("InputError: There is no Python error to mend")
    assert len(run.text.splitlines()) <= 6
    assert desk.asked == []


def test_the_cells_that_failed_go_out_and_mended_code_comes_back(notebook, desk):
    notebook.run("def f(x):\n    return 1 / x  # divide")
    run = fix(notebook, "f(0)  # call")
    assert run.status == "ok"
    assert proposed(run) == ["f(1)"]
    assert "f(0)  # call" in desk.prompt
    assert "return 1 / x  # divide" in desk.prompt
    assert "ZeroDivisionError: division by zero" in desk.prompt
    assert "interactiveshell.py" not in desk.prompt
    assert "ipykernel" not in desk.prompt
    assert "mended cell" in desk.asked[-1]["system"]
    assert "Zero has no inverse" in run.text
    assert "code proposed below, not run" in run.text
    answer, change = run.outputs
    number = run.reply["execution_count"] - 1
    assert set(answer.data) == set(change.data) == {"text/html", "text/plain"}
    assert change.data["text/plain"].split("\n") == [
        f"Change to In [{number}] · 1 line out, 1 line in · nothing was run",
        "",
        "1 - f(0)  # call",
        "1 + f(1)",
        "",
        "The changed cell is put below; it is not run.",
    ]
    assert "data-claude-nb-change" not in change.data["text/html"]  # no page can make it


def test_nothing_is_run(notebook, desk):
    desk.reply = "```python\nhacked = True\n```"
    assert proposed(fix(notebook, "1/0")) == ["hacked = True"]
    assert notebook.run("'hacked' in globals()").text == "False"


def test_a_mistyped_command_in_between_does_not_get_in_the_way(notebook, desk):
    notebook.run("undefined_name_here")
    assert notebook.run("%claude fx").error.startswith("InputError")
    notebook.run("%claude fix")
    assert "NameError: name 'undefined_name_here' is not defined" in desk.prompt


def test_a_syntax_error_can_be_mended(notebook, desk):
    fix(notebook, "x = (1,\nprint('here'")
    assert "print('here'" in desk.prompt
    assert desk.prompt.startswith("SyntaxError: ")
    assert "ipykernel" not in desk.prompt
    assert ".py" not in desk.prompt


def test_keys_stay_here(notebook, desk):
    notebook.run("import os")
    fix(
        notebook,
        "password = 'correct horse'\n"
        "key = 'sk-ant-api03-Zq8vR2mK7xW4nB9t'\n"
        "raise ValueError(os.environ['ANTHROPIC_API_KEY'] + os.environ['HUB_TOKEN'])",
    )
    for secret in ("correct horse", "Zq8vR2mK", "canary", "hunter-two"):
        assert secret not in desk.prompt
    assert "[key]" in desk.prompt


def test_what_is_sent_is_bounded(notebook, desk):
    notebook.run("def down(n):\n    return down(n - 1) if n else 1 / 0")
    fix(notebook, f"text = '{'x' * 50_000}'\ndown(200)")
    assert len(desk.prompt) < 20_000
    assert "characters left out" in desk.prompt
    assert "ZeroDivisionError" in desk.prompt


def test_braces_in_the_code_are_no_variables(notebook, desk):
    fix(notebook, "template = '{{nothing}} {{x.y}}'\n1/0")
    assert "{{nothing}} {{x.y}}" in desk.prompt


def test_it_is_a_chat_of_its_own_that_begins_anew(notebook, desk):
    notebook.run("%claude reset")
    fix(notebook, "1/0")
    fix(notebook, "2/0")
    assert len(desk.asked[-1]["messages"]) == 1
    shown = notebook.run("%claude show fix").text
    assert "2/0" in shown
    assert "1/0" not in shown
    usage = notebook.run("%claude usage").text
    assert "ZeroDivisionError: division by zero" in usage
    assert "\nfix " in usage
    assert "no turns" in notebook.run("%claude show").text


@pytest.mark.parametrize(
    "reply", ["It is your data.", "```python\n1/0\n```", "```bash\nrm -rf x\n```", "```python\ncut"]
)
def test_where_there_is_no_new_python_nothing_is_proposed(notebook, desk, reply):
    desk.reply = reply
    run = fix(notebook, "1/0")
    assert run.status == "ok"
    assert proposed(run) == []


def test_the_last_block_counts_and_hidden_characters_are_shown(notebook, desk):
    desk.reply = "Not\n```python\nwrong\n```\nbut\n```python\nx = '\u202e'\n%time x\n```\n"
    run = fix(notebook, "1/0")
    (text,) = proposed(run)
    assert "\u202e" not in text
    assert "\\u202e" in text
    assert "Before you run it: " in run.text
    assert "%time x" in run.text


def test_a_failing_server_fails_the_cell_in_few_lines(notebook, desk, server):
    notebook.run("1/0")
    notebook.run(
        "import os; kept = os.environ['ANTHROPIC_BASE_URL'];"
        "os.environ['ANTHROPIC_BASE_URL'] = 'http://127.0.0.1:1'"
    )
    try:
        run = notebook.run("%claude fix")
        assert run.status == "error"
        assert all(len(o.traceback) <= 6 for o in run.outputs if o.output_type == "error")
        notebook.run("%claude modles")
        assert "APIConnectionError" in notebook.run("%claude traceback").text
    finally:
        notebook.run("os.environ['ANTHROPIC_BASE_URL'] = kept")
