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
  else node.setAttribute(name, value === true ? "" : value);
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
