// The outputs of the notebook that a panel stands in.

const WIDGET = "application/vnd.jupyter.widget-view+json";
const SEARCH = 3000; // ms; the widget manager looks for a model for two seconds

/** All outputs of a notebook, each with what replaces it. */
export function outputs(notebook) {
  return [...(notebook.cells ?? [])].flatMap(({ outputs: all }) =>
    Array.from({ length: all?.length ?? 0 }, (_, n) => [(made) => all.set(n, made), all.get(n).toJSON()]));
}

/** Whether an output holds what was said in a panel. */
export const isOf = (panel, output) => output?.metadata?.claude_nb?.panel === panel;

/**
 * Draw a panel's views that were given up while its model was loading.
 *
 * In a page that is loaded anew the widget manager looks for the model every now and then. If the page was
 * busy when the model came, it does not look again before it writes that there is none, and that stays.
 *
 * @param {Model} model a model that is there from now on
 * @returns {() => void} ends it
 */
export function drawGivenUp(model) {
  /** @type {any} */
  const notebook = model.widget_manager?.context?.model;
  const panel = model.get("panel");
  const given = `.jp-OutputArea-child:has(.claude-nb-said-${panel}) + .jp-OutputArea-child > .jupyter-widgets:not(:has(> *))`;
  const draw = () => {
    if (!notebook || !document.querySelector(given)) return;
    const all = outputs(notebook);
    all.forEach(([put, output], n) => {
      if (output.data?.[WIDGET] && isOf(panel, all[n - 1]?.[1])) put(output); // the view stands below what was said
    });
  };
  const timer = setTimeout(draw, SEARCH);
  return () => clearTimeout(timer);
}
