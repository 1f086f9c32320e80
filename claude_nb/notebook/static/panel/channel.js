// The way to the kernel that all views of one panel share.

import { Channel } from "../channel.js";

export class PanelChannel {
  /**
   * @param {Model} model
   * @param {() => void} lost called when the kernel that held the panel is gone
   */
  constructor(model, lost) {
    this.model = model;
    this.page = crypto.getRandomValues(new Uint32Array(2)).join("-");
    this.changes = 0;
    this.channel = new Channel(model, model.get("panel"));
    this.heed = (_, status) => /restarting|dead/.test(status) && lost();
    this.channel.kernel?.statusChanged?.connect(this.heed);
  }

  ask(wish, content = {}) {
    return this.channel.send({ do: wish, ...content });
  }

  /** The settings of the panel, or of one of its columns, as its controls reach them. */
  settings(column) {
    return {
      set: (values) => {
        this.ask("set", { values, column, page: this.page, change: ++this.changes });
        return this.changes;
      },
      // What is on the page is newer than what the kernel says, until it has heard of that change.
      ahead: (change) => change > (this.model.get("taken")[this.page] ?? 0),
    };
  }

  get busy() {
    return this.channel.kernel?.status === "busy";
  }

  close() {
    this.channel.kernel?.statusChanged?.disconnect(this.heed);
    this.channel.close();
  }
}
