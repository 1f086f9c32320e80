import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const folder = process.env.CLAUDE_NB_PAGE;
const { pairs, scripts } = JSON.parse(readFileSync(`${folder}/joined.json`, "utf8"));
const load = async (text) => (await import(`data:text/javascript,${encodeURIComponent(text)}`)).default;

test("what only looks like a comment means the same afterwards", async () => {
  assert.ok(pairs.length > 10);
  for (const [source, joined] of pairs) {
    const [before, after] = [await load(source), await load(joined)];
    assert.equal(typeof after, typeof before, source);
    assert.equal(String(after), String(before), source);
  }
});

for (const name of scripts) {
  test(`${name} is one module that shows nothing until it is asked to`, async () => {
    const { default: widget } = await import(pathToFileURL(`${folder}/${name}`));
    assert.equal(typeof widget.initialize, "function");
  });
}
