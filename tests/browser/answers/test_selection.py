"""A selection goes from the streaming answer to the saved one, whatever the page put in between."""

from __future__ import annotations

import pytest

from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.live.operations import Operations
from claude_nb.notebook.text.markdown import to_html

pytestmark = pytest.mark.browser

TEXT = "Before.\n\n```python\nx = 1\n```\n\nThe words after it, chosen.\n\nThe last."
SWAPPED = """([log, saved]) => {
  const view = live.open();
  const area = document.body.appendChild(document.createElement("div"));
  const child = area.appendChild(document.createElement("div"));
  child.className = "jp-OutputArea-child";
  child.append(view.el);
  view.hear({ n: 0, o: log.slice(0, -1) });
  live.step(5000);
  live.step(5000);
  const text = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
  while (!text.nextNode().data.startsWith("The words")) {}
  getSelection().setBaseAndExtent(text.currentNode, 4, text.currentNode, 19);
  const pre = area.querySelector("pre");
  pre.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
  const button = pre.nextElementSibling.textContent;
  const before = getSelection().toString();
  view.hear({ n: log.length - 1, o: log.slice(-1) });
  child.innerHTML = `<div class="claude-nb">${saved}</div>`;
  view.close();
  const after = getSelection().toString();
  area.remove();
  return [button, before, after];
}"""


def test_a_copy_button_beside_code_moves_no_selection(alone):
    operations = Operations()
    pieces = [Piece("text", TEXT), Piece("end"), Piece("state", "Answer complete.")]
    operations.extend(pieces)
    told = alone.evaluate(SWAPPED, [operations.log, to_html(TEXT)])
    assert told == ["Copy", "words after it,", "words after it,"]
