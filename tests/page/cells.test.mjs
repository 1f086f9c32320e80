import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const code = readFileSync(new URL("../../claude_nb/labextension/static/remoteEntry.js", import.meta.url), "utf8");
const turn = () => new Promise((resolve) => setImmediate(resolve));
const signal = () => ({ connect() {} });

globalThis.document = { currentScript: { src: "http://x/static/remoteEntry.js" }, createElement: () => ({}), head: { append() {} }, addEventListener() {} };
globalThis.window = globalThis;

/** A cell of a notebook that is open. */
function cell(id, { type = "code", source = id, outputs = [], count = null, tags = [] } = {}) {
  const list = outputs.map((output) => ({ ...output, type: output.output_type, toJSON: () => output }));
  return {
    id,
    type,
    executionCount: count,
    outputs: { length: list.length, get: (n) => list[n] },
    sharedModel: { getSource: () => source, getMetadata: (name) => (name === "tags" ? tags : undefined) },
  };
}

/** Open a page with a notebook; give what asks it, as a kernel does, and what it said. */
async function open(context, cells, { supportsSubshells = true, subshellStarted = Promise.resolve() } = {}) {
  const targets = {};
  const kernel = { id: "K", status: "busy", connectionStatus: "connected", info: Promise.resolve(), supportsSubshells };
  kernel.registerCommTarget = (name, opened) => (targets[name] = opened);
  cells.changed = signal();
  const session = { session: { kernel }, connectionStatusChanged: signal() };
  const panel = { sessionContext: session, context: { ready: Promise.resolve() }, content: { model: { cells }, widgets: [], modelChanged: signal() } };
  const tracker = { widgetAdded: signal(), activeCellChanged: signal(), currentChanged: signal(), forEach: (each) => each(panel) };
  delete globalThis._JUPYTERLAB;
  (0, eval)(code);
  const container = globalThis._JUPYTERLAB["claude-nb"];
  container.init({ "@jupyterlab/notebook": { 4: { loaded: true, get: async () => () => ({ INotebookTracker: "T" }) } } });
  context.mock.method(console, "warn", () => {});
  const plugin = (await container.get())().default;
  plugin.activate({ started: Promise.resolve(), resolveOptionalService: async (token) => (token === "T" ? tracker : null), commands: { addCommand() {}, notifyCommandChanged() {} } });
  for (let n = 0; n < 40 && !targets["claude_nb.cells"]; n++) await turn();
  const said = [];
  const comm = {};
  kernel.createComm = (name) => {
    assert.equal(name, "claude_nb.cells");
    return { isDisposed: false, open: () => made.push(name), send: (data) => said.push(data), subshellStarted };
  };
  const made = [];
  const ask = async (wish) => {
    assert.equal(targets["claude_nb.cells"](comm, { content: { data: wish } }), undefined); // nothing to await
    for (let n = 0; n < 10; n++) await turn();
    return said.at(-1);
  };
  return { ask, said, comm, made };
}

const places = ({ cells }) => cells.map(({ place }) => place);

test("the page tells the cells above the one that asks, as they are written", async (context) => {
  const outputs = [
    { output_type: "stream", name: "stdout", text: ["a\n", "b\n"] },
    { output_type: "execute_result", data: { "text/plain": "3", "image/png": "AAAA", "application/x": { a: 1 } }, metadata: {} },
    { output_type: "error", ename: "E", evalue: "v", traceback: ["one", "two"] },
    { output_type: "display_data", data: { "text/plain": "answer" }, metadata: { claude_nb: { usage: {} } } },
  ];
  const cells = [cell("m", { type: "markdown", source: "# Title" }), cell("a", { outputs, count: 4, tags: ["x", 7] }), cell("q"), cell("z")];
  const page = await open(context, cells);
  const told = await page.ask({ ask: 1, cell: "q", all: false, pictures: false });
  assert.deepEqual(told, {
    ask: 1,
    at: 2,
    cells: [
      { id: "m", kind: "markdown", source: "# Title", outputs: [], tags: [], number: null, place: 1 },
      {
        id: "a",
        kind: "code",
        source: "a",
        outputs: [
          { output_type: "stream", text: "a\nb\n" },
          { output_type: "execute_result", data: { "text/plain": "3", "image/png": "", "application/x": "" }, metadata: {} },
          { output_type: "error", ename: "E", evalue: "v", traceback: ["one\ntwo"] },
          { output_type: "display_data", data: { "text/plain": "answer" }, metadata: { claude_nb: {} } },
        ],
        tags: ["x"],
        number: 4,
        place: 2,
      },
    ],
  });
  const all = await page.ask({ ask: 2, cell: "q", all: true, pictures: true });
  assert.deepEqual(places(all), [1, 2, 4]);
  assert.equal(all.cells[1].outputs[1].data["image/png"], "AAAA");
  assert.deepEqual(places(await page.ask({ ask: 3, cell: "q", only: 4 })), [4]);
  assert.deepEqual(places(await page.ask({ ask: 4, cell: "q", only: 9 })), []);
});

test("a page asked again on the same comm tells what is there by then", async (context) => {
  const cells = [cell("a"), cell("b"), cell("q")];
  const page = await open(context, cells);
  await page.ask({ ask: 1, cell: "q", all: false, pictures: false });
  cells.unshift(cells.splice(2, 1)[0]); // moved to the top, and not run
  page.comm.onMsg({ content: { data: { ask: 2, cell: "q", all: false, pictures: false } } });
  for (let n = 0; n < 10; n++) await turn();
  assert.deepEqual(page.said.map(({ ask, at }) => [ask, at]), [[1, 2], [2, 0]]);
  assert.equal(page.made.length, 1); // it answers on one comm of its own
});

test("a page without the cell says nothing, and strange wishes do no harm", async (context) => {
  const page = await open(context, [cell("a")]);
  for (const wish of [{ ask: 1, cell: "gone" }, {}, { cell: "a" }]) await page.ask(wish);
  assert.deepEqual(page.said, [{ ask: undefined, at: 0, cells: [] }]);
});

test("of a large notebook the cells next to the question are told, cut at both ends", async (context) => {
  const source = "x".repeat(50_000) + "\n" + "y".repeat(50_000);
  const cells = Array.from({ length: 2_000 }, (_, n) => cell(`c${n}`, { source: n % 2 ? source : "short" }));
  const page = await open(context, cells);
  const told = await page.ask({ ask: 1, cell: "c1500", all: false, pictures: false });
  assert.equal(told.at, 1500);
  assert.deepEqual(places(told), Array.from({ length: told.cells.length }, (_, n) => 1501 - told.cells.length + n));
  assert.ok(told.cells.length > 50);
  assert.ok(JSON.stringify(told).length < 4_100_000);
  assert.ok(told.cells.at(-1).source.length < 81_000);
});

test("of many small cells some hundreds are told", async (context) => {
  const page = await open(context, Array.from({ length: 2_000 }, (_, n) => cell(`c${n}`)));
  const told = await page.ask({ ask: 1, cell: "c1000", all: true });
  assert.deepEqual([told.cells.length, places(told)[0], places(told).at(-1)], [400, 801, 1201]);
});

test("without subshells nothing is waited for", async (context) => {
  const page = await open(context, [cell("a"), cell("q")], { supportsSubshells: false, subshellStarted: new Promise(() => {}) });
  assert.deepEqual(places(await page.ask({ ask: 1, cell: "q" })), [1]);
});
