// One control for each setting, by its kind. A control shows the kernel's value, sends what the
// person does, and where the model refuses it is disabled and says why.

const THINK_EFFORTS = ["low", "medium", "high", "xhigh", "max"];
const typedText = (text) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
const meantText = (text) =>
  text.replace(/\\([nt\\])/g, (_, letter) => ({ n: "\n", t: "\t", "\\": "\\" })[letter]);

/** What all controls share: a labelled group, the reason line, and a way back to the default. */
class Control {
  constructor(spec, send) {
    this.spec = spec;
    this.send = (value) => send({ [spec.name]: value });
    this.id = unique(spec.name);
    this.label = h("label", { for: this.id }, spec.label);
    this.shown = h("output", { for: this.id });
    this.reset = button("Reset", () => this.back(), {
      class: "quiet reset",
      "aria-label": `${spec.label}: back to the default`,
    });
    this.why = h("p", { class: "why", id: `${this.id}-why` });
    this.body = this.make();
    const head = h("div", { class: "head" }, this.label, this.reset, this.shown);
    this.root = h("div", { class: `control ${spec.kind}`, "data-name": spec.name }, head, this.body, this.why);
  }

  update(state) {
    const value = state.values[this.spec.name];
    const reason = state.refused[this.spec.name] ?? "";
    this.isSet = value !== null && String(value) !== String(this.spec.default);
    this.reset.hidden = !this.isSet;
    this.why.textContent = reason;
    this.why.hidden = !reason;
    this.root.title = reason || this.spec.help;
    this.root.classList.toggle("refused", Boolean(reason));
    for (const input of this.inputs()) {
      input.disabled = Boolean(reason);
      mark(input, "aria-describedby", reason && this.why.id);
    }
    this.show(value, state);
  }

  back() {
    this.send(this.spec.default);
    (this.inputs().find((input) => !input.disabled) ?? this.root.closest(".claude-nb-panel")).focus();
  }

  inputs() {
    return this.body.matches("input, select, textarea") ? [this.body] : [...this.body.querySelectorAll("input, select, textarea")];
  }

  /** Move a slider, unless the person is moving it: the kernel's echo may be of an earlier step. */
  slide(input, value) {
    const moving = document.activeElement === input && performance.now() - (input.moved ?? -1e9) < 800;
    if (!moving) input.value = value;
    return moving;
  }

  /** Put a text where the person is not typing. */
  put(input, text) {
    if (document.activeElement !== input) input.value = text;
  }
}

class NumberControl extends Control {
  make() {
    const { low, high, step } = this.spec;
    return h("input", {
      type: "range", id: this.id, min: low, max: high, step,
      oninput: () => {
        this.body.moved = performance.now();
        this.say(this.body.value);
      },
      onchange: () => this.send(Number(this.body.value)),
    });
  }

  say(text) {
    this.shown.textContent = text;
    this.body.setAttribute("aria-valuetext", text);
  }

  show(value, state) {
    const [low, high] = state.limits[this.spec.name] ?? [this.spec.low, this.spec.high];
    Object.assign(this.body, { min: low, max: high });
    this.body.classList.toggle("unset", value === null);
    if (!this.slide(this.body, value ?? high)) this.say(value === null ? "default" : String(value));
  }
}

class IntegerControl extends Control {
  make() {
    const commit = () => {
      const text = this.input.value.trim();
      this.send(text ? Math.min(Math.max(Math.round(Number(text)), this.low), this.high) : null);
    };
    this.input = h("input", { type: "number", id: this.id, min: this.spec.low, placeholder: "automatic", onchange: commit });
    return this.input;
  }

  show(value, state) {
    [this.low, this.high] = state.limits[this.spec.name] ?? [this.spec.low, this.spec.high ?? 1e9];
    Object.assign(this.input, { min: this.low, max: this.high });
    this.put(this.input, value ?? "");
    this.shown.textContent = state.limits[this.spec.name] ? `at most ${count(this.high)}` : "";
  }
}

class FlagControl extends Control {
  make() {
    return h("input", { type: "checkbox", id: this.id, onchange: () => this.send(this.body.checked) });
  }

  show(value) {
    this.body.checked = Boolean(value);
    this.reset.hidden = true;
  }
}

class ChoiceControl extends Control {
  make() {
    const options = this.spec.choices.map((word) => h("option", { value: word }, word));
    return h("select", { id: this.id, onchange: () => this.send(this.body.value) }, options);
  }

  show(value) {
    this.body.value = value;
  }
}

class TextControl extends Control {
  make() {
    const long = this.spec.name === "system";
    return h(long ? "textarea" : "input", {
      id: this.id, rows: long ? 3 : undefined, type: long ? undefined : "text",
      placeholder: long ? "How Claude should behave, in general" : undefined,
      onchange: () => this.send(this.body.value || this.spec.default),
    });
  }

