// The chat as this page has it: each exchange a piece of its own, held once for all views of a panel.
//
// The kernel tells the order, as ids with a number that grows, and sends a piece that has changed. What
// is not here in its newest form, since it came before this page or was dropped, is asked for.

const PATIENCE = 4_000; // ms until what was asked for is asked for again; twice as long each time
const AT_ONCE = 40; // pieces asked for at a time

export class Chat {
  /**
   * @param {Model} model
   * @param {(ids: string[]) => void} ask
   */
  constructor(model, ask) {
    this.model = model;
    this.ask = ask;
    /** @type {Map<string, any>} pieces by id, those of other lines too */
    this.pieces = new Map();
    /** @type {Map<string, number>} what is asked for, and which number was wanted */
    this.asked = new Map();
    this.waited = PATIENCE;
  }

  /** The ids of the line that is shown, in order. */
  get order() {
    return this.model.get("turns").map(([id]) => id);
  }

  /** The newest piece of an exchange that is here. */
  get(id) {
    return this.pieces.get(id);
  }

  /** @param {any[]} pieces */
  take(pieces) {
    for (const piece of pieces) {
      if (piece.v >= (this.pieces.get(piece.id)?.v ?? 0)) this.pieces.set(piece.id, piece);
      this.asked.delete(piece.id);
    }
    this.waited = PATIENCE;
  }

  /** Which of these are not here as the kernel has them now. */
  missing(turns) {
    return turns.filter(([id, number]) => (this.pieces.get(id)?.v ?? 0) < number);
  }

  /** Ask for those of these turns that are missing, unless that was done. */
  want(turns) {
    const wanted = this.missing(turns).filter(([id, number]) => this.asked.get(id) !== number);
    for (const [id, number] of wanted) this.asked.set(id, number);
    for (let at = 0; at < wanted.length; at += AT_ONCE) this.ask(wanted.slice(at, at + AT_ONCE).map(([id]) => id));
    if (wanted.length) this.again(turns);
  }

  again(turns) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.waited *= 2;
      const ids = new Set(turns.map(([id]) => id));
      for (const id of ids) this.asked.delete(id);
      this.want(this.model.get("turns").filter(([id]) => ids.has(id)));
    }, this.waited);
  }

  close() {
    clearTimeout(this.timer);
  }
}
