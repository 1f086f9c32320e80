// Accept and Next cell, below a change to a cell that `%claude fix` or `edit` shows. The output is only
// looked at for its mark: what a button writes comes from the kernel that showed the change, and goes to a
// cell that reads as it did when the change was made. Nothing is ever run.

const CLASS = "claude-nb-change"; // of the output's place of a change
const MARK = /^[0-9a-f]{32}$/;
const SOON = 100; // ms in which outputs that come together are looked at together
const AGAIN = 1000; // ms until a kernel that is not there yet is looked for again
const TRIES = 60;
const ROW = "display:flex;flex-wrap:wrap;align-items:center;gap:.5em .7em;margin:.5em 0 0";
const FONT = "font:13px/1.4 var(--jp-ui-font-family,system-ui,sans-serif)";
const BUTTON = `${FONT};padding:.3em 1em;border:1px solid #8888;border-radius:4px;background:none;color:inherit;cursor:pointer`;
const FIRST = `${BUTTON};border-color:transparent;background:#0b63b5;color:#fff;font-weight:600`;
const UNDO = /Mac/.test(globalThis.navigator?.platform ?? "") ? "⌘Z" : "Ctrl+Z";
const WORDS = {
  same: `Accepted: the cell reads like this now. Nothing was run; ${UNDO} in it takes it back.`,
  next: "Put into the cell below. Nothing was run.",
  gone: "The cell is no longer in this notebook.",
  locked: "The cell is read-only: allow editing it first.",
  changed: "Not replaced: the cell was changed since. Replace what it says now, or take the next cell.",
};

/** The cells of a notebook, and where one is. */
const cellsOf = (panel) => [...(panel.content.model?.cells ?? [])];
const placeOf = (panel, id) => cellsOf(panel).findIndex((cell) => cell.id === id);

/** One change in one output: its buttons, and what they say. */
class Choice {
  /**
   * @param {HTMLElement} node
   * @param {any} panel
   * @param {{mark: string, cell: string, before: string, after: string, placed: boolean}} change
   */
  constructor(node, panel, change) {
    this.node = node;
    this.panel = panel;
    this.change = change;
    this.asked = undefined; // what the person was told that the cell says now
    this.isBelow = false;
    this.row = document.createElement("div");
    this.row.style.cssText = ROW;
    this.row.setAttribute("role", "group");
    this.row.setAttribute("aria-label", "This change to a cell");
    this.accept = this.button("Accept", FIRST, () => this.replace());
    this.next = change.placed ? null : this.button("Next cell", BUTTON, () => this.insert());
    this.status = this.row.appendChild(document.createElement("span"));
    this.status.style.cssText = FONT;
    this.status.setAttribute("role", "status");
    node.append(this.row);
    this.target()?.sharedModel.changed?.connect?.(() => this.refresh());
    this.refresh();
  }

  /** Say that the cell reads like this, or offer it: undo takes the first back to the second. */
  refresh() {
    const same = this.target()?.sharedModel.getSource() === this.change.after;
    this.accept.hidden = same;
    if (this.next) this.next.hidden = same || this.isBelow;
    if (same) this.say(WORDS.same);
    else if (this.status.textContent === WORDS.same) this.say("");
  }

