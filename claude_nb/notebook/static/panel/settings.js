// The setting that has a control of its own kind, thinking, and all controls together.

import { EFFORTS } from "constants";
import {
  ChoiceControl,
  Control,
  CountControl,
  FlagControl,
  IntegerControl,
  NumberControl,
  ServersControl,
  TagsControl,
  TextControl,
} from "./controls.js";
import { count, h, unique } from "./dom.js";

/** Thinking: the model's default, off, a budget, or an effort; what a model lacks is disabled. */
class ThinkControl extends Control {
  make() {
    const name = unique("mode");
    this.modes = ["default", "off", "on", "budget", "effort"].map((word) => this.mode(word, name));
    this.budget = this.slider({ step: 256, "aria-label": "Thinking budget in tokens" });
    const efforts = unique("effort");
    this.efforts = EFFORTS.map((word) => this.radio(word, efforts, () => this.send(word)));
    this.effort = h("div", { class: "segments", role: "radiogroup", "aria-label": "Effort" }, this.efforts);
    this.label.removeAttribute("for");
    this.label.id = this.id;
    return h("div", { class: "thinking" },
      h("div", { class: "segments", role: "radiogroup", "aria-labelledby": this.id }, this.modes), this.budget, this.effort);
  }

  mode(word, name) {
    const first = () => EFFORTS.find((effort) => !this.choices[effort]);
    const values = { default: () => null, off: () => "off", on: () => "on", budget: () => Number(this.budget.value), effort: () => this.middle() ?? first() };
    return this.radio(word, name, () => this.send(values[word]()));
  }

  middle() {
    return this.choices.medium ? undefined : "medium";
  }

  radio(word, name, onchange) {
    const input = h("input", { type: "radio", name, value: word, onchange });
    return h("label", {}, input, h("span", {}, word));
  }

  say(input, text = `${count(input.value)} tokens`) {
    this.shown.textContent = text;
    input.setAttribute("aria-valuetext", text);
  }

  show(value, state) {
    this.choices = state.choices;
    const mode = value === null ? "default" : typeof value === "number" ? "budget" : EFFORTS.includes(value) ? "effort" : value;
    const [low, high] = state.limits.think;
    Object.assign(this.budget, { min: low, max: high });
    if (!this.moving) this.budget.value = typeof value === "number" ? value : Math.min(2048, high);
    this.budget.hidden = mode !== "budget";
    this.effort.hidden = mode !== "effort";
    const effortless = EFFORTS.every((word) => this.choices[word]) ? this.choices.low : "";
    const reasons = { ...this.choices, effort: effortless };
    for (const label of [this.modes, this.efforts].flat()) this.tick(label, value, mode, reasons);
    if (!this.moving) this.say(this.budget, mode === "budget" ? undefined : "");
    this.budget.disabled = false;
  }

  tick(label, value, mode, reasons) {
    const input = label.firstChild;
    const reason = reasons[input.value] ?? "";
    input.checked = input.value === (this.efforts?.includes(label) ? value : mode);
    input.disabled = Boolean(reason);
    label.title = reason;
    if (reason) input.setAttribute("aria-label", `${input.value}, not available: ${reason}`);
    else input.removeAttribute("aria-label");
  }
}

const CONTROLS = {
  number: NumberControl, integer: IntegerControl, flag: FlagControl, choice: ChoiceControl,
  text: TextControl, texts: TagsControl, stops: TagsControl, think: ThinkControl, servers: ServersControl,
};

/** A number that is a setting's only if somebody wants it at all is ticked first. */
const controlOf = ({ kind, alone }) => (kind === "integer" && alone !== null ? CountControl : CONTROLS[kind]);

/** Controls for these specs, sent and updated together. */
export class Controls {
  constructor(specs, settings) {
    this.all = specs.map((spec) => new (controlOf(spec))(spec, settings));
    this.roots = this.all.map((control) => control.root);
  }

  /** @param {string[]} [elsewhere] settings that each column has for itself */
  update(state, elsewhere = []) {
    const said = new Set(); // a reason is shown where it stands first
    for (const control of this.all) {
      control.root.hidden = elsewhere.includes(control.spec.name);
      control.update(state);
      const reason = (state.refused[control.spec.name] ?? "").replaceAll(control.spec.name, "…");
      control.root.classList.toggle("again", said.has(reason));
      if (reason && !control.root.hidden) said.add(reason);
    }
  }
}
