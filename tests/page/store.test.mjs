import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { document, page, settle } from "./dom.mjs";
import { Kernel, Model } from "./kernel.mjs";

const { Store } = await page("live.store.js");
const logs = JSON.parse(readFileSync(`${process.env.CLAUDE_NB_PAGE}/logs.json`, "utf8"));

/** A view that counts what it is told. */
const viewer = () => {
  const view = { scheduled: 0, stopping: 0, measured: 0 };
  view.schedule = () => view.scheduled++;
  view.showStopping = () => view.stopping++;
  view.measure = () => view.measured++;
  return view;
};

function open(context, state) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const kernel = new Kernel();
  const model = new Model(kernel, state);
  const store = new Store(model);
  const view = viewer();
  store.views.add(view);
  return { kernel, model, store, view, comm: kernel.comms[0] };
}

/** Numbers from 0 to 1, the same for the same seed. */
function chance(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Let the kernel's side of a log run over a line that loses, repeats and reorders messages. */
async function run(context, log, seed) {
  const random = chance(seed);
  const { model, store, comm } = open(context);
  let sent = 0; // operations, the first time
  let wanted; // what the page asked for
  let flying = [];
  comm.heard = ({ ask }) => {
    if (random() > 0.3) wanted = ask;
  };
  for (let step = 0; store.log.length < log.length || sent < log.length; step++) {
    assert.ok(step < 2000, `still ${log.length - store.log.length} of ${log.length} are missing`);
    const more = Math.min(log.length, sent + Math.floor(random() * 4));
    const first = Math.min(wanted ?? sent, sent);
    wanted = undefined;
    const message = { n: first, o: log.slice(first, more) };
    sent = more;
    if (random() > 0.3) flying.push(message);
    if (random() < 0.2) flying.push(message);
    if (random() < 0.5) flying.sort(() => random() - 0.5);
    const arrived = flying.splice(0, Math.ceil(random() * flying.length));
    for (const each of arrived) {
      model.receive(each);
      assert.deepEqual(store.log, log.slice(0, store.log.length));
    }
    context.mock.timers.tick(100);
    await settle();
  }
  return { store, comm };
}

for (const [name, log] of Object.entries(logs)) {
  test(`${name}: the log arrives whole and in order, whatever is lost`, async (context) => {
    assert.ok(log.length > 3);
    for (let seed = 1; seed <= 20; seed++) {
      const { store, comm } = await run(context, log, seed);
      assert.deepEqual(store.log, log);
      const asked = comm.sent.length;
      context.mock.timers.tick(60_000);
      await settle();
      assert.equal(comm.sent.length, asked, "asks although nothing is missing");
      store.close();
      context.mock.timers.reset();
    }
  });
}

test("what is missing is asked for again, less and less often", async (context) => {
  const { comm, model } = open(context);
  const times = [];
  let now = 0;
  comm.heard = ({ ask }) => {
    assert.equal(ask, 0);
    times.push(now);
  };
  model.receive({ n: 5, o: [["s"]] });
  for (; now < 20_000; now += 100) {
    await settle();
    context.mock.timers.tick(100);
  }
  const waits = times.slice(1).map((time, place) => time - times[place]);
  assert.deepEqual(waits, [200, 400, 800, 1600, 3200, 5000, 5000]);
});

test("a page that comes late asks for what was before", async (context) => {
  const { comm, model, store } = open(context);
  model.receive({ n: 3, o: [["s"]] });
  await settle();
  assert.deepEqual(comm.sent, [{ ask: 0 }]);
  model.receive({ n: 0, o: [["k", "text", ""], ["p", 0, "a"], ["s"], ["s"]] });
  assert.equal(store.log.length, 4);
});

test("views are told once a message, and of states at once", (context) => {
  const { model, view, store } = open(context);
  model.receive({ n: 0, o: [["k", "text", ""], ["i", "12 tokens"]] });
  assert.deepEqual([view.scheduled, view.stopping, view.measured], [1, 0, 0]);
  model.receive({ n: 0, o: [["k", "text", ""], ["i", "12 tokens"], ["a", "stopping"]] });
  model.receive({ n: 3, o: [["a", "Answer stopped."]] });
  assert.deepEqual([view.scheduled, view.stopping, view.measured], [3, 1, 1]);
  assert.equal(document.getElementById("claude-nb-announcer").textContent, "Answer stopped.");
  model.receive({ code: "the view's code" });
  assert.equal(store.log.length, 4);
});

for (const [interrupt, wait] of [["never", Infinity], ["late", 400], ["now", 0]]) {
  for (const heard of [true, false]) {
    test(`Stop is said once; interrupt ${interrupt}, ${heard ? "heard" : "not heard"}`, async (context) => {
      const { comm, kernel, model, store, view } = open(context, { interrupt });
      store.stop();
      store.stop();
      await settle();
      assert.deepEqual(comm.sent, [{ ask: 0 }, { stop: true }]);
      assert.equal(view.stopping, 1);
      if (heard) model.receive({ n: 0, o: [["a", "stopping"]] });
      context.mock.timers.tick(Math.min(Math.max(wait - 1, 0), 60_000));
      if (wait) assert.equal(kernel.interrupts, 0);
      context.mock.timers.tick(60_000);
      assert.equal(kernel.interrupts, heard || interrupt === "never" ? 0 : 1);
    });
  }
}

test("nothing is interrupted for an answer that is no longer shown", (context) => {
  const { kernel, store, view } = open(context, { interrupt: "late" });
  store.stop();
  store.views.delete(view);
  context.mock.timers.tick(1000);
  assert.equal(kernel.interrupts, 0);
});

test("a view can be stopped for its own kernel only, while it is shown and goes on", (context) => {
  const { kernel, store, view } = open(context);
  kernel.id = "ours";
  assert.ok(store.runsOn("ours"));
  for (const other of ["theirs", undefined, ""]) assert.ok(!store.runsOn(other));
  store.views.delete(view);
  assert.ok(!store.runsOn("ours"));
  store.views.add(view);
  store.stop();
  assert.ok(!store.runsOn("ours"));
  const next = { kernel: new Kernel(), state: {} };
  next.model = new Model(next.kernel, next.state);
  next.store = new Store(next.model);
  next.store.views.add(viewer());
  next.kernel.id = "ours";
  assert.ok(next.store.runsOn("ours"));
  next.model.receive({ n: 0, o: [["a", "Answer complete."]] });
  assert.ok(!next.store.runsOn("ours"));
});

test("screen readers are told by a place of our own, whatever has its id", () => {
  const theirs = document.createElement("div");
  theirs.id = "claude-nb-announcer";
  document.body.children.unshift(theirs);
  const { model } = open({ mock: { timers: { enable() {} } } });
  model.receive({ n: 0, o: [["a", "Answer stopped."]] });
  assert.equal(theirs.textContent, "");
  document.body.children.shift();
});

test("a closed store asks for nothing", async (context) => {
  const { comm, model, store } = open(context);
  model.receive({ n: 5, o: [["s"]] });
  await settle();
  store.close();
  await settle();
  assert.ok(comm.closed);
  const asked = comm.sent.length;
  context.mock.timers.tick(60_000);
  await settle();
  assert.equal(comm.sent.length, asked);
});

test("a view that is made later knows that the answer is being stopped", (context) => {
  const { model, store } = open(context);
  assert.ok(!store.stopping);
  model.receive({ n: 0, o: [["a", "stopping"]] });
  assert.equal(store.stopping, true);
});
