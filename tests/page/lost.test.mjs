import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const VIEWS = Symbol.for("claude_nb.views");
const WIDGET = "application/vnd.jupyter.widget-view+json";
const MARK = "a".repeat(32);
const code = readFileSync(new URL("../../claude_nb/labextension/static/remoteEntry.js", import.meta.url), "utf8");

globalThis.document = { currentScript: { src: "http://x/static/remoteEntry.js" }, createElement: () => ({}), head: { append() {} }, addEventListener() {} };
globalThis.window = globalThis;
const signal = () => ({ connect() {} });
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A cell of a notebook that is open. */
function cell(id, { outputs = [], count = null } = {}) {
  const made = { id, type: "code", executionCount: count, trusted: false, sharedModel: { getSource: () => "" } };
  const list = {
    get: (n) => outputs[n],
    set: (n, output) => (outputs[n] = output),
    add: (output) => outputs.push(output),
    clear: () => (outputs.length = 0),
  };
  made.outputs = Object.defineProperty(list, "length", { get: () => outputs.length });
  return made;
}

const shows = (model, mark = MARK) => ({ data: { [WIDGET]: { model_id: model } }, metadata: { claude_nb: { unfinished: mark } } });

/** A page with notebooks on one kernel; `reply` gets each wish, and returns the answers. */
async function open(context, notebooks, reply = () => []) {
  const wishes = [];
  const later = [];
  context.mock.method(globalThis, "setTimeout", (callback) => later.push(callback));
  const kernel = { id: "K", status: "idle", connectionStatus: "disconnected", info: Promise.resolve() };
  kernel.requestInspect = async () => ({ content: { found: true } });
  kernel.createComm = () => {
    const comm = { open() {}, isDisposed: false };
    comm.send = (wish) => {
      wishes.push(wish);
      later.push(() => comm.onMsg({ content: { data: { answers: reply(wish) } } }));
    };
    return comm;
  };
  const panels = notebooks.map((cells) => {
    cells.changed = signal();
    const connected = [];
    const session = { session: { kernel }, connectionStatusChanged: { connect: (slot) => connected.push(slot) } };
    return { connected, sessionContext: session, context: { ready: Promise.resolve() }, content: { model: { cells }, widgets: [], modelChanged: signal() } };
  });
  const tracker = { widgetAdded: signal(), activeCellChanged: signal(), currentChanged: signal(), forEach: (each) => panels.forEach(each) };
  globalThis[VIEWS] = new Map();
  delete globalThis._JUPYTERLAB;
  (0, eval)(code);
  const container = globalThis._JUPYTERLAB["claude-nb"];
  container.init({ "@jupyterlab/notebook": { 4: { loaded: true, get: async () => () => ({ INotebookTracker: "T" }) } } });
  const plugin = (await container.get())().default;
  context.mock.method(console, "warn", () => {});
  plugin.activate({ started: Promise.resolve(), resolveOptionalService: async (token) => (token === "T" ? tracker : null), commands: { addCommand() {}, notifyCommandChanged() {} } });
  const views = globalThis[VIEWS];
  for (let n = 0; n < 20 && !views.told; n++) await turn();
  const connect = async () => {
    for (let n = 0; n < 20 && panels[0].connected.length === 0; n++) await turn();
    panels[0].connected[0](null, "connected");
    for (let n = 0; n < 20; n++) await turn();
  };
  const settle = async () => {
    for (let n = 0; n < 60; n++) {
      later.splice(0).forEach((callback) => callback());
      await turn();
    }
  };
  const store = (model, { panel = panels[0], shown = false } = {}) => {
    const given = { mark: MARK, model };
    return { model: { get: (name) => given[name], widget_manager: { context: panel?.context } }, channel: { kernel }, shown };
  };
  const begin = (made) => {
    views.set(made.model.get("model"), made);
    views.told("begun", made);
  };
  const end = (made) => {
    views.delete(made.model.get("model"));
    views.told("ended", made);
  };
  return { wishes, connect, settle, store, begin, end };
}

