// How a widget hears the kernel where anywidget hands nothing on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { page } from "./dom.mjs";

const { hearLate } = await page("comm.js");

class Plain {
  heard = [];
  sent = [];
  comm = { on_msg: (callback) => (this.callback = callback), send: (data) => this.sent.push(data) };
  async _handle_comm_msg(message) {
    this.heard.push(message.content.data.method);
  }
}

const begun = (ready) =>
  class extends Plain {
    async _handle_comm_msg(message) {
      await ready();
      return super._handle_comm_msg(message);
    }
  };

const shown = (whole) => ({
  get: (name) => ({ model: "its id" })[name],
  widget_manager: { get_model: async (id) => (id === "its id" ? whole : assert.fail(id)) },
});

test("a widget that began late hears what comes, and asks for what it missed", async () => {
  const Late = begun(() => Promise.reject(new Error("too late")));
  const whole = new Late();
  await hearLate(shown(whole));
  await whole.callback({ content: { data: { method: "custom" } } });
  assert.deepEqual(whole.heard, ["custom"]);
  assert.deepEqual(whole.sent, [{ method: "request_state" }]);
});

test("a widget that began in time is left as it is", async () => {
  const InTime = begun(async () => {});
  const whole = new InTime();
  await hearLate(shown(whole));
  assert.equal(whole.callback, undefined);
  assert.deepEqual(whole.sent, []);
});

test("other front ends are left alone", async () => {
  await hearLate({ get: () => "", widget_manager: undefined });
  await hearLate({ get: () => "", widget_manager: { get_model: () => Promise.reject(new Error()) } });
  await hearLate({ get: () => "", widget_manager: { get_model: async () => ({}) } });
});
