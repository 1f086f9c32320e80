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

    // The same command as the toolbar's button.
    run(n) {
      panel().content.deselectAll();
      panel().content.activeCellIndex = n;
      runs.set(n, false);
      const settled = () => runs.set(n, true);
      app().commands.execute("notebook:run-cell").then(settled, settled);
    },
    ended: (n) => runs.get(n) === true,

    setSource: (n, text) => cell(n).model.sharedModel.setSource(text),
    outputs: (n) => cell(n).model.outputs.toJSON(),
    execute: async (command, args) => {
      await app().commands.execute(command, args);
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
