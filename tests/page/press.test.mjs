import assert from "node:assert/strict";
import { test } from "node:test";
import { document, page } from "./dom.mjs";

const { onPress } = await page("press.js");

function pressable(moves) {
  const button = document.createElement("button");
  const told = { acts: 0 };
  onPress(button, () => told.acts++, moves);
  return { button, told };
}

const PRESS = { button: 0, pointerType: "mouse" };

test("a press acts at once, and the click that follows it does not act again", () => {
  const { button, told } = pressable();
  button.fire("pointerdown", PRESS);
  assert.equal(told.acts, 1);
  button.fire("click", { detail: 1 });
  assert.equal(told.acts, 1);
});

test("a press whose click went elsewhere leaves the keyboard and the next press alone", () => {
  const { button, told } = pressable();
  button.fire("pointerdown", PRESS);
  button.fire("click", { detail: 0 });
  assert.equal(told.acts, 2);
  button.fire("pointerdown", PRESS);
  assert.equal(told.acts, 3);
});

for (const [name, details, moves] of [
  ["of another button", { ...PRESS, button: 2 }],
  ["of a finger, which may begin to scroll", { ...PRESS, pointerType: "touch" }],
  ["of a button that stands still", PRESS, () => false],
]) {
  test(`a press ${name} waits for its click`, () => {
    const { button, told } = pressable(moves);
    button.fire("pointerdown", details);
    assert.equal(told.acts, 0);
    button.fire("click", { detail: 1 });
    assert.equal(told.acts, 1);
  });
}
