// The transcript: the newest exchanges of a chat, and older ones as they scroll in.

import { ExchangeView } from "./exchange.js";
import { button, h } from "./dom.js";

const DRAWN = 8; // exchanges drawn at first, and so many more at a time
const LONGEST_DRAWN = 24; // drawn while the end is followed: older ones are let go
const NEAR = 40; // px from the end that count as at the end
const AHEAD = 400; // px from the first drawn at which older ones are drawn

export class Transcript {
  constructor(panel, chat) {
    this.panel = panel;
    this.chat = chat;
    /** @type {Map<string, ExchangeView>} */
    this.shown = new Map(); // by id
    this.from = 0; // place of the first that is drawn
    this.order = [];
    this.more = button("", () => this.older(), { class: "quiet more", title: "Draw older turns, too" });
    this.list = h("div", { class: "turns" });
    this.fork = h("p", { class: "fork" });
    this.latest = button("↓ Latest", () => this.end(), { class: "quiet latest", title: "Go to the end (End)" });
    this.root = h("div", { class: "transcript", role: "log", "aria-label": "Conversation", "aria-live": "off", tabindex: "0", onscroll: () => this.scrolled() },
      this.more, this.list, this.fork, this.latest);
    this.latest.hidden = true;
    this.follows = true;
    this.top = 0;
    this.watcher = new ResizeObserver((changed) => {
      this.follow();
      for (const { target } of changed) scrollable(target);
    });
  }

  // What grows below the view is no reason to stop following it: only the person scrolls up.
  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.root;
    const near = scrollHeight - scrollTop - clientHeight < NEAR;
    if (near || scrollTop < this.top - 1) this.follows = near;
    this.top = scrollTop;
    this.latest.hidden = this.follows;
    this.peek();
  }

  /** Draw older exchanges when the first of those that are drawn comes near. */
  peek() {
    const whole = this.list.children.length === this.order.length - this.from; // none is on its way
    if (this.from && whole && this.root.clientHeight && this.root.scrollTop < AHEAD) this.older();
  }

  follow() {
    if (!this.follows) return;
    this.root.scrollTop = this.root.scrollHeight;
    this.top = this.root.scrollTop;
  }

  end() {
    this.follows = true;
    this.latest.hidden = true;
    this.follow();
    this.root.focus({ preventScroll: true });
  }

  /** @param {[string, number][]} turns @param {[number, number, number[]][]} forks */
  update(turns, forks) {
    const order = turns.map(([id]) => id);
    this.from = this.first(order);
    this.order = order;
    const drawn = turns.slice(this.from);
    this.chat.want(drawn);
    const ids = new Set(drawn.map(([id]) => id));
    for (const [id, exchange] of this.shown) if (!ids.has(id)) this.drop(id, exchange);
    const versions = new Map(forks.map(([place, ...fork]) => [place, fork]));
    let place = 0;
    drawn.forEach(([id], n) => {
      const piece = this.chat.get(id);
      if (piece) this.place(piece, place++, this.from + n, versions.get(this.from + n));
    });
    this.more.hidden = this.from === 0;
    this.more.textContent = `${this.from} earlier ${this.from === 1 ? "turn" : "turns"}`;
    const end = versions.get(order.length);
    this.fork.replaceChildren(...(end ? ["A new line begins here. ", this.panel.versions(end)] : []));
    this.fork.hidden = !end;
    this.root.hidden = !order.length && !end;
  }

  /** Whether an exchange is among those that are drawn. */
  draws(id) {
    return this.order.indexOf(id) >= this.from;
  }

  /** The place from which on exchanges are drawn: as before where that is still so. */
  first(order) {
    const newest = Math.max(0, order.length - DRAWN);
    const same = this.from < this.order.length ? order.indexOf(this.order[this.from]) : -1;
    const came = order.length - this.order.length;
    if (same < 0 || came > DRAWN) return newest;
    const kept = this.root.contains(document.activeElement) && document.activeElement !== this.root;
    return this.follows && !kept && order.length - same > LONGEST_DRAWN ? newest : same;
  }

  drop(id, exchange) {
    this.watcher.unobserve(exchange.root);
    exchange.root.remove();
    this.shown.delete(id);
  }

  place(piece, at, number, versions) {
    let exchange = this.shown.get(piece.id);
    if (exchange && exchange.number !== piece.takes.length) {
      this.drop(piece.id, exchange);
      exchange = undefined;
    }
    if (!exchange) {
      exchange = new ExchangeView(piece, this.panel);
      this.shown.set(piece.id, exchange);
      this.watcher.observe(exchange.root);
      if (number === this.order.length - 1) this.follows = true;
    }
    if (this.list.children[at] !== exchange.root) this.list.insertBefore(exchange.root, this.list.children[at] ?? null);
    exchange.update(piece, number, versions);
  }

  /** Draw more of what came before; what is in view stays where it is. */
  older() {
    const anchor = this.list.firstElementChild;
    const before = anchor?.getBoundingClientRect().top ?? 0;
    this.from = Math.max(0, this.from - DRAWN);
    this.root.style.overflowAnchor = "none"; // the browser would move it, too
    this.panel.updateTurns();
    if (anchor && !this.follows) this.root.scrollTop += anchor.getBoundingClientRect().top - before;
    this.top = this.root.scrollTop;
    requestAnimationFrame(() => (this.root.style.overflowAnchor = ""));
  }

  /** The exchange that has the focus, else the last one. */
  current() {
    const views = [...this.shown.values()];
    return views.find((view) => view.root.contains(document.activeElement)) ?? this.shown.get(this.order.at(-1));
  }

  /** Mark the exchange whose prompt is being changed, and bring it into view. */
  mark(id) {
    for (const [each, view] of this.shown) view.root.classList.toggle("editing", each === id);
    const view = id && this.shown.get(id);
    if (!view) return;
    this.follows = false;
    view.asked.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.watcher.disconnect();
    for (const view of this.shown.values()) view.close();
  }
}

/** Let the keyboard reach what scrolls sideways, and nothing else. */
function scrollable(root) {
  for (const node of root.querySelectorAll(".answer, .answer :is(table, pre, mjx-container[display])")) {
    if (node.scrollWidth > node.clientWidth + 1) node.tabIndex = 0;
    else node.removeAttribute("tabindex");
  }
}
