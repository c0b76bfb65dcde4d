// @ts-check
/** The drawings that wait in line: which are on the sheet, which is looked at, which are chosen. */

export const PAGE = 60; // drawings

/** @typedef {{id: string, rank: number, claimed: string|null, label: string|null, status: string,
 *   why: string, sentence: string, cluster: string|null, advice: string|null, facts: string[],
 *   answers: {model: string, version: string, said: string|null, agrees: boolean,
 *     candidates: {label: string|null, probability: number}[]}[]}} Item */

export class Line {
  /** @type {Item[]} */ items = [];
  filters = { claimed: "", why: "" };
  chosen = new Set();
  at = 0;
  #anchor = 0;

  fill(items) {
    this.items = items;
    this.chosen.clear();
    this.at = this.#anchor = 0;
  }

  filter(name, value) {
    this.filters[name] = value;
    this.chosen.clear();
    this.at = this.#anchor = 0;
  }

  get shown() {
    const { claimed, why } = this.filters;
    return this.items.filter(
      (item) => (!claimed || String(item.claimed) === claimed) && (!why || item.why === why),
    );
  }

  get current() {
    return this.shown[this.at];
  }

  /** What a decision is about: the chosen drawings, else the one that is looked at. */
  get meant() {
    const chosen = this.shown.filter(({ id }) => this.chosen.has(id));
    return chosen.length || !this.current ? chosen : [this.current];
  }

  go(at, { choosing = false } = {}) {
    const shown = this.shown;
    this.at = Math.max(0, Math.min(at, shown.length - 1));
    if (!choosing) {
      this.#anchor = this.at;
      return;
    }
    const [from, to] = [this.#anchor, this.at].sort((a, b) => a - b);
    for (const { id } of shown.slice(from, to + 1)) this.chosen.add(id);
  }

  toggle() {
    const { current } = this;
    if (current && !this.chosen.delete(current.id)) this.chosen.add(current.id);
    this.#anchor = this.at;
  }

  alike(item = this.current) {
    return item?.cluster ? this.shown.filter(({ cluster }) => cluster === item.cluster) : [];
  }

  /** Choose all that are like the current one; once they are, none of them. */
  toggleCluster() {
    const alike = this.alike();
    const all = alike.every(({ id }) => this.chosen.has(id));
    for (const { id } of alike) this.chosen[all ? "delete" : "add"](id);
  }

  /** Take drawings out, and return them. */
  take(ids) {
    const leaving = new Set(ids);
    const taken = this.items.filter(({ id }) => leaving.has(id));
    this.items = this.items.filter(({ id }) => !leaving.has(id));
    for (const id of ids) this.chosen.delete(id);
    this.go(this.at);
    return taken;
  }

  /** Put drawings where their rank says, look at the first of them, and choose no others. */
  putBack(taken) {
    const coming = new Set(taken.map(({ id }) => id));
    this.chosen.clear();
    this.items = [...this.items.filter(({ id }) => !coming.has(id)), ...taken];
    this.items.sort((a, b) => a.rank - b.rank);
    const first = this.shown.findIndex(({ id }) => coming.has(id));
    if (first >= 0) this.go(first);
  }

  /** Send what is meant to the end of the line; return how many that were. */
  skip() {
    const skipped = this.take(this.meant.map(({ id }) => id));
    for (const item of skipped) {
      item.rank = (this.items.at(-1)?.rank ?? 0) + 1;
      this.items.push(item);
    }
    return skipped.length;
  }
}
