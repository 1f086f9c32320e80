r"""Mathematics in a real page: formulas are typeset, nothing else is, and nothing leaves its cell.

One notebook holds every place where text of others is shown, with every payload in each; below it
stands an output that is not ours, whose formula must stay what it is.
"""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ACT = r"\href{https://evil.example}{x}\rule{20em}{20em}\def\alpha{\text{HACKED}}\cssId{main}{y}"
PAYLOADS = [
    *(f"$ {ACT} $", f"${ACT}$", f"$${ACT}$$", rf"\({ACT}\)", rf"\[{ACT}\]"),
    *(rf"\\({ACT}\\)", rf"\\[{ACT}\\]", rf"\begin{{align}}{ACT}\end{{align}}"),
    *(rf"\\begin{{align}}{ACT}\\end{{align}}", rf"\begin {{align}}{ACT}\end {{align}}"),
    *(r"\ref{theirs}", r"\\eqref{theirs}", r"$\label{theirs}\tag{1} x$", rf"\$ {ACT} \$"),
    *(rf"\\$x$ {ACT} $y$", rf"*$* {ACT} *$*", f"$ \n{ACT}  \n $", f"&#36; {ACT} &dollar;"),
    *(r"$x\\[-100em]\kern-100em \alpha$", r"$\Huge\Huge\hspace{99em}\raisebox{9em}{x}$"),
    *(r"$\newcommand{\alpha}{\text{HACKED}}$", rf"a $ b `c` {ACT} $ d", rf"<b>$</b>{ACT}$"),
]
OURS = (
    r"An *everyday* formula: $\frac{1}{2}$, \(\sqrt{2}\), and $$\begin{pmatrix}1&2\end{pmatrix}$$"
)
THEIRS = r"""from IPython.display import HTML, Markdown
display(Markdown(r"Theirs: $\alpha$ and $$\begin{equation}E=mc^2\label{theirs}\end{equation}$$"))
near = "<p>p</p><table><tr><td>t</td></tr></table><pre>q</pre><h2>h</h2>"
display(HTML(f"<div id='near'>{near}</div>"))
"""
SETUP = r"""
import json
from claude_nb.api.types import Message
from claude_nb.conversation import Exchange, Turn
from claude_nb.notebook.answer.pieces import Piece
from claude_nb.notebook.answer.render import Card, Footer, bundle, error_bundle
from claude_nb.notebook.commands import page
from claude_nb.notebook.live.live import LiveView
from claude_nb.notebook.panel import saved
from IPython.display import publish_display_data as show

PAYLOADS, OURS = json.load(open("mathematics.json"))
VIEWS = []

def blocks(text):
    yield dict(type="thinking", thinking=text, signature="c2ln")
    cited = dict(type="web_search_result_location", title=text, url="https://a.example/" + text,
                 cited_text=text, encrypted_index="")
    local = dict(type="search_result_location", title=text, source=text, cited_text=text,
                 search_result_index=0, start_block_index=0, end_block_index=0)
    shapes = [text, f"![{text}](http://a.b)", f"[{text}](http://a.b '{text}')", f"# {text}",
              f"| {text} |\n|---|\n| {text} |", f"> {text}", f"```\n{text}\n```", f"`{text}`"]
    yield dict(type="text", text="\n\n".join(shapes), citations=[cited, local])
    yield dict(type="tool_use", id="t", name=text, input={text: text})
    yield dict(type="web_search_tool_result", tool_use_id="t",
               content=[dict(type="web_search_result", title=text, url=text)])
    yield dict(type="container_upload", file_id=text)
    yield {"type": text, text: text}

def answer(text):
    usage = dict(input_tokens=1, output_tokens=1)
    message = Message.model_validate(dict(
        id="msg_1", type="message", role="assistant", model=text, content=list(blocks(text)),
        usage=usage, stop_reason="stop_sequence", stop_sequence=text))
    return bundle(message, Footer(problem=text, notes=[text]))

def chat():
    turns = [dict(prompt=text, state=text, model=text, messages=[
        dict(role=role, content=text) for role in ("user", "assistant")]) for text in PAYLOADS]
    data = dict(kind="claude_nb chat", version=1, turns=turns)
    made = saved.bundle(saved.read(json.loads(json.dumps(data))), "panel")
    del made[saved.CHAT]
    return made

def live():
    view = LiveView(PAYLOADS[0])
    view.open()
    for text in PAYLOADS:
        for section in ("think", "text"):
            view.put(Piece(section, f"{text}\n\n![{text}](http://a.b)\n\n"))
            view.put(Piece("end", text))
        view.put(Piece("begin", text))
        view.put(Piece("tool", text))
        view.put(Piece("end", text))
        view.put(Piece("status", text))
    view.put(Piece("text", OURS + "\n\nTHE END"))
    VIEWS.append(view)
"""
COMMANDS = """
for text in PAYLOADS[:20]:
    show(error_bundle(Card(title=text, why=text, advice=text, notes=[text])))
page.show(*(page.folded(text, text) for text in PAYLOADS), *map(page.paragraph, PAYLOADS))
page.show(page.table(page.columns(*PAYLOADS[:3]), [PAYLOADS[:3]]))
show(chat())
"""
EVERYDAY = """
usage = dict(input_tokens=1, output_tokens=1)
show(bundle(Message.model_validate(dict(
    id="m", type="message", role="assistant", model="m", usage=usage, stop_reason="end_turn",
    content=[dict(type="text", text=OURS)]))))
"""
CELLS = [
    SETUP,
    "for text in PAYLOADS: show(answer(text))",
    COMMANDS,
    "live()",
    EVERYDAY,
    THEIRS,
]
SEE = r"""() => {
  const near = document.querySelector("#near");
  const style = (node) => {
    const all = getComputedStyle(node);
    const sized = /^--|^(inline-|block-)?size|^width|^height|origin/; // by the window
    return [...all].filter((name) => !sized.test(name))
      .map((name) => `${name}:${all.getPropertyValue(name)}`).join(";");
  };
  const ACTING = "a, [id], mjx-merror, [style*=background]";
  const said = (nodes) => nodes.map((node) => node.textContent);
  const ours = [...document.querySelectorAll(".claude-nb, .mathjax_ignore")];
  const formulas = ours.flatMap((root) => [...root.querySelectorAll("mjx-container")]);
  const ids = ours.flatMap((root) => [...root.querySelectorAll("[id], [name]")])
    .filter((node) => !node.closest("mjx-assistive-mml"));
  return {
    near: [near, ...near.querySelectorAll("*")].map(style),
    acting: said(formulas.filter((node) => node.querySelector(ACTING))),
    strays: said(formulas.filter((node) => !node.closest(".mathjax_process"))),
    large: said(formulas.filter((node) => node.offsetHeight > 200)),
    ids: ids.map((node) => `${node.tagName} ${node.id}`),
    hacked: said([...document.querySelectorAll("mjx-container")])
      .filter((text) => text.includes("HACKED")).length,
    evil: [...document.querySelectorAll("a")].filter((a) => a.host === "evil.example").length,
  };
}"""

