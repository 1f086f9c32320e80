"""Where an answer goes, in a real kernel: kept, shown once, wherever its display is taken."""

from __future__ import annotations

import pytest
from kernel_rig import Kernel

pytestmark = pytest.mark.kernel

WIDGET = "application/vnd.jupyter.widget-view+json"
SETUP = '''%load_ext claude_nb
import ipywidgets, os, time
from claude_nb import emulator

def until(name: str) -> str:
    "Wait until the test makes this file."
    while not os.path.exists(name):
        time.sleep(0.01)
    return "now"

def answer(request):
    """Answer at once, or in two halves around a tool."""
    if "tools" not in request or len(request["messages"]) > 1:
        return "Sixteen."
    call = {"type": "tool_use", "id": "toolu_1", "name": "until", "input": {"name": "go"}}
    return [{"type": "text", "text": "Hm."}, call]

server = emulator.serve(tokens_per_second=0, answer=answer, api_key="canary")
%env ANTHROPIC_BASE_URL={server.url}
%env ANTHROPIC_API_KEY=canary'''


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """Start a kernel that shows answers live, to nobody."""
    home = tmp_path_factory.mktemp("kernel") / "home"
    with Kernel(home, {"CLAUDE_NB_DISPLAY": "live"}) as kernel:
        assert kernel.run(SETUP).status == "ok"
        yield kernel


def ask(kernel, cell_id=None):
    return kernel.finish(kernel.begin("%%claude --no-history\n4 * 4?", cell_id=cell_id))


def answers(run) -> int:
    """Count the outputs that show the answer."""
    return sum("<p>Sixteen.</p>" in str(output.get("data")) for output in run.outputs)


def test_until_it_ends_an_output_says_that_it_is_not_finished(kernel):
    run = ask(kernel)
    first = shown(run)[0]["content"]
    for kind in ("text/html", "text/plain"):
        assert "not finished when saved" in first["data"][kind]
        assert "claude-sonnet-4-6 · asked 20" in first["data"][kind]
        assert "answering" not in first["data"][kind]
    [mark] = first["metadata"]["claude_nb"].values()
    assert len(mark) == 32
    assert mark not in str(run.outputs)  # nothing of it is left in the end


def test_last_shows_and_returns_an_answer_by_number_or_cell(kernel):
    ask(kernel, "cell-a")
    number = int(kernel.run("print(get_ipython()._claude_nb_session.kept.named('').number)").text)
    kernel.run("%claude --no-history 5 * 5?")
    for word in ("", str(number), "cell-a"):
        run = kernel.run(f"%claude last {word}")
        assert answers(run) == len(run.outputs) == 1
        assert kernel.run("_.content[0].text").text == "'Sixteen.'"
    missing = kernel.run("%claude last 999")
    assert missing.error.startswith("InputError: No answer of a cell 999 is kept. Name a cell by")
    assert f"{number} (4 * 4?)" in missing.error


def test_before_any_answer_last_says_so(fresh_kernel):
    fresh_kernel.run("%load_ext claude_nb")
    assert "There is no answer yet" in fresh_kernel.run("%claude last").error


def test_an_answer_in_the_background_goes_on_where_last_is_run(kernel):
    first = kernel.begin("%%claude --no-history --bg --tools until\n4 * 4?")
    kernel.finish(first)
    again = kernel.run("%claude last")
    assert WIDGET in again.outputs[0].data
    (kernel.work / "go").touch()
    places = [m["content"]["transient"] for run in (first, again) for m in shown(run)]
    kernel.wait_for(lambda: [m["content"]["transient"] for m in shown(first, "update_")] == places)
    assert answers(first) == 1


def test_an_assigned_answer_shows_when_it_is_looked_at(kernel):
    assert answers(kernel.run("a = %claude --no-history 4 * 4?")) == 1
    assert answers(kernel.run("a")) == 1
    assert answers(kernel.run("b = %claude --no-history 4 * 4?\nb")) == 1
    assert answers(kernel.run("b")) == 1


def test_under_time_it_shows_once(kernel):
    run = kernel.run("%%time\n%claude --no-history 4 * 4?")
    assert answers(run) == 1
    assert "Wall time" in run.text


def shown(run, how=""):
    return [m for m in run.messages if m["msg_type"] == f"{how}display_data"]


TAKEN = {
    "capture": "%%capture taken\n%claude --no-history 4 * 4?",
    "capture, background": "%%capture taken\n%claude --no-history --bg 4 * 4?",
    "capture, assigned": "%%capture taken\na = %claude --no-history 4 * 4?",
}


@pytest.mark.parametrize("cell", TAKEN.values(), ids=TAKEN)
def test_what_is_captured_is_one_final_output(kernel, cell):
    assert kernel.run(cell).outputs == []
    kinds = "[sorted(output.data) for output in taken.outputs]"
    assert kernel.run(kinds).text == "[['text/html', 'text/plain']]"
    assert answers(kernel.run("taken.show()")) == 1


def test_in_an_output_widget_it_is_one_display_without_updates(kernel):
    run = kernel.run(
        "taken = ipywidgets.Output()\n"
        "with taken:\n    get_ipython().run_cell_magic('claude', '--no-history', '4 * 4?')"
    )
    kinds = [m["msg_type"] for m in run.messages if "display" in m["msg_type"]]
    assert kinds == ["display_data"]
    assert answers(run) == 1
    assert answers(ask(kernel)) == 1
    assert WIDGET in str(ask(kernel).messages)  # and the next cell is live again


def test_what_a_failed_or_stopped_cell_got_is_its_value(kernel):
    kernel.run("from claude_nb.emulator import Fault\nserver.faults.add(Fault('end', after=4))")
    run = kernel.run("%%claude --no-history --out text\n4 * 4?")
    assert run.status == "error"
    assert kernel.run("_.stop_reason is None and _.content[0].type").text == "'text'"
