/** The canvas: a drawing, and the stroke under the pen as it grows. */
import { get } from "./dom.js";
import { SIDE, placeOf } from "./drawing.js";
import { PEN_WIDTH, drawLine, widthAt } from "./ink.js";

export const canvas = get("paper");
const settled = document.createElement("canvas"); // all that no further point can change
let drawing = { strokes: [], photo: null };
let boxes = [];
let chosen = 0;
let stroke = [];
let widths = [];
let cursor = null;

new ResizeObserver(fit).observe(canvas);
for (const colours of ["(prefers-color-scheme: dark)", "(forced-colors: active)"])
  matchMedia(colours).addEventListener("change", redraw);
watchPixelRatio();

function watchPixelRatio() {
  const changed = () => (fit(), watchPixelRatio());
  matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", changed, { once: true });
}

function fit() {
  const side = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
  for (const each of [canvas, settled]) each.width = each.height = side;
  redraw();
}

export function show(next) {
  drawing = next;
  boxes = [];
  redraw();
}

/** Frame the digits, if they are several. */
export function mark(all, index = 0) {
  boxes = all.length > 1 ? all : [];
  chosen = index;
  compose();
}

/** Show the keyboard's pen there; null: nowhere. */
export function point(at) {
  cursor = at;
  compose();
}

export function extend(...points) {
  for (const point of points) {
    widths.push(widthAt(stroke.at(-1), widths.at(-1), point));
    const count = stroke.push(point);
    if (count > 2) drawLine(penOn(settled), stroke, widths, count - 3);
  }
  compose();
}

/** End the stroke, and hand it over. */
export function lift() {
  const ended = stroke;
  [stroke, widths] = [[], []];
  return ended;
}

function redraw() {
  const pen = penOn(settled);
  const { photo, strokes } = drawing;
  pen.clearRect(0, 0, SIDE, SIDE);
  if (photo) {
    const { x, y, scale } = placeOf(photo);
    pen.drawImage(photo.source, x, y, photo.width * scale, photo.height * scale);
  }
  for (const each of strokes) drawStroke(pen, each);
  extend(...lift());
}

export function drawStroke(pen, points) {
  const widths = [];
  points.forEach((point, i) => widths.push(widthAt(points[i - 1], widths[i - 1], point)));
  points.forEach((_, i) => drawLine(pen, points, widths, i));
}

function compose() {
  const pen = penOn(canvas);
  pen.clearRect(0, 0, SIDE, SIDE);
  pen.drawImage(settled, 0, 0, SIDE, SIDE);
  for (let i = Math.max(0, stroke.length - 2); i < stroke.length; i++) drawLine(pen, stroke, widths, i);
  pen.lineWidth = 2;
  pen.beginPath();
  if (cursor) pen.arc(cursor[0], cursor[1], PEN_WIDTH / 2 + 3, 0, 7);
  pen.stroke();
  if (!stroke.length) boxes.forEach((box, i) => frame(pen, box, i === chosen ? 1 : 0.5));
}

function frame(pen, { x, y, width, height }, alpha) {
  const { photo } = drawing; // boxes of an image are in its pixels
  const at = photo ? placeOf(photo) : { scale: 1, x: 0, y: 0 };
  const margin = photo ? 4 : PEN_WIDTH / 2 + 4;
  pen.strokeStyle = getComputedStyle(canvas).getPropertyValue("--accent");
  pen.globalAlpha = alpha;
  const [left, top] = [at.x + x * at.scale - margin, at.y + y * at.scale - margin];
  pen.strokeRect(left, top, width * at.scale + 2 * margin, height * at.scale + 2 * margin);
}

function penOn(canvas) {
  const pen = canvas.getContext("2d");
  pen.setTransform(canvas.width / SIDE, 0, 0, canvas.width / SIDE, 0, 0);
  pen.globalAlpha = 1;
  pen.lineCap = "round";
  pen.strokeStyle = getComputedStyle(get("paper")).color;
  return pen;
}
