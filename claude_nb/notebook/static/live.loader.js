// Stands for a view whose code the page most likely has from an earlier one: a hundredth of its size.
// A page that was loaded since then asks for the code, over a channel that is served while a cell
// runs (see live.store.js). The kernel puts a constant in front: KEY, of the code that it wants.

const cache = (globalThis[Symbol.for("claude_nb.live")] ??= new Map());
const AGAIN = 500; // ms that the kernel has to send the code before it is asked again
let ready;

async function ask(model) {
  const { kernel } = model.widget_manager;
  const channel = kernel.createComm("claude_nb.view");
  if (kernel.supportsSubshells) await channel.subshellStarted;
  const source = new Promise((resolve) =>
    model.on("msg:custom", (message) => message.code && resolve(message.code)),
  );
  channel.open({ view: model.get("view") });
  channel.send({ code: true });
  const timer = setInterval(() => channel.send({ code: true }), AGAIN);
  model.on("destroy", () => clearInterval(timer));
  const url = URL.createObjectURL(new Blob([await source], { type: "text/javascript" }));
  clearInterval(timer);
  await import(url); // it puts itself into the cache
}

export default {
  // The widget manager holds messages back until this has returned: waiting for one would be for ever.
  initialize(context) {
    if (cache.has(KEY)) return cache.get(KEY).initialize(context);
    let leave;
    ready = ask(context.model).then(() => (leave = cache.get(KEY).initialize(context)));
    return () => leave?.();
  },
  async render(context) {
    await ready;
    return cache.get(KEY).render(context);
  },
};
