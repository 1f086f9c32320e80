// The live view in an empty page: a model as anywidget gives one, a clock and frames that the test moves.

async (code) => {
  let now = 1e6, frames = [];
  performance.now = () => now;
  window.requestAnimationFrame = (callback) => frames.push(callback);
  window.cancelAnimationFrame = () => (frames = []);
  window.setInterval = window.setTimeout = () => 0;
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const live = (await import(url)).default;
  let count = 0;
  const open = () => {
    const state = { view: `v${++count}`, title: "test", model: "m", mark: "", interrupt: "never" };
    let hear = () => {};
    const model = { get: (name) => state[name], on: (name, slot) => (hear = slot), send() {} };
    const close = live.initialize({ model });
    const el = document.body.appendChild(document.createElement("div"));
    const leave = live.render({ model, el });
    return { hear: (message) => hear(message), el, close: () => (leave(), close(), el.remove()), render: (el) => live.render({ model, el }) };
  };
  window.live = { open, step: (ms) => step(ms) };
  const step = (ms) => { now += ms; for (const each of frames.splice(0)) each(now); };
  // Texts and elements, without what only a streaming answer has around them.
  const seen = (root) => {
    const sections = [[]];
    for (const node of root.children) {
      if (node.tagName === "FOOTER") continue;
      if (node.tagName === "DETAILS") sections.push([node.lastElementChild], []);
      else sections.at(-1).push(node);
    }
    const told = (nodes) => ({
      text: nodes.map((node) => node.textContent).join("").replace(/\s+/g, ""),
      tags: nodes.flatMap((node) => [node, ...node.querySelectorAll("*")]).map((node) => node.tagName)
        .filter((tag) => !["DIV", "PRE", "CODE", "B", "I", "SPAN", "DFN", "SAMP"].includes(tag)).join(" "),
    });
    return sections.map(told).filter(({ text }) => text);
  };
  const should = (parts) => {
    const root = document.createElement("div");
    root.innerHTML = parts.map(([kind, html]) =>
      kind === "text" ? html : "<details><summary></summary><pre></pre></details>").join("");
    const discs = root.querySelectorAll(":scope > details > pre");
    parts.filter(([kind]) => kind !== "text").forEach(([, text], n) => (discs[n].textContent = text));
    return seen(root);
  };
  window.slowly = (log) => { // each operation is shown before the next one comes
    const view = open();
    log.forEach((operation, n) => (view.hear({ n, o: [operation] }), step(5000), step(5000)));
    const told = seen(view.el.querySelector(".claude-nb"));
    view.close();
    return told;
  };
  window.should = should;
  window.play = (log, plan) => {
    const view = open();
    const later = [];
    const again = () => { // one more view, which gets all of it at once
      const el = document.body.appendChild(document.createElement("div"));
      const leave = view.render(el);
      later.push({ el, leave: () => (leave(), el.remove()) });
    };
    let told = 0;
    for (const [more, ms] of plan) {
      view.hear({ n: told, o: log.slice(told, told + more) });
      told = Math.min(log.length, told + more);
      for (const each of ms) step(each);
      if (!later.length && told > log.length / 2) again();
    }
    again();
    step(5000);
    const roots = [view, ...later].map(({ el }) => seen(el.querySelector(".claude-nb")));
    for (const each of later) each.leave();
    view.close();
    return roots;
  };
}
