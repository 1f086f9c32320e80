import assert from "node:assert/strict";
import { test } from "node:test";
import { document, page } from "./dom.mjs";

const { Latest } = await page("live.latest.js");
// The notebook's box ends at 590 of a window of 620, and the footer of 20 sticks to that.
const IN_VIEW = { isIntersecting: true, boundingClientRect: { top: 570 } };
const BELOW = { isIntersecting: false, boundingClientRect: { top: 590.4 } };
const ABOVE = { isIntersecting: false, boundingClientRect: { top: -40 } };

/** A tall answer, what its page does, and the browser's word of where the answer ends. */
function tall() {
  const footer = document.createElement("div");
  footer.getBoundingClientRect = () => ({ top: footer.top });
  const does = {};
  document.addEventListener = (kind, listener) => (does[kind] = listener);
  globalThis.IntersectionObserver = class {
    constructor(seen) {
      does.see = (entry) => {
        footer.top = Math.min(570, entry.boundingClientRect.top);
        seen([entry]);
      };
    }
    observe() {}
  };
  const latest = new Latest(footer);
  return { latest, does };
}

for (const kind of ["wheel", "touchmove", "keydown"]) {
  test(`a person's ${kind} ends the following, and what leaves the view shows the button`, () => {
    const { latest, does } = tall();
    latest.follow();
    does.see(IN_VIEW);
    does[kind]();
    assert.equal(latest.button.hidden, true);
    does.see(BELOW);
    assert.equal(latest.button.hidden, false);
  });

  test(`a ${kind} shows the button also where the end was a hair below while it was followed`, () => {
    const { latest, does } = tall();
    latest.follow();
    does.see(BELOW);
    assert.equal(latest.button.hidden, true);
    does[kind]();
    assert.equal(latest.button.hidden, false);
  });
}

test("an end above the view shows no button", () => {
  const { latest, does } = tall();
  does.see(BELOW);
  does.see(ABOVE);
  assert.equal(latest.button.hidden, true);
});

test("a key in an answer that is in view shows no button", () => {
  const { latest, does } = tall();
  does.see(IN_VIEW);
  does.keydown();
  assert.equal(latest.button.hidden, true);
});
