// The way back to the kernel, of a live view and of a panel alike.

import { VIEW } from "constants";
import { connect } from "./comm.js";

const SHARED = "perCommTarget"; // JupyterLab's way to give channels to subshells, by default

/** Where the page's messages go: a comm of its own, or the widget's where there is none. */
export class Channel {
  /**
   * @param {Model} model
   * @param {string} view
   */
  constructor(model, view) {
    this.kernel = model.widget_manager?.kernel;
    /** @type {Promise<Comm | Model>} */
    this.comm = connect(this.kernel, VIEW, { view }).catch(() => model);
  }

  /** @param {object} data */
  async send(data) {
    try {
      (await this.comm).send(data);
    } catch {
      // the kernel is gone; what is on screen stays, and a panel says so by itself
    }
  }

  // The kernel has let go of the channel already. To close it here would delete the subshell that all
  // answers share, at times before it has handled what was sent: ipykernel complains in some cell.
  async close() {
    try {
      const comm = await this.comm;
      if ("close" in comm && comm.commsOverSubshells !== SHARED) comm.close();
    } catch {
      // closed from the other side
    }
  }
}
