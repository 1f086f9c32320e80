import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { page } from "./dom.mjs";

const { soFar } = await page("sofar.js");
const { attend } = await page("saving.js");
const logs = JSON.parse(readFileSync(`${process.env.CLAUDE_NB_PAGE}/logs.json`, "utf8"));

const WIDGET = "application/vnd.jupyter.widget-view+json";
const sentence = JSON.parse(readFileSync(`${process.env.CLAUDE_NB_PAGE}/sentence.json`, "utf8"));
globalThis.DOMParser = class {
  parseFromString = (html) => ({ body: { textContent: html.replace(/<[^>]*>/g, "") } });
};

test("what has come is as it will be saved", () => {
  assert.match(soFar(logs.text), /^<p>Yes, <em>it is<\/em><\/p><ul>.*<\/ul>.*<p>The end\.<\/p>$/s);
  assert.match(soFar(logs.code).replace(/<\/?samp>/g, ""), /^<pre[^>]*><code>(line \d+\n){30}<\/code><\/pre><p>That is <em>all<\/em>\.<\/p>$/);
  assert.match(soFar(logs.thinking), /^<details><summary>Thought for 1 s<\/summary><pre>so🤔it&lt;must&gt;be<\/pre><\/details><p>/);
  assert.match(soFar(logs.tools), /<details><summary>search<\/summary><pre>\{"q": "x"\}<\/pre><\/details>/);
  assert.match(soFar(logs.tools), /<summary>Thinking…<\/summary><pre>so🤔it&lt;must&gt;be<\/pre>/);
});

test("a long table that is still open has each of its rows once", () => {
  assert.ok(logs.table.some(([kind, again]) => kind === "r" && again));
  const rows = Array.from({ length: 300 }, (_, n) => `<tr><td>&lt;tr&gt;</td><td><em>${n}</em></td></tr>`);
  assert.equal(soFar(logs.table).replace(/^.*<tbody>/s, ""), `${rows.join("")}</tbody></table>`);
});

test("every beginning of a log can be saved, and its text is never markup", () => {
  for (const log of Object.values(logs)) {
    for (let end = 0; end <= log.length; end++) {
      const html = soFar(log.slice(0, end));
      assert.doesNotMatch(html, /<must>|<b>/);
      assert.equal(html.split("<details>").length, html.split("</details>").length);
    }
  }
});

test("text that is added to open code is escaped", () => {
  const log = [["k", "text", ""], ["p", 0, "<pre><code>a\n</code></pre>"], ["x", "<b>$&\n"]];
  assert.equal(soFar(log), "<pre><code>a\n&lt;b&gt;$&amp;\n</code></pre>");
});

function open() {
  const output = {
    output_type: "display_data",
    data: { [WIDGET]: { model_id: "m" }, ...sentence },
    metadata: { claude_nb: { unfinished: "mark" } },
  };
  const other = { output_type: "stream", name: "stdout", text: "<footer>" };
  const outputs = [other, output];
  outputs.get = (n) => ({ toJSON: () => outputs[n] });
  outputs.set = (n, value) => (outputs[n] = value);
  const notebook = { cells: [{ outputs }, {}], toJSON: () => ({ cells: [{ outputs: [...outputs] }, { source: "" }], nbformat: 4 }) };
  const slots = new Set();
  const kernel = { statusChanged: { connect: (slot) => slots.add(slot), disconnect: (slot) => slots.delete(slot) } };
  const model = { widget_manager: { context: { model: notebook }, kernel }, get: () => "mark" };
  const gone = [];
  const store = { model, log: logs.text, views: new Set([{ showGone: () => gone.push(1) }]) };
  return { notebook, store, outputs, slots, gone };
}

test("a file gets the text so far and no widget, and the page keeps its own", () => {
  const { notebook, store, outputs } = open();
  const leave = attend(store);
  const [other, saved] = notebook.toJSON().cells[0].outputs;
  assert.deepEqual(other, outputs[0]);
  assert.deepEqual(Object.keys(saved.data), ["text/html", "text/plain"]);
  assert.match(saved.data["text/html"], /^<div[^>]*><p>Yes.*<\/p><footer style="[^"]*"><small><strong>not finished when saved<\/strong> · model · /s);
  assert.match(saved.data["text/plain"], /^Yes, it is.*— not finished when saved · model · while its kernel runs, ask$/s);
  assert.deepEqual(saved.metadata, { claude_nb: { unfinished: "mark" } });
  assert.ok(outputs[1].data[WIDGET]);
  leave();
  assert.ok(notebook.toJSON().cells[0].outputs[1].data[WIDGET]);
});

test("a file is written whatever goes wrong with our part of it", (context) => {
  const { notebook, store } = open();
  context.mock.method(console, "warn", () => {});
  attend(store);
  store.log = 7;
  assert.equal(notebook.toJSON().cells[0].outputs.length, 2);
});

for (const status of ["restarting", "autorestarting", "terminating", "dead"]) {
  test(`when the kernel is ${status}, the output says so, once and for good`, () => {
    const { store, outputs, slots, gone } = open();
    attend(store);
    const [changed] = slots;
    changed(null, "busy");
    assert.ok(outputs[1].data[WIDGET]);
    changed(null, status);
    changed(null, "dead");
    assert.deepEqual(gone, [1]);
    assert.deepEqual(outputs[1].metadata, {});
    assert.match(outputs[1].data["text/html"], /<p>Yes.*<footer[^>]*><small><strong>not finished: its kernel was ended<\/strong> · model<\/small><\/footer><div hidden="hidden">/s);
  });
}

test("an answer that has ended stays as it is", () => {
  const { store, outputs, slots } = open();
  attend(store);
  store.ended = true;
  [...slots][0](null, "dead");
  assert.ok(outputs[1].data[WIDGET]);
});