  button(label, style, press) {
    const button = this.row.appendChild(document.createElement("button"));
    button.type = "button";
    button.textContent = label;
    button.style.cssText = style;
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      press();
    });
    return button;
  }

  target() {
    return cellsOf(this.panel)[placeOf(this.panel, this.change.cell)];
  }

  /** Write the new text in the place of the old one; what was changed since only when pressed again. */
  replace() {
    const { before, after, cell: id } = this.change;
    const shared = this.target()?.sharedModel;
    if (!shared) return this.say(WORDS.gone);
    if (shared.getMetadata?.("editable") === false) return this.say(WORDS.locked);
    const source = shared.getSource();
    if (source !== before && source !== after && this.asked !== source) {
      this.asked = source; // that, and nothing newer, may be replaced
      this.accept.textContent = "Replace";
      return this.say(WORDS.changed);
    }
    this.accept.textContent = "Accept";
    write(shared, source, after);
    this.go(placeOf(this.panel, id));
    this.refresh();
  }

  /** Put the new text into a cell below the one that shows it. */
  insert() {
    const own = this.panel.content.widgets.findIndex((cell) => cell.node.contains(this.node));
    if (own < 0) return;
    const cell = { cell_type: "code", source: this.change.after, metadata: {}, outputs: [] };
    this.panel.content.model.sharedModel.insertCell(own + 1, cell);
    this.go(own + 1);
    this.isBelow = true;
    this.refresh();
    this.say(WORDS.next);
  }

  /** Make a cell the active one, so that it is read and the next keys run it; the button that had the focus goes. */
  go(place) {
    const notebook = this.panel.content;
    notebook.activeCellIndex = place;
    notebook.mode = "command";
    notebook.widgets[place]?.node.scrollIntoView?.({ block: "nearest" });
    notebook.activate?.();
  }

  say(words) {
    this.status.textContent = words;
  }
}

/** Write what differs, as one step of the editor's own undo. */
function write(shared, old, text) {
  let start = 0;
  while (start < old.length && start < text.length && old[start] === text[start]) start++;
  let end = 0;
  const most = Math.min(old.length, text.length) - start;
  while (end < most && old[old.length - 1 - end] === text[text.length - 1 - end]) end++;
  shared.undoManager?.stopCapturing?.(); // or what was typed a moment ago would be undone with it
  if (shared.updateSource) shared.updateSource(start, old.length - end, text.slice(start, text.length - end));
  else shared.setSource(text);
  shared.undoManager?.stopCapturing?.();
}

/**
 * Put buttons below each change that a page shows, as long as its kernel knows it.
 * @param {any} tracker of the page's notebooks
 * @param {{kernelOf: (panel: any) => any, isLoaded: (kernel: any) => Promise<boolean | undefined>, say: Function}} page
 *   how to speak with a notebook's kernel
 * @returns {(panel: any, changes: any[]) => void} what takes the kernel's answer
 */
export function serveChanges(tracker, page) {
  const shown = document.getElementsByClassName(CLASS); // it follows the page by itself
  const tries = new WeakMap(); // by place
  const waiting = new Map(); // places by mark
  let soon = 0;
  const later = (time) => (soon ||= setTimeout(look, time));
  async function askFor(node, mark, panel) {
    waiting.set(mark, new Set(waiting.get(mark)).add(node));
    const before = tries.get(node) ?? 0;
    tries.set(node, TRIES); // meanwhile, and if it could be asked
    if (await ask(panel, mark)) return;
    tries.set(node, before + 1); // a page that comes back is there before its kernel
    later(AGAIN);
  }
  /** Ask a kernel what a change would write; whether it could be asked. */
  async function ask(panel, mark) {
    const kernel = page.kernelOf(panel);
    if (!kernel || (kernel.status === "idle" && (await page.isLoaded(kernel)) === false)) return false;
    page.say(panel, { changes: [mark] });
    return true;
  }
  function look() {
    soon = 0;
    for (const node of shown) {
      const mark = node.getAttribute("data-claude-nb-change") ?? "";
      const panel = MARK.test(mark) && (tries.get(node) ?? 0) < TRIES && tracker.find((each) => each.content.node.contains(node));
      if (panel) askFor(node, mark, panel);
    }
  }
  new MutationObserver(() => shown.length && later(SOON)).observe(document.body, { childList: true, subtree: true });
  later(SOON);
  return function told(panel, changes) {
    for (const change of changes) {
      const nodes = [...(waiting.get(change.mark) ?? [])].filter((node) => panel.content.node.contains(node));
      for (const node of nodes) {
        waiting.get(change.mark).delete(node);
        new Choice(node, panel, change);
      }
    }
  };
}
