// The live view's code, by its key: once for the page, whichever of its copies came first.

/** @type {Map<string, any>} */
export const copies = (globalThis[Symbol.for("claude_nb.live")] ??= new Map());
