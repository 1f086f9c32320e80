// One exchange of a transcript: a prompt and its answers. An answer is the magic's own live view while
// it streams, and the kernel's static page after that.

import { typeset } from "../dom.js";
import { button, compared, h, mark } from "./dom.js";

export class ExchangeView {
  constructor(piece, panel) {
    this.panel = panel;
    this.piece = piece;
    this.number = piece.takes.length;
    this.states = [];
    const several = this.number > 1;
    this.versions = h("span", { class: "versions" });
    this.edit = button("Edit", () => panel.compose.edit(this.piece), { title: "Change the prompt and ask again (E)" });
    this.prompt = h("div", { class: "prompt" });
    this.attached = h("div", { class: "sent" });
    this.asked = h("div", { class: "asked" }, this.prompt, h("span", { class: "tools" }, this.edit), this.versions, this.attached);
    this.takes = piece.takes.map((_, place) => this.take(place));
    const grid = h("div", { class: several ? "takes several" : "takes", style: `--columns: ${this.number}` }, this.takes.map((take) => take.root));
    this.retry = button("Try again", () => this.again(), { class: "retry", title: "Ask the same again (R)" });
    this.tools = h("span", { class: "tools", role: "group", "aria-label": "This answer" },
      button("Copy", () => this.copy(), { title: several ? "Copy all answers (C)" : "Copy the answer (C)" }),
      button("Rerun", () => this.again(), { title: "Ask the same again; this answer stays as another version (R)" }),
      button("Branch", () => this.branch(), { title: "Begin another line of the chat here (B)" }));
    this.row = h("div", { class: "row" }, this.retry, this.tools);
    this.root = h("article", { class: "exchange" }, this.asked, grid, this.row);
  }

  take(place) {
    const name = h("strong");
    const keep = button("Go on with this", () => this.panel.wish("keep", { id: this.piece.id, take: place }), { title: "Close the comparison; the chat goes on with this answer" });
    // The live view carries over what the person opened to what takes its place here, as in a
    // cell's output; it knows both by this name.
    const answer = h("div", { class: "answer jp-OutputArea-child" });
    const head = h("header", {}, name, keep);
    return { root: h("section", {}, head, h("div", { class: "area" }, answer)), head, name, keep, answer };
  }

  update(piece, number, versions) {
    mark(this.root, "aria-label", `Turn ${number + 1}`);
    this.updateVersions(versions);
    if (this.drawn === piece.v) return;
    this.drawn = piece.v;
    this.piece = piece;
    this.prompt.textContent = piece.prompt;
    if (this.sent !== piece.attached) this.attached.innerHTML = this.sent = piece.attached; // the kernel's own, as the pages below
    const running = piece.takes.some((take) => take.state === "running");
    mark(this.root, "aria-busy", running ? "true" : "false");
    this.root.classList.toggle("running", running);
    this.retry.hidden = running || !piece.takes.some((take) => take.state === "failed");
    piece.takes.forEach((take, place) => this.updateTake(take, place));
    if (!running) this.show(piece.saved.pages);
  }

  updateVersions(versions) {
    if (JSON.stringify(versions) === this.told) return;
    this.told = JSON.stringify(versions);
    this.versions.replaceChildren(...(versions ? [this.panel.versions(versions)] : []));
  }

  updateTake(take, place) {
    const parts = this.takes[place];
    const several = this.number > 1;
    parts.head.hidden = !several;
    parts.name.textContent = take.label;
    parts.keep.hidden = take.state === "running" || take.state === "failed" || this.piece.kept === place;
    parts.root.classList.toggle("kept", several && this.piece.kept === place);
    if (take.state !== "running") return;
    if (take.live && this.states[place] !== take.live) {
      this.states[place] = take.live;
      this.mount(take.live, parts.answer);
    } else if (!take.live && !this.states[place]) {
      this.states[place] = "waiting";
      parts.answer.replaceChildren(h("p", { class: "soft" }, "Sending…"));
    }
  }

  async mount(id, home) {
    try {
      const manager = this.panel.model.widget_manager;
      const view = await manager.create_view(await manager.get_model(id));
      if (this.states.includes(id)) home.replaceChildren(view.el);
    } catch {
      if (this.states.includes(id)) home.replaceChildren(h("p", { class: "soft" }, "Claude is answering…")); // shown when it is whole
    }
  }

  /** The kernel's sanitised pages: the only HTML that is inserted. */
  show(pages) {
    pages.forEach((page, place) => {
      if (this.states[place] === page) return;
      this.states[place] = page;
      const { answer } = this.takes[place];
      answer.classList.add("jp-RenderedHTMLCommon", "jp-RenderedHTML");
      answer.innerHTML = page;
      typeset(this.panel.model, answer);
      if (this.number > 1) this.compare(place);
    });
    this.settle();
  }

  /** Let what can be done stand on the answer's own last line, if it has one. */
  settle() {
    const foot = this.number === 1 && this.takes[0].answer.querySelector(".claude-nb > footer");
    (foot || this.row).append(this.tools);
    this.row.hidden = Boolean(foot) && this.retry.hidden;
  }

  /** The column's head names the model: the last line says how this answer differs instead. */
  compare(place) {
    const { facts } = this.piece.takes[place];
    const line = this.takes[place].answer.querySelector(".claude-nb > footer > small");
    const told = [...(line?.childNodes ?? [])].find((node) => node.nodeType === 3 && node.data.includes(facts.model));
    if (!facts.model || !told) return;
    told.data = told.data.replace(`${facts.model} · `, "");
    const difference = compared(facts, this.piece.takes[0].facts, place);
    if (difference) line.append(` · ${difference}`);
  }

  again() {
    this.panel.wish("again", { id: this.piece.id });
  }

  branch() {
    this.panel.wish("branch", { id: this.piece.id });
  }

  copy() {
    const answers = this.takes.map((take) => take.answer.querySelector(".claude-nb") ?? take.answer);
    const texts = answers.map((answer) => {
      const copy = answer.cloneNode(true);
      copy.querySelectorAll("footer, details, style").forEach((node) => node.remove());
      answer.before(copy); // text of what is not laid out has no line breaks
      const text = copy.innerText.trim();
      copy.remove();
      return text;
    });
    this.panel.copy(texts.join("\n\n"), "Answer copied.");
  }

  close() {
    this.states = [];
  }
}
