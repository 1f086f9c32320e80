import assert from "node:assert/strict";
import { test } from "node:test";
import { document, page as script } from "./dom.mjs";

const { Latest } = await script("live.latest.js");
// The notebook's box ends at 590 of a window of 620, and the footer of 20 sticks to that.
const IN_VIEW = { isIntersecting: true, boundingClientRect: { top: 570 } };
const BELOW = { isIntersecting: false, boundingClientRect: { top: 590.4 } };
const NOWHERE = { isIntersecting: false, boundingClientRect: { top: 0 } };
const ABOVE = { isIntersecting: false, boundingClientRect: { top: -40 } };

/** A tall answer and what its page does. The browser tells at first where its end is, and of changes. */
function tall(at) {
  const footer = document.createElement("div");
  footer.getBoundingClientRect = () => ({ top: Math.min(570, page.at.boundingClientRect.top) });
  const page = {
    at,
    see: (entry) => {
      const changes = entry.isIntersecting !== page.at.isIntersecting;
      page.at = entry;
      if (changes) page.seen([entry]);
    },
  };
  document.addEventListener = (kind, listener) => (page[kind] = listener);
  globalThis.IntersectionObserver = class {
    constructor(seen) {
      page.seen = seen;
    }
    observe() {
      page.seen([page.at]);
    }
    unobserve() {}
  };
  const latest = new Latest(footer);
  return { latest, page };
}

for (const kind of ["wheel", "touchmove", "keydown"]) {
  test(`a person's ${kind} ends the following, and what leaves the view shows the button`, () => {
    const { latest, page } = tall(IN_VIEW);
    latest.follow();
    page[kind]();
    assert.equal(latest.button.hidden, true);
    page.see(BELOW);
    assert.equal(latest.button.hidden, false);
  });

  test(`a ${kind} shows the button also where the end was a hair below while it was followed`, () => {
    const { latest, page } = tall(IN_VIEW);
    latest.follow();
    page.see(BELOW);
    assert.equal(latest.button.hidden, true);
    page[kind]();
    assert.equal(latest.button.hidden, false);
  });
}

for (const [name, first] of [["was in no page at first", NOWHERE], ["was above the view", ABOVE]]) {
  test(`an end that ${name} and came below it unheard of shows the button at the next look`, () => {
    const { latest, page } = tall(first);
    page.see(BELOW);
    assert.equal(latest.button.hidden, true);
    latest.look();
    assert.equal(latest.button.hidden, false);
  });
}

test("an end above the view shows no button", () => {
  const { latest, page } = tall(BELOW);
  page.see(IN_VIEW);
  page.see(ABOVE);
  assert.equal(latest.button.hidden, true);
});

test("a key in an answer that is in view shows no button", () => {
  const { latest, page } = tall(IN_VIEW);
  page.keydown();
  assert.equal(latest.button.hidden, true);
});
