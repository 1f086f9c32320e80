import assert from "node:assert/strict";
import { test } from "node:test";
import { page } from "./dom.mjs";

const { Chat } = await page("panel/chat.js");
const { Saved } = await page("panel/saved.js");
const { compared } = await page("panel/dom.js");

const CHAT = "chat+json";
const piece = (id, v, text = id) => ({ id, v, prompt: id, saved: { asked: `<q>${text}</q>`, pages: [`<p>${text}</p>`], text, turn: { prompt: id } } });

/** A panel's chat on a page; `turns` is what the kernel says that there is. */
function open(turns, notebook) {
  const state = { turns, panel: "5f", frame: { html: ["<div>", "</div>"], mime: CHAT, chat: { kind: "chat" } } };
  const model = { get: (name) => state[name], widget_manager: notebook && { context: { model: notebook } } };
  const asked = [];
  const chat = new Chat(model, (ids) => asked.push(ids));
  return { state, model, chat, asked };
}

function book() {
  const ours = { data: { "text/html": "old", "text/plain": "old", [CHAT]: {} }, metadata: { claude_nb: { panel: "5f" } } };
  const other = { data: { "text/html": "theirs" }, metadata: {} };
  const outputs = [other, ours];
  outputs.get = (n) => ({ toJSON: () => outputs[n] });
  outputs.set = (n, value) => (outputs[n] = value);
  return { dirty: false, outputs, cells: [{ outputs }, {}], toJSON: () => ({ cells: [{ outputs: [...outputs] }, { source: "" }] }) };
}

test("what is missing, or older than the kernel's, is asked for once", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { state, chat, asked } = open([["a", 1], ["b", 2]]);
  chat.want(state.turns);
  chat.want(state.turns);
  assert.deepEqual(asked, [["a", "b"]]);
  chat.take([piece("a", 1), piece("b", 1)]);
  assert.deepEqual(chat.missing(state.turns), [["b", 2]]);
  chat.want(state.turns);
  assert.deepEqual(asked[1], ["b"]);
  chat.close();
});

test("what was dropped on its way is asked for again, and what is gone is not", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { state, chat, asked } = open([["a", 1], ["b", 1]]);
  chat.want(state.turns);
  state.turns = [["a", 1]];
  context.mock.timers.tick(4000);
  assert.deepEqual(asked, [["a", "b"], ["a"]]);
  chat.take([piece("a", 1)]);
  context.mock.timers.tick(60_000);
  assert.equal(asked.length, 2);
  chat.close();
});

test("an older piece does not take the place of a newer one", () => {
  const { chat } = open([]);
  chat.take([piece("a", 3, "new"), piece("a", 2, "old")]);
  assert.equal(chat.get("a").saved.text, "new");
});

test("the file has all that was said, and the page draws none of it", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const notebook = book();
  const { model, chat } = open([["a", 1], ["b", 1]], notebook);
  const held = [];
  const saved = new Saved(model, chat, () => held.push(1));
  chat.take([piece("a", 1), piece("b", 1)]);
  const [other, ours] = notebook.toJSON().cells[0].outputs;
  assert.deepEqual(held, [1]);
  assert.deepEqual(other, notebook.outputs[0]);
  assert.equal(ours.data["text/html"], "<div><q>a</q><p>a</p><q>b</q><p>b</p></div>");
  assert.equal(ours.data["text/plain"], "a\n\nb");
  assert.deepEqual(ours.data[CHAT], { kind: "chat", turns: [{ prompt: "a" }, { prompt: "b" }] });
  assert.equal(notebook.outputs[1].data["text/html"], "old");
  saved.close();
  assert.equal(notebook.toJSON().cells[0].outputs[1].data["text/html"], "old");
});

test("while a piece is missing the file keeps what stood there, and the rest is asked for", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const notebook = book();
  const { model, chat, asked } = open([["a", 1], ["b", 1]], notebook);
  const saved = new Saved(model, chat, () => {});
  chat.take([piece("a", 1)]);
  assert.equal(notebook.toJSON().cells[0].outputs[1].data["text/html"], "old");
  context.mock.timers.tick(700);
  assert.deepEqual(asked, [["b"]]);
  saved.close();
  chat.close();
});

test("a page that was loaded anew knows that its file is older", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const notebook = book();
  const { model, chat } = open([["a", 1]], notebook);
  chat.take([piece("a", 1)]);
  new Saved(model, chat, () => {});
  assert.equal(notebook.dirty, true);
});

test("when the kernel is gone, the notebook itself holds what was said", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const notebook = book();
  const { model, chat } = open([["a", 1]], notebook);
  const saved = new Saved(model, chat, () => {});
  chat.take([piece("a", 1)]);
  saved.settle();
  assert.equal(notebook.outputs[1].data["text/plain"], "a");
});

for (const [why, notebook] of [["no notebook", undefined], ["a notebook that others write, too", { ...book(), collaborative: true }]]) {
  test(`with ${why}, the kernel is left to publish the output`, () => {
    const { model, chat } = open([["a", 1]], notebook);
    const held = [];
    new Saved(model, chat, () => held.push(1)).settle();
    assert.deepEqual(held, []);
  });
}

test("numbers are the same only where they are", () => {
  const first = { output: 662, seconds: 2, cost: 0.01 };
  assert.equal(compared({ output: 509, seconds: 1, cost: 0.01 }, first, 1), "−23 % tokens, −50 % time, same cost beside the first");
  assert.equal(compared({ output: 661, seconds: 2, cost: 0 }, first, 1), "about the same tokens, same time beside the first");
  assert.equal(compared(first, first, 0), "");
  assert.equal(compared({ output: 0, seconds: 1 }, first, 1), "");
});
