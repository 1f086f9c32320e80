// Vercel AI SDK: `node ai_sdk.cjs URL`, with its packages in NODE_PATH.
const assert = require("node:assert");
const { generateObject, generateText, stepCountIs, streamText, tool } = require("ai");
const { createAnthropic } = require("@ai-sdk/anthropic");
const { z } = require("zod");

const anthropic = createAnthropic({ baseURL: `${process.argv[2]}/v1`, apiKey: "test-key" });
const model = anthropic("claude-sonnet-4-6");
const weather = tool({
  description: "Get the current weather for a city",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => ({ city, degrees: 21 }),
});

async function generate() {
  const { text, usage, finishReason } = await generateText({ model, prompt: "What is 17 * 23?" });
  assert.match(text, /391/);
  assert.ok(usage.outputTokens > 0);
  assert.equal(finishReason, "stop");
}

async function stream() {
  const answer = streamText({ model, prompt: "What is 17 * 23?" });
  const pieces = [];
  for await (const piece of answer.textStream) pieces.push(piece);
  assert.ok(pieces.length > 20);
  assert.match(pieces.join(""), /391/);
}

async function tools() {
  const prompt = "What's the weather in Paris?";
  const asked = { model, prompt, tools: { get_weather: weather }, stopWhen: stepCountIs(3) };
  const { steps, text } = await generateText(asked);
  assert.deepEqual(steps[0].toolCalls.map((call) => call.input), [{ city: "Paris" }]);
  assert.match(text, /21/);
  const answer = streamText(asked);
  let said = "";
  for await (const piece of answer.textStream) said += piece;
  assert.match(said, /21/);
}

async function object() {
  const schema = z.object({ name: z.string(), age: z.number().int() });
  const { object: person } = await generateObject({ model, schema, prompt: "Ada is 36 years old." });
  assert.deepEqual(person, { name: "Ada", age: 36 });
}

async function thinking() {
  const providerOptions = { anthropic: { thinking: { type: "enabled", budgetTokens: 1024 } } };
  const { reasoningText } = await generateText({ model, prompt: "What is 2 + 2?", providerOptions });
  assert.ok(reasoningText.length > 20);
}

async function search() {
  const tools = { web_search: anthropic.tools.webSearch_20250305({ maxUses: 2 }) };
  const asked = { model, tools, prompt: "Search the web for tides" };
  const { sources, text } = await generateText(asked);
  assert.match(text, /Emulated/);
  assert.ok(sources.some((source) => source.url === "https://science.example.org/tides"));
  const kinds = new Set();
  for await (const part of streamText(asked).fullStream) kinds.add(part.type);
  assert.ok(kinds.has("source"));
  assert.ok(!kinds.has("error"));
}

async function main() {
  for (const feature of [generate, stream, tools, object, thinking, search]) {
    await feature();
    console.log(`ok ${feature.name}`);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
