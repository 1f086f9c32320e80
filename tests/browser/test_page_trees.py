"""A block that grows becomes what new HTML says, and shows as much of it as is due."""

from __future__ import annotations

import base64
import random

import pytest

from claude_nb.notebook.page import assets
from claude_nb.notebook.text.growing import GrowingMarkdown
from claude_nb.notebook.text.markdown import to_html

pytestmark = pytest.mark.browser

TEXT = """\
## A *title*

Words with **bold**, `code`, a [link](https://example.org), 🎉 and $x^2$,
over two lines.

> A quote
> of two lines

- one
- two
  1. deep
  2. deeper `x`

| a | b |
|---|--:|
| 1 | **2** |
| 3 | 4 |

```python
def f(x):
    return x + 1  # "one"
```

The end, ~~not~~ yet.
"""
GROW = """async ([growth, morph, states]) => {
  const { Growth, hold } = await import(growth);
  const { morph: become } = await import(morph);
  const made = (name, html) => Object.assign(document.createElement(name), { innerHTML: html });
  const problems = [];
  const root = document.createElement("div");
  for (const html of states) {
    const shown = root.textContent;
    const rest = new Growth(() => false);
    become(root, made("template", html).content);
    const whole = made("div", html);
    if (!root.isEqualNode(whole)) problems.push(["is not", html, root.innerHTML]);
    hold(root, shown.length, rest);
    const text = whole.textContent;
    const least = Math.min(shown.length, text.length);
    for (let step = 0; step < 40; step++) {
      const now = root.textContent;
      if (!text.startsWith(now) || now.length < least) problems.push(["shows", text, now]);
      if (step === 3 && states.indexOf(html) % 2) break; // the next comes before all is shown
      rest.show(1 + step);
    }
    if (!(states.indexOf(html) % 2)) {
      rest.show(Infinity);
      if (!root.isEqualNode(whole)) problems.push(["ends", html, root.innerHTML]);
    }
  }
  return problems;
}"""
STAYS = """async (morph) => {
  const { morph: become } = await import(morph);
  const root = document.body.appendChild(document.createElement("div"));
  root.innerHTML = "<p>one <em>two</em> three</p>";
  const [text, word] = [root.firstChild.lastChild, root.querySelector("em").firstChild];
  getSelection().setBaseAndExtent(word, 1, text, 4);
  const fresh = document.createElement("template");
  fresh.innerHTML = "<p>one <em>two</em> three and more</p><ul><li>four</li></ul>";
  become(root, fresh.content);
  return [getSelection().toString(), root.firstChild.lastChild === text];
}"""


def address(name: str) -> str:
    """Return a script as a page can import it."""
    script = base64.b64encode(assets.script(name).encode()).decode()
    return f"data:text/javascript;base64,{script}"


@pytest.fixture(scope="module")
def blank(browser):
    """Return a page with nothing in it."""
    page = browser.new_page()
    yield page
    page.close()


def states(text: str, seed: int) -> list[str]:
    """Return what the live block is at a text's random beginnings; finished blocks stay in it."""
    growing, chance = GrowingMarkdown(), random.Random(seed)  # noqa: S311 - no secret
    found, done, at = [], "", 0
    while at < len(text):
        end = at + chance.randrange(1, 12)
        change = growing.append(text[at:end])
        done += change.finished
        found.append(done + change.live)
        at = end
    return [*found, to_html(text)]


@pytest.mark.parametrize("seed", range(8))
def test_a_block_that_grows_is_what_its_html_says_and_shows_beginnings_only(blank, seed):
    given = [address("live.growth.js"), address("live.morph.js"), states(TEXT, seed)]
    assert blank.evaluate(GROW, given) == []


def test_nodes_that_stay_the_same_stay_and_so_does_a_selection_in_them(blank):
    assert blank.evaluate(STAYS, address("live.morph.js")) == ["wo thr", True]
