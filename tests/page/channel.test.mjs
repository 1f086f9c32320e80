import assert from "node:assert/strict";
import { test } from "node:test";
import { page, settle } from "./dom.mjs";
import { Kernel, Model } from "./kernel.mjs";

const { Channel } = await page("channel.js");
const { connect } = await page("comm.js");

test("with subshells nothing is sent before the comm's own has started", async () => {
  const kernel = new Kernel({ subshells: true });
  const channel = new Channel(new Model(kernel), "view-7");
  channel.send({ stop: true });
  await settle();
  const [comm] = kernel.comms;
  assert.equal(comm.target, "claude_nb.view");
  assert.equal(comm.opened, undefined);
  kernel.started.resolve();
  await settle();
  assert.deepEqual(comm.opened, { view: "view-7" });
  assert.deepEqual(comm.sent, [{ stop: true }]);
});

test("without subshells the comm opens at once", () => {
  const kernel = new Kernel();
  new Channel(new Model(kernel), "view-7");
  assert.deepEqual(kernel.comms[0].opened, { view: "view-7" });
});

test("messages keep their order", async () => {
  const kernel = new Kernel({ subshells: true });
  const channel = new Channel(new Model(kernel), "view-7");
  for (let n = 0; n < 5; n++) channel.send({ n });
  kernel.started.resolve();
  await settle();
  assert.deepEqual(kernel.comms[0].sent.map(({ n }) => n), [0, 1, 2, 3, 4]);
});

const without = {
  "no widget manager": () => undefined,
  "no comms": () => ({}),
  "comms refused": () => ({
    createComm() {
      throw new Error("disabled");
    },
  }),
  "a comm that does not open": () => ({
    createComm: () => ({
      open() {
        throw new Error("disposed");
      },
    }),
  }),
};
for (const [name, kernel] of Object.entries(without)) {
  test(`${name}: the widget's own comm has to do`, async () => {
    const model = new Model(kernel());
    const channel = new Channel(model, "view-7");
    await channel.send({ stop: true });
    await channel.close();
    assert.deepEqual(model.sent, [{ stop: true }]);
  });
  test(`${name}: to connect fails, and the caller decides`, async () => {
    await assert.rejects(connect(kernel(), "claude_nb.view", {}));
  });
}

test("a closed comm takes nothing, and nobody is troubled", async () => {
  const kernel = new Kernel();
  const channel = new Channel(new Model(kernel), "view-7");
  kernel.comms[0].close();
  await channel.send({ stop: true });
  await channel.close();
  assert.deepEqual(kernel.comms[0].sent, []);
});

test("a comm of its own is closed; one whose subshell all answers share is not", async () => {
  for (const [way, closed] of [[undefined, true], ["perComm", true], ["perCommTarget", false]]) {
    const kernel = new Kernel();
    const channel = new Channel(new Model(kernel), "view-7");
    kernel.comms[0].commsOverSubshells = way;
    await channel.close();
    assert.equal(kernel.comms[0].closed, closed, way);
  }
});
