// The end of a tall answer: the last line stays in view with its Stop, and one press leads to the
// newest text, and along with it from then on, until the person scrolls.

import { element } from "./dom.js";
import { onPress } from "./press.js";

const CLIPPED = "claude-nb-clipped";
const AWAY = ["wheel", "touchmove", "keydown"]; // what a person scrolls with

export class Latest {
  /**
   * @param {HTMLElement} footer stays in view; what comes, comes before it
   */
  constructor(footer) {
    this.footer = footer;
    this.follows = false;
    this.end = element("div", "claude-nb-end"); // no height: where the answer ends
    this.button = element("button", "claude-nb-latest");
    this.button.type = "button";
    this.button.textContent = "↓ latest";
    this.button.title = "Go to the newest text, and along with it until you scroll";
    this.button.hidden = true;
    onPress(this.button, () => this.follow());
    this.observer = new IntersectionObserver(([...seen]) => this.show(seen[seen.length - 1]));
    this.observer.observe(this.end);
    this.away = () => this.stay();
    for (const kind of AWAY) document.addEventListener(kind, this.away, { capture: true, passive: true });
  }

  /** @param {IntersectionObserverEntry} seen */
  show({ isIntersecting, boundingClientRect }) {
    // What scrolls may end above the window's end: the footer, which sticks to it, says where.
    const below = !isIntersecting && this.footer.getBoundingClientRect().top < boundingClientRect.top;
    this.button.hidden = !below || this.follows;
  }

  /** Hear where the end is. Else the browser tells only when it comes into view or leaves it: not when it
   * is out of view at first, nor when a page that took the cell out puts it back. */
  look() {
    this.observer.unobserve(this.end);
    this.observer.observe(this.end);
  }

  stay() {
    if (!this.follows) return;
    this.follows = false;
    this.look();
  }

  follow() {
    this.follows = true;
    this.button.hidden = true;
    this.grown();
  }

  /** The answer has grown. */
  grown() {
    if (this.follows) this.end.scrollIntoView({ block: "end" });
  }

  /** Let no box between the answer and what scrolls be one that scrolls: the footer would stick to that. */
  settle() {
    this.boxes = [];
    if (this.footer.closest(".claude-nb-panel")) return; // its transcript is what scrolls
    for (let box = this.footer.closest(".jp-OutputArea-output"); box?.closest(".jp-Cell-outputArea"); box = box.parentElement) {
      box.classList.add(CLIPPED);
      this.boxes.push(box);
    }
  }

  close() {
    this.observer.disconnect();
    for (const kind of AWAY) document.removeEventListener(kind, this.away, { capture: true });
    for (const box of this.boxes ?? []) box.classList.remove(CLIPPED);
  }
}
