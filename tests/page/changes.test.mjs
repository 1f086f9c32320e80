import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { serveChanges } from "../../claude_nb/labextension/static/changing.js";

const MARK = "0123456789abcdef".repeat(2);
const turn = () => new Promise((resolve) => setImmediate(resolve));
let shown = []; // what the page has of changes
let grown; // tells that the page has changed

class Node {
  constructor(mark) {
    Object.assign(this, { mark, children: [], style: {}, attributes: {}, heard: {}, hidden: false, textContent: "" });
  }
  getAttribute() {
    return this.mark;
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  addEventListener(name, hear) {
    this.heard[name] = hear;
  }
  append(node) {
    this.children.push(node);
  }
  appendChild(node) {
    this.children.push(node);
    return node;
  }
  contains(node) {
    return node === this || this.children.some((child) => child.contains(node));
  }
}

beforeEach(() => {
  shown = [];
  globalThis.document = { getElementsByClassName: () => shown, createElement: () => new Node(), body: {} };
  globalThis.MutationObserver = class {
    constructor(tell) {
      grown = tell;
    }
    observe() {}
  };
});

/** A cell that can be written to, and tells so. */
function cell(id, source, { editable = true } = {}) {
  const heard = [];
  const steps = [];
  const sharedModel = {
    changed: { connect: (hear) => heard.push(hear) },
    getMetadata: () => editable,
    getSource: () => source,
    setSource: (text) => ((source = text), heard.forEach((hear) => hear())),
    undoManager: { stopCapturing: () => steps.push("step") },
    updateSource: (start, end, text) => {
      steps.push([start, end, text]);
      sharedModel.setSource(source.slice(0, start) + text + source.slice(end));
    },
  };
  return { id, sharedModel, steps };
}

/** Open a page whose notebook has these cells, the last of which shows a change. */
function open(context, cells, { kernels = [{ status: "busy" }] } = {}) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const node = new Node(MARK);
  const widgets = cells.map(() => ({ node: new Node() }));
  widgets.at(-1).node.append(node);
  const inserted = [];
  const content = { node: new Node(), widgets, model: { cells, sharedModel: { insertCell: (...given) => inserted.push(given) } } };
  widgets.forEach((widget) => content.node.append(widget.node));
  const panel = { content };
  const said = [];
  const page = {
    kernelOf: () => (kernels.length > 1 ? kernels.shift() : kernels[0]),
    isLoaded: async (kernel) => kernel.isLoaded,
    say: (_, wish) => said.push(wish),
  };
  shown.push(node);
  const told = serveChanges({ find: (fits) => [panel].find(fits) }, page);
  const pass = async (time) => {
    context.mock.timers.tick(time);
    await turn();
  };
  return { panel, node, told, said, inserted, pass };
}

const CHANGE = { mark: MARK, cell: "a", before: "a = smu(b)", after: "a = sum(b)", placed: false };
const parts = (node) => {
  const [accept, next, status] = node.children[0].children;
  return { accept, next, status, press: (button) => button.heard.click({ stopPropagation() {} }) };
};

test("a change is asked for once, and its buttons come with the answer", async (context) => {
  const page = open(context, [cell("a", CHANGE.before), cell("q", "%claude fix")]);
  await page.pass(100);
  grown();
  await page.pass(100);
  assert.deepEqual(page.said, [{ changes: [MARK] }]);
  page.told(page.panel, [{ ...CHANGE, mark: "f".repeat(32) }]);
  assert.equal(page.node.children.length, 0); // of another one
  page.told(page.panel, [CHANGE]);
  page.told(page.panel, [CHANGE]);
  assert.equal(page.node.children.length, 1);
});

test("what only looks like a change is not asked for", async (context) => {
  const page = open(context, [cell("a", ""), cell("q", "")]);
  shown.push(new Node("no mark"), new Node(MARK)); // the second is in no notebook
  await page.pass(100);
  assert.equal(page.said.length, 1);
});

test("accepting writes what differs as one step, and undo offers it again", async (context) => {
  const cells = [cell("a", CHANGE.before), cell("q", "")];
  const page = open(context, cells);
  await page.pass(100);
  page.told(page.panel, [CHANGE]);
  const { accept, next, status, press } = parts(page.node);
  press(accept);
  assert.deepEqual(cells[0].steps, ["step", [5, 7, "um"], "step"]);
  assert.equal(cells[0].sharedModel.getSource(), CHANGE.after);
  assert.deepEqual([accept.hidden, next.hidden], [true, true]);
  assert.match(status.textContent, /^Accepted: .* Nothing was run/);
  assert.equal(page.panel.content.activeCellIndex, 0);
  cells[0].sharedModel.setSource(CHANGE.before); // as undo does
  assert.deepEqual([accept.hidden, next.hidden, status.textContent], [false, false, ""]);
});

test("a cell that was changed since is replaced only after one was told, and not if it changed again", async (context) => {
  const [one] = [cell("a", "mine")];
  const page = open(context, [one, cell("q", "")]);
  await page.pass(100);
  page.told(page.panel, [CHANGE]);
  const { accept, status, press } = parts(page.node);
  press(accept);
  assert.equal(one.sharedModel.getSource(), "mine");
  assert.match(status.textContent, /^Not replaced: the cell was changed since/);
  assert.equal(accept.textContent, "Replace");
  one.sharedModel.setSource("mine, and more");
  press(accept);
  assert.equal(one.sharedModel.getSource(), "mine, and more");
  press(accept);
  assert.equal(one.sharedModel.getSource(), CHANGE.after);
});

test("a cell that is gone or read-only is not written to, and it is said", async (context) => {
  for (const [cells, says] of [
    [[cell("b", CHANGE.before), cell("q", "")], /no longer in this notebook/],
    [[cell("a", CHANGE.before, { editable: false }), cell("q", "")], /read-only/],
  ]) {
    shown = [];
    const page = open(context, cells);
    await page.pass(100);
    page.told(page.panel, [CHANGE]);
    const { accept, status, press } = parts(page.node);
    press(accept);
    assert.match(status.textContent, says);
    assert.equal(cells[0].sharedModel.getSource(), CHANGE.before);
    context.mock.timers.reset();
  }
});

test("the next cell is put below the one that shows the change, once", async (context) => {
  const page = open(context, [cell("a", CHANGE.before), cell("q", "")]);
  await page.pass(100);
  page.told(page.panel, [CHANGE]);
  const { next, status, press } = parts(page.node);
  press(next);
  assert.deepEqual(page.inserted, [[2, { cell_type: "code", source: CHANGE.after, metadata: {}, outputs: [] }]]);
  assert.equal(next.hidden, true);
  assert.match(status.textContent, /Nothing was run/);
});

test("where the kernel put it below, there is only Accept", async (context) => {
  const page = open(context, [cell("a", CHANGE.before), cell("q", "")]);
  await page.pass(100);
  page.told(page.panel, [{ ...CHANGE, placed: true }]);
  assert.deepEqual(page.node.children[0].children.map((each) => each.textContent), ["Accept", ""]);
});

test("a page that comes back asks when its kernel is there and knows us", async (context) => {
  const kernels = [undefined, { status: "idle", isLoaded: false }, { status: "idle", isLoaded: true }];
  const page = open(context, [cell("a", CHANGE.before), cell("q", "")], { kernels });
  await page.pass(100);
  await page.pass(1000);
  assert.deepEqual(page.said, []);
  await page.pass(1000);
  assert.deepEqual(page.said, [{ changes: [MARK] }]);
});