const told = (data, more = {}) => ({ mark: MARK, cell: "a", number: 3, count: 4, data: { "text/plain": "x", ...data }, metadata: {}, ...more });

test("a page without a place for an answer asks for it once, and not as its own", async (context) => {
  let made = 0;
  const page = await open(context, [[cell("b")]], (wish) => {
    if (made > 40 || wish.live?.includes(MARK)) return [];
    page.begin(page.store(`n${++made}`)); // as a kernel that opens a view for each
    return [told({ [WIDGET]: { model_id: `n${made}` } })];
  });
  page.begin(page.store("m"));
  await page.settle();
  assert.deepEqual(page.wishes, [{ cells: ["b"], marks: [], live: [] }]);
  assert.equal(made, 1);
});

test("a page whose output shows another view asks for one", async (context) => {
  const page = await open(context, [[cell("b", { outputs: [shows("gone")] })]]);
  page.begin(page.store("m"));
  await page.settle();
  assert.deepEqual(page.wishes, [{ cells: ["b"], marks: [MARK], live: [] }]);
});

test("what a file says is trusted only when nothing of it is left", async (context) => {
  const forged = () => ({ ...shows("m"), data: { "text/html": "<b>forged</b>" } });
  const cells = [cell("a", { outputs: [forged(), forged()] }), cell("b", { outputs: [forged(), { data: {} }] })];
  const seen = [];
  for (const each of cells) {
    const set = () => seen.push([each.id, ...[0, 1].map((n) => "text/html" in each.outputs.get(n).data)]);
    Object.defineProperty(each, "trusted", { set });
  }
  const page = await open(context, [cells], () => [told({})]);
  page.end(page.store("m"));
  await page.settle();
  assert.ok(seen.length);
  for (const trusted of seen) assert.deepEqual(trusted, ["a", false, false]);
});

test("an answer goes to the notebook whose view it was, and to those that show it", async (context) => {
  const notebooks = [[cell("a", { count: 9 })], [cell("a", { count: 9, outputs: [{ data: {} }] })], [cell("b", { outputs: [shows("m")] })]];
  const page = await open(context, notebooks, ({ have }) => (have ? [] : [told({})]));
  page.end(page.store("m"));
  await page.settle();
  assert.deepEqual(page.wishes.filter((wish) => wish.cells).map((wish) => wish.cells), [["a"], ["b"]]);
  const held = notebooks.map(([each]) => each.outputs.get(0).data);
  assert.deepEqual(held, [{ "text/plain": "x" }, {}, { "text/plain": "x" }]);
});

test("a notebook without the cell does not say that it has the answer", async (context) => {
  const cases = [[cell("b"), false], [cell("a", { count: 3 }), true], [cell("a", { count: 4 }), true]];
  for (const [each, has] of cases) {
    const page = await open(context, [[each]], ({ have }) => (have ? [] : [told({})]));
    page.end(page.store("m"));
    await page.settle();
    assert.equal(page.wishes.some((wish) => wish.have), has);
    context.mock.restoreAll();
  }
});

test("a mark that is none is not told to the kernel", async (context) => {
  const marks = ["A".repeat(32), "a".repeat(33), "", 7, [MARK], { a: 1 }, MARK];
  const page = await open(context, [[cell("a", { outputs: marks.map((mark) => shows("gone", mark)) })]]);
  await page.connect();
  assert.deepEqual(page.wishes, [{ cells: ["a"], marks: [MARK], live: [] }]);
});

test("because a view has ended, no other is asked for", async (context) => {
  const page = await open(context, [[cell("a", { outputs: [shows("m")] })]]);
  page.end(page.store("m", { shown: true }));
  await page.settle();
  assert.deepEqual(page.wishes, [{ cells: ["a"], marks: [MARK], live: [MARK] }]);
});
