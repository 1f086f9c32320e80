import assert from "node:assert/strict";
import { test } from "node:test";
import { page } from "./dom.mjs";

const { Code } = await page("panel/code.js");

function shown(codes) {
  const copied = [], cells = [{ id: "here" }, { id: "below" }], said = [];
  const insertCell = (place, cell) => cells.splice(place, 0, cell);
  const model = { get: () => "here", widget_manager: { context: { model: { sharedModel: { cells, insertCell } } } } };
  const panel = { model, copy: (text) => copied.push(text), compose: { say: (text) => said.push(text) } };
  const code = new Code(panel);
  code.update(codes);
  return { code, copied, cells, said };
}

const written = (label, word) => ({ label, magic: `%%claude -m ${word}`, python: `python ${word}`, sdk: `sdk ${word}` });

const texts = (code) => code.text.children.map((node) => node.children[0]);

test("a question that is not compared is one piece of code", () => {
  const { code } = shown([written("", "one")]);
  assert.equal(code.text.children.length, 1);
  assert.deepEqual(texts(code), ["%%claude -m one"]);
  assert.equal(code.whole(), "%%claude -m one");
});

test("each column that is compared has its code, by its name", () => {
  const { code, cells, said } = shown([written("Swift", "one"), written("Deep", "two")]);
  assert.deepEqual(texts(code), ["Swift", "%%claude -m one", "Deep", "%%claude -m two"]);
  code.insert();
  assert.deepEqual(cells.map((cell) => cell.source ?? cell.id), ["here", "%%claude -m one", "%%claude -m two", "below"]);
  assert.match(said[0], /^2 cells/);
  code.go("python");
  assert.equal(code.whole(), "# Swift\npython one\n\n# Deep\npython two");
});
