/**
 * What is on the paper, and how it came there: no DOM in here.
 * @typedef {number[][]} Stroke points: x, y (down), ms since it began, a pen's pressure 0..1
 * @typedef {{url: string, width: number, height: number, source: CanvasImageSource}} Photo
 * @typedef {{strokes: Stroke[], photo: Photo | null}} Drawing strokes or an image, never both
 */

export const SIDE = 400; // of the paper, in its own unit, whatever the screen
/** @type {Drawing} */
const BLANK = { strokes: [], photo: null };

export class History {
  drawing = BLANK;
  #past = [];
  #future = [];

  get blank() {
    return !this.drawing.photo && !this.drawing.strokes.length;
  }
  get undoable() {
    return this.#past.length > 0;
  }
  #turnTo(drawing) {
    this.#past.push(this.drawing);
    this.#future = [];
    this.drawing = drawing;
  }
  /** On an image, the first stroke begins a new drawing. */
  add(stroke) {
    this.#turnTo({ strokes: [...this.drawing.strokes, stroke], photo: null });
  }
  place(photo) {
    this.#turnTo({ strokes: [], photo });
  }
  /** Begin with what an earlier visit left. */
  restore(drawing) {
    if (this.blank && !this.undoable) this.drawing = drawing;
  }
  clear() {
    if (!this.blank) this.#turnTo(BLANK);
  }
  undo() {
    this.#step(this.#past, this.#future);
  }
  redo() {
    this.#step(this.#future, this.#past);
  }
  #step(from, to) {
    if (!from.length) return;
    to.push(this.drawing);
    this.drawing = from.pop();
  }
}

/** The drawing as the API takes it. @param {Drawing} drawing */
export function toRequest({ strokes, photo }) {
  if (photo) return { image: photo.url };
  const tenth = (value) => Math.round(value * 10) / 10;
  return { strokes: strokes.map((s) => s.map(([x, y, t]) => [tenth(x), tenth(y), Math.round(t)])) };
}

/** Where an image lies on the paper: whole, in the middle. @param {Photo} photo */
export function placeOf({ width, height }) {
  const scale = SIDE / Math.max(width, height);
  return { scale, x: (SIDE - width * scale) / 2, y: (SIDE - height * scale) / 2 };
}
