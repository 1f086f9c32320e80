import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { page } from "./dom.mjs";

const { ModelPicker } = await page("panel/model.js");
const { count, money } = await page("panel/dom.js");
const { costs } = JSON.parse(readFileSync(`${process.env.CLAUDE_NB_PAGE}/agreed.json`, "utf8"));

const MODELS = [
  { id: "claude-swift-1-20250101", name: "Swift 1", takes: "temperature · budget", price: "$1 in", lifecycle: "deprecated" },
  { id: "claude-swift-2", name: "Swift 2", takes: "effort", price: "$2 in", lifecycle: "" },
  { id: "claude-deep-2", name: "Deep 2", takes: "effort", price: "$9 in", lifecycle: "" },
];

function pick(model = "claude-swift-2", refused = {}) {
  const set = [];
  let ahead = false;
  const settings = { set: (values) => set.push(values), ahead: () => ahead };
  const picker = new ModelPicker(MODELS, settings);
  const update = (name) => picker.update({ values: { model: name }, refused });
  update(model);
  return { picker, set, update, hold: () => (ahead = true), input: picker.input, list: picker.list };
}

const names = (list) => list.children.map((item) => item.children[0].children[0]);
const chosen = (list) => list.children.findIndex((item) => item.getAttribute("aria-selected") === "true");

test("the field shows the model's name, or what nobody knows as it is", () => {
  assert.equal(pick().input.value, "Swift 2");
  assert.equal(pick("claude-swift-1").input.value, "Swift 1"); // an alias, without its date
  assert.equal(pick("claude-next").input.value, "claude-next");
  assert.match(pick().picker.root.title, /claude-swift-2 · effort · \$2 in/);
});

test("why a model is refused stands below", () => {
  const { picker } = pick("claude-swift-2", { model: "retired" });
  assert.equal(picker.why.textContent, "retired");
  assert.equal(picker.why.hidden, false);
  assert.equal(pick().picker.why.hidden, true);
});

test("what the kernel has not heard of yet is not taken back", () => {
  const { input, hold, update } = pick();
  hold();
  update("claude-deep-2");
  assert.equal(input.value, "Swift 2");
});

test("a click lists all models, with the present one marked", () => {
  const { input, list } = pick();
  assert.equal(list.hidden, true);
  input.fire("click");
  assert.deepEqual(names(list), ["Swift 1", "Swift 2", "Deep 2"]);
  assert.equal(chosen(list), 1);
  assert.equal(input.getAttribute("aria-expanded"), "true");
  assert.equal(input.getAttribute("aria-activedescendant"), list.children[1].id);
});

test("every word that is typed must fit", () => {
  const { input, list } = pick();
  for (const [text, found] of [["EFFORT 2", ["Swift 2", "Deep 2"]], ["effort deep", ["Deep 2"]], ["swift", ["Swift 1", "Swift 2"]]]) {
    input.value = text;
    input.fire("input");
    assert.deepEqual(names(list), found);
    assert.equal(chosen(list), 0);
  }
  input.value = "nothing like it";
  input.fire("input");
  assert.equal(list.hidden, true);
});

test("arrows go round, Enter chooses", () => {
  const { input, list, set } = pick();
  assert.ok(input.fire("keydown", { key: "ArrowDown" })); // opens
  input.fire("keydown", { key: "ArrowDown" });
  assert.equal(chosen(list), 2);
  input.fire("keydown", { key: "ArrowDown" });
  assert.equal(chosen(list), 0);
  input.fire("keydown", { key: "ArrowUp" });
  assert.equal(chosen(list), 2);
  input.fire("keydown", { key: "Enter" });
  assert.deepEqual(set, [{ model: "claude-deep-2" }]);
  assert.equal(list.hidden, true);
  assert.equal(input.value, "Deep 2");
});

test("Enter sends what is typed where no model is listed", () => {
  const { input, set } = pick();
  input.value = " claude-next ";
  input.fire("keydown", { key: "Enter" });
  assert.deepEqual(set, [{ model: "claude-next" }]);
  assert.equal(input.value, "claude-next");
});

test("Escape and leaving close the list and keep the model", () => {
  for (const [event, details] of [["keydown", { key: "Escape" }], ["blur", {}]]) {
    const { input, list, set } = pick();
    input.fire("click");
    input.value = "deep";
    input.fire(event, details);
    assert.equal(list.hidden, true);
    assert.equal(input.value, "Swift 2");
    assert.equal(input.getAttribute("aria-activedescendant"), null);
    assert.deepEqual(set, []);
  }
});

test("a click on a model chooses it, and the field keeps the focus", () => {
  const { input, list, set } = pick();
  input.fire("click");
  assert.ok(list.children[0].fire("pointerdown"));
  assert.deepEqual(set, [{ model: "claude-swift-1-20250101" }]);
});

test("money and numbers are written as in the kernel", () => {
  assert.ok(costs.length > 3);
  for (const [cost, text] of costs) assert.equal(money(cost), text);
  assert.equal(count(1234567), "1,234,567");
});
