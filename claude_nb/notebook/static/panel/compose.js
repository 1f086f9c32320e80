// Where a prompt is written: the box, its variables, attachments, Send and Stop, and the numbers.

import { announce } from "../dom.js";
import { onPress } from "../press.js";
import { button, closing, count, h, later, mark, money } from "./dom.js";

const PIECE = 768 * 1024; // bytes of a file in one message

export class Compose {
  constructor(panel) {
    this.panel = panel;
    this.typed = {};
    this.revision = 0;
    this.pasted = false; // whether the box holds what was pasted, not touched since
    this.tellDraft = later(() => {
      this.ask("draft");
      panel.codeLater();
    }, 300);
    this.box = h("textarea", {
      class: "box", rows: 2, placeholder: "Ask Claude. {{name}} inserts a variable; Shift+Enter breaks the line", "aria-label": "Prompt", "aria-keyshortcuts": "Enter",
      oninput: (event) => this.changed(event.inputType), onkeydown: (event) => this.key(event), onpaste: (event) => this.paste(event),
    });
    this.action = h("button", { type: "button", class: "send" }, "Send");
    onPress(this.action, () => (this.running ? this.stop() : this.send()), () => this.running);
    this.fields = h("div", { class: "fields" });
    this.attached = h("div", { class: "attached", role: "list", "aria-label": "Attachments" });
    this.editing = h("p", { class: "editing" });
    this.note = h("p", { class: "note" });
    this.numbers = h("span", { class: "numbers" });
    this.meter = h("meter", { min: 0, max: 1, low: 0.6, high: 0.85, optimum: 0, "aria-label": "Context window used" });
    this.root = h("div", { class: "compose", ondragover: (event) => this.over(event), ondragleave: () => this.root.classList.remove("drop"), ondrop: (event) => this.drop(event) },
      this.editing, this.fields, this.attached, h("div", { class: "line" }, this.box, this.action), this.note,
      h("div", { class: "foot" }, this.attachment(), h("span", { class: "space" }), this.meter, this.numbers));
    this.tellEditing(null);
    this.say("");
  }

  attachment() {
    this.files = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-label": "Files to attach", onchange: () => this.upload(this.files.files) });
    this.name = h("input", {
      type: "text", class: "name", placeholder: "A variable, file or address", "aria-label": "Attach a variable, file or address", title: "Attach it (Enter)",
      onkeydown: (event) => event.key === "Enter" && this.attachName(),
    });
    this.attaching = h("details", { class: "menu attach", ontoggle: () => this.attaching.open && this.name.focus() },
      h("summary", { title: "Files, a variable or an address (A); files can be dropped here, too" }, "+ Attach"),
      h("div", {}, button("Choose files…", () => this.files.click(), { title: "Images, PDFs or text" }), this.name), this.files);
    closing(this.attaching);
    return this.attaching;
  }

  openAttaching() {
    this.attaching.open = true;
  }

  attachName() {
    const name = this.name.value.trim();
    if (name) this.panel.channel.ask("attach", { name });
    this.name.value = "";
  }

  update({ draft, numbers, running }) {
    if (draft.revision > this.revision) {
      this.revision = draft.revision;
      this.box.value = draft.prompt;
      this.pasted = false;
      this.grow();
    }
    if (this.running && !running && !this.note.classList.contains("problem")) this.say("");
    this.running = running;
    this.action.textContent = running ? "Stop" : "Send";
    this.action.classList.toggle("stop", running);
    this.action.title = running ? "Stop this answer (Escape)" : "Send (Enter)";
    this.enable();
    this.attached.replaceChildren(...draft.attach.map((name) => this.chip(name)));
    this.attached.hidden = !draft.attach.length;
    this.count(numbers);
  }

  enable() {
    mark(this.action, "aria-disabled", !this.running && !this.box.value.trim() ? "true" : null);
  }

  chip(name) {
    const short = name.split(/[/\\]/).pop();
    return h("span", { class: "tag", role: "listitem", title: name }, short,
      button("×", () => this.panel.wish("detach", { name }), { "aria-label": `Remove ${short}` }));
  }

  count(numbers) {
    const parts = [];
    if (numbers.problem) parts.push(numbers.problem);
    else if (numbers.tokens) parts.push(`${count(numbers.tokens)} tokens in${numbers.cost ? ` ≈ ${money(numbers.cost)}` : ""}`);
    if (numbers.input) parts.push(`chat: ${chatNumbers(numbers)}`);
    this.numbers.textContent = parts.join(" · ");
    const share = numbers.tokens && numbers.window ? numbers.tokens / numbers.window : 0;
    this.meter.hidden = !share;
    this.meter.value = share;
    this.meter.title = share ? `${(share * 100).toFixed(share < 0.1 ? 2 : 0)} % of the context window of ${count(numbers.window)} tokens` : "";
  }

  /** @param {string} [how] what the browser says of the change; a paste is not counted by itself */
  changed(how = "") {
    this.pasted = /^insertFrom(Paste|Drop)/.test(how) && this.box.value.includes("{{");
    this.grow();
    this.enable();
    this.tellDraft();
  }

