// What is wrong to see below `selector`: what sticks out, what covers what, what is hard to read.
// Each fault is told with the words where it is.
(selector) => {
  const SCROLLS = "pre, table, mjx-container, textarea, [role=log], .transcript";
  const found = [];
  const told = (node) => `${node.nodeName.toLowerCase()} "${node.textContent.trim().slice(0, 40)}"`;
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  // A canvas turns any colour into numbers; what lies below is put under it, layer by layer.
  const paint = (layers) => {
    for (const layer of layers) (canvas.fillStyle = layer), canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
  };
  const light = (colour) =>
    colour
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0);
  const contrast = (node) => {
    const below = [];
    for (let each = node; each; each = each.parentElement) below.unshift(getComputedStyle(each).backgroundColor);
    const [one, other] = [[], [getComputedStyle(node).color]]
      .map((over) => light(paint(["#fff", ...below, ...over])))
      .sort((a, b) => a - b);
    return (other + 0.05) / (one + 0.05);
  };

  const clip = (box, { left, top, right, bottom }) => ({
    left: Math.max(box.left, left),
    top: Math.max(box.top, top),
    right: Math.min(box.right, right),
    bottom: Math.min(box.bottom, bottom),
  });
  /** Where a text is seen: its lines, without what scrollers hide, and less than a line's height each. */
  const lines = (text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    return [...range.getClientRects()].flatMap((rect) => {
      const inset = rect.height / 4;
      let box = { left: rect.left + 1, right: rect.right - 1, top: rect.top + inset, bottom: rect.bottom - inset };
      for (let node = text.parentElement; node; node = node.parentElement) {
        if (getComputedStyle(node).overflowX !== "visible") box = clip(box, node.getBoundingClientRect());
      }
      return box.right > box.left && box.bottom > box.top ? [{ ...box, text }] : [];
    });
  };
  const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

  for (const root of document.querySelectorAll(selector)) {
    const box = root.getBoundingClientRect();
    if (!box.width) continue;
    for (const node of root.querySelectorAll("*")) {
      if (node.parentElement.closest(SCROLLS) || !node.checkVisibility({ opacityProperty: true })) continue;
      const own = node.getBoundingClientRect();
      if (own.width > 1 && (own.right > box.right + 1 || own.left < box.left - 1)) found.push(`sticks out: ${told(node)}`);
    }
    const all = [];
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let text = walk.nextNode(); text; text = walk.nextNode()) {
      const home = text.parentElement;
      if (!text.data.trim() || home.closest("style, script, mjx-container") || !home.checkVisibility()) continue;
      const seen = lines(text);
      if (!seen.length) continue;
      all.push(...seen);
      const ratio = home.closest(":disabled") ? Infinity : contrast(home);
      if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(2)}: ${told(text)}`);
    }
    all.sort((a, b) => a.top - b.top);
    all.forEach((line, n) => {
      for (let next = n + 1; next < all.length && all[next].top < line.bottom; next++) {
        if (all[next].text !== line.text && meets(line, all[next])) found.push(`${told(line.text)} covers ${told(all[next].text)}`);
      }
    });
  }
  return found;
}
