// One picture of a panel, and what the kernel's state means for each of its parts. The page shows what
// the kernel says and asks for changes; it decides nothing and holds no settings.

import { copy, serveReaders } from "../../../labextension/static/reading.js";
import { hearLate } from "../comm.js";
import { Chat } from "./chat.js";
import { Code } from "./code.js";
import { Compose } from "./compose.js";
import { button, closing, h, later } from "./dom.js";
import { PanelChannel } from "./channel.js";
import { Keys } from "./keys.js";
import { ModelPicker } from "./model.js";
import { Saved } from "./saved.js";
import { Controls } from "./settings.js";
import { Tools } from "./tools.js";
import { Transcript } from "./turns.js";

export class Panel {
  constructor(model, { channel, chat }, el) {
    this.model = model;
    this.channel = channel;
    this.chat = chat;
    const schema = model.get("schema");
    this.schema = schema;
    this.compose = new Compose(this);
    this.transcript = new Transcript(this, chat);
    this.code = new Code(this);
    this.keys = new Keys(this);
    this.codeLater = later(() => this.code.refresh(), 400);
    const settings = channel.settings();
    this.picker = new ModelPicker(schema.models, settings);
    this.controls = new Controls(schema.controls, settings);
    this.compared = h("div", { class: "columns" });
    this.compared.hidden = true;
    this.columns = [];
    this.root = h("div", { class: "claude-nb-panel", role: "region", "aria-label": "Claude panel", tabindex: "-1", onkeydown: (event) => this.key(event) },
      this.bar(), this.keys.root, this.settings(), this.compared, this.code.root, this.offer(), this.transcript.root, this.compose.root);
    el.append(h("style", {}, `.claude-nb-said-${model.get("panel")} { display: none }`), this.root);
    // Keys belong to what has the focus, not to the notebook's commands; JupyterLab looks for this
    // mark on the focused element before it looks at what is around it.
    this.root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
    this.update();
    this.compose.tellDraft();
  }

  /** Ask for what may take away the button that was pressed: the box gets the focus. */
  wish(name, content) {
    this.channel.ask(name, content);
    this.compose.box.focus();
  }

  bar() {
    this.switches = {
      settings: this.switch("Settings", "What is sent with each question (S)", () => this.drawer),
      code: this.switch("Code", "This question as code (D)", () => this.code.root, () => this.code.refresh()),
      keys: this.switch("?", "All keys (?)", () => this.keys.root),
    };
    this.switches.keys.setAttribute("aria-label", "Keys");
    this.emulated = h("span", { class: "emulated", title: "There is no API key here, so the built-in emulator answers" }, "emulated");
    this.compareButton = button("Compare", () => this.channel.ask("compare", { number: this.columns.length ? 0 : 2 }), { "aria-pressed": "false", title: "Ask two to four models or settings the same (M)" });
    this.chatMenu = this.menu();
    return h("div", { class: "bar top" }, this.picker.root, this.emulated, h("span", { class: "space" }),
      this.switches.settings, this.compareButton, this.switches.code, this.chatMenu, this.switches.keys);
  }

  switch(label, title, drawer, opened) {
    const node = button(label, () => {
      const target = drawer();
      target.hidden = !target.hidden;
      node.setAttribute("aria-expanded", String(!target.hidden));
      if (!target.hidden) opened?.();
    }, { "aria-expanded": "false", title });
    return node;
  }

  settings() {
    const grid = (chosen) => h("div", { class: "grid" }, this.controls.all.filter(({ spec }) => chosen(spec)).map(({ root }) => root));
    this.tools = new Tools(this.controls.all.filter(({ spec }) => spec.part === "tools"));
    this.drawer = h("section", { class: "settings", "aria-label": "Settings" },
      grid((spec) => spec.first), this.tools.root,
      h("details", {}, h("summary", {}, "More"), grid((spec) => !spec.first && !spec.part)));
    this.drawer.hidden = true;
    return this.drawer;
  }

  menu() {
    const file = h("input", { type: "file", accept: ".json", hidden: true, tabindex: "-1", "aria-label": "Saved chat", onchange: async () => {
      if (file.files[0]) this.channel.ask("resume", { data: await file.files[0].text() });
      file.value = "";
    } });
    const item = (label, work, title) => button(label, () => {
      menu.open = false;
      work();
    }, { title });
    this.undo = item("Undo", () => this.channel.ask("undo"), "Take the last turn back (U)");
    const menu = h("details", { class: "menu" }, h("summary", { title: "Save, open, clear (H)" }, "Chat"),
      h("div", {}, this.undo, item("Clear", () => this.channel.ask("clear")), item("Save as JSON", () => this.channel.ask("export", { form: "json" })),
        item("Save as Markdown", () => this.channel.ask("export", { form: "md" })), item("Open a saved chat", () => file.click()), file));
    closing(menu);
    return menu;
  }

  offer() {
    this.offered = button("", () => this.wish("resume"));
    this.offering = h("p", { class: "offer" }, this.offered);
    return this.offering;
  }

