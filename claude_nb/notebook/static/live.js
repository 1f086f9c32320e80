// The page's half of a streaming answer. The kernel renders and sanitises; this module applies its
// numbered operations (see operations.py), in order, once a frame. It holds no Markdown parser and
// no sanitiser: the only HTML it inserts is the kernel's, model text goes into text nodes.

import { FAILED, FORMULA, GONE, IGNORED, KEY, PART, STYLE } from "constants"; // KEY tells versions of this code apart
import { serveReaders } from "../../labextension/static/reading.js";
import { hearLate } from "./comm.js";
import { copies } from "./copies.js";
import { announce, element, typeset } from "./dom.js";
import { Growth, hold } from "./live.growth.js";
import { Latest } from "./live.latest.js";
import { morph } from "./live.morph.js";
import { keeping, select, selected } from "./live.selection.js";
import { Store } from "./live.store.js";
import { onPress } from "./press.js";
import { attend } from "./saving.js";
import { tell, views } from "./views.js";

const CHUNK = 1500; // characters of open code and of disclosed text in one element
const ENDING = ["s", "k", "c"]; // operations after which nothing is added to what was there before
const LENGTHS = { p: (_, html) => html.length, r: (_, html) => html.length, t: (text) => text.length, x: (text) => text.length };

/** One picture of the answer. */
class View {
  /**
   * @param {Store} store
   * @param {HTMLElement} el
   */
  constructor(store, el) {
    this.store = store;
    this.applied = 0;
    this.known = store.log.length;
    this.growth = new Growth(() => matchMedia("(prefers-reduced-motion: reduce)").matches);
    this.touched = new Map(); // disclosures that the person opened or closed, by number
    this.disclosures = [];
    this.said = ""; // after the time, as long as it is true
    this.until = 0;
    this.blocks = 0; // of text, that will not change any more
    this.html = ""; // of the block that still grows
    this.formulas = false; // in rows that came after it
    this.status = element("small");
    this.button = element("button");
    el.classList.add("jp-RenderedHTMLCommon", "jp-RenderedHTML"); // the saved output's home
    this.root = el.appendChild(element("div", `claude-nb claude-nb-live ${IGNORED}`));
    this.root.tabIndex = -1;
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("focusin", () => (this.focused = true));
    this.root.addEventListener("focusout", (event) => (this.focused &&= !event.relatedTarget));
    this.footer = this.makeFooter();
    this.latest = new Latest(this.footer);
    this.footer.append(this.latest.button);
    this.root.append(this.latest.end, this.footer);
    this.timer = setInterval(() => this.tick(), 1000);
    this.tick();
    this.schedule();
  }

