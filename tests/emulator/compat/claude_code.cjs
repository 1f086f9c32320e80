// Claude Code: `node claude_code.cjs URL`, with its package in NODE_PATH and a home of its own.
const assert = require("node:assert");
const { spawnSync } = require("node:child_process");
const path = require("node:path");

const claude = path.join(process.env.NODE_PATH, ".bin", "claude");
const env = {
  HOME: process.env.HOME,
  PATH: process.env.PATH,
  ANTHROPIC_API_KEY: "test-key",
  ANTHROPIC_BASE_URL: process.argv[2],
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_AUTOUPDATER: "1",
  DISABLE_TELEMETRY: "1",
};

function ask(...words) {
  const done = spawnSync(claude, ["-p", ...words], { env, encoding: "utf8", input: "", timeout: 120000 });
  assert.equal(done.status, 0, done.stdout + done.stderr);
  return done.stdout;
}

assert.match(ask("hi"), /Emulated by claude_nb/);
console.log("ok hi");
const result = JSON.parse(ask("What is 17 * 23?", "--output-format", "json"));
assert.equal(result.is_error, false);
assert.match(result.result, /391/);
console.log("ok json");
const streaming = ["--output-format", "stream-json", "--verbose", "--include-partial-messages"];
const lines = ask("What is 2 + 2?", ...streaming).trim().split("\n").map((line) => JSON.parse(line));
const kinds = new Set(lines.map((line) => line.type));
assert.ok(kinds.has("stream_event") && kinds.has("result"), [...kinds].join());
console.log("ok stream");
