// The panel's page side, in parts that the kernel joins into one module (see panel/page.py). It
// shows what the kernel says and asks for changes; it decides nothing and holds no settings.
// This part: elements, and the way to the kernel.

/** Make an element: `h("button", {class: "quiet", onclick}, "Send")`. */
function h(name, options = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked") node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Set or take away an attribute. */
function mark(node, name, value) {
  if (value === undefined || value === null || value === false || value === "") node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}

let numbered = 0;
const unique = (word) => `claude-nb-${word}-${++numbered}`;

function button(label, onclick, options = {}) {
  return h("button", { type: "button", class: "quiet", ...options, onclick }, label);
}

/** Say one thing to screen readers. */
function tellReader(text) {
  const id = "claude-nb-announcer"; // the live view's, too
  let node = document.getElementById(id);
  if (!node) {
    node = document.body.appendChild(h("div", { id, class: id, role: "status" }));
  }
  node.textContent = text;
}

const count = (number) => Number(number).toLocaleString("en-US");

function money(cost) {
  return cost >= 0.1 ? `$${cost.toFixed(2)}` : `$${cost.toFixed(4)}`;
}

/** Call `work` when nothing has happened for `wait` ms. */
function later(work, wait) {
  let timer;
  const call = () => {
    clearTimeout(timer);
    timer = setTimeout(work, wait);
  };
  call.cancel = () => clearTimeout(timer);
  return call;
}

/** The way to the kernel that all views of one panel share. */
class Line {
  constructor(model) {
    this.model = model;
    this.page = crypto.getRandomValues(new Uint32Array(2)).join("-");
    this.changes = 0;
    this.kernel = model.widget_manager?.kernel;
    this.channel = this.open();
    this.heed = (_, status) => /restarting|dead/.test(status) && this.lost?.();
    this.kernel?.statusChanged?.connect(this.heed);
  }

  // A comm of its own is served while a cell runs (ipykernel 7); the widget's own is not.
  async open() {
    try {
      const channel = this.kernel.createComm("claude_nb.view");
      if (this.kernel.supportsSubshells) await channel.subshellStarted;
      channel.open({ view: this.model.get("panel") });
      return channel;
    } catch {
      return this.model; // no such kernel connection here; the widget's comm will have to do
    }
  }

  async ask(wish, content = {}) {
    try {
      (await this.channel).send({ do: wish, ...content });
    } catch {
      // the kernel is gone; the panel says so by itself
    }
  }

  /** The settings of the panel, or of one of its columns, as its controls reach them. */
  settings(column) {
    return {
      set: (values) => {
        this.ask("set", { values, column, page: this.page, change: ++this.changes });
        return this.changes;
      },
      // What is on the page is newer than what the kernel says, until it has heard of that change.
      ahead: (change) => change > (this.model.get("taken")[this.page] ?? 0),
    };
  }

  get busy() {
    return this.kernel?.status === "busy";
  }

  async close() {
    this.kernel?.statusChanged?.disconnect(this.heed);
    try {
      const channel = await this.channel;
      if (channel !== this.model) channel.close();
    } catch {
      // closed from the other side
    }
  }
}
