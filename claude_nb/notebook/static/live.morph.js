// A tree becomes what new HTML says, and keeps the nodes that stay: the page lays out what has changed
// only, and a selection in the rest stays.

/**
 * Let `old` have the children of `fresh`; those that are not there yet are taken from it.
 * @param {Node} old
 * @param {Node} fresh
 */
export function morph(old, fresh) {
  let mine = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const next = mine?.nextSibling;
    if (!mine) old.appendChild(node);
    else if (mine instanceof Text && node instanceof Text) rewrite(mine, node.data);
    else if (isAlike(mine, node)) morph(mine, node);
    else old.replaceChild(node, mine);
    mine = next ?? null;
  }
  while (mine) {
    const next = mine.nextSibling;
    old.removeChild(mine);
    mine = next;
  }
}

/**
 * @param {Text} text
 * @param {string} data
 */
function rewrite(text, data) {
  const before = text.data;
  let same = 0;
  while (same < before.length && before[same] === data[same]) same++;
  if (before !== data) text.replaceData(same, before.length - same, data.slice(same));
}

function isAlike(one, other) {
  if (one.nodeName !== other.nodeName || one.attributes?.length !== other.attributes?.length) return false;
  return [...(one.attributes ?? [])].every(({ name, value }) => other.getAttribute(name) === value);
}
