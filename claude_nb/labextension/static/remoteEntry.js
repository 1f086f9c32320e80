// The front-end extension, written by hand for JupyterLab 4 and Notebook 7: no build step, no Node.
// It colours %%claude cells as Markdown, adds three commands, puts answers back into a reloaded page, tells
// a question the cells that it asks for, and lets changes to cells be accepted. All works without it.
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
  const VIEWS = Symbol.for("claude_nb.views"); // where live views put themselves; no markup can
  const PATIENCE = 1000; // ms that an idle kernel has to say whether it knows %claude
  const SCRIPT = /** @type {HTMLScriptElement | null} */ (document.currentScript)?.src; // known now only
  const STYLE = SCRIPT && new URL("answer.css", SCRIPT).href;
  const ANSWERS = "claude_nb.answers"; // the comm target at which a kernel tells its answers
  const WIDGET = "application/vnd.jupyter.widget-view+json";
  const MARK = /^[0-9a-f]{32}$/; // a kernel hears no page out that says another
  const CELLS = "claude_nb.cells"; // the comm target at which a page is asked for its notebook's cells
  const MOST_CELLS = 400; // next to the one that asks
  const MOST_OUTPUTS = 20; // of a cell
  const MOST_TEXT = 40_000; // characters of a source or an error, from either end
  const MOST_SHOWN = 15_000; // of any other output: a kernel shows less of it
  const MOST_PICTURE = 14_000_000; // characters of base64
  const MOST_TOLD = 4_000_000; // characters in all
  const MOST_WITH_PICTURES = 20_000_000;
  const PICTURE = /^image\/(png|jpeg|gif|webp)$/;
  const ASKS = /^\s*%%claude(?!\w)|^\s*%claude\s/m; // a cell with a prompt
  const MOST = 10_000; // cells, of which a kernel hears
  const LONGEST = 100_000; // characters of each
  const SOON = 400; // ms in which an output that shows a new view comes by itself
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
    readers();
    const tracker = await service(app, "@jupyterlab/notebook", "INotebookTracker");
    if (!tracker) return; // a page without notebooks, like Notebook's list of files
    addCommands(app, tracker, await service(app, "@jupyterlab/apputils", "ICommandPalette"));
    followAnswers(tracker);
    followChanges(tracker);
    await loadLanguages(app);
    followNotebooks(tracker);
  });

  /** Copy buttons and footnotes, also for answers that were saved before this page was there. */
  const readers = guard(async function readers() {
    (await import(new URL("reading.js", SCRIPT).href)).serveReaders();
  });

  let toldChanges; // takes the changes to cells that a kernel tells
  const followChanges = guard(async function followChanges(tracker) {
    const { serveChanges } = await import(new URL("changing.js", SCRIPT).href);
    toldChanges = serveChanges(tracker, { kernelOf, isLoaded, say });
  });

  /** An editor shows whichever language was loaded last, so both are, before any cell changes. */
  const loadLanguages = guard(async function loadLanguages(app) {
    const languages = await service(app, "@jupyterlab/codemirror", "IEditorLanguageRegistry");
    await Promise.all([MARKDOWN, PYTHON].map((type) => languages?.getLanguage(type)));
  });

  /** The look of answers, once for the page; a saved answer carries next to none of it. */
  const addStyle = guard(function addStyle() {
    if (!STYLE) return;
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: STYLE }));
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
        return runningViews(tracker).length > 0;
      },
      function stop() {
        runningViews(tracker).forEach((view) => view.stop());
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
    return cell?.model.type === "code" && outputsOf(cell.model).some(({ type }) => type === "error");
  }

  /** The live views of the notebook's own kernel. What an output only looks like is never asked. */
  function runningViews(tracker) {
    const kernel = tracker.currentWidget?.sessionContext.session?.kernel?.id;
    const views = kernel ? [...(globalThis[VIEWS]?.values() ?? [])] : [];
    return views.filter((view) => view.runsOn(kernel));
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
    const kernel = kernelOf(panel);
    const said = kernel?.status === "idle" ? await isLoaded(kernel) : undefined;
    return said ?? mentionsClaude(panel);
  }

  /** Whether the kernel says that it has %claude; undefined if it says nothing for a while. */
  async function isLoaded(kernel) {
    const asked = kernel.requestInspect({ code: "%claude", cursor_pos: 7, detail_level: 0 });
    const reply = await Promise.race([asked.catch(() => undefined), wait(PATIENCE)]);
    return reply && reply.content.found === true;
  }

  const mentionsClaude = (panel) => panel.content.widgets.some((cell) => LOADED.test(cell.model.sharedModel.getSource()));

  // Answers that the page has lost: it was reloaded, or closed, or the output was cleared. The kernel
  // has them. What is put into a notebook came from its kernel, as an output of a cell does.

  const followAnswers = guard(function followAnswers(tracker) {
    const views = (globalThis[VIEWS] ??= new Map());
    views.told = guard(function told(change, store) {
      const mark = store.model.get("mark");
      if (!mark) return;
      const panels = [];
      tracker.forEach((panel) => concerns(panel, store, mark) && panels.push(panel));
      for (const panel of panels) {
        if (change === "begun") setTimeout(() => begun(panel, mark), SOON);
        else if (store.shown && !marked(panel, mark).length) say(panel, { have: [mark] });
        else fetchLost(panel, [mark], [mark]); // a view has ended: if the answer has not, there are others
      }
    });
    views.waiting = guard((kernel) => waiting(tracker, kernel), null);
    on(tracker.widgetAdded, (_, panel) => followPages(panel));
    tracker.forEach(followPages);
  });

  /** The cells that were sent to a kernel, run or wait there, and ask; long ones without their end. */
  function waiting(tracker, kernel) {
    const cells = [];
    tracker.forEach((panel) => {
      if (kernelOf(panel)?.id === kernel) cells.push(...codeCells(panel).filter(isSent));
    });
    return cells.slice(0, MOST).map(({ id, sharedModel }) => {
      const source = sharedModel.getSource();
      return { id, source: source.slice(0, LONGEST), missing: Math.max(0, source.length - LONGEST) };
    });
  }

  const isSent = ({ executionState, sharedModel }) =>
    executionState === "running" && ASKS.test(sharedModel.getSource());

  /** Whether a view is this notebook's; others on its kernel may have cells of the same ids. */
  function concerns(panel, store, mark) {
    if (kernelOf(panel)?.id !== store.channel.kernel?.id) return false;
    return store.model.widget_manager?.context === panel.context || marked(panel, mark).length > 0;
  }

  const asked = new WeakMap(); // marks by panel

  /** A view of an answer has begun that no output shows: ask once, for a view that comes of it begins too. */
  const begun = guard(function begun(panel, mark) {
    const known = asked.get(panel) ?? new Set();
    if (known.has(mark) || showsLive(panel, mark)) return;
    asked.set(panel, known.add(mark));
    fetchLost(panel, marked(panel, mark).length ? [mark] : []); // or its cell is here, or it is not ours
  });

  /** A page that comes to its kernel, for the first time or again, asks for what it missed. */
  const followPages = guard(async function followPages(panel) {
    const session = panel.sessionContext;
    await panel.context.ready;
    const connected = guard(async function connected(_, status) {
      const kernel = kernelOf(panel);
      if (status !== "connected" || !kernel) return;
      serveCells(panel, kernel);
      const soon = (await toldSoon(kernel)) ? await isLoaded(kernel) : undefined;
      if (soon ?? mentionsClaude(panel)) fetchLost(panel, unfinished(panel));
    });
    on(session.connectionStatusChanged, connected);
    connected(session, kernelOf(panel)?.connectionStatus);
  });

  /**
   * Wait until the page knows what the kernel can do; whether it said so at once. One that is busy says it
   * on its control channel only; untold, a page believes that nothing is served while a cell runs.
   */
  const toldSoon = guard(async function toldSoon(kernel) {
    const known = kernel.info.then(() => true);
    if (await Promise.race([known, wait(PATIENCE)])) return true;
    if (!kernel.sendControlMessage) return false;
    kernel.sendShellMessage = (message, ...rest) => kernel.sendControlMessage({ ...message, channel: "control" }, ...rest);
    try {
      kernel.requestKernelInfo();
    } finally {
      delete kernel.sendShellMessage;
    }
    await Promise.race([known, wait(10 * PATIENCE)]);
    return false;
  });

  const kernelOf = (panel) => panel.sessionContext.session?.kernel;
  const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));
  function markOf(output) {
    const mark = output.metadata?.claude_nb?.unfinished;
    return typeof mark === "string" && MARK.test(mark) ? mark : undefined;
  }

  const codeCells = (panel) => [...(panel.content.model?.cells ?? [])].filter((cell) => cell.type === "code");
  const outputsOf = ({ outputs }) => Array.from({ length: outputs.length }, (_, place) => outputs.get(place));
  const marked = (panel, mark) =>
    codeCells(panel).flatMap((cell) =>
      outputsOf(cell).flatMap((output, place) => (markOf(output) === mark ? [{ cell, place, output }] : [])));

  /** The answers that outputs show as unfinished, by their marks. */
  const unfinished = (panel) => [...new Set(codeCells(panel).flatMap(outputsOf).map(markOf).filter(Boolean))];

  /** Whether an output shows the answer, by a widget that this page has. */
  function showsLive(panel, mark) {
    const models = new Set([...globalThis[VIEWS].values()].map((store) => store.model.get("model")));
    return marked(panel, mark).some(({ output }) => models.has(output.data[WIDGET]?.model_id));
  }

  /** Ask for lost answers; of those with `ended` marks only for how they ended, never for a view. */
  const fetchLost = guard(function fetchLost(panel, marks, ended = []) {
    const cells = codeCells(panel).map((cell) => cell.id);
    const live = unfinished(panel).filter((mark) => showsLive(panel, mark));
    return say(panel, { cells, marks, live: [...new Set([...live, ...ended])] });
  });

  // For each kernel one for each notebook, which alone gets the answers. They stay open: to close one
  // would end what serves them all.
  const comms = new WeakMap();

  const say = guard(async function say(panel, wish) {
    const kernel = kernelOf(panel);
    const opened = comms.get(kernel) ?? new WeakMap();
    comms.set(kernel, opened);
    let comm = opened.get(panel);
    if (!comm || comm.isDisposed) {
      comm = kernel.createComm(ANSWERS);
      opened.set(panel, comm);
      if (kernel.supportsSubshells) await comm.subshellStarted;
      comm.onClose = () => opened.delete(panel);
      comm.onMsg = guard((message) => receive(panel, message.content.data));
      comm.open();
    }
    comm.send(wish);
  });

  const receive = guard(function receive(panel, { answers, changes }) {
    toldChanges?.(panel, changes ?? []);
    const have = answers.filter((answer) => put(panel, answer)).map((answer) => answer.mark);
    if (have.length) say(panel, { have });
  });

  /** Put an answer where it belongs; whether the notebook needs nothing more of it. */
  function put(panel, { mark, cell: id, number, count, data, metadata }) {
    const output = { output_type: "display_data", data, metadata };
    const places = marked(panel, mark);
    for (const { cell, place } of places) cell.outputs.set(place, output); // before any is trusted
    for (const { cell } of places) trust(cell, places.filter((each) => each.cell === cell).length);
    const cell = codeCells(panel).find((each) => each.id === id);
    if (!places.length && cell && !ranSince(cell, number, count)) {
      if (cell.executionCount !== number) cell.outputs.clear();
      cell.executionCount = number;
      trust(cell, 0);
      if (!holds(cell, data)) cell.outputs.add(output);
    }
    return !data[WIDGET] && (places.length > 0 || cell !== undefined);
  }

  /** Let a widget show in a cell of a file that nobody trusts yet, if all that it holds are so many of ours. */
  function trust(cell, ours) {
    if (cell.outputs.length === ours) cell.trusted = true;
  }

  /** Whether the cell was run by this kernel after it asked; a higher count is another kernel's. */
  const ranSince = (cell, number, count) => cell.executionCount > number && cell.executionCount <= count;
  const holds = (cell, data) =>
    outputsOf(cell).some((output) => String(output.data?.["text/plain"]) === data["text/plain"]);

  // What a question sees. The kernel asks while the question's cell runs, and the page with that cell
  // tells its cells as they stand there: written or run, saved or not. Which are sent, the kernel decides.

  const serveCells = guard(function serveCells(panel, kernel) {
    const asked = guard(function cellsAsked(comm, message) {
      comm.onMsg = guard(({ content }) => void tellCells(panel, kernel, content.data));
      void tellCells(panel, kernel, message.content.data); // not awaited: all messages would wait
    });
    kernel.registerCommTarget(CELLS, asked);
  });

  const answering = new WeakMap(); // comms by kernel; they stay open, as those above

  const tellCells = guard(async function tellCells(panel, kernel, wish) {
    const cells = [...(panel.content.model?.cells ?? [])];
    const at = cells.findIndex(({ id }) => id === wish.cell);
    if (at < 0) return; // another notebook of this kernel asks
    const comm = await answeringComm(kernel);
    comm.send({ ask: wish.ask, at, cells: cellsNear(cells, at, wish) });
  });

  /** A comm of the page's own: on one that a running cell opened, it is heard after that cell only. */
  async function answeringComm(kernel) {
    const known = answering.get(kernel);
    if (known && !known.isDisposed) return known;
    const comm = kernel.createComm(CELLS);
    answering.set(kernel, comm);
    if (kernel.supportsSubshells) await comm.subshellStarted;
    comm.open();
    return comm;
  }

  /** The cells next to the one that asks, or the one that is wished, in order, as far as there is room. */
  function cellsNear(cells, at, { all, pictures, only }) {
    const isWished = (place) => (only ? place === only - 1 : place < at || (all && place > at));
    const places = [...cells.keys()].filter(isWished);
    places.sort((one, other) => Math.abs(one - at) - Math.abs(other - at));
    const found = [];
    let room = pictures ? MOST_WITH_PICTURES : MOST_TOLD;
    for (const place of places.slice(0, MOST_CELLS)) {
      const each = toldCell(cells[place], place, pictures);
      room -= JSON.stringify(each).length;
      if (room < 0) break;
      found.push(each);
    }
    return found.sort((one, other) => one.place - other.place);
  }

  function toldCell(cell, place, pictures) {
    const tags = cell.sharedModel.getMetadata?.("tags") ?? [];
    const outputs = cell.type === "code" ? outputsOf(cell).slice(0, MOST_OUTPUTS) : [];
    return {
      id: cell.id,
      kind: cell.type,
      source: ends(cell.sharedModel.getSource()),
      outputs: outputs.map((output) => toldOutput(output.toJSON(), pictures)),
      tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string").slice(0, 100) : [],
      number: cell.type === "code" ? cell.executionCount : null,
      place: place + 1,
    };
  }

  function toldOutput({ output_type, text, data, metadata, ename, evalue, traceback }, pictures) {
    if (output_type === "stream") return { output_type, text: ends(joined(text), MOST_SHOWN) };
    if (output_type === "error") {
      const whole = Array.isArray(traceback) ? traceback.join("\n") : "";
      return { output_type, ename: ends(joined(ename)), evalue: ends(joined(evalue)), traceback: [ends(whole)] };
    }
    const kinds = Object.entries(data ?? {}).map(([kind, value]) => [kind, toldData(kind, value, pictures)]);
    return { output_type, data: Object.fromEntries(kinds), metadata: metadata?.claude_nb ? { claude_nb: {} } : {} };
  }

  function toldData(kind, value, pictures) {
    const text = joined(value);
    if (PICTURE.test(kind)) return pictures && text.length <= MOST_PICTURE ? text : "";
    return kind.startsWith("text/") ? ends(text, MOST_SHOWN) : "";
  }

  const joined = (value) => (Array.isArray(value) ? value.join("") : typeof value === "string" ? value : "");
  const ends = (text, most = MOST_TEXT) =>
    text.length <= 2 * most ? text : `${text.slice(0, most)}\n[…]\n${text.slice(-most)}`;

  const plugin = {
    id: `${NAME}:plugin`,
    description: "Colours %%claude cells as Markdown and adds Claude commands to the palette.",
    autoStart: true,
    activate: guard(function activate(app) {
      addStyle();
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
