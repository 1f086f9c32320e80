// As much of a document as our scripts need where there is no browser.

class Element {
  constructor(name) {
    this.tagName = name.toUpperCase();
    this.nodeType = 1;
    this.attributes = new Map();
    this.children = [];
    this.listeners = new Map();
    this.hidden = false;
    this.textContent = "";
    this.value = "";
  }

  get id() {
    return this.attributes.get("id") ?? "";
  }

  set id(text) {
    this.attributes.set("id", text);
  }

  get isConnected() {
    return document.body.children.includes(this);
  }

  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }

  setAttribute(name, value) {
    this.attributes.set(name, String(value));
  }

  removeAttribute(name) {
    this.attributes.delete(name);
  }

  addEventListener(name, listener) {
    this.listeners.set(name, listener);
  }

  /** Do what the person does; returns whether the page then left it at that. */
  fire(name, details = {}) {
    let prevented = false;
    this.listeners.get(name)({ preventDefault: () => (prevented = true), stopPropagation() {}, ...details });
    return prevented;
  }

  append(...nodes) {
    this.children.push(...nodes);
  }

  appendChild(node) {
    this.append(node);
    return node;
  }

  replaceChildren(...nodes) {
    this.children = nodes;
  }

  get firstChild() {
    return this.children[0];
  }

  get classList() {
    return { toggle() {}, add() {}, remove() {} };
  }

  matches(names) {
    return names.split(", ").includes(this.tagName.toLowerCase());
  }

  querySelectorAll(names) {
    const within = this.children.filter((child) => child.tagName);
    return within.flatMap((child) => [...(child.matches(names) ? [child] : []), ...child.querySelectorAll(names)]);
  }

  scrollIntoView() {}

  select() {}
}

export const document = {
  body: new Element("body"),
  createElement: (name) => new Element(name),
  getElementById: (id) => document.body.children.find((node) => node.id === id) ?? null,
};
globalThis.document = document;

/** The scripts as pages get them: the joined module of `name`. */
export const page = (name) => import(`${process.env.CLAUDE_NB_PAGE}/${name}`);

/** Let everything that waits for a promise go on. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));
