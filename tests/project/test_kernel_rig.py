"""The kernel rig: what a cell says is seen as a front end sees it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.kernel


def test_streams_are_joined_and_the_result_follows(kernel):
    result = kernel.run("print('a')\nprint('b')\n40 + 2")
    assert result.status == "ok"
    assert result.text == "a\nb\n42"
    assert [output.output_type for output in result.outputs] == ["stream", "execute_result"]


def test_a_display_that_is_updated_is_saved_once_with_its_last_content(kernel):
    result = kernel.run(
        "from IPython.display import Markdown\n"
        "handle = display(Markdown('first'), display_id=True)\n"
        "handle.update(Markdown('second'))"
    )
    assert [output.data["text/markdown"] for output in result.outputs] == ["second"]


def test_errors_are_results_too(kernel):
    result = kernel.run("1 / 0")
    assert result.status == "error"
    assert result.error == "ZeroDivisionError: division by zero"


def test_a_running_cell_can_be_interrupted(kernel):
    run = kernel.begin("import time\nprint('begun', flush=True)\ntime.sleep(600)")
    kernel.wait_for(lambda: "begun" in run.text)
    kernel.interrupt()
    assert kernel.finish(run).error.startswith("KeyboardInterrupt")


def test_a_cell_that_takes_too_long_is_interrupted_and_says_what_it_said(kernel):
    with pytest.raises(TimeoutError, match="so far"):
        kernel.run("import time\nprint('so far', flush=True)\ntime.sleep(600)", deadline=1.0)
    assert kernel.run("'alive'").text == "'alive'"


def test_the_cell_id_reaches_the_kernel(kernel):
    code = "get_ipython().get_parent()['metadata'].get('cellId')"
    assert kernel.finish(kernel.begin(code, cell_id="abc")).text == "'abc'"


def test_no_key_and_no_address_of_the_real_service_reaches_a_kernel(monkeypatch, start_kernel):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary")
    kernel = start_kernel(EXTRA="given")
    seen = kernel.run(
        "import os\nprint({k for k in os.environ if 'ANTHROPIC' in k}, os.environ['EXTRA'])"
    )
    assert seen.text == "set() given"


def test_completion_and_help_are_answered(kernel):
    kernel.run("walrus = 3")
    assert "walrus" in kernel.complete("wal")
    assert "int" in kernel.inspect("walrus")
