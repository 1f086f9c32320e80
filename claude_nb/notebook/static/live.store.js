// What the page knows of one streaming answer: the log of the kernel's numbered operations, complete
// and in order, and the way back to the kernel (what was lost is asked for; Stop). Shows nothing.

const PATIENCE = 400; // ms that the kernel has to answer Stop before it is interrupted instead
const SHARED = "perCommTarget"; // JupyterLab's way to give channels to subshells, by default
const ASK = 200; // ms that the kernel has to send what was lost before it is asked again
const ASK_LONGEST = 5000; // ms between two such questions, however long it stays silent

/** What all views of one model share: the log, and the way back to the kernel. */
class Store {
  constructor(model) {
    this.model = model;
    this.log = [];
    this.views = new Set();
    this.known = undefined; // operations that there are, as far as is known here
    this.since = performance.now();
    this.kernel = model.widget_manager?.kernel;
    this.channel = this.open(); // a promise
    model.on("msg:custom", (message) => this.receive(message));
    this.ask();
  }

  // A comm of its own is served while a cell runs, if it is opened once its subshell is there
  // (ipykernel 7); the widget's own comm is not.
  async open() {
    try {
      const channel = this.kernel.createComm("claude_nb.view");
      if (this.kernel.supportsSubshells) await channel.subshellStarted;
      channel.open({ view: this.model.get("view") });
      return channel;
    } catch {
      return this.model; // no such kernel connection here; the widget's comm will have to do
    }
  }

  async send(data) {
    try {
      (await this.channel).send(data);
    } catch {
      // the kernel is gone; what is on screen stays
    }
  }

  receive({ n, o }) {
    if (!o) return; // the view's code, sent once more than was needed
    const next = this.log.length;
    this.known = Math.max(this.known ?? 0, n + o.length);
    if (n > next) return this.ask();
    this.log.push(...o.slice(next - n));
    for (const [kind, state] of this.log.slice(next)) kind === "a" && this.state(state);
    for (const view of this.views) view.schedule();
  }

  // Formulas look the same before and after the swap: JupyterLab's own typesetter, if it is here.
  typeset(node) {
    try {
      if (node.nodeType === 1) this.model.widget_manager.rendermime.latexTypesetter.typeset(node);
    } catch {
      // shown as written
    }
  }

  // At once, not with the next frame: the view may be replaced before that.
  state(state) {
    this.heard = true;
    if (state !== "stopping") announce(state);
    for (const view of this.views) state === "stopping" ? view.showStopping() : view.measure();
  }

  // Asks for what is missing, and again until it is here: a question can be lost as well.
  ask(wait = ASK) {
    if (this.asking || this.log.length >= this.known) return;
    this.send({ ask: this.log.length });
    this.asking = setTimeout(() => {
      this.asking = 0;
      this.ask(Math.min(2 * wait, ASK_LONGEST));
    }, wait);
  }

  stop() {
    if (this.stopping) return;
    this.stopping = true;
    for (const view of this.views) view.showStopping();
    this.send({ stop: true });
    const interrupt = this.model.get("interrupt"); // "never", "late" or "now"
    if (interrupt === "never") return;
    const wait = interrupt === "late" ? PATIENCE : 0;
    setTimeout(() => this.heard || !this.views.size || this.kernel?.interrupt?.(), wait);
  }

  // The kernel has let go of the channel already. To close it here would delete the subshell that all
  // answers share, at times before it has handled what was sent: ipykernel complains in some cell.
  async close() {
    clearTimeout(this.asking);
    this.known = 0; // nothing more is asked for
    try {
      const channel = await this.channel;
      if (channel.commsOverSubshells !== SHARED) channel.close?.();
    } catch {
      // closed from the other side
    }
  }
}

/** Say one thing to screen readers: outside the output, which is about to be replaced. */
function announce(text) {
  const id = "claude-nb-announcer";
  let node = document.getElementById(id);
  if (!node) {
    node = document.body.appendChild(element("div", id));
    node.id = id;
    node.setAttribute("role", "status");
  }
  node.textContent = text;
}

function element(name, className) {
  const node = document.createElement(name);
  if (className) node.className = className;
  return node;
}
