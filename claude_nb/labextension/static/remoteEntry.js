// The front-end extension, written by hand for JupyterLab 4 and Notebook 7: no build step, no Node.
// It colours %%claude cells as Markdown and adds three commands. Everything works without it.
//
// The page loads this file as a module-federation container. The plugin asks for no service when it
// is registered and nobody waits for its start, so that it cannot hold the page up; what it needs it
// looks up afterwards. Whatever the page calls back is wrapped in `guard`: a mistake in here, or an
// application that has changed, costs the colours or a command, and never the page.
(() => {
  "use strict";
  const NAME = "claude-nb";
  const MARKDOWN = "text/x-ipythongfm";
  const PYTHON = "text/x-ipython";
  const CLAUDE_CELL = /^\s*%%claude(?!\w)/;
  const LOADED = /^\s*%(?:re)?load_ext\s+claude_nb\b/m;
  const STOP = ".claude-nb-live button:not(:disabled)";
  const PATIENCE = 1000; // ms that an idle kernel has to say whether it knows %claude
  let scope = {}; // what the application shares: {module: {version: {get, loaded}}}

  const warn = (error) => console.warn(`${NAME}: switched off in part:`, error);

  /** Wrap a callback so that what it throws, now or later, is a warning, and `fallback` its value. */
  const guard = (callback, fallback) => (...values) => {
    const failed = (error) => {
      warn(error);
      return fallback;
    };
    try {
      const result = callback(...values);
      return result instanceof Promise ? result.catch(failed) : result;
    } catch (error) {
      return failed(error);
    }
  };

  const on = (signal, callback) => signal.connect(guard(callback));

  /** Return a service of the application, or null where there is none. */
  const service = guard(async function service(app, module, name) {
    const versions = Object.values(scope[module] ?? {});
    const shared = versions.find((version) => version.loaded) ?? versions[0];
    const token = shared && (await shared.get())()[name];
    return token ? app.resolveOptionalService(token) : null;
  }, null);

  const start = guard(async function start(app) {
    await app.started;
    const tracker = await service(app, "@jupyterlab/notebook", "INotebookTracker");
    if (!tracker) return; // a page without notebooks, like Notebook's list of files
    addCommands(app, tracker, await service(app, "@jupyterlab/apputils", "ICommandPalette"));
    await loadLanguages(app);
    followNotebooks(tracker);
  });

  /** An editor shows whichever language was loaded last, so both are, before any cell changes. */
  const loadLanguages = guard(async function loadLanguages(app) {
    const languages = await service(app, "@jupyterlab/codemirror", "IEditorLanguageRegistry");
    await Promise.all([MARKDOWN, PYTHON].map((type) => languages?.getLanguage(type)));
  });

  // Colours.

  const followNotebooks = guard(function followNotebooks(tracker) {
    on(tracker.widgetAdded, function widgetAdded(_, panel) {
      followNotebook(panel.content);
    });
    tracker.forEach((panel) => followNotebook(panel.content));
  });

  const followNotebook = guard(function followNotebook(notebook) {
    const coloured = new WeakSet(); // cells whose colours are ours, and ours to take back
    const seen = new WeakSet();
    const followCell = guard(function followCell(cell) {
      if (cell.type !== "code" || seen.has(cell)) return;
      seen.add(cell);
      on(cell.mimeTypeChanged, function typeChanged() {
        colour(notebook, cell, coloured); // the application sets it anew when a kernel answers
      });
      on(cell.sharedModel.changed, function sourceChanged(_, change) {
        if (change.sourceChange) colour(notebook, cell, coloured);
      });
      colour(notebook, cell, coloured);
    });
    const followModel = guard(function followModel() {
      if (!notebook.model) return;
      for (const cell of notebook.model.cells) followCell(cell);
      on(notebook.model.cells.changed, function cellsChanged(_, change) {
        for (const cell of change.newValues) followCell(cell);
      });
    });
    on(notebook.modelChanged, followModel);
    followModel();
  });

  const colour = guard(function colour(notebook, cell, coloured) {
    const usual = notebook.codeMimetype;
    const prompt = usual === PYTHON && CLAUDE_CELL.test(cell.sharedModel.getSource());
    if (prompt && cell.mimeType !== MARKDOWN) {
      coloured.add(cell);
      cell.mimeType = MARKDOWN;
    } else if (!prompt && coloured.delete(cell)) {
      cell.mimeType = usual;
    }
  });

  // Commands.

  const addCommands = guard(function addCommands(app, tracker, palette) {
    const add = guard(function add(id, label, caption, enabled, execute) {
      const isEnabled = guard(enabled, false);
      app.commands.addCommand(id, { label, caption, isEnabled, execute: guard(execute) });
      palette?.addItem({ command: id, category: "Claude" });
    });
    add(
      `${NAME}:fix`,
      "Ask Claude about this error",
      "Put %claude fix into a new cell below and run it: it explains the last error and mends it",
      function fixEnabled() {
        return inPython(tracker) && hasError(tracker.activeCell);
      },
      function fix() {
        return ask(app, tracker, "%claude fix");
      },
    );
    add(
      `${NAME}:panel`,
      "Open Claude panel",
      "Put %claude panel into a new cell below and run it",
      function panelEnabled() {
        return inPython(tracker);
      },
      function panel() {
        return ask(app, tracker, "%claude panel");
      },
    );
    add(
      `${NAME}:stop`,
      "Stop Claude's answer",
      "Stop the answers that stream into this notebook; what has come is kept",
      function stopEnabled() {
        return stopButtons(tracker).length > 0;
      },
      function stop() {
        stopButtons(tracker).forEach((button) => button.click());
      },
    );
    function stateChanged() {
      for (const name of ["fix", "panel", "stop"]) app.commands.notifyCommandChanged(`${NAME}:${name}`);
    }
    on(tracker.activeCellChanged, stateChanged);
    on(tracker.currentChanged, stateChanged);
  });

  const inPython = (tracker) => tracker.currentWidget?.content.codeMimetype === PYTHON;

  function hasError(cell) {
    const outputs = cell?.model.type === "code" ? cell.model.outputs : null;
    for (let n = 0; n < (outputs?.length ?? 0); n++) if (outputs.get(n).type === "error") return true;
    return false;
  }

  function stopButtons(tracker) {
    const cells = tracker.currentWidget?.content.widgets ?? [];
    return cells.flatMap((cell) => [...cell.node.querySelectorAll(STOP)]);
  }

  /** Insert a cell below the active one and run it, unless the person has gone elsewhere by then. */
  async function ask(app, tracker, line) {
    const panel = tracker.currentWidget;
    await app.commands.execute("notebook:insert-cell-below");
    const cell = tracker.activeCell;
    cell.model.sharedModel.setSource(line);
    if (!(await knowsClaude(panel))) cell.model.sharedModel.setSource(`%load_ext claude_nb\n${line}`);
    if (tracker.currentWidget === panel && tracker.activeCell === cell) {
      panel.content.deselectAll();
      await app.commands.execute("notebook:run-cell");
    }
  }

  /** Whether the kernel has %claude; a busy one is not asked, the cells above tell instead. */
  async function knowsClaude(panel) {
    const kernel = panel.sessionContext.session?.kernel;
    if (kernel?.status === "idle") {
      const asked = kernel.requestInspect({ code: "%claude", cursor_pos: 7, detail_level: 0 });
      const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
      const reply = await Promise.race([asked.catch(() => undefined), late]);
      if (reply) return reply.content.found === true;
    }
    return panel.content.widgets.some((cell) => LOADED.test(cell.model.sharedModel.getSource()));
  }

  const plugin = {
    id: `${NAME}:plugin`,
    description: "Colours %%claude cells as Markdown and adds Claude commands to the palette.",
    autoStart: true,
    activate: guard(function activate(app) {
      start(app); // not awaited: the page waits for nothing of ours
    }),
  };

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB[NAME] = {
    init: guard(function init(shared) {
      scope = shared ?? {};
    }),
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
