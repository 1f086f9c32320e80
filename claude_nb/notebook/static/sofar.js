// What has come of an answer, as its saved output would have it: replays the operations of a log.
// All HTML in it is the kernel's; what goes in as text is escaped here.

const CODE = /<\/code><\/pre>\s*$/;

/** @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * A block that ends with a table, and rows that came since; some stand for the one before, which grew.
 * @param {string} block
 * @param {[boolean, string][]} rows
 */
function grown(block, rows) {
  const end = block.lastIndexOf("</tbody>");
  if (end < 0) return block;
  const parts = [block.slice(0, end)];
  for (const [again, html] of rows) {
    const last = parts.pop() ?? "";
    parts.push(again ? last.slice(0, last.lastIndexOf("<tr")) : last, html);
  }
  return parts.join("") + block.slice(end);
}

/** @typedef {{title: string, texts: string[]}} Disclosure */

/** @param {Disclosure} disclosure */
function disclosed({ title, texts }) {
  const inner = texts.map((text) => `<pre>${escaped(text)}</pre>`).join("");
  return `<details><summary>${escaped(title)}</summary>${inner}</details>`;
}

/**
 * @param {Operation[]} log
 * @returns {string} HTML
 */
export function soFar(log) {
  /** @type {(string | Disclosure)[]} */
  const parts = [];
  let live = ""; // the block that still grows
  let code = ""; // what was added to the code at its end
  let rows = []; // what was added to the table in it, which is "p"'s without them
  let isOpen = false; // a disclosure is running
  /** @type {Disclosure[]} */
  const disclosures = []; // thinking, calls of tools and what they returned
  let running = { title: "", texts: [""] };
  const seal = () => {
    if (rows.length) parts.push(grown(live, rows));
    else if (live) parts.push(code ? live.replace(CODE, () => `${escaped(code)}</code></pre>`) : live);
    live = code = "";
    rows = [];
  };
  for (const [kind, ...values] of log) {
    if (kind === "k") {
      seal();
      isOpen = values[0] !== "text";
      if (!isOpen) continue;
      running = { title: values[0] === "think" ? "Thinking…" : values[1], texts: [""] };
      disclosures.push(running);
      parts.push(running);
    } else if (kind === "p") {
      live = live.slice(0, values[0]) + values[1];
      code = "";
      rows = [];
    } else if (kind === "r") rows.push(values);
    else if (kind === "x") code += values[0];
    else if (kind === "t") running.texts[0] += values[0];
    else if (kind === "n") disclosures[values[0]].title = values[1];
    else if (kind === "o") disclosures[values[0]].texts.push(values[1]);
    else if (kind === "s") seal();
    else if (kind === "c") {
      if (isOpen && values[0]) running.title = values[0];
      isOpen = false;
    }
  }
  seal();
  return parts.map((part) => (typeof part === "string" ? part : disclosed(part))).join("");
}
