// One control for each setting, by its kind. A control shows the kernel's value, sends what the
// person does, and where the model refuses it is disabled and says why.

import { button, count, h, mark, unique } from "./dom.js";

const typedText = (text) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
const meantText = (text) =>
  text.replace(/\\([nt\\])/g, (_, letter) => ({ n: "\n", t: "\t", "\\": "\\" })[letter]);

/** What all controls share: a labelled group, the reason line, and a way back to the default. */
export class Control {
  constructor(spec, settings) {
    this.spec = spec;
    this.settings = settings;
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

  // What a kind of control has of its own: its input, how it shows a value, and says a slider's.

  make() {
    return h("input");
  }

  show(_value, _state) {}

  say(_input, _text) {}

  send(value) {
    this.change = this.settings.set({ [this.spec.name]: value });
  }

  update(state) {
    if (this.settings.ahead(this.change)) return;
    const value = state.values[this.spec.name];
    const reason = state.refused[this.spec.name] ?? "";
    this.isSet = value !== null && String(value) !== String(this.spec.default);
    this.reset.hidden = !this.isSet;
    this.why.textContent = reason.split(/: |\. /)[0];
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

  slider(options) {
    const input = h("input", {
      type: "range", ...options,
      oninput: () => {
        this.moving = true;
        this.say(input);
      },
      onpointerup: () => (this.moving = false), // dragged back to where it was: no change is told
      onchange: () => {
        this.moving = false;
        this.send(Number(input.value));
      },
    });
    return input;
  }

  /** Put a text where the person is not typing. */
  put(input, text) {
    if (document.activeElement !== input) input.value = text;
  }
}

export class NumberControl extends Control {
  make() {
    const { low, high, step } = this.spec;
    return this.slider({ id: this.id, min: low, max: high, step });
  }

  say(input, text = input.value) {
    this.shown.textContent = text;
    input.setAttribute("aria-valuetext", text);
  }

  show(value, state) {
    const [low, high] = state.limits[this.spec.name] ?? [this.spec.low, this.spec.high];
    Object.assign(this.body, { min: low, max: high });
    this.body.classList.toggle("unset", value === null);
    if (this.moving) return;
    this.body.value = value ?? high;
    this.say(this.body, value === null ? "default" : String(value));
  }
}

export class IntegerControl extends Control {
  make() {
    const commit = () => {
      const text = this.input.value.trim();
      this.send(text ? Math.min(Math.max(Math.round(Number(text)), this.low), this.high) : null);
    };
    this.input = h("input", { type: "number", id: this.id, min: this.spec.low, placeholder: "automatic", onchange: commit });
    return this.input;
  }

  show(value, state) {
    const [low, high] = state.limits[this.spec.name] ?? [this.spec.low, this.spec.high ?? 1e9];
    this.low = low;
    this.high = high;
    Object.assign(this.input, { min: low, max: high });
    this.put(this.input, value ?? "");
    this.shown.textContent = state.limits[this.spec.name] ? `at most ${count(high)}` : "";
  }
}

/** What is off unless it has a number: a box to tick, and how many there may be. */
export class CountControl extends Control {
  make() {
    const { alone, low, high, label } = this.spec;
    this.tick = h("input", { type: "checkbox", id: this.id, onchange: () => this.send(this.tick.checked ? alone : null) });
    const most = () => Math.min(Math.max(Math.round(Number(this.number.value)) || alone, low), high);
    this.number = h("input", { type: "number", min: low, max: high, "aria-label": `${label}, at most`, onchange: () => this.send(most()) });
    this.most = h("span", { class: "most" }, "at most ", this.number);
    return h("div", { class: "counted" }, this.tick, this.most);
  }

  show(value) {
    this.tick.checked = value !== null;
    this.most.hidden = value === null;
    this.put(this.number, value ?? "");
    this.reset.hidden = true;
  }
}

export class FlagControl extends Control {
  make() {
    return h("input", { type: "checkbox", id: this.id, onchange: () => this.send(this.body.checked) });
  }

  show(value) {
    this.body.checked = Boolean(value);
    this.reset.hidden = true;
  }
}

export class ChoiceControl extends Control {
  make() {
    const options = this.spec.choices.map((word) => h("option", { value: word }, word));
    return h("select", { id: this.id, onchange: () => this.send(this.chosen()) }, options);
  }

  /** The word that is chosen, or the number, which only Python or a cell can have set before. */
  chosen() {
    const { value } = this.body;
    return this.spec.choices.includes(value) ? value : Number(value);
  }

  show(value) {
    const text = String(value);
    if (![...this.body.options].some((option) => option.value === text)) {
      this.body.append(h("option", { value: text }, text));
    }
    this.body.value = text;
  }
}

export class TextControl extends Control {
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

/** Servers by address or name, as one text; those that have a name are ticked. */
export class ServersControl extends Control {
  make() {
    this.named = h("div", { class: "named", role: "group", "aria-label": `${this.spec.label} that have a name` });
    this.input = h("input", { type: "text", id: this.id, placeholder: "https://… or name=https://…", spellcheck: "false", onchange: () => this.choose(this.input.value.split(",")) });
    return h("div", {}, this.named, this.input);
  }

  choose(items) {
    this.send(items.map((item) => item.trim()).filter(Boolean).join(",") || null);
  }

  show(value, state) {
    const chosen = (value ?? "").split(",").filter(Boolean);
    const names = state.servers ?? [];
    this.put(this.input, value ?? "");
    this.named.hidden = !names.length;
    if (names.join() !== this.names?.join()) this.named.replaceChildren(...names.map((name) => this.option(name)));
    this.names = names;
    for (const { firstChild: tick } of this.named.children) tick.checked = chosen.includes(tick.value);
    this.chosen = chosen;
  }

  option(name) {
    const tick = h("input", { type: "checkbox", value: name, onchange: () => {
      const others = this.chosen.filter((item) => item !== name);
      this.choose(tick.checked ? [...others, name] : others);
    } });
    return h("label", {}, tick, h("span", {}, name));
  }
}

/** Texts as tags; in stop sequences a line break is typed and shown as \n. */
export class TagsControl extends Control {
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
