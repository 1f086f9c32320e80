import assert from "node:assert/strict";
import { test } from "node:test";
import { page } from "./dom.mjs";

const { CountControl, ServersControl } = await page("panel/controls.js");
const { Tools } = await page("panel/tools.js");

const SEARCH = { name: "search", label: "Web searches", kind: "integer", alone: 5, low: 1, high: 100, default: null, part: "tools" };
const MCP = { name: "mcp", label: "MCP servers", kind: "servers", default: null, part: "tools" };

function made(Kind, spec) {
  const set = [];
  const control = new Kind(spec, { set: (values) => set.push(values), ahead: () => false });
  const update = (value, more = {}) => control.update({ values: { [spec.name]: value }, refused: {}, limits: {}, ...more });
  return { control, set, update };
}

test("searching is ticked, and then says how often", () => {
  const { control, set, update } = made(CountControl, SEARCH);
  update(null);
  assert.equal(control.tick.checked, false);
  assert.equal(control.most.hidden, true);
  control.tick.checked = true;
  control.tick.fire("change");
  update(5);
  assert.equal(control.most.hidden, false);
  assert.equal(control.number.value, 5);
  for (const typed of ["3", "1000", "0", "x", "-2"]) {
    control.number.value = typed;
    control.number.fire("change");
  }
  control.tick.checked = false;
  control.tick.fire("change");
  assert.deepEqual(set.map(({ search }) => search), [5, 3, 100, 5, 5, 1, null]);
});

test("servers that have a name are ticked, others are typed, and both are one text", () => {
  const { control, set, update } = made(ServersControl, MCP);
  update(null, { servers: [] });
  assert.equal(control.named.hidden, true);
  update("lib,x=https://x.example/", { servers: ["docs", "lib"] });
  const [docs, lib] = control.named.children.map((label) => label.firstChild);
  assert.deepEqual([docs.checked, lib.checked], [false, true]);
  docs.checked = true;
  docs.fire("change");
  lib.checked = false;
  lib.fire("change");
  control.input.value = " docs , https://y.example/ ,";
  control.input.fire("change");
  control.input.value = " , ";
  control.input.fire("change");
  const told = ["lib,x=https://x.example/,docs", "x=https://x.example/", "docs,https://y.example/", null];
  assert.deepEqual(set.map(({ mcp }) => mcp), told);
});

test("a name is text, whatever it is", () => {
  const { control, update } = made(ServersControl, MCP);
  update(null, { servers: ["<img src=x onerror=alert(1)>"] });
  assert.equal(control.named.children[0].children[1].children[0], "<img src=x onerror=alert(1)>");
});

test("the part says what is on while it is closed, functions too", () => {
  const controls = [made(CountControl, SEARCH).control, made(ServersControl, MCP).control];
  const tools = new Tools(controls);
  const state = { values: { search: null, mcp: null }, refused: {}, functions: [] };
  tools.update(state);
  assert.equal(tools.on.textContent, "");
  assert.match(tools.names.children[0].children[0], /only Python/);
  tools.update({ ...state, values: { search: 2, mcp: "docs" }, functions: ["weather"] });
  assert.equal(tools.on.textContent, " · Web searches, MCP servers, weather");
  tools.update({ ...state, values: { search: 2, mcp: null }, refused: { search: "It is there twice." } });
  assert.equal(tools.on.textContent, "");
});
