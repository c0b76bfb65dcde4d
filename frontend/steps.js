/** The pictures of "How it works": one stroke on its way. */
import { SIDE } from "./drawing.js";
import { get } from "./dom.js";
import { drawStroke } from "./paper.js";

const SIDE_PX = 28;
const PEN_PX = 2.5;
// Normalised: 20 pixels high with its ink, the mass in the middle
const THREE = [
  [8.4, 8.9], [10.3, 7.1], [13.3, 6], [16.5, 6.8], [18, 9.2], [17.2, 12], [14.5, 13.7], [11.7, 14.3],
  [15, 14.8], [17.9, 16.5], [18.8, 19.4], [17.3, 22.2], [13.9, 23.5], [10.4, 22.9], [8.1, 20.9],
];

export function drawSteps() {
  const pen = paint("step1", SIDE);
  pen.lineCap = "round";
  drawStroke(pen, THREE.map(([x, y], i) => [(x * SIDE) / SIDE_PX, (y * SIDE) / SIDE_PX, i * 20]));
  const picture = rasterise();
  paint("step2", SIDE_PX, picture);
  const step = (i, far) => Math.abs(picture[i] - (picture[i + far] ?? 0));
  paint("step3", SIDE_PX, picture.map((_, i) => step(i, 1) + step(i, SIDE_PX)));
}

/** How dark each pixel is, 0 to 1: a round pen set down along the stroke. */
function rasterise() {
  const dots = THREE.slice(1).flatMap(([x, y], i) =>
    [0, 0.2, 0.4, 0.6, 0.8].map((k) => [x + (THREE[i][0] - x) * k, y + (THREE[i][1] - y) * k]));
  return Array.from({ length: SIDE_PX ** 2 }, (_, i) => {
    const [x, y] = [(i % SIDE_PX) + 0.5, Math.floor(i / SIDE_PX) + 0.5];
    const far = Math.min(...dots.map((dot) => Math.hypot(dot[0] - x, dot[1] - y)));
    return Math.max(0, Math.min(1, PEN_PX / 2 + 0.5 - far));
  });
}

function paint(id, side, picture = []) {
  const pen = Object.assign(get(id), { width: side, height: side }).getContext("2d");
  picture.forEach((ink, i) => {
    pen.globalAlpha = Math.min(1, ink);
    pen.fillRect(i % SIDE_PX, Math.floor(i / SIDE_PX), 1, 1);
  });
  return pen;
}
