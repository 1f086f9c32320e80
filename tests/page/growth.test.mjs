import assert from "node:assert/strict";
import { test } from "node:test";
import { page } from "./dom.mjs";

const { Growth } = await page("live.growth.js");
const FRAME = 1000 / 60;
const PAUSE = 85;

/** What a page that draws every `frame` ms shows of a message, which is told of at `now`. */
function shown(growth, text, { now = 1000, frame = FRAME, until = now + 200 } = {}) {
  const states = [];
  let seen = "";
  growth.add(text, (part) => (seen += part));
  growth.expect(now);
  for (let at = now; at < until && growth.rest.length; at += frame) {
    growth.show(growth.due(growth.size, at));
    if (seen !== (states.at(-1)?.text ?? "")) states.push({ at: at - now, text: seen });
  }
  return states;
}

test("what a message brought appears in even steps, before the next one is due", () => {
  const text = "abcdefghijklmnopqrstuvwxyz";
  const states = shown(new Growth(() => false), text);
  assert.ok(states.length >= 3);
  assert.equal(states[0].at, 0);
  assert.ok(states.at(-1).at < PAUSE);
  assert.equal(states.at(-1).text, text);
  const sizes = states.map(({ text }, n) => text.length - (states[n - 1]?.text.length ?? 0));
  assert.ok(Math.max(...sizes) <= 3 * Math.min(...sizes), `${sizes}`);
  for (const state of states) assert.ok(text.startsWith(state.text));
});

for (const rate of [30, 60, 150]) {
  test(`at ${rate} tokens a second the text grows at least 20 times, and is late by one pause`, () => {
    const growth = new Growth(() => false);
    const [states, due] = [[], []]; // [ms, characters]
    let [sent, seen, next] = [0, 0, 0];
    for (let at = 0; at < 3000; at += FRAME) {
      if (at >= next) {
        next += PAUSE;
        const came = 4 * Math.floor((at * rate) / 1000);
        growth.add("x".repeat(came - sent), (part) => (seen += part.length));
        due.push([at, sent + 1]);
        sent = came;
        growth.expect(at);
      }
      growth.show(growth.due(growth.size, at));
      if (seen !== states.at(-1)?.[1]) states.push([at, seen]);
    }
    const steps = states.filter(([at]) => at >= 1000 && at < 2000).length;
    assert.ok(steps >= 20, `${steps} steps`);
    for (const [at, size] of due.slice(1, -1)) {
      assert.ok(states.find(([, seen]) => seen >= size)[0] <= at + FRAME, "the first of a message waits");
    }
  });
}

test("a token alone appears at once", () => {
  const states = shown(new Growth(() => false), "token");
  assert.deepEqual(states, [{ at: 0, text: "token" }]);
});

test("nothing moves for those who asked for that", () => {
  assert.equal(shown(new Growth(() => true), "a message of some length").length, 1);
});

test("what came while the page was not drawn appears at once", () => {
  const growth = new Growth(() => false);
  growth.expect(1000);
  growth.add("x".repeat(10_000), () => {});
  assert.equal(growth.due(growth.size, 60_000), Infinity);
});

test("what comes faster than anybody reads appears at once", () => {
  assert.equal(shown(new Growth(() => false), "x".repeat(400)).length, 1);
});

test("messages that come often enough are steps themselves", () => {
  const growth = new Growth(() => false);
  for (let at = 0; at < 1000; at += 34) growth.expect(at);
  assert.equal(shown(growth, "as long as many tokens together", { now: 1000 }).length, 1);
});

test("a character is never shown by halves", () => {
  const family = "👩‍👩‍👧‍👦"; // joined
  const text = ["a", "🎉", "é", "e\u0301", family, "👍🏽", "❤️", "end"].join("");
  const wholes = [...new Intl.Segmenter().segment(text)].map(({ index }) => index).concat(text.length);
  for (let count = 0; count <= text.length; count++) {
    const growth = new Growth(() => false);
    let seen = "";
    growth.add(text, (part) => (seen += part));
    growth.show(count);
    assert.ok(wholes.includes(seen.length), `${count}: ${JSON.stringify(seen)}`);
    growth.show(Infinity);
    assert.equal(seen, text);
  }
});

test("what stands between texts happens between them, in order", () => {
  const growth = new Growth(() => false);
  const seen = [];
  growth.add("ab", (part) => seen.push(part));
  growth.add("", () => seen.push("|"));
  growth.add("cd", (part) => seen.push(part));
  assert.equal(growth.show(3), 0);
  assert.deepEqual(seen, ["ab", "|", "c"]);
  assert.equal(growth.size, 1);
  assert.equal(growth.show(5), 4);
  assert.deepEqual(seen, ["ab", "|", "c", "d"]);
});
