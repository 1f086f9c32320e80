"""``--context`` in a real page: what stands above is seen as it stands there, and is only data."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.hurt = 1"></details><script>window.hurt = 2</script>'
ASK = "%%claude --context above --no-history\nWhat is 2 + 2?"
ATTACH = "%%claude -a cell:3 -N\nWhat is it?"
LOOK = "%%claude --tools notebook --no-history\nRead cell 3"
CELLS = ["%load_ext claude_nb", "a = 1", f"c = '''{HOSTILE}'''", ASK, "fourth = 4", ATTACH, LOOK]


def test_cells_are_seen_where_they_stand_moved_and_never_run(each_lab):
    lab = each_lab.open(CELLS)
    lab.run(0)
    lab.set_source(1, "changed = 'and not run'")
    lab.page.evaluate(
        "() => jupyterapp.shell.currentWidget.content.model.sharedModel.moveCell(4, 1)"
    )
    lab.run(4)  # the question has moved down
    shown = lab.outputs(4)[0]["data"]["text/plain"]
    assert "saw 4 cells, ≈ " in shown
    assert "what was run" not in shown
    folded = lab.output(4).locator(".claude-nb-seen")
    expect(folded.locator("li").first).to_be_hidden()
    folded.locator("summary").click()
    told = folded.locator("li").all_inner_texts()
    assert [line.split(" · ")[0] for line in told] == [f"cell {n}" for n in range(1, 5)]
    assert "fourth = 4" in told[1]
    assert "changed = 'and not run'" in told[2]
    assert HOSTILE[:20] in told[3]
    lab.screenshot(f"context-{lab.kind}", 4)
    lab.run(5)
    attached = lab.outputs(5)[0]["data"]["text/plain"]
    assert '"title": "cell 3"' in attached
    assert "changed = 'and not run'" in attached
    lab.run(6)
    call = lab.output(6).locator(".claude-nb-call")
    expect(call.locator("summary")).to_contain_text('✓ read_cell(cell="cell 3") →')
    assert "changed = 'and not run'" in lab.outputs(6)[0]["data"]["text/plain"]
    assert lab.page.evaluate("() => window.hurt") is None
