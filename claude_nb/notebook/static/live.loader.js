// Stands for a view whose code the page most likely has from an earlier one: a hundredth of its size.
// A page that was loaded since then asks for the code, over a channel that is served while a cell runs.

import { KEY, VIEW } from "constants"; // KEY: of the code that is wanted
import { connect, hearLate } from "./comm.js";
import { copies } from "./copies.js";

const AGAIN = 500; // ms that the kernel has to send the code before it is asked again
let ready;

/** @param {Model} model */
async function ask(model) {
  const source = new Promise((done) => model.on("msg:custom", ({ code }) => code && done(code)));
  const comm = await connect(model.widget_manager?.kernel, VIEW, { view: model.get("view") });
  const want = () => comm.send({ code: true });
  want();
  const timer = setInterval(want, AGAIN);
  model.on("destroy", () => clearInterval(timer));
  const url = URL.createObjectURL(new Blob([await source], { type: "text/javascript" }));
  clearInterval(timer);
  await import(url); // it puts itself among the copies
}

/** @type {Widget} */
export default {
  // The widget manager holds messages back until this has returned: waiting for one would be for ever.
  initialize(context) {
    if (copies.has(KEY)) return copies.get(KEY).initialize(context);
    let leave;
    hearLate(context.model);
    ready = ask(context.model).then(() => (leave = copies.get(KEY).initialize(context)));
    return () => leave?.();
  },
  async render(context) {
    await ready;
    return copies.get(KEY).render(context);
  },
};
