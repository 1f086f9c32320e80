// The handshake by which a page's part reaches the kernel.

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
