// The transcript: each exchange a prompt and its answers. An answer is the magic's own live view
// while it streams, and the kernel's static page after that.

import { typeset } from "../dom.js";
import { button, h, mark } from "./dom.js";

export class Transcript {
  constructor(panel) {
    this.panel = panel;
    this.shown = new Map(); // by id
    this.root = h("div", { class: "transcript", role: "log", "aria-label": "Conversation", "aria-live": "off", tabindex: "0" });
    this.root.addEventListener("scroll", () => {
      const { scrollHeight, scrollTop, clientHeight } = this.root;
      this.follows = scrollHeight - scrollTop - clientHeight < 40;
    });
    this.follows = true;
    this.watcher = new ResizeObserver(() => this.follow());
  }

  follow() {
    if (this.follows) this.root.scrollTop = this.root.scrollHeight;
  }

  update(turns) {
    const ids = new Set(turns.map((turn) => turn.id));
    for (const [id, exchange] of this.shown) {
      if (!ids.has(id)) {
        exchange.root.remove();
        this.shown.delete(id);
      }
    }
    turns.forEach((turn, place) => this.place(turn, place));
    this.root.hidden = !turns.length;
  }

  place(turn, place) {
    let exchange = this.shown.get(turn.id);
    if (!exchange) {
      exchange = new ExchangeView(turn, this.panel);
      this.shown.set(turn.id, exchange);
      this.watcher.observe(exchange.root);
      this.follows = true;
    }
    if (this.root.children[place] !== exchange.root) this.root.insertBefore(exchange.root, this.root.children[place] ?? null);
    exchange.update(turn, place);
  }

  html(id, pages) {
    this.shown.get(id)?.html(pages);
    this.follow();
  }

  close() {
    this.watcher.disconnect();
  }
}

class ExchangeView {
  constructor(turn, panel) {
    this.panel = panel;
    this.turn = turn;
    this.states = [];
    this.prompt = h("div", { class: "prompt" }, turn.prompt);
    this.takes = turn.takes.map((_, place) => this.take(place));
    const several = turn.takes.length > 1;
    const grid = h("div", { class: several ? "takes several" : "takes", style: `--columns: ${turn.takes.length}` }, this.takes.map((take) => take.root));
    this.tools = h("div", { class: "tools" },
      button("Copy", () => this.copy()),
      button("Edit", () => panel.compose.edit(this.turn), { title: "Change the prompt and ask again" }),
      button("Rerun", () => panel.wish("again", { id: turn.id }), { title: "Ask the same again; this answer stays in another line" }),
      button("Branch", () => panel.wish("branch", { id: turn.id }), { title: "Begin another line of the chat here" }));
    this.root = h("article", { class: "exchange" }, this.prompt, grid, this.tools);
  }

  take(place) {
    const name = h("strong");
    const numbers = h("span", { class: "numbers" });
    const keep = button("Go on with this", () => this.panel.wish("keep", { id: this.turn.id, take: place }));
    // The live view carries over what the person opened to what takes its place here, as in a
    // cell's output; it knows both by this name.
    const answer = h("div", { class: "answer jp-OutputArea-child" });
    const head = h("header", {}, name, keep);
    return { root: h("section", {}, head, h("div", { class: "area" }, answer), numbers), head, name, keep, numbers, answer };
  }

  update(turn, place) {
    this.turn = turn;
    const running = turn.takes.some((take) => take.state === "running");
    mark(this.root, "aria-label", `Turn ${place + 1}`);
    mark(this.root, "aria-busy", running ? "true" : "false");
    this.tools.hidden = running;
    turn.takes.forEach((take, n) => this.updateTake(take, n));
    if (!running && this.states.some((state) => state !== "shown")) this.panel.channel.ask("html", { id: turn.id });
  }

  updateTake(take, place) {
    const parts = this.takes[place];
    const several = this.turn.takes.length > 1;
    parts.head.hidden = !several;
    parts.name.textContent = take.label;
    parts.keep.hidden = take.state === "running" || this.turn.kept === place;
    parts.root.classList.toggle("kept", several && this.turn.kept === place);
    parts.numbers.textContent = several && take.state !== "running" ? compared(take.facts, this.turn.takes[0].facts, place) : "";
    if (take.live && this.states[place] !== take.live) {
      this.states[place] = take.live;
      this.mount(take.live, parts.answer);
    } else if (take.state === "running" && !take.live && !this.states[place]) {
      this.states[place] = "waiting";
      parts.answer.replaceChildren(h("p", { class: "soft" }, "Sending…"));
    } else {
      this.states[place] ??= "";
    }
  }

  async mount(id, home) {
    try {
      const manager = this.panel.model.widget_manager;
      const view = await manager.create_view(await manager.get_model(id));
      if (this.states.includes(id)) home.replaceChildren(view.el);
    } catch {
      home.replaceChildren(h("p", { class: "soft" }, "Claude is answering…")); // shown when it is whole
    }
  }

  /** The kernel's sanitised pages: the only HTML that is inserted. */
  html(pages) {
    pages.forEach((page, place) => {
      if (this.states[place] === "shown") return;
      this.states[place] = "shown";
      const { answer } = this.takes[place];
      answer.classList.add("jp-RenderedHTMLCommon", "jp-RenderedHTML");
      answer.innerHTML = page;
      typeset(this.panel.model, answer);
    });
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
}

/** Say how what an answer took differs from the first column's. */
function compared(facts, first, place) {
  if (!place || !facts.output || !first.output) return "";
  const difference = (value, base, word) => {
    const percent = base ? Math.round((value / base - 1) * 100) : 0;
    return percent ? `${percent > 0 ? "+" : "−"}${Math.abs(percent)} % ${word}` : `same ${word}`;
  };
  const parts = [difference(facts.output, first.output, "tokens"), difference(facts.seconds, first.seconds, "time")];
  if (facts.cost && first.cost) parts.push(difference(facts.cost, first.cost, "cost"));
  return `Beside the first: ${parts.join(", ")}`;
}
