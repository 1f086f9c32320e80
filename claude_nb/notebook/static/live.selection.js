// What the person has selected in an answer, told so that it can be found again in an equal one: by
// the characters before it. A formula counts as one, however it is drawn; what differs live and saved
// (the line below, what disclosures are called) counts for nothing.

import { FORMULA } from "constants";
import { isOfThePage } from "../../labextension/static/reading.js";

const MATHEMATICS = `.${FORMULA.split(" ")[0]}`;
const APART = "footer, style"; // not of the text

/**
 * What is selected, if any of it is in `root`.
 * @param {Element} root
 */
export function selected(root) {
  const selection = getSelection();
  if (!selection?.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(root)) return null;
  const { startContainer, startOffset, endContainer, endOffset } = range;
  return {
    start: place(root, startContainer, startOffset, 0),
    end: place(root, endContainer, endOffset, 1),
    backward: selection.focusNode === startContainer && selection.focusOffset === startOffset,
  };
}

/**
 * Select in `root` what was selected in one like it.
 * @param {Element} root
 * @param {any} what
 */
export function select(root, { start, end, backward }) {
  const [from, to] = [point(root, start, 0), point(root, end, 1)];
  if (!from || !to) return;
  const [anchor, focus] = backward ? [to, from] : [from, to];
  getSelection()?.setBaseAndExtent(anchor.node, anchor.offset, focus.node, focus.offset);
}

/**
 * Move nodes out of `root` without the selection in them.
 * @param {Element} root
 * @param {() => void} move
 */
export function keeping(root, move) {
  const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection() ?? {};
  const held = root.contains(anchorNode ?? null) || root.contains(focusNode ?? null);
  move();
  if (!held || !anchorNode?.isConnected || !focusNode?.isConnected) return;
  getSelection()?.setBaseAndExtent(anchorNode, anchorOffset ?? 0, focusNode, focusOffset ?? 0);
}

/**
 * The texts of an answer, disclosed and between disclosures, each as its nodes.
 * @param {Element} root
 */
function sections(root) {
  /** @type {Element[][]} */
  const found = [[]];
  for (const child of root.children) {
    if (child.matches(APART)) continue;
    if (child.tagName === "DETAILS") found.push(child.lastElementChild ? [child.lastElementChild] : [], []);
    else found.at(-1)?.push(child);
  }
  return found;
}

/**
 * @param {Node} node
 * @returns {Generator<Text | Element>}
 */
function* leaves(node) {
  if (isOfThePage(node)) return;
  if (node instanceof Text || (node instanceof Element && node.matches(MATHEMATICS))) yield node;
  else for (const child of node.childNodes) yield* leaves(child);
}

const size = (leaf) => (leaf instanceof Text ? leaf.length : 1);

const texts = (root, number) => (sections(root)[number] ?? []).flatMap((each) => [...leaves(each)]);

/** Where a point is: in which section, after how many characters; outside of `root`, as it is. */
function place(root, node, offset, end) {
  if (!root.contains(node)) return { node, offset };
  const here = document.createRange();
  here.setStart(node, offset);
  const number = sections(root).findLastIndex((nodes) => nodes[0] && here.comparePoint(nodes[0], 0) <= 0);
  let count = 0;
  for (const leaf of texts(root, number)) {
    if (leaf === node && leaf instanceof Text) return { number, count: count + offset };
    if (leaf.contains(node)) return { number, count: count + end };
    if (here.comparePoint(leaf, 0) > 0) break;
    count += size(leaf);
  }
  return { number, count };
}

/** The point at such a place: a selection begins with a text, and ends with one. */
function point(root, { node, offset, number, count }, end) {
  if (node) return node.isConnected ? { node, offset } : null;
  const all = texts(root, number);
  for (const leaf of all) {
    if (count < size(leaf) + end) return inside(leaf, count);
    count -= size(leaf);
  }
  const last = all.at(-1);
  return last ? inside(last, size(last)) : null;
}

function inside(leaf, offset) {
  if (leaf instanceof Text) return { node: leaf, offset };
  const { parentNode } = leaf;
  return { node: parentNode, offset: [...parentNode.childNodes].indexOf(leaf) + offset };
}
