// What a page finds in Jupyter: a widget's model, and a kernel that takes comms.

export class Comm {
  constructor(target, started) {
    this.target = target;
    this.subshellStarted = started;
    this.sent = [];
    this.closed = false;
  }

  open(data) {
    this.opened = data;
  }

  send(data) {
    if (!this.opened) throw new Error("not open");
    if (this.closed) throw new Error("closed");
    this.sent.push(data);
    this.heard?.(data);
  }

  close() {
    this.closed = true;
  }
}

export class Kernel {
  constructor({ subshells = false } = {}) {
    this.supportsSubshells = subshells;
    this.comms = [];
    this.interrupts = 0;
    this.started = deferred();
  }

  createComm(target) {
    const comm = new Comm(target, this.started.promise);
    comm.heard = this.heard;
    this.comms.push(comm);
    return comm;
  }

  interrupt() {
    this.interrupts += 1;
  }
}

/** A promise, and what fulfils it. */
function deferred() {
  const made = {};
  made.promise = new Promise((resolve) => (made.resolve = resolve));
  return made;
}

export class Model {
  constructor(kernel, state = {}) {
    this.widget_manager = kernel && { kernel };
    this.state = { view: "view-1", interrupt: "never", ...state };
    this.sent = [];
    this.callbacks = [];
  }

  get(name) {
    return this.state[name];
  }

  on(event, callback) {
    if (event === "msg:custom") this.callbacks.push(callback);
  }

  send(content) {
    this.sent.push(content);
  }

  /** A message of the kernel arrives. */
  receive(content) {
    for (const callback of this.callbacks) callback(structuredClone(content));
  }
}
