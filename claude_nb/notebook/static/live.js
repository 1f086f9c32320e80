// The page's half of a streaming answer. The kernel renders and sanitises; this module applies its
// numbered operations (see operations.py), in order, once a frame. It holds no Markdown parser and
// no sanitiser: the only HTML it inserts is the kernel's, model text goes into text nodes.

const CHUNK = 1500; // characters of disclosed text in one element, so that layout stays local
const PATIENCE = 400; // ms that the kernel has to answer Stop before it is interrupted instead
const ASK = 200; // ms that the kernel has to send what was lost before it is asked again
const ASK_LONGEST = 5000; // ms between two such questions, however long it stays silent
const stores = new Map(); // by view id

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
    const next = this.log.length;
    this.known = Math.max(this.known ?? 0, n + o.length);
    if (n > next) return this.ask();
    for (const operation of o.slice(next - n)) {
      this.log.push(operation);
      if (operation[0] === "a") this.state(operation[1]);
    }
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
    else for (const view of this.views) view.showStopping();
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

  async close() {
    clearTimeout(this.asking);
    this.known = 0; // nothing more is asked for
    try {
      (await this.channel).close?.();
    } catch {
      // closed from the other side
    }
  }
}

/** One picture of the answer. */
class View {
  constructor(store, el) {
    this.store = store;
    this.applied = 0;
    this.touched = new Map(); // disclosures that the person opened or closed, by number
    this.disclosures = [];
    el.classList.add("jp-RenderedHTMLCommon", "jp-RenderedHTML"); // the saved output's home
    this.root = el.appendChild(element("div", "claude-nb claude-nb-live"));
    this.root.tabIndex = -1;
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("focusin", () => (this.focused = true));
    this.root.addEventListener("focusout", (event) => (this.focused &&= !event.relatedTarget));
    this.footer = this.root.appendChild(this.makeFooter());
    this.timer = setInterval(() => this.tick(), 1000);
    this.tick();
    this.schedule();
  }

  makeFooter() {
    const footer = element("footer");
    footer.appendChild(element("span", "claude-nb-dot")).ariaHidden = "true";
    this.status = footer.appendChild(element("small"));
    this.button = footer.appendChild(element("button"));
    this.button.type = "button";
    this.button.textContent = "Stop";
    this.button.title = "Stop this answer (Escape)";
    this.button.addEventListener("click", () => this.store.stop());
    if (this.store.stopping) this.showStopping();
    return footer;
  }

  key(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.store.stop();
  }

  showStopping() {
    this.button.textContent = "Stopping…";
    this.button.disabled = true;
  }

  tick() {
    const seconds = Math.floor((performance.now() - this.store.since) / 1000);
    const parts = [this.store.model.get("title"), `${seconds} s`, this.said];
    this.status.textContent = parts.filter(Boolean).join(" · ");
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.apply();
    });
  }

  apply() {
    if (!this.area) this.locate();
    const pre = this.section?.tagName === "DETAILS" && this.section.open ? this.section.lastChild : null;
    const follow = pre && pre.scrollHeight - pre.scrollTop - pre.clientHeight < 24;
    const { log } = this.store;
    while (this.applied < log.length) {
      const [kind, ...values] = log[this.applied++];
      this[kind]?.(...values);
    }
    if (follow) pre.scrollTop = pre.scrollHeight;
  }

  // The operations, by the names that the kernel gives them.

  k(kind, title) {
    if (kind === "text") return void (this.section = null);
    const details = element("details");
    const number = this.disclosures.push(details) - 1;
    const summary = details.appendChild(element("summary"));
    summary.textContent = kind === "think" ? "Thinking…" : title;
    summary.addEventListener("click", () => this.touched.set(number, !details.open));
    details.appendChild(element("pre")).tabIndex = 0; // it scrolls, so it takes the focus
    details.open = this.touched.get(number) ?? kind === "think";
    details.dataset.kind = kind;
    this.section = details;
    this.chunk = null;
    this.footer.before(details);
  }

  p(keep, html) {
    if (!this.live) {
      this.live = element("div", "claude-nb-block");
      this.html = "";
      this.footer.before(this.live);
    }
    this.html = this.html.slice(0, keep) + html;
    this.live.innerHTML = this.html;
    this.code = null;
  }

  s() {
    if (!this.live) return;
    const nodes = [...this.live.childNodes];
    this.live.replaceWith(...nodes);
    this.live = this.code = null;
    if (this.html.includes("$")) nodes.forEach((node) => this.store.typeset(node));
  }

  x(text) {
    this.code ??= this.live?.querySelector("pre > code")?.appendChild(new Text());
    this.code?.appendData(text);
  }

  t(text) {
    const pre = this.section?.lastChild;
    for (let rest = text; pre && rest; ) {
      this.chunk ??= pre.appendChild(element("div")).appendChild(new Text());
      const end = this.chunk.length > CHUNK ? rest.indexOf("\n") : -1;
      this.chunk.appendData(end < 0 ? rest : rest.slice(0, end));
      if (end < 0) break;
      rest = rest.slice(end + 1);
      this.chunk = pre.appendChild(element("div")).appendChild(new Text());
    }
  }

  c(title) {
    const details = this.section;
    if (!details) return;
    if (title) details.firstChild.textContent = title;
    const number = this.disclosures.indexOf(details);
    if (details.dataset.kind === "think" && !this.touched.has(number)) details.open = false;
    this.section = null;
  }

  i(text) {
    this.said = text;
    this.tick();
  }

  /** The kernel replaces the live view by a static one: keep what the person opened, and scrolled. */
  leave() {
    clearInterval(this.timer);
    cancelAnimationFrame(this.frame);
    const places = this.disclosures.map((details) => details.lastChild.scrollTop);
    const area = this.area;
    if (!area || !(this.touched.size || this.focused)) return;
    const restore = () => {
      const answer = area.isConnected && answerAt(area, this.place);
      if (!answer) return false;
      if (this.focused && document.activeElement === document.body) {
        answer.tabIndex = -1; // who pressed Stop by keyboard goes on from the answer
        answer.focus({ preventScroll: true });
      }
      const details = [...answer.querySelectorAll(":scope > details")];
      this.touched.forEach((open, number) => {
        if (!details[number]) return;
        details[number].open = open;
        details[number].lastElementChild.scrollTop = places[number];
      });
      return true;
    };
    const observer = new MutationObserver(() => restore() && observer.disconnect());
    if (restore()) return;
    observer.observe(area, { childList: true, subtree: true });
    setTimeout(() => observer.disconnect(), 3000);
  }

  /** Remember which output of which cell this is; a view is not in the document when it is made. */
  locate() {
    const child = this.root.closest(".jp-OutputArea-child");
    this.area = child?.parentElement;
    this.place = this.area ? [...this.area.children].indexOf(child) : -1;
  }
}

function answerAt(area, place) {
  return area.children[place]?.querySelector(".claude-nb:not(.claude-nb-live)");
}

function element(name, className) {
  const node = document.createElement(name);
  if (className) node.className = className;
  return node;
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

export default {
  initialize({ model }) {
    const id = model.get("view");
    const store = new Store(model);
    stores.set(id, store);
    announce("Claude is answering.");
    return () => {
      stores.delete(id);
      store.close();
    };
  },
  render({ model, el }) {
    const store = stores.get(model.get("view"));
    const view = new View(store, el);
    store.views.add(view);
    return () => {
      store.views.delete(view);
      view.leave();
    };
  },
};