  makeFooter() {
    const footer = element("footer");
    footer.appendChild(element("span", "claude-nb-dot")).ariaHidden = "true";
    footer.append(this.status, this.button);
    this.button.type = "button";
    this.button.textContent = "Stop";
    this.button.title = "Stop this answer (Escape)";
    onPress(this.button, () => this.store.stop());
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

  /** The kernel was ended: nothing more will come, and there is nothing to stop. */
  showGone() {
    clearInterval(this.timer);
    this.status.textContent = `${this.store.model.get("title")} · ${GONE}`;
    this.footer.replaceChildren(this.status);
  }

  tick() {
    const now = performance.now();
    const seconds = Math.floor((now - this.store.since) / 1000);
    const left = Math.ceil((this.until - now) / 1000);
    const said = left < Infinity ? this.said.replace(/\d+/, `${left}`) : this.said;
    this.waits = this.root.children.length < 3; // the end, and this line
    const parts = [this.store.model.get("title"), `${seconds} s`, (left > 0 && said) || (this.waits && "waiting")];
    this.status.textContent = parts.filter(Boolean).join(" · ");
    this.latest.look();
  }

  schedule() {
    const { length } = this.store.log;
    if (length > this.known) this.growth.expect(performance.now());
    this.known = length;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.apply();
      if (this.growth.rest.length || this.applied < this.known) this.schedule();
    });
  }

  /** Show what is due now of what has come, or all of it. */
  apply(all = false) {
    if (!this.area) this.locate();
    const pre = this.section?.tagName === "DETAILS" && this.section.open ? this.section.lastElementChild : null;
    const follow = pre && pre.scrollHeight - pre.scrollTop - pre.clientHeight < 24;
    this.take();
    let count = all ? Infinity : this.growth.due(this.waiting(), performance.now());
    while ((count = this.growth.show(count)) && this.applied < this.store.log.length) this.take();
    if (follow) pre.scrollTop = pre.scrollHeight;
    if (this.waits) this.tick();
    this.latest.grown();
  }

  /** About how many characters are to appear. */
  waiting() {
    const later = this.store.log.slice(this.applied);
    return later.reduce((sum, [kind, ...values]) => sum + (LENGTHS[kind]?.(...values) ?? 0), this.growth.size);
  }

  /** Carry out operations, up to one that needs what is still to appear before it. */
  take() {
    const { log } = this.store;
    while (this.applied < log.length) {
      const [kind, ...values] = log[this.applied];
      if (kind !== "p") this.draw();
      if (this.growth.rest.length && (ENDING.includes(kind) || (kind === "x" && !this.code))) return;
      this.applied++;
      this[kind]?.(...values);
    }
    this.draw();
  }

  // The operations, by the names that the kernel gives them.

  k(kind, title) {
    if (kind === "text") return void (this.section = null);
    const details = element("details");
    const number = this.disclosures.push(details) - 1;
    const summary = details.appendChild(element("summary"));
    summary.textContent = kind === "think" ? "Thinking…" : title;
    summary.addEventListener("click", () => this.touched.set(number, !details.open));
    if (kind === "call") details.className = "claude-nb-call";
    this.pre(details, kind === "call" ? "in" : "");
    details.open = this.touched.get(number) ?? kind === "think";
    details.dataset.kind = kind;
    this.section = details;
    this.chunk = this.part = null;
    this.latest.end.before(details);
  }

  /** What a disclosure holds, or one half of that; the saved output has the same. */
  pre(details, name) {
    if (name) details.appendChild(element("small")).textContent = name;
    const pre = details.appendChild(element("pre"));
    pre.tabIndex = 0; // it scrolls, so it takes the focus
    return pre;
  }

  n(number, title) {
    const details = this.disclosures[number];
    details.firstChild.textContent = title;
    details.classList.toggle("claude-nb-bad", title.startsWith(FAILED));
  }

  o(number, text) {
    this.pre(this.disclosures[number], "out").textContent = text;
  }

  p(keep, html) {
    this.html = (this.live || this.stale ? this.html.slice(0, keep) : "") + html;
    this.stale = true;
  }

  /** Let the block that grows be what it is now, and show as much of it as before. */
  draw() {
    if (!this.stale) return;
    this.stale = false;
    if (!this.live) {
      this.live = element("div", "claude-nb-block");
      this.settle(this.live);
    }
    const shown = this.live.textContent.length;
    const fresh = element("template");
    fresh.innerHTML = this.html;
    this.growth.clear();
    morph(this.live, fresh.content);
    hold(this.live, shown, this.growth);
    this.code = null;
  }

  s() {
    if (!this.live) return;
    const { live } = this;
    const nodes = [...live.childNodes];
    keeping(live, () => {
      live.replaceWith(...nodes);
      for (const node of nodes) {
        this.settle(node);
        if (node.nodeType === 1) this.blocks++;
      }
    });
    this.live = this.code = null;
    if (this.formulas || this.html.includes(FORMULA)) nodes.forEach((node) => typeset(this.store.model, node));
    this.formulas = false;
  }

  /** Put a node where block number `blocks` belongs; the saved output has the same parts. */
  settle(node) {
    const number = Math.floor(this.blocks / PART);
    if (number && !(this.part && this.number === number)) {
      this.number = number;
      this.part = element("div", "claude-nb-part");
      this.latest.end.before(this.part);
    }
    if (node.parentNode === (this.part ?? this.root)) return;
    if (this.part) this.part.append(node);
    else this.latest.end.before(node);
  }

  x(text) {
    if (!this.code) this.chunk = (this.code = this.live?.querySelector("pre > code"))?.appendChild(new Text());
    const { code } = this;
    if (code) this.growth.add(text, (part) => this.lengthen(code, part));
  }

  r(again, html) {
    this.growth.show(Infinity); // the table itself may wait there, and the row that comes again
    this.formulas ||= html.includes(FORMULA);
    const table = this.live?.querySelector("table");
    if (!table) return;
    const body = table.querySelector("tbody") ?? table.appendChild(element("tbody")); // of a head alone
    const fresh = element("template");
    fresh.innerHTML = `<table><tbody>${html}</tbody></table>`;
    const [first, ...rows] = fresh.content.querySelectorAll("tr");
    const last = again ? body.lastElementChild : null;
    last?.remove();
    body.append(first);
    hold(first, last?.textContent.length ?? 0, this.growth);
    for (const row of rows) {
      this.growth.add("", () => body.append(row));
      hold(row, 0, this.growth);
    }
  }

  t(text) {
    const pre = this.section?.lastElementChild;
    if (pre) this.growth.add(text, (part) => this.lengthen(pre, part));
  }

  /** Add to what may become long, in elements of a bounded size: only the last is laid out again. */
  lengthen(home, text) {
    for (let rest = text; rest; ) {
      this.chunk ??= home.appendChild(element("div")).appendChild(new Text());
      const end = this.chunk.length > CHUNK ? rest.indexOf("\n") : -1;
      this.chunk.appendData(end < 0 ? rest : rest.slice(0, end));
      if (end < 0) return;
      rest = rest.slice(end + 1); // elements are lines apart, also in what is copied
      this.chunk = home.appendChild(element("div")).appendChild(new Text());
    }
  }

  c(title) {
    const details = this.section;
    if (!details) return;
    if (title && details.firstChild) details.firstChild.textContent = title;
    const number = this.disclosures.indexOf(details);
    if (details.dataset.kind === "think" && !this.touched.has(number)) details.open = false;
    this.section = null;
  }

  i(text, seconds = Infinity) {
    this.said = text;
    this.until = performance.now() + 1000 * seconds;
    this.tick();
  }

  /** Let the saved output, which comes next, know how high its parts are before they are laid out. */
  measure() {
    this.apply(true);
    this.selected = selected(this.root);
    /** @type {NodeListOf<HTMLElement>} */
    const parts = this.root.querySelectorAll(":scope > .claude-nb-part");
    const heights = [...parts].map((part) => part.offsetHeight);
    heights.forEach((height, n) => this.area?.style.setProperty(`--claude-nb-part-${n}`, `${height}px`));
  }

  /** The kernel replaces the live view by a static one: keep what the person opened, scrolled, selected. */
  leave() {
    clearInterval(this.timer);
    cancelAnimationFrame(this.frame);
    this.latest.close();
    const places = this.disclosures.map((details) => details.lastElementChild.scrollTop);
    const area = this.area;
    if (!area || !(this.touched.size || this.focused || this.selected)) return;
    const restore = () => {
      const answer = area.isConnected && answerAt(area, this.place);
      if (!answer) return false;
      if (this.selected) select(answer, this.selected);
      if (this.focused && document.activeElement === document.body) {
        answer.tabIndex = -1; // who pressed Stop by keyboard goes on from the answer
        answer.focus({ preventScroll: true });
      }
      const details = [...answer.querySelectorAll(":scope > details:not(.claude-nb-code)")];
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
    this.latest.settle();
    this.place = this.area ? [...this.area.children].indexOf(/** @type {Element} */ (child)) : -1;
  }
}

function answerAt(area, place) {
  return area.children[place]?.querySelector(".claude-nb:not(.claude-nb-live)");
}

/** @type {Widget} */
const live = {
  initialize({ model }) {
    const id = model.get("view");
    const store = new Store(model);
    views.set(id, store);
    hearLate(model);
    const leave = attend(store);
    announce("Claude is answering.");
    tell("begun", store);
    return () => {
      views.delete(id);
      leave();
      store.close();
      tell("ended", store);
    };
  },
  render({ model, el }) {
    const store = /** @type {Store} */ (views.get(model.get("view")));
    const view = new View(store, el);
    store.views.add(view);
    return () => {
      store.views.delete(view);
      view.leave();
    };
  },
};

// Once for the page: later views of the kernel find the code and its style here (live.loader.js).
if (!copies.has(KEY)) {
  document.head.appendChild(element("style")).textContent = STYLE;
  copies.set(KEY, live);
  serveReaders();
}
export default live;
