"""In a real kernel without a page: pictures, prints and errors are known, and it says whence."""

from __future__ import annotations

import pytest
from kernel_rig import Kernel

pytestmark = pytest.mark.kernel

SETUP = """%load_ext claude_nb
import base64
from IPython.display import Image, display
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg==")"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    with Kernel(
        tmp_path_factory.mktemp("kernel") / "home", {"CLAUDE_NB_EMULATOR_SPEED": "0"}
    ) as it:
        assert it.run(SETUP).status == "ok"
        it.run("print('as', 'printed')\ndisplay(Image(data=PIXEL))\ndict(a=1)")
        it.run("int('no number')")
        yield it


def ask(kernel, options, cell_id=None):
    run = kernel.finish(kernel.begin(f"%%claude {options}\nWhat is 2 + 2?", cell_id))
    assert run.status == "ok", run.text
    return run


def test_what_cells_showed_is_seen_without_a_page(kernel):
    shown = ask(kernel, "--context above --context-images --no-history -N").text
    for part in ("as printed", "{'a': 1}", "[the picture below]", "ValueError: invalid literal"):
        assert shown.count(part) == 1, part
    assert "what was run, not what is written" in shown


def test_a_page_that_does_not_answer_is_not_waited_for_long(kernel):
    run = ask(kernel, "--context 1 --no-history", cell_id="here")
    assert "what was run, not what is written" in run.text
    kinds = [message["msg_type"] for message in run.messages]
    assert kinds.count("comm_open") == 1
    assert "comm_open" not in [m["msg_type"] for m in ask(kernel, "--no-history").messages]


def test_a_picture_and_an_error_are_attached_by_their_names(kernel):
    shown = ask(kernel, "-a last-plot -a last-error -a Out[2] --no-history -N").text
    assert '"media_type": "image/png"' in shown
    assert "last-plot is the picture of In [2]" in shown
    assert "int('no number')" in shown
    assert "{'a': 1}" in shown
