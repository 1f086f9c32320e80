// The part of the settings that says what Claude may use: closed, it says what is on.

import { h, unique } from "./dom.js";

export class Tools {
  /** @param {import("./controls.js").Control[]} controls */
  constructor(controls) {
    this.controls = controls;
    this.on = h("span", { class: "on" });
    const head = h("span", { class: "label", id: unique("functions") }, "Your functions");
    this.names = h("p", { class: "named", "aria-labelledby": head.id });
    this.functions = h("div", { class: "control functions" }, h("div", { class: "head" }, head), this.names);
    this.root = h("details", { class: "tools-part" }, h("summary", {}, "Tools", this.on),
      h("div", { class: "grid" }, controls.map((control) => control.root), this.functions));
  }

  update(state) {
    const set = this.controls.filter(({ spec }) => state.values[spec.name] && !state.refused[spec.name]);
    const { functions = [] } = state;
    const words = [...set.map(({ spec }) => spec.label), ...functions];
    this.on.textContent = words.length ? ` · ${words.join(", ")}` : "";
    const none = [h("span", { class: "soft" }, "none; only Python sets them: "), h("code", {}, "panel.tools = [f]")];
    this.names.replaceChildren(...(functions.length ? functions.map((name) => h("code", {}, name)) : none));
  }
}
