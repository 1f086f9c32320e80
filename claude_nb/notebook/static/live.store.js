// What the page knows of one streaming answer: the log of the kernel's numbered operations, complete
// and in order, and the way back to the kernel (what was lost is asked for; Stop). Shows nothing.

import { Channel } from "./channel.js";
import { announce } from "./dom.js";

const PATIENCE = 400; // ms that the kernel has to answer Stop before it is interrupted instead
const ASK = 200; // ms that the kernel has to send what was lost before it is asked again
const ASK_LONGEST = 5000; // ms between two such questions, however long it stays silent

/** What all views of one model share: the log, and the way back to the kernel. */
export class Store {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    /** @type {Operation[]} */
    this.log = [];
    /** @type {Set<{schedule(): void, showStopping(): void, showGone(): void, measure(): void}>} */
    this.views = new Set();
    /** @type {number | undefined} */
    this.known = undefined; // operations that there are, as far as is known here
    this.since = performance.now();
    this.channel = new Channel(model, model.get("view"));
    model.on("msg:custom", (message) => this.receive(message));
    this.ask();
  }

  /** @param {{n: number, o?: Operation[]}} message the operations from number `n` on */
  receive({ n, o }) {
    if (!o) return; // the view's code, sent once more than was needed
    const next = this.log.length;
    this.known = Math.max(this.known ?? 0, n + o.length);
    if (n > next) return this.ask();
    this.log.push(...o.slice(next - n));
    for (const [kind, state] of this.log.slice(next)) kind === "a" && this.state(state);
    for (const view of this.views) view.schedule();
  }

  /**
   * At once, not with the next frame: the view may be replaced before that.
   * @param {string} state
   */
  state(state) {
    this.heard = true;
    this.ended = state !== "stopping";
    this.stopping ||= state === "stopping"; // also for a view that is made after this
    this.shown = this.views.size > 0; // so that the final output, which comes next, finds its place
    if (state !== "stopping") announce(state);
    for (const view of this.views) state === "stopping" ? view.showStopping() : view.measure();
  }

  // Asks for what is missing, and again until it is here: a question can be lost as well.
  ask(wait = ASK) {
    if (this.asking || this.log.length >= (this.known ?? Infinity)) return;
    this.channel.send({ ask: this.log.length });
    this.asking = setTimeout(() => {
      this.asking = 0;
      this.ask(Math.min(2 * wait, ASK_LONGEST));
    }, wait);
  }

  /**
   * Whether there is something to stop, for who asks about one notebook only.
   * @param {string} kernel the id of its kernel
   */
  runsOn(kernel) {
    return this.channel.kernel?.id === kernel && this.views.size > 0 && !this.stopping && !this.ended;
  }

  stop() {
    if (this.stopping) return;
    this.stopping = true;
    for (const view of this.views) view.showStopping();
    this.channel.send({ stop: true });
    const interrupt = this.model.get("interrupt"); // "never", "late" or "now"
    if (interrupt === "never") return;
    const wait = interrupt === "late" ? PATIENCE : 0;
    setTimeout(() => this.heard || !this.views.size || this.channel.kernel?.interrupt?.(), wait);
  }

  close() {
    clearTimeout(this.asking);
    this.known = 0; // nothing more is asked for
    this.channel.close();
  }
}