  // Only where the browser cannot do it by itself: measuring costs a layout at every key.
  grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.box.rows = Math.min(12, Math.max(2, this.box.value.split("\n").length));
  }

  key(event) {
    if (event.key === "ArrowUp" && this.recall()) event.preventDefault();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (this.running) this.say("An answer is still coming: Escape stops it.");
    else this.send();
  }

  /** Put the last prompt into the empty box; the one before it while that stands there untouched. */
  recall() {
    const turns = this.panel.chat.order.map((id) => this.panel.chat.get(id)).filter(Boolean);
    const at = this.box.value ? turns.findIndex((turn) => turn.id === this.recalled && turn.prompt === this.box.value) : turns.length;
    const turn = turns[at - 1];
    if (!turn || this.instead) return false;
    this.recalled = turn.id;
    this.tellDraft.cancel();
    this.ask("draft");
    this.panel.channel.ask("recall", { id: turn.id }); // the kernel knows whose variables they are
    return true;
  }

  /** Stop what is coming, else leave off changing a turn, else leave the box. */
  escape(target) {
    if (this.running) this.stop();
    else if (this.instead) this.cancel();
    else if (target === this.box) this.panel.transcript.root[this.panel.transcript.root.hidden ? "blur" : "focus"]();
  }

  paste(event) {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!/^\s*%%claude(\s|$)/.test(text) || this.box.value.trim()) return;
    event.preventDefault();
    this.tellDraft.cancel(); // of the box as it was: it would come after this
    this.panel.channel.ask("paste", { text });
  }

  ask(wish) {
    const about = { instead: this.instead || undefined, pasted: this.pasted || undefined };
    return this.panel.channel.ask(wish, { text: this.box.value, typed: this.typed, ...about });
  }

  send() {
    if (!this.box.value.trim()) return this.box.focus();
    this.say("");
    this.tellDraft.cancel();
    this.ask("send");
    this.waiting = setTimeout(() => {
      if (!this.running && this.panel.channel.busy) this.say("The kernel is busy with another cell: this is sent as soon as it is free.");
    }, 700);
    this.box.focus();
  }

  /** The kernel has taken the prompt. */
  sent() {
    clearTimeout(this.waiting);
    this.say("");
    this.tellEditing(null);
    this.offer([]);
  }

  stop() {
    this.action.textContent = "Stopping…";
    this.panel.channel.ask("stop");
  }

  edit(turn) {
    this.box.value = turn.prompt;
    this.tellEditing(turn.id);
    this.changed();
    this.box.focus({ preventScroll: true });
  }

  cancel() {
    this.box.value = "";
    this.tellEditing(null);
    this.changed();
    this.box.focus();
  }

  tellEditing(id) {
    this.instead = id;
    this.editing.hidden = !id;
    this.panel.transcript?.mark(id);
    this.editing.replaceChildren("You are changing the marked turn; what followed it stays as another version. ",
      button("Cancel", () => this.cancel(), { title: "Leave the turn as it was (Escape)" }));
  }

  say(text, problem = false) {
    this.note.textContent = text;
    this.note.hidden = !text;
    this.note.classList.toggle("problem", problem);
    if (text) announce(text);
    if (problem) clearTimeout(this.waiting);
  }

  /** Offer the prompt's variables as fields; what is typed in goes before what the kernel has. */
  offer(fields) {
    const names = fields.map((field) => field.name).join();
    for (const name of Object.keys(this.typed)) if (!fields.some((field) => field.name === name)) delete this.typed[name];
    this.fields.hidden = !fields.length;
    if (names === this.names) return;
    this.names = names;
    this.fields.replaceChildren(...fields.map((field) => this.field(field)));
  }

  field({ name, value, kind, editable }) {
    const input = h("input", {
      type: "text", value: this.typed[name] ?? value, placeholder: kind || "not defined: type its value", disabled: !editable,
      oninput: () => {
        this.typed[name] = input.value;
        this.pasted = false;
        this.tellDraft();
      },
    });
    return h("label", {}, h("code", {}, `{{${name}}}`), input, h("small", {}, kind));
  }

  over(event) {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    this.root.classList.add("drop");
  }

  drop(event) {
    this.root.classList.remove("drop");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    this.upload(event.dataTransfer.files);
  }

  async upload(files) {
    for (const file of [...files]) {
      for (let at = 0; at === 0 || at < file.size; at += PIECE) {
        const piece = await base64(file.slice(at, at + PIECE));
        this.panel.channel.ask("upload", { name: file.name, piece, first: at === 0, last: at + PIECE >= file.size });
      }
    }
    this.files.value = "";
  }
}

function chatNumbers({ input, output, read, written, thinking, spent }) {
  const cached = [read && `${count(read)} from the cache`, written && `${count(written)} into it`].filter(Boolean).join(", ");
  const parts = [`${count(input + read + written)} in${cached && ` (${cached})`}`];
  if (output) parts.push(`${count(output)} out${thinking ? ` (${count(thinking)} thinking)` : ""}`);
  if (spent) parts.push(money(spent));
  return parts.join(", ");
}

async function base64(blob) {
  const reader = new FileReader();
  await new Promise((done) => {
    reader.onload = done;
    reader.readAsDataURL(blob);
  });
  return String(reader.result).split(",")[1] ?? "";
}
