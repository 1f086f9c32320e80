// What a reader does with answers in the page, saved or live: copy a block of code, follow a footnote.
//
// One set of listeners for the page, whoever brings it first: the front-end extension, a live view or
// a panel. Answers need none of it; their HTML holds no script and no button. Nothing is added to an
// answer but one button beside the block that is pointed at, or that has the focus.

const INSTALLED = Symbol.for("claude_nb.reading");
const SAID = 1500; // ms that the button says what it did
const EDGE = 6; // px between the block's corner and the button
const BUTTON = [
  `position:absolute;right:${EDGE}px;z-index:1;margin:0;padding:1px 8px;cursor:pointer`,
  "font:12px/1.6 var(--jp-ui-font-family,system-ui,sans-serif);border:1px solid #8888;border-radius:4px",
  "color:var(--jp-ui-font-color1,var(--vscode-foreground,CanvasText))",
  "background:var(--jp-layout-color1,var(--vscode-editor-background,Canvas))",
].join(";");

/**
 * Put text on the clipboard, also where the page has none: on plain http.
 * @param {string} text
 * @param {HTMLElement} place for what is selected then
 */
export async function copy(text, place) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text, place);
  }
}

/**
 * @param {string} text
 * @param {HTMLElement} place
 */
function copyBySelection(text, place) {
  const area = document.createElement("textarea");
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  area.value = text;
  area.style.cssText = "position:fixed;top:0;opacity:0";
  place.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    focused?.focus?.({ preventScroll: true });
  }
}

/** The block of an answer's code that a node is in; one that still grows has none. */
function blockOf(node) {
  const pre = node?.closest?.(".claude-nb pre");
  return pre?.querySelector(":scope > code") && !pre.closest(".claude-nb-block") ? pre : null;
}

/**
 * Whether a node was put into an answer here, and is none of its text.
 * @param {Node} node
 */
export const isOfThePage = (node) => INSTALLED in node;

/** The one button, and the block that it is beside. */
class CopyButton {
  constructor() {
    this.place = document.createElement("div"); // of no height, so that nothing moves
    this.place[INSTALLED] = true; // told from what an answer could look like
    this.place.style.cssText = "position:relative;height:0;margin:0";
    this.button = this.place.appendChild(document.createElement("button"));
    this.button.type = "button";
    this.button.ariaLive = "polite";
    this.button.addEventListener("click", (event) => {
      event.stopPropagation();
      this.copy();
    });
  }

  /** @param {HTMLElement | null} pre none: hide it */
  show(pre) {
    if (pre === this.pre && (!pre || this.place.isConnected)) return;
    this.pre = pre;
    if (!pre) return this.place.remove();
    this.say("Copy");
    pre.after(this.place);
    const above = pre.getBoundingClientRect().top - this.place.getBoundingClientRect().top;
    this.button.style.cssText = `${BUTTON};top:${above + EDGE}px`;
  }

  /** @param {string} text */
  say(text) {
    clearTimeout(this.timer);
    this.button.textContent = text;
    this.button.title = "Copy this code";
  }

  async copy() {
    const text = this.pre?.querySelector("code")?.textContent ?? "";
    const done = await copy(text.replace(/\n$/, ""), this.place); // pasted into a terminal, it waits for Enter
    this.say(done ? "Copied" : "Not copied");
    this.timer = setTimeout(() => this.say("Copy"), SAID);
  }
}

/**
 * Go to the note, or back, within the same answer: the page may show it twice, and an application
 * may have renamed its ids, or take a new address for a command.
 * @param {Event} event
 */
function follow(event) {
  const target = /** @type {Element} */ (event.target);
  const link = /** @type {HTMLAnchorElement | null} */ (target.closest?.('.claude-nb a[href^="#claude-nb-"]'));
  const id = link?.hash.slice(1);
  /** @type {NodeListOf<HTMLElement> | undefined} */
  const named = link?.closest(".claude-nb")?.querySelectorAll("[id], [data-jupyter-id]");
  const found = [...(named ?? [])].find((node) => node.id === id || node.dataset.jupyterId === id);
  if (!found) return;
  event.preventDefault();
  event.stopPropagation();
  found.tabIndex = -1;
  found.scrollIntoView({ block: "nearest" });
  found.focus({ preventScroll: true });
}

/**
 * What has the focus in an answer takes its keys: in a notebook's command mode "b" would insert a cell,
 * "x" cut this one, and Enter would not open what is folded.
 * @param {KeyboardEvent} event
 */
function keepKeys(event) {
  const target = /** @type {Element} */ (event.target);
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  const typed = event.key.length === 1 || (event.key === "Enter" && !event.shiftKey);
  const focused = target.closest?.(".claude-nb :is(summary, a, button, pre, table)");
  if (typed && !modified && focused && !focused.closest(".claude-nb-panel")) event.stopPropagation(); // a panel hears its own
}

/** Serve the readers of this page, once. */
export function serveReaders() {
  if (globalThis[INSTALLED]) return;
  globalThis[INSTALLED] = true;
  const button = new CopyButton();
  const at = (node) => (button.place.contains(node) ? button.pre : blockOf(node));
  let pointed = null; // the block under the pointer; an application may move the focus while one clicks
  let focused = null;
  document.addEventListener("pointerover", (event) => button.show((pointed = at(event.target)) ?? focused));
  document.addEventListener("focusin", (event) => button.show((focused = at(event.target)) ?? pointed));
  document.addEventListener("click", follow, true);
  window.addEventListener("keydown", keepKeys, true); // before the application, which listens at the document
}
