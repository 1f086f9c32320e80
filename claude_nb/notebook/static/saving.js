// What a notebook file says of an answer that is still coming: that it is not finished, and the text
// so far. A file is written from the notebook's model, and a widget in it can never load again.
//
// In JupyterLab and Notebook a widget knows its notebook; elsewhere none of this happens, and the file
// has the kernel's sentence beside the widget.

import { GONE, UNFINISHED } from "constants";
import { announce } from "./dom.js";
import { soFar } from "./sofar.js";
import { rewriting } from "./writing.js";

const WIDGET = "application/vnd.jupyter.widget-view+json";
const ENDS = ["restarting", "autorestarting", "terminating", "dead"];
const FOOT = "<footer"; // it has a style
const HINT = / · while its kernel runs, [^<]*/; // where it is to be had, which is nowhere then

/**
 * Keep the saved form of a store's answer true until it has ended.
 * @param {any} store
 * @returns {() => void} to be called at the end
 */
export function attend(store) {
  const manager = store.model.widget_manager;
  const notebook = manager?.context?.model;
  const kernel = manager?.kernel;
  const changed = (_, status) => ENDS.includes(status) && gone(store, notebook);
  kernel?.statusChanged?.connect(changed);
  const mark = store.model.get("mark");
  const truthful = (output) => (markOf(output) === mark ? unfinished(output, store, UNFINISHED) : output);
  const leave = notebook?.toJSON && mark ? rewriting(notebook, truthful) : undefined;
  return () => {
    kernel?.statusChanged?.disconnect(changed);
    leave?.();
  };
}

const markOf = (output) => (output.data?.[WIDGET] ? output.metadata?.claude_nb?.unfinished : undefined);

/**
 * The output without its widget, and with what has come.
 * @param {any} output as nbformat has it
 * @param {any} store
 * @param {string} why what is said of it
 */
function unfinished(output, store, why) {
  const { [WIDGET]: _, ...data } = output.data;
  const [html, plain] = [data["text/html"], data["text/plain"]].map((sentence) => {
    const said = [sentence].flat().join("");
    return why === UNFINISHED ? said : said.replace(UNFINISHED, why).replace(HINT, "");
  });
  const come = soFar(store.log);
  const text = new DOMParser().parseFromString(come, "text/html").body.textContent.trim();
  const at = html.lastIndexOf(FOOT);
  data["text/html"] = at < 0 ? come + html : html.slice(0, at) + come + html.slice(at);
  data["text/plain"] = text ? `${text}\n\n${plain}` : plain;
  return { ...output, data };
}

/** The kernel was ended, so nothing more will come: the output says so, now and in the file. */
function gone(store, notebook) {
  if (store.ended) return;
  store.ended = true;
  announce("The kernel was ended: the answer is incomplete.");
  for (const view of store.views) view.showGone();
  const mark = store.model.get("mark");
  if (!mark) return;
  for (const { outputs } of notebook?.cells ?? []) {
    for (let n = 0; n < (outputs?.length ?? 0); n++) {
      const output = outputs.get(n).toJSON();
      if (markOf(output) === mark) outputs.set(n, { ...unfinished(output, store, GONE), metadata: {} });
    }
  }
}