  show(value) {
    this.put(this.body, value ?? "");
  }
}

/** Texts as tags; in stop sequences a line break is typed and shown as \n. */
class TagsControl extends Control {
  make() {
    this.list = h("span", { class: "tags", role: "list", "aria-label": this.spec.label });
    this.input = h("input", {
      type: "text", id: this.id, placeholder: this.spec.name === "stop" ? "type one, then Enter" : "key=value, then Enter",
      onkeydown: (event) => this.key(event), onchange: () => this.add(),
    });
    return h("div", { class: "tagged" }, this.list, this.input);
  }

  key(event) {
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      this.add();
    } else if (event.key === "Backspace" && !this.input.value && this.held.length) {
      this.hold(this.held.slice(0, -1));
    }
  }

  add() {
    const text = this.spec.kind === "stops" ? meantText(this.input.value) : this.input.value.trim();
    this.input.value = "";
    if (text.trim() && !this.held.includes(text)) this.hold([...this.held, text]);
  }

  /** Show at once what is asked for: the next may be typed before the kernel has answered. */
  hold(texts) {
    this.show(texts);
    this.send(texts);
  }

  show(value) {
    this.held = value ?? [];
    this.list.replaceChildren(...this.held.map((text, place) => this.tag(text, place)));
  }

  tag(text, place) {
    const shown = this.spec.kind === "stops" ? typedText(text) : text;
    const remove = () => {
      this.hold(this.held.filter((_, other) => other !== place));
      this.input.focus();
    };
    return h("span", { class: "tag", role: "listitem" }, h("code", {}, shown),
      button("×", remove, { "aria-label": `Remove ${shown}` }));
  }
}

/** Thinking: the model's default, off, a budget, or an effort; what a model lacks is disabled. */
class ThinkControl extends Control {
  make() {
    const name = unique("mode");
    this.modes = ["default", "off", "on", "budget", "effort"].map((word) => this.mode(word, name));
    this.budget = h("input", {
      type: "range", step: 256, "aria-label": "Thinking budget in tokens",
      oninput: () => {
        this.budget.moved = performance.now();
        this.say(`${count(this.budget.value)} tokens`);
      },
      onchange: () => this.send(Number(this.budget.value)),
    });
    const efforts = unique("effort");
    this.efforts = THINK_EFFORTS.map((word) => this.radio(word, efforts, () => this.send(word)));
    this.effort = h("div", { class: "segments", role: "radiogroup", "aria-label": "Effort" }, this.efforts);
    this.label.removeAttribute("for");
    this.label.id = this.id;
    return h("div", { class: "thinking" },
      h("div", { class: "segments", role: "radiogroup", "aria-labelledby": this.id }, this.modes), this.budget, this.effort);
  }

  mode(word, name) {
    const first = () => THINK_EFFORTS.find((effort) => !this.choices[effort]);
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

  say(text) {
    this.shown.textContent = text;
    this.budget.setAttribute("aria-valuetext", text);
  }

  show(value, state) {
    this.choices = state.choices;
    const mode = value === null ? "default" : typeof value === "number" ? "budget" : THINK_EFFORTS.includes(value) ? "effort" : value;
    const [low, high] = state.limits.think;
    Object.assign(this.budget, { min: low, max: high });
    const moving = this.slide(this.budget, typeof value === "number" ? value : Math.min(2048, high));
    this.budget.hidden = mode !== "budget";
    this.effort.hidden = mode !== "effort";
    const effortless = THINK_EFFORTS.every((word) => this.choices[word]) ? this.choices.low : "";
    const reasons = { ...this.choices, effort: effortless };
    for (const label of [...this.modes, ...this.efforts]) this.tick(label, value, mode, reasons);
    if (!moving) this.say(mode === "budget" ? `${count(value)} tokens` : "");
    this.budget.disabled = false;
  }

  tick(label, value, mode, reasons) {
    const input = label.firstChild;
    const reason = reasons[input.value] ?? "";
    input.checked = input.value === (this.efforts.includes(label) ? value : mode);
    input.disabled = Boolean(reason);
    label.title = reason;
    if (reason) input.setAttribute("aria-label", `${input.value}, not available: ${reason}`);
    else input.removeAttribute("aria-label");
  }
}

const CONTROLS = {
  number: NumberControl, integer: IntegerControl, flag: FlagControl, choice: ChoiceControl,
  text: TextControl, texts: TagsControl, stops: TagsControl, think: ThinkControl,
};

/** Controls for these specs, sent and updated together. */
class Controls {
  constructor(specs, send) {
    this.all = specs.map((spec) => new CONTROLS[spec.kind](spec, send));
    this.roots = this.all.map((control) => control.root);
  }

  update(state) {
    for (const control of this.all) control.update(state);
  }
}
