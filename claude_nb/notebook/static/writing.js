// What a notebook's model writes into the file may differ from what it holds: whoever knows better what
// an output is by now says so as the file is written.

/** @type {WeakMap<object, Set<(output: any) => any>>} what changes outputs, by the notebook */
const known = new WeakMap();

/**
 * Let each output be written as `rewrite` returns it.
 * @param {any} notebook
 * @param {(output: any) => any} rewrite
 * @returns {() => void} to be called when it is to be so no more
 */
export function rewriting(notebook, rewrite) {
  const all = known.get(notebook) ?? watched(notebook);
  all.add(rewrite);
  return () => all.delete(rewrite);
}

/** @param {any} notebook */
function watched(notebook) {
  /** @type {Set<(output: any) => any>} */
  const all = new Set();
  known.set(notebook, all);
  const written = notebook.toJSON;
  notebook.toJSON = function toJSON() {
    const content = written.apply(this, arguments);
    try {
      return all.size ? rewritten(content, all) : content;
    } catch (error) {
      console.warn("claude-nb: outputs are saved as they are:", error);
      return content;
    }
  };
  return all;
}

function rewritten(content, all) {
  const each = (output) => [...all].reduce((made, rewrite) => rewrite(made), output);
  const cells = content.cells.map((cell) => (cell.outputs ? { ...cell, outputs: cell.outputs.map(each) } : cell));
  return { ...content, cells };
}
