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

/**
 * @param {Operation[]} log
 * @returns {string} HTML
 */
export function soFar(log) {
  /** @type {string[]} */
  const parts = [];
  let live = ""; // the block that still grows
  let code = ""; // what was added to the code at its end
  let rows = []; // what was added to the table in it, which is "p"'s without them
  let title = "";
  let disclosed = ""; // thinking, or what a tool is told
  let isOpen = false; // a disclosure is running
  const seal = () => {
    if (rows.length) parts.push(grown(live, rows));
    else if (live) parts.push(code ? live.replace(CODE, () => `${escaped(code)}</code></pre>`) : live);
    live = code = "";
    rows = [];
  };
  const close = () => {
    if (isOpen) parts.push(`<details><summary>${escaped(title)}</summary><pre>${escaped(disclosed)}</pre></details>`);
    isOpen = false;
  };
  for (const [kind, ...values] of log) {
    if (kind === "k") {
      seal();
      close();
      isOpen = values[0] !== "text";
      title = values[0] === "think" ? "Thinking…" : values[1];
      disclosed = "";
    } else if (kind === "p") {
      live = live.slice(0, values[0]) + values[1];
      code = "";
      rows = [];
    } else if (kind === "r") rows.push(values);
    else if (kind === "x") code += values[0];
    else if (kind === "t") disclosed += values[0];
    else if (kind === "s") seal();
    else if (kind === "c") {
      title = values[0] || title;
      close();
    }
  }
  seal();
  close();
  return parts.join("");
}
