// Choosing a model: a field to search in, and a list that says what each model takes and costs.

import { h, mark, unique } from "./dom.js";

export class ModelPicker {
  constructor(models, settings) {
    this.models = models;
    this.settings = settings;
    this.list = h("ul", { role: "listbox", id: unique("models"), "aria-label": "Models" });
    this.list.hidden = true;
    this.input = h("input", {
      type: "text", role: "combobox", "aria-label": "Model", "aria-expanded": "false",
      "aria-controls": this.list.id, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
      onfocus: () => this.input.select(),
      onclick: () => this.open(""),
      oninput: () => this.open(this.input.value),
      onkeydown: (event) => this.key(event),
      onblur: () => this.close(),
    });
    this.why = h("p", { class: "why" });
    this.root = h("div", { class: "model" }, this.input, this.list, this.why);
  }

  update(state) {
    if (this.settings.ahead(this.change)) return;
    this.value = state.values.model;
    const info = this.find(this.value);
    if (this.list.hidden) this.input.value = info?.name ?? this.value;
    this.root.title = info ? `${info.id} · ${info.takes} · ${info.price}` : this.value;
    this.why.textContent = state.refused.model ?? "";
    this.why.hidden = !state.refused.model;
  }

  find(name) {
    const exact = this.models.find((info) => info.id === name || info.name === name);
    return exact ?? this.models.find((info) => info.id.startsWith(`${name}-2`)); // an alias: no date
  }

  open(search) {
    const words = search.toLowerCase().split(/\s+/);
    const fits = (info) => words.every((word) => `${info.id} ${info.name} ${info.takes}`.toLowerCase().includes(word));
    this.found = this.models.filter(fits);
    this.list.replaceChildren(...this.found.map((info) => this.option(info)));
    this.list.hidden = !this.found.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.go(Math.max(0, search ? 0 : this.found.findIndex((info) => info.id === this.find(this.value)?.id)));
  }

  option(info) {
    const choose = (event) => {
      event.preventDefault(); // the field keeps the focus
      this.choose(info.id);
    };
    return h("li", { role: "option", id: unique("model"), "aria-selected": "false", onpointerdown: choose },
      h("strong", {}, info.name), h("span", {}, info.price),
      h("small", {}, [info.takes, info.lifecycle].filter(Boolean).join(" · ")));
  }

  go(place) {
    this.place = place;
    [...this.list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === place)));
    const item = this.list.children[place];
    mark(this.input, "aria-activedescendant", item?.id);
    item?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const open = !this.list.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!open) this.open("");
      else this.go((this.place + step + this.found.length) % this.found.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.choose(open ? this.found[this.place].id : this.input.value.trim());
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      this.close();
    }
  }

  choose(id) {
    this.value = id;
    this.change = this.settings.set({ model: id });
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.input.value = this.find(this.value)?.name ?? this.value;
  }
}
