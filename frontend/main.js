/** Ties the parts together. */
import { get, keepFocus } from "./dom.js";
import { draft, keepDraft } from "./draft.js";
import { History, toRequest } from "./drawing.js";
import { takeImages } from "./image.js";
import { showModels } from "./models.js";
import * as paper from "./paper.js";
import * as pen from "./pen.js";
import * as question from "./question.js";
import * as reader from "./reader.js";
import * as reading from "./reading.js";
import { drawSteps } from "./steps.js";
import { words } from "./words.js";

const PAUSE_MS = 250; // after the pen is lifted

for (const [name, property] of [["word", "textContent"], ["label", "ariaLabel"]])
  document.querySelectorAll(`[data-${name}]`).forEach((/** @type {any} */ element) => {
    element[property] = words[element.dataset[name] || element.id];
  });

const history = new History();
let pause = 0;
let woken = false;

const events = {
  onAnswer(answer) {
    woken = true;
    const boxes = answer.digits.map((digit) => digit.box);
    reading.show(answer, (index) => paper.mark(boxes, index));
    question.ask(toRequest(history.drawing), answer);
    if (!get("absent").hidden) showModels(); // could not be reached before
  },
  onTrouble(kind, detail) {
    question.hide();
    paper.mark([]);
    reading.fail(kind, detail);
  },
  onSlow() {
    if (!woken) reading.wake();
    woken = true;
  },
};

pen.listen({
  onDown() {
    get("placeholder").className = "gone";
    setAside();
  },
  onStroke: (stroke) => change(() => history.add(stroke)),
  onKey: (down) => reading.announce(down ? words.penDown : words.penUp),
});

/** The answer on show, or on its way, is of an older drawing. */
function setAside() {
  clearTimeout(pause);
  get("refused").textContent = "";
  reader.cancel();
  reading.dim();
  question.hide();
}

function change(act) {
  act();
  setAside();
  paper.show(history.drawing);
  keepDraft(history.drawing);
  keepFocus(() => {
    get("undo").disabled = !history.undoable;
    get("clear").disabled = get("read").disabled = history.blank;
  });
  get("placeholder").className = history.blank ? "" : "gone";
  if (history.blank) reading.blank();
  else pause = setTimeout(read, PAUSE_MS);
}

function read() {
  clearTimeout(pause);
  if (history.blank) reading.blank();
  else reader.recognize(toRequest(history.drawing), events);
}

function turn(deed) {
  pen.lift();
  change(() => history[deed]());
}

for (const deed of ["undo", "clear"]) get(deed).onclick = () => turn(deed);
get("read").onclick = get("again").onclick = read;
addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  if (key === "escape") turn("clear");
  if (!(event.ctrlKey || event.metaKey) || (key !== "z" && key !== "y")) return;
  event.preventDefault();
  turn(key === "y" || event.shiftKey ? "redo" : "undo");
});
takeImages(
  (photo) => {
    pen.lift();
    change(() => history.place(photo));
  },
  () => (get("refused").textContent = words.noImage),
);

const left = draft();
change(() => {});
left.then((drawing) => drawing && change(() => history.restore(drawing)));
question.listen();
drawSteps();
showModels();
get("stuck").remove();
