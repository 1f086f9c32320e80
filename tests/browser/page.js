// What the page object asks of a JupyterLab or Notebook page; installed before the page's own
// scripts run. Everything goes through the application's public objects and commands.
window.rig = (() => {
  const app = () => window.jupyterapp;
  const panel = () => {
    const current = app()?.shell?.currentWidget;
    return current?.content?.widgets && current.sessionContext ? current : null;
  };
  const cell = (n) => panel().content.widgets[n];
  const runs = new Map();
  const states = [];
  let observer = null;

  return {
    connected() {
      const p = panel();
      const kernel = p?.context.isReady && p.isAttached && p.sessionContext.session?.kernel;
      return kernel?.connectionStatus === "connected";
    },
    idle: () => rig.connected() && panel().sessionContext.session.kernel.status === "idle",
    readable: () => Boolean(panel()?.context.isReady && panel().content.widgets.length),

    // Close what is open, with its kernel, so that nothing of it is seen or heard again.
    async close() {
      const open = app() ? [...app().shell.widgets("main")] : [];
      for (const widget of open.filter((each) => each.context)) {
        await widget.sessionContext?.shutdown();
        widget.dispose();
      }
      observer?.disconnect();
      runs.clear();
      states.length = 0;
    },
    async open(name) {
      await rig.close();
      await app().commands.execute("docmanager:open", { path: name });
    },

    // The same command as the toolbar's button.
    run(n) {
      panel().content.deselectAll();
      panel().content.activeCellIndex = n;
      runs.set(n, false);
      const settled = () => runs.set(n, true);
      app().commands.execute("notebook:run-cell").then(settled, settled);
    },
    ended: (n) => runs.get(n) === true,

    focused: (n) => cell(n).node.contains(document.activeElement),

    setSource: (n, text) => cell(n).model.sharedModel.setSource(text),
    outputs: (n) => cell(n).model.outputs.toJSON(),
    execute: async (command, args) => {
      await app().commands.execute(command, args);
    },

    // Choose a command in the palette, by its label; whether that was done, to be asked until it was.
    // Whatever command the page executes meanwhile closes the palette, so it may need opening again.
    choose(label) {
      const input = document.querySelector(".lm-CommandPalette-input");
      const item = () => document.querySelector(".lm-CommandPalette-item.lm-mod-active");
      if (!input?.checkVisibility()) {
        app().commands.execute("apputils:activate-command-palette");
      } else if (input.value !== label) {
        input.value = label;
        input.dispatchEvent(new Event("input", { bubbles: true }));
      } else if (item()?.textContent.includes(label)) {
        item().click();
        return true;
      }
      return false;
    },

    save: async () => {
      await panel().context.save();
    },
    interrupt: () => panel().sessionContext.session.kernel.interrupt(),

    // Record [milliseconds since 1970, characters shown] whenever the output of cell n changes.
    watch(n) {
      observer?.disconnect();
      states.length = 0;
      const node = cell(n).outputArea.node;
      const look = () => {
        const size = node.textContent.length;
        if (size !== states.at(-1)?.[1]) states.push([performance.timeOrigin + performance.now(), size]);
      };
      observer = new MutationObserver(look);
      observer.observe(node, { childList: true, subtree: true, characterData: true });
    },
    states: () => states,
  };
})();
