// The live views of this page, by their ids: in here the front-end extension finds what it can stop.
// Views put themselves here; no output's markup can, whatever classes and ids it has.

/** @type {Map<string, any>} */
export const views = (globalThis[Symbol.for("claude_nb.views")] ??= new Map());

/**
 * Tell the extension, if it is there, that a view has begun or ended.
 * @param {"begun" | "ended"} change
 * @param {any} store
 */
export const tell = (change, store) => /** @type {any} */ (views).told?.(change, store);
