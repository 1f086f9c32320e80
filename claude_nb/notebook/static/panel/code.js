// The question as code: three ways to write it, to copy, or to put into a cell below; of each column, where
// columns are compared.

import { button, h, unique } from "./dom.js";

const WAYS = { magic: "%%claude", python: "Python", sdk: "Anthropic SDK" };

export class Code {
  constructor(panel) {
    this.panel = panel;
    this.way = "magic";
    this.tabs = Object.entries(WAYS).map(([way, label]) =>
      h("button", { type: "button", class: "tab", role: "tab", id: unique("tab"), onclick: () => this.go(way), onkeydown: (event) => this.key(event) }, label));
    this.codes = [];
    this.text = h("div", { tabindex: "0", role: "tabpanel", "aria-label": "Code of this question" });
    this.root = h("section", { class: "code" },
      h("div", { class: "bar" }, h("div", { role: "tablist", "aria-label": "Write it as" }, this.tabs), h("span", { class: "space" }),
        button("Copy", () => panel.copy(this.whole(), "Code copied.")), button("Insert below", () => this.insert())),
      this.text);
    this.root.hidden = true;
    this.go("magic");
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const ways = Object.keys(WAYS);
    const place = (ways.indexOf(this.way) + step + ways.length) % ways.length;
    this.go(ways[place]);
    this.tabs[place].focus();
  }

  go(way) {
    this.way = way;
    Object.keys(WAYS).forEach((each, place) => {
      this.tabs[place].setAttribute("aria-selected", String(each === way));
      this.tabs[place].tabIndex = each === way ? 0 : -1;
    });
    this.draw();
  }

  draw() {
    this.text.replaceChildren(...this.codes.flatMap((code) => [code.label ? h("strong", {}, code.label) : null, h("pre", {}, code[this.way])]).filter(Boolean));
  }

  /** All of it in one text; a line above each part says whose it is, where that is a line of Python. */
  whole() {
    const titled = (code) => (code.label && this.way !== "magic" ? `# ${code.label}\n` : "");
    return this.codes.map((code) => titled(code) + code[this.way]).join("\n\n");
  }

  update(codes) {
    this.codes = codes;
    this.draw();
  }

  /** Ask for what the panel holds now, if this is shown. */
  refresh() {
    if (!this.root.hidden) this.panel.compose.ask("code");
  }

  // JupyterLab and Notebook give the notebook's model to their widget manager; elsewhere the code
  // is copied instead.
  insert() {
    const notebook = this.panel.model.widget_manager?.context?.model?.sharedModel;
    const place = notebook?.cells?.findIndex((cell) => cell.id === this.panel.model.get("cell")) ?? -1;
    if (place < 0) return this.panel.copy(this.whole(), "Code copied: paste it into a new cell.");
    this.codes.forEach((code, n) => notebook.insertCell(place + 1 + n, { cell_type: "code", source: code[this.way] }));
    this.panel.compose.say(this.codes.length > 1
      ? `${this.codes.length} cells with this code were added below, one for each column; none was run.`
      : "A cell with this code was added below; it was not run.");
  }
}