# Whether the neighbour has all its parts: MathJax goes on for a while, longer on a slow machine.
STANDS = """() => {
  const now = document.querySelectorAll("#near *").length;
  const before = window.stood;
  window.stood = now;
  return now === before;
}"""


def test_nothing_but_formulas_is_typeset_and_no_cell_changes_another(both_labs):
    lab = both_labs
    path = lab.server.root / "mathematics.json"
    path.write_text(json.dumps([PAYLOADS, OURS]), encoding="utf-8")
    lab.open([THEIRS, *CELLS], name="mathematics.ipynb")
    lab.run(0)  # before: what the neighbour looks like alone
    theirs = lab.output(0).locator("mjx-container")
    expect(theirs).to_have_count(2)
    expect(theirs.locator("mjx-assistive-mml")).to_have_count(2)  # which come last
    lab.page.wait_for_function(STANDS, polling=1_000)
    before = lab.page.evaluate(SEE)
    for cell in range(1, len(CELLS) + 1):
        lab.run(cell)
    lab.output(4).get_by_text("THE END").wait_for(state="attached")
    expect(lab.output(5).locator("mjx-container")).to_have_count(3)
    expect(lab.output(6).locator("mjx-container")).to_have_count(2)
    after = lab.page.evaluate(SEE)
    assert after["near"] == before["near"]
    quiet = {"acting": [], "strays": [], "large": [], "ids": [], "hacked": 0, "evil": 0}
    assert {name: after[name] for name in quiet} == quiet
    for cell in (0, 6):
        math = lab.output(cell).locator("mjx-assistive-mml").first
        assert math.text_content() == "\N{GREEK SMALL LETTER ALPHA}"
    lab.screenshot(f"mathematics-{lab.kind}")
