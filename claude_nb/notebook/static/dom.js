// What a live view and a panel both do to the page.

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 */
export function element(name, className = "") {
  const node = document.createElement(name);
  if (className) node.className = className;
  return node;
}

/**
 * Say one thing to screen readers: outside the output, which may be about to be replaced.
 * @param {string} text
 */
export function announce(text) {
  const id = "claude-nb-announcer";
  const name = Symbol.for("claude_nb.announcer"); // not found by its id: an output could have that, too
  const before = globalThis[name];
  const node = before?.isConnected ? before : document.body.appendChild(element("div", id));
  globalThis[name] = node;
  node.id = id;
  node.setAttribute("role", "status");
  node.textContent = text;
}

/**
 * Formulas look the same live and saved: JupyterLab's own typesetter, if it is here.
 * @param {Model} model
 * @param {Node} node
 */
export function typeset(model, node) {
  try {
    if (node.nodeType === 1) model.widget_manager?.rendermime?.latexTypesetter?.typeset(node);
  } catch {
    // shown as written
  }
}
