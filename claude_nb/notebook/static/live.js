// The page's half of a streaming answer. The kernel renders and sanitises; this module applies its
// numbered operations (see operations.py), in order, once a frame. It holds no Markdown parser and
// no sanitiser: the only HTML it inserts is the kernel's, model text goes into text nodes. The kernel
// puts two constants in front: KEY, which tells versions of this code apart, and STYLE.

const PLACE = Symbol.for("claude_nb.live"); // of the page's copies of this code, by key
const CHUNK = 1500; // characters of disclosed text in one element, so that layout stays local
const PART = 64; // blocks of text in one part, after so many: parts out of sight cost no layout
const stores = new Map(); // by view id

/** One picture of the answer. */
class View {
  constructor(store, el) {
    this.store = store;
    this.applied = 0;
    this.touched = new Map(); // disclosures that the person opened or closed, by number
    this.disclosures = [];
    this.blocks = 0; // of text, that will not change any more
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
    this.chunk = this.part = null;
    this.footer.before(details);
  }

  p(keep, html) {
    if (!this.live) {
      this.live = element("div", "claude-nb-block");
      this.html = "";
      this.settle(this.live);
    }
    this.html = this.html.slice(0, keep) + html;
    this.live.innerHTML = this.html;
    this.code = null;
  }

  s() {
    if (!this.live) return;
    const nodes = [...this.live.childNodes];
    this.live.replaceWith(...nodes);
    for (const node of nodes) {
      this.settle(node);
      this.blocks += node.nodeType === 1;
    }
    this.live = this.code = null;
    if (this.html.includes("$")) nodes.forEach((node) => this.store.typeset(node));
  }

  /** Put a node where block number `blocks` belongs; the saved output has the same parts. */
  settle(node) {
    const number = Math.floor(this.blocks / PART);
    if (number && this.part?.number !== number) {
      this.part = element("div", "claude-nb-part");
      this.part.number = number;
      this.footer.before(this.part);
    }
    if (node.parentNode === (this.part ?? this.root)) return;
    if (this.part) this.part.append(node);
    else this.footer.before(node);
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

  /** Let the saved output, which comes next, know how high its parts are before they are laid out. */
  measure() {
    this.apply();
    const parts = this.root.querySelectorAll(":scope > .claude-nb-part");
    const heights = [...parts].map((part) => part.offsetHeight);
    heights.forEach((height, n) => this.area?.style.setProperty(`--claude-nb-part-${n}`, `${height}px`));
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

const live = {
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

// Once for the page: later views of the kernel find the code and its style here (live.loader.js).
if (!globalThis[PLACE]?.has(KEY)) {
  document.head.appendChild(element("style")).textContent = STYLE;
  (globalThis[PLACE] ??= new Map()).set(KEY, live);
}
export default live;
