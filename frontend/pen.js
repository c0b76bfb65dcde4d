/** What moves the pen: mouse, pen and touch, or the keyboard. */
import { SIDE } from "./drawing.js";
import * as paper from "./paper.js";

const STEP = SIDE / 40;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

let pointer = null; // the one that draws; any other is a palm
let began = 0;
let down = false;
let cursor = [SIDE / 2, SIDE / 4];
let events;

/** @param {{onDown(), onStroke(stroke), onKey(down: boolean)}} told */
export function listen(told) {
  events = told;
  const on = (type, act) => paper.canvas.addEventListener(type, act);
  on("pointerdown", press);
  on("pointermove", move);
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
    on(end, (event) => event.pointerId === pointer && lift());
  on("contextmenu", (event) => down && event.preventDefault());
  on("keydown", pressKey);
  on("focus", () => paper.canvas.matches(":focus-visible") && paper.point(cursor));
  on("blur", () => {
    lift();
    paper.point(null);
  });
}

/** End the stroke where it is, if there is one. */
export function lift() {
  if (!down) return;
  down = false;
  pointer = null;
  events.onStroke(paper.lift());
}

function begin(event, at) {
  down = true;
  began = event.timeStamp;
  events.onDown();
  paper.extend(pointOf(event, at));
}

function pointOf({ timeStamp }, at) {
  return [at[0], at[1], Math.max(0, timeStamp - began), at[2]];
}

function press(event) {
  if (down || event.button) return;
  pointer = event.pointerId;
  paper.canvas.setPointerCapture(pointer);
  paper.point(null);
  begin(event, placeOf(event));
}

function move(event) {
  if (event.pointerId !== pointer) return;
  const all = event.getCoalescedEvents?.() ?? [];
  paper.extend(...(all.length ? all : [event]).map((each) => pointOf(each, placeOf(each))));
}

function placeOf({ clientX, clientY, pointerType, pressure }) {
  const { left, top, width } = paper.canvas.getBoundingClientRect();
  const at = [clientX - left, clientY - top].map((value) => (value * SIDE) / width);
  return [...at, pointerType === "pen" ? pressure : 0];
}

function pressKey(event) {
  if (pointer !== null || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in ARROWS) go(event);
  else if (event.key !== " ") return;
  else if (!event.repeat) {
    if (down) lift();
    else begin(event, cursor);
    events.onKey(down);
  }
  event.preventDefault();
  paper.point(cursor);
}

function go(event) {
  const step = ARROWS[event.key];
  cursor = cursor.map((value, axis) => Math.min(SIDE, Math.max(0, value + step[axis] * STEP)));
  if (down) paper.extend(pointOf(event, cursor));
}
