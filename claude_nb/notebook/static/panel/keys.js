// What the keyboard does in a panel, and the list of it. Letters act only where nothing is typed, and
// only while the panel has the focus.

import { h } from "./dom.js";

const TYPED = "textarea, select, input:not([type=range], [type=checkbox], [type=radio])";
const LIST = {
  "In the box": [
    ["Enter", "Send"],
    ["Shift+Enter", "Break the line"],
    ["↑", "An earlier prompt, while the box is empty"],
    ["Escape", "Stop; cancel a change; else leave the box"],
  ],
  "On a turn, else on the last one": [
    ["C", "Copy the answer"],
    ["E", "Edit the prompt"],
    ["R", "Rerun: ask the same again"],
    ["B", "Branch: another line from here"],
    ["[ and ]", "Earlier and later version"],
  ],
  "In the panel": [
    ["/", "Write"],
    ["A", "Attach"],
    ["S", "Settings"],
    ["M", "Compare models"],
    ["D", "Code"],
    ["H", "Chat: save, open, clear"],
    ["U", "Undo"],
    ["End", "The latest answer"],
    ["?", "These keys"],
  ],
};

export class Keys {
  constructor(panel) {
    this.panel = panel;
    const turn = (work) => () => {
      const view = panel.transcript.current();
      if (view) work(view);
    };
    const version = (step) => turn((view) => view.versions.querySelectorAll("button")[step]?.click());
    this.actions = {
      c: turn((view) => view.copy()), e: turn((view) => panel.compose.edit(view.piece)), r: turn((view) => view.again()), b: turn((view) => view.branch()),
      "[": version(0), "]": version(1),
      "/": () => panel.compose.box.focus(), a: () => panel.compose.openAttaching(), s: () => panel.switches.settings.click(),
      m: () => panel.compareButton.click(), d: () => panel.switches.code.click(), h: () => panel.chatMenu.firstChild.click(), u: () => panel.undo.click(),
      End: () => panel.transcript.end(), "?": () => panel.switches.keys.click(),
    };
    this.root = h("section", { class: "keys", "aria-label": "Keys" }, Object.entries(LIST).map(([title, keys]) => this.part(title, keys)));
    this.root.hidden = true;
  }

  part(title, keys) {
    const rows = keys.map(([key, meaning]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, meaning)));
    return h("div", {}, h("p", { class: "title" }, title), h("dl", {}, rows));
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const target = /** @type {Element} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || target.matches(TYPED)) return;
    const action = this.actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action || (event.key === "End" && target.matches("input"))) return;
    event.preventDefault();
    action();
  }
}
