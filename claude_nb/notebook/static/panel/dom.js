// Elements of a panel, and how it writes numbers.

import { CENTS } from "constants";

/** Make an element: `h("button", {class: "quiet", onclick}, "Send")`. */
export function h(name, options = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked") node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Set or take away an attribute. */
export function mark(node, name, value) {
  if (value === undefined || value === null || value === false || value === "") node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value === true ? "" : value);
}

let numbered = 0;
export const unique = (word) => `claude-nb-${word}-${++numbered}`;

export function button(label, onclick, options = {}) {
  return h("button", { type: "button", class: "quiet", ...options, onclick }, label);
}

export const count = (number) => Number(number).toLocaleString("en-US");

export function money(cost) {
  return cost >= CENTS ? `$${cost.toFixed(2)}` : `$${cost.toFixed(4)}`;
}

/** Call `work` when nothing has happened for `wait` ms. */
export function later(work, wait) {
  let timer;
  const call = () => {
    clearTimeout(timer);
    timer = setTimeout(work, wait);
  };
  call.cancel = () => clearTimeout(timer);
  return call;
}

/** Say how what an answer took differs from the first column's; "same" only where it is. */
export function compared(facts, first, place) {
  if (!place || !facts.output || !first.output) return "";
  const parts = [difference(facts.output, first.output, "tokens"), difference(facts.seconds, first.seconds, "time")];
  if (facts.cost && first.cost) parts.push(difference(facts.cost, first.cost, "cost"));
  return `${parts.join(", ")} beside the first`;
}

function difference(value, base, word) {
  if (value === base) return `same ${word}`;
  const percent = base ? Math.round((value / base - 1) * 100) : 0;
  return percent ? `${percent > 0 ? "+" : "−"}${Math.abs(percent)} % ${word}` : `about the same ${word}`;
}

/** Let a menu close as a person expects: with Escape, and when the focus goes elsewhere. */
export function closing(menu) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.firstChild.focus();
  });
  menu.addEventListener("focusout", (event) => !menu.contains(event.relatedTarget) && event.relatedTarget && (menu.open = false));
}
