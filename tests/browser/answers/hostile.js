// Looks for any effect that an answer could have had on its page, touches everything in it, and
// looks again. `hostile()` gives a list of findings, each beginning with its kind; [] is well.
window.hostile = async () => {
  const TAGS = new Set(
    ("A ASIDE B BLOCKQUOTE BR CODE DD DETAILS DFN DIV DL DT EM FOOTER H1 H2 H3 H4 H5 H6 HR I INPUT KBD LI " +
      "MARK OL P PRE S SAMP SMALL SPAN STRONG SUB SUMMARY SUP TABLE TBODY TD TH THEAD TR UL").split(" "),
  );
  const ATTRIBUTES = new Set(["href", "target", "rel", "align", "start", "open", "class", "style", "tabindex"]);
  const BOX = new Set(["type", "disabled", "checked", "aria-label"]);
  const OWN = /^claude-nb-[0-9a-f]{12}-[nr]\d+$/;
  const CLASSES = new Set(["numbering-entry", "mathjax_process tex2jax_process", "claude-nb-call"]); // of headings, formulas, tools
  const OURS = ".claude-nb-live, .claude-nb-dot, .claude-nb-live button, .claude-nb-block, .claude-nb-live > .claude-nb-part, .claude-nb-live > details, .claude-nb-live > .claude-nb-end";
  const BUTTON = Symbol.for("claude_nb.reading");
  const UNBOXED = '<div hidden="hidden"><table class="dataframe"></table></div>'; // ours, at the end of each answer
  const SCHEMES = new Set(["http:", "https:", "mailto:"]);
  const found = new Set();
  const commands = [];
  const answers = () => [...document.querySelectorAll(".claude-nb, .mathjax_ignore")];
  const inside = () => answers().flatMap((answer) => [...answer.querySelectorAll("*")]);
  const typeset = (node) => node.closest("mjx-container");
  const button = (node) => (node[BUTTON] ?? node.parentNode?.[BUTTON]) === true; // no markup can have that

  const unboxed = (node) => node.closest(".mathjax_ignore > div:last-child")?.outerHTML === UNBOXED;

  const attributes = (node) => {
    if (node.tagName === "INPUT" && !(node.type === "checkbox" && node.disabled)) found.add("input");
    for (const { name, value } of node.attributes) {
      if (name === "id" || name === "data-jupyter-id") {
        if (!OWN.test(value) || !/^(SUP|ASIDE)$/.test(node.tagName)) found.add(`id ${value}`);
        continue;
      }
      if (node.tagName === "INPUT" && BOX.has(name)) continue;
      if (node.tagName === "SUP" && name === "title") continue; // the words that a source is quoted with
      if (!ATTRIBUTES.has(name)) found.add(`attribute ${name}=${value.slice(0, 40)} on ${node.tagName}`);
      if (name === "class" && value && !CLASSES.has(value))
        found.add(`attribute class=${value} on ${node.tagName}`);
    }
  };
  /** Whether a link leads to a note of the answer that it stands in, or back. */
  const inner = (link) => {
    const marked = [...link.closest(".claude-nb").querySelectorAll("[id], [data-jupyter-id]")];
    return marked.some((node) => OWN.test(link.hash.slice(1)) && [node.id, node.dataset.jupyterId].includes(link.hash.slice(1)));
  };
  const look = () => {
    const ids = inside().map((node) => node.id).filter((id) => OWN.test(id));
    if (new Set(ids).size < ids.length) found.add("ids twice");
    for (const flag of ["__struck", "__pwned"]) if (flag in window) found.add(`script ${flag}`);
    for (const node of inside()) {
      const { position } = getComputedStyle(node);
      const stays = node.matches(".claude-nb-live > footer"); // Stop
      if (position === "fixed" || (position === "sticky" && !stays)) found.add(`position ${position} ${node.tagName}`);
      const here = node.hash && node.href === location.href.split("#")[0] + node.hash;
      if (here ? !inner(node) : node.href && !SCHEMES.has(node.protocol)) found.add(`link ${node.href}`);
      if (button(node) || typeset(node) || node.matches(OURS) || unboxed(node)) continue;
      if (!TAGS.has(node.tagName)) found.add(`element ${node.tagName}`);
      attributes(node);
    }
    if (document.querySelector(".jp-Dialog")) found.add("dialog");
    if (!(document.body instanceof HTMLBodyElement)) found.add("clobbered body");
    if (typeof document.getElementById !== "function") found.add("clobbered getElementById");
    if (typeof document.cookie !== "string") found.add("clobbered cookie");
    if (document.baseURI !== location.href.split("#")[0]) found.add(`base ${document.baseURI}`);
    overlays();
  };
  const overlays = () => {
    for (let x = 15; x < innerWidth; x += 30)
      for (let y = 15; y < innerHeight; y += 30) {
        const answer = document.elementFromPoint(x, y)?.closest?.(".claude-nb");
        const frame = answer?.closest(".jp-OutputArea-output, .jp-OutputArea-child, .jp-OutputArea")?.getBoundingClientRect();
        if (frame && (x < frame.left - 1 || x > frame.right + 1 || y < frame.top - 1 || y > frame.bottom + 1))
          found.add(`overlay at ${x},${y}`);
      }
  };
  const touch = async () => {
    const stay = (event) => event.target.closest?.("a") && event.preventDefault();
    document.addEventListener("click", stay);
    for (const node of inside()) {
      if (node.matches(".claude-nb-live button")) continue;
      for (const type of ["pointerover", "mouseover", "mouseenter", "mousemove", "focus", "mousedown", "mouseup", "click"])
        node.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, view: window }));
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    document.removeEventListener("click", stay);
  };

  window.jupyterapp?.commands.commandExecuted.connect((_, { id }) => commands.push(id));
  look();
  await touch();
  look();
  for (const id of commands) found.add(`command ${id}`);
  return [...found];
};
