// How a page's part reaches the kernel, and is reached by it.

const NOTHING = { content: { data: { method: "nothing" } } };

/**
 * Open a comm that the kernel serves while a cell runs: on ipykernel 7, once its subshell is there.
 * The widget's own comm is not served then.
 * @param {any} kernel none and strange ones throw
 * @param {string} target
 * @param {object} data
 */
export async function connect(kernel, target, data) {
  /** @type {Comm} */
  const comm = kernel.createComm(target);
  if (kernel.supportsSubshells) await comm.subshellStarted;
  comm.open(data);
  return comm;
}

/**
 * Let what the kernel tells a widget reach it, however late it began. anywidget gives a page two seconds
 * for that. Where it took longer, as in a page with much in it, no message is handed on any more: an
 * answer would stay empty to its end, and a panel deaf. So what comes is then taken past it.
 * @param {Model} model
 */
export async function hearLate(model) {
  try {
    const whole = await model.widget_manager?.get_model(model.get("model"));
    try {
      await whole._handle_comm_msg(NOTHING); // ends with the two seconds, or when all has begun
    } catch {
      const heard = Object.getPrototypeOf(Object.getPrototypeOf(whole))._handle_comm_msg;
      whole.comm.on_msg((message) => heard.call(whole, message));
      whole.comm.send({ method: "request_state" }); // what changed meanwhile was lost
    }
  } catch {
    // another front end, which has no such limit
  }
}
