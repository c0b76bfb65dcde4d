/** How a felt pen's line runs through the points of a stroke, in paper units. */
import { SIDE } from "./drawing.js";

export const PEN_WIDTH = SIDE / 16;
const FAST = 3; // units a ms; from here on the line gets no thinner
const THINNING = 0.3;
const EASE = 0.3; // how much of a change of width one point brings

/** The line's width at a point: by pressure where the pen tells it, else by speed. */
export function widthAt(before, width, point) {
  if (!before) return PEN_WIDTH;
  const speed = distance(before, point) / Math.max(1, point[2] - before[2]);
  const share = point[3] ? 0.6 + 0.8 * point[3] : 1 - THINNING * Math.min(1, speed / FAST);
  return width + (PEN_WIDTH * share - width) * EASE;
}

/** Draw from point i to the next on a Catmull-Rom curve; uneven points make no loops in it. */
export function drawLine(pen, stroke, widths, i) {
  const [b, c] = [stroke[i], stroke[i + 1] ?? stroke[i]];
  const [a, d] = [stroke[i - 1] ?? b, stroke[i + 2] ?? c];
  const step = distance(b, c);
  const out = step / (3 * (distance(a, b) + step) || 1);
  const into = step / (3 * (step + distance(c, d)) || 1);
  const [x1, y1] = [0, 1].map((axis) => b[axis] + (c[axis] - a[axis]) * out);
  const [x2, y2] = [0, 1].map((axis) => c[axis] - (d[axis] - b[axis]) * into);
  pen.lineWidth = (widths[i] + (widths[i + 1] ?? widths[i])) / 2;
  pen.beginPath();
  pen.moveTo(b[0], b[1]);
  pen.bezierCurveTo(x1, y1, x2, y2, c[0] + 0.01, c[1]); // a dot too needs some length to show
  pen.stroke();
}

function distance(a, b) {
  return Math.hypot(b[0] - a[0], b[1] - a[1]);
}
