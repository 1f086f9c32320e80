// What our scripts use of Jupyter and anywidget, and the constants that Python gives them.

declare module "constants" {
  export const ANSWERS: string;
  export const CELLS: string;
  export const CENTS: number;
  export const EFFORTS: string[];
  export const FORMULA: string;
  export const DONE: string;
  export const FAILED: string;
  export const OPEN: string;
  export const RUNS: string;
  export const GONE: string;
  export const IGNORED: string;
  export const KEY: string;
  export const PART: number;
  export const PAUSE: number;
  export const PROBE: string;
  export const STYLE: string;
  export const UNFINISHED: string;
  export const VIEW: string;
}

type Operation = [kind: string, ...values: any[]]; // see operations.py

interface Window {
  _JUPYTERLAB?: Record<string, unknown>; // where front-end extensions put themselves
}

interface Signal<Values> {
  connect(slot: (sender: unknown, values: Values) => void): void;
  disconnect(slot: (sender: unknown, values: Values) => void): void;
}

interface Comm {
  commsOverSubshells?: string;
  subshellStarted?: Promise<void>;
  open(data: object): unknown;
  send(data: object): unknown;
  close(): unknown;
}

interface Kernel {
  id?: string;
  status?: string;
  statusChanged?: Signal<string>;
  supportsSubshells?: boolean;
  createComm(target: string): Comm;
  interrupt?(): Promise<void>;
}

interface SharedNotebook {
  cells: { id: string }[];
  insertCell(place: number, cell: { cell_type: string; source: string }): unknown;
}

interface WidgetManager {
  kernel?: Kernel;
  rendermime?: { latexTypesetter?: { typeset(node: Node): void } | null };
  context?: { model?: { sharedModel?: SharedNotebook } };
  get_model(id: string): Promise<any>;
  create_view(model: unknown): Promise<{ el: HTMLElement }>;
}

interface Model {
  widget_manager?: WidgetManager;
  get(name: string): any;
  on(event: string, callback: (content: any) => void): void;
  send(content: object): void;
}

type Undo = void | (() => void);

interface Widget {
  initialize(context: { model: Model }): Undo | Promise<Undo>;
  render?(context: { model: Model; el: HTMLElement }): Undo | Promise<Undo>;
}
