// What the notebook's file keeps of a panel: put together here when the file is written.
//
// So the kernel need not publish the whole chat at every answer, and the page not draw it where nobody
// sees it. Where a page cannot do this, it does not say that it does, and the kernel publishes the output
// when nothing has happened for a while.

import { rewriting } from "../writing.js";

const BATCH = 12; // exchanges asked for at a time, of those that no view draws
const PAUSE = 600; // ms between two: a server drops what comes too fast

export class Saved {
  /**
   * @param {Model} model
   * @param {import("./chat.js").Chat} chat
   * @param {() => void} held called if this page writes the output
   */
  constructor(model, chat, held) {
    this.model = model;
    this.chat = chat;
    /** @type {any} */
    this.notebook = model.widget_manager?.context?.model;
    this.holds = Boolean(this.notebook?.toJSON && !this.notebook.collaborative);
    if (!this.holds) return;
    this.leave = rewriting(this.notebook, (output) => (this.isOurs(output) ? this.whole(output) : output));
    held();
    this.fill();
  }

  isOurs(output) {
    return output.metadata?.claude_nb?.panel === this.model.get("panel");
  }

  /** The kernel told of something new. */
  changed() {
    if (!this.holds) return;
    this.notebook.dirty = true;
    this.fill();
  }

  /** Have all pieces here before long, those too that nobody looks at. */
  fill() {
    clearTimeout(this.timer);
    const missing = this.chat.missing(this.model.get("turns"));
    if (!missing.length) return this.check();
    this.timer = setTimeout(() => {
      this.chat.want(missing.slice(-BATCH));
      this.fill();
    }, PAUSE);
  }

  /** A page that was loaded anew may have had a file of before. */
  check() {
    if (this.checked) return;
    this.checked = true;
    const text = (output) => [output.data["text/plain"]].flat().join("");
    const older = this.ours().some(([, output]) => text(output) !== text(this.whole(output)));
    if (older) this.notebook.dirty = true;
  }

  /** The outputs of this panel in the notebook, each with what replaces it. */
  ours() {
    const all = [...(this.notebook.cells ?? [])].flatMap(({ outputs }) =>
      Array.from({ length: outputs?.length ?? 0 }, (_, n) => [(made) => outputs.set(n, made), outputs.get(n).toJSON()]));
    return all.filter(([, output]) => this.isOurs(output));
  }

  /** The output with all that was said; as it is while a piece of that is missing. */
  whole(output) {
    const turns = this.model.get("turns");
    if (this.chat.missing(turns).length) return output;
    const { html, mime, chat } = this.model.get("frame");
    const parts = turns.map(([id]) => this.chat.get(id).saved);
    const said = parts.flatMap((part) => [part.asked, ...part.pages.flatMap((page, place) => [part.titles?.[place] ?? "", page])]);
    const data = { ...output.data, "text/html": [html[0], ...said, html[1]].join(""), "text/plain": parts.map((part) => part.text).join("\n\n") };
    delete data[mime];
    if (turns.length) data[mime] = { ...chat, turns: parts.map((part) => part.turn).filter(Boolean) };
    return { ...output, data };
  }

  /** The kernel is gone: what was said stands in the notebook itself, as it would in the file. */
  settle() {
    if (!this.holds) return;
    for (const [put, output] of this.ours()) put(this.whole(output));
  }

  close() {
    clearTimeout(this.timer);
    this.leave?.();
  }
}