  update() {
    const { model } = this;
    // A page that was slow to begin missed the kernel's first word, and has asked for it (hearLate).
    this.root.hidden = !("prompt" in model.get("draft"));
    if (this.root.hidden) return;
    this.running = model.get("running");
    const columns = model.get("columns").slice(0, this.schema.columns.most);
    this.picker.update(model.get("controls"));
    this.controls.update(model.get("controls"), columns.length ? this.schema.columns.own : []);
    this.tools?.update(model.get("controls"));
    this.updateColumns(columns);
    this.updateTurns();
    this.compose.update({ draft: model.get("draft"), numbers: model.get("numbers"), running: this.running });
    this.undo.disabled = !model.get("lines").undoable || this.running;
    this.emulated.hidden = !model.get("emulated");
    this.offering.hidden = !model.get("offer");
    this.codeLater();
    this.offered.textContent = model.get("offer");
  }

  updateTurns() {
    this.transcript.update(this.model.get("turns"), this.model.get("lines").forks ?? []);
    this.root.classList.toggle("wide", this.columns.length > 0 || Boolean(this.transcript.root.querySelector(".takes.several")));
    this.transcript.follow();
    requestAnimationFrame(() => this.transcript.peek());
  }

  /** Which version of a turn is shown, and the way to the others. */
  versions([at, lines]) {
    const go = (step, sign, name, key) => button(sign, () => this.wish("go", { at: lines[at + step] }), {
      "aria-label": `${name} version`, title: `${name} version of this turn (${key})`, disabled: !(at + step in lines),
    });
    return h("span", { class: "pager", role: "group", "aria-label": `Version ${at + 1} of ${lines.length}` },
      go(-1, "‹", "Earlier", "["), h("span", {}, `${at + 1}/${lines.length}`), go(1, "›", "Later", "]"));
  }

  updateColumns(states) {
    this.compareButton.setAttribute("aria-pressed", String(states.length > 0));
    this.picker.root.hidden = states.length > 0;
    this.compared.hidden = !states.length;
    if (states.length !== this.columns.length) this.makeColumns(states.length);
    this.columns.forEach((column, place) => {
      column.picker.update(states[place]);
      column.controls.update(states[place]);
    });
  }

  makeColumns(number) {
    const { own, most } = this.schema.columns;
    const specs = this.schema.controls.filter((spec) => own.includes(spec.name));
    const ask = (name, content) => () => {
      this.channel.ask(name, content);
      this.compareButton.focus();
    };
    this.columns = Array.from({ length: number }, (_, column) => {
      const settings = this.channel.settings(column);
      const picker = new ModelPicker(this.schema.models, settings);
      const controls = new Controls(specs, settings);
      const more = h("details", {}, h("summary", {}, "Settings"), controls.roots);
      const away = button("×", ask("drop", { column }), { class: "quiet away", "aria-label": `Remove column ${column + 1}`, title: "Compare without this column" });
      return { picker, controls, root: h("section", { class: "column", "aria-label": `Column ${column + 1}` }, h("div", { class: "line" }, picker.root, away), more) };
    });
    const change = h("div", { class: "change" }, number < most ? button("+ Add a column", ask("compare", { number: number + 1 })) : null);
    this.compared.style.setProperty("--columns", number);
    this.compared.replaceChildren(...this.columns.map((column) => column.root), change);
  }

  heard(content) {
    if (content.pieces?.some(({ id }) => this.transcript.draws(id))) this.updateTurns();
    if (content.note) this.compose.say(content.note, content.problem);
    if (content.sent) this.compose.sent();
    if (content.fields) this.compose.offer(content.fields);
    if (content.code) this.code.update(content.code);
  }

  /** The kernel that held this panel is gone. */
  lost() {
    this.root.inert = true;
    this.root.classList.add("lost");
    const words = "The kernel was restarted. Run this cell again for a new panel; it can go on with the chat of the last saved notebook.";
    this.root.before(h("p", { class: "claude-nb-lost", role: "status" }, words));
  }

  key(event) {
    if (event.key === "Escape") this.compose.escape(event.target);
    else this.keys.press(event);
    event.stopPropagation();
  }

  async copy(text, said) {
    const done = await copy(text, this.root);
    this.compose.say(done ? said : "This browser does not let a page copy: select the text and copy it.", !done);
  }
}

function download({ name, text }) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

const homes = new Map(); // what the views of one panel share, by the panel's id

/** @type {Widget} */
export default {
  initialize({ model }) {
    serveReaders();
    hearLate(model);
    const views = new Set();
    const channel = new PanelChannel(model, () => {
      saved.settle();
      views.forEach((view) => view.lost());
    });
    const chat = new Chat(model, (ids) => channel.ask("pieces", { ids }));
    const saved = new Saved(model, chat, () => channel.ask("holds"));
    homes.set(model.get("panel"), { channel, chat, views });
    model.on("msg:custom", (content) => {
      if (content.pieces) chat.take(content.pieces);
      for (const view of views) view.heard(content);
      if (content.export) download(content.export);
    });
    model.on("change:turns", () => saved.changed());
    model.on("change", () => {
      for (const view of views) view.update();
    });
    return () => {
      homes.delete(model.get("panel"));
      chat.close();
      saved.close();
      channel.close();
    };
  },
  render({ model, el }) {
    const home = homes.get(model.get("panel"));
    const view = new Panel(model, home, el);
    home.views.add(view);
    return () => {
      home.views.delete(view);
      view.transcript.close();
    };
  },
};
