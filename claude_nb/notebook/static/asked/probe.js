// Answers "is the page's part of anywidget alive, and which one is it?" over a comm of its own,
// which a kernel with subshells serves while a cell runs.

import { PROBE } from "constants";
import { connect } from "../comm.js";

/** @type {Widget} */
export default {
  async initialize({ model }) {
    try {
      /** @type {any} */
      const manager = model.widget_manager;
      const probe = model.get("probe"); // the model's own id
      const later = new Promise((resolve) => setTimeout(resolve, 300));
      const own = await Promise.race([manager.get_model(probe).catch(() => null), later]);
      const version = own?.constructor?.model_module_version ?? "";
      await connect(manager.kernel, PROBE, { probe, version });
    } catch {
      // the kernel hears nothing, and says so
    }
  },
};
