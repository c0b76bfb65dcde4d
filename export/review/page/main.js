// @ts-check
/** Ties the parts together: what is decided leaves the sheet at once, and returns if that fails. */
import { get, make } from "./dom.js";
import * as head from "./head.js";
import { onKeys } from "./keys.js";
import { Line, PAGE } from "./line.js";
import * as rules from "./rules.js";
import * as server from "./server.js";
import * as sheet from "./sheet.js";
import * as single from "./single.js";
import { count, said, told, words } from "./words.js";

for (const [name, property] of [["word", "textContent"], ["label", "ariaLabel"]])
  document.querySelectorAll(`[data-${name}]`).forEach((/** @type {any} */ element) => {
    element[property] = words[element.dataset[name]];
  });

const line = new Line();
let status = "quarantine";
let undoable = false;
let under = Promise.resolve(); // decisions go to the server one after another
let waiting = 0; // how many of them have not been answered yet

const tell = (text, { trouble = false } = {}) => {
  get("message").textContent = text;
  document.body.classList.toggle("trouble", trouble);
  get("again").hidden = !trouble;
};

function show({ focused = true } = {}) {
  const { meant, current } = line;
  const nothing = line.items.length ? words.filtered : status === "quarantine" ? words.nothing : words.nothingHere;
  sheet.show(line, nothing);
  single.show(current);
  get("chosen").textContent = line.chosen.size
    ? `${line.chosen.size} selected`
    : current
      ? `${line.at + 1} of ${line.shown.length.toLocaleString("en")}`
      : "";
  get("accept").textContent = acceptance(meant);
  get("cluster").textContent = `All ${line.alike().length || ""} alike`;
  get("cluster").disabled = line.alike().length < 2;
  for (const id of ["reject", "none", "skip", "accept", "return"]) get(id).disabled = !meant.length;
  get("labels").querySelectorAll("button").forEach((button) => (button.disabled = !meant.length));
  get("undo").disabled = !undoable;
  if (focused) sheet.focus();
}

function acceptance(meant) {
  const claims = new Set(meant.map(({ claimed }) => claimed));
  const how = claims.size === 1 ? said([...claims][0]) : "claimed";
  return meant.length > 1 ? `Accept ${meant.length} as ${how}` : `Accept as ${how}`;
}

/** Take in what the server says of everything. */
function take(answer) {
  line.fill(answer.items);
  undoable = answer.undo;
  document.title = `${words.title}: ${answer.place}`;
  head.offer(answer, (label) => decide("relabel", label));
  head.count(answer.counts, status, go);
}

async function go(name) {
  status = name;
  for (const filter of ["claimed", "why"]) line.filter(filter, (get(filter).value = ""));
  get("return").hidden = name === "quarantine";
  await load();
}

async function load(ask = () => server.list(status)) {
  tell(words.loading);
  await under;
  await attempt(async () => {
    take(await ask());
    tell("");
  });
  show();
}

async function attempt(deed) {
  try {
    await deed();
  } catch (error) {
    if (!(error instanceof server.Trouble)) throw error;
    tell(error.message, { trouble: true });
  }
}

function decide(decision, label = null, ids = line.meant.map(({ id }) => id)) {
  if (!ids.length) return;
  const taken = line.take(ids);
  undoable = true;
  show();
  tell(words.keeping);
  waiting += 1;
  under = under.then(() => settle({ decision, label, ids }, taken)).finally(() => (waiting -= 1));
}

async function settle(deed, taken) {
  const progress = (done) => deed.ids.length > PAGE && tell(`${done} of ${deed.ids.length}…`);
  try {
    const { moved, gone, left, trouble, counts } = await server.decide(deed, progress);
    head.count(counts, status, go);
    if (left.length) restore(taken.filter(({ id }) => left.includes(id)), trouble);
    else tell([moved.length && told({ ...deed, ids: moved }), lost(gone.length)].filter(Boolean).join(" "));
  } catch (error) {
    if (!(error instanceof server.Trouble)) throw error;
    restore(taken, error.message);
  }
}

function restore(taken, trouble) {
  line.putBack(taken);
  show();
  tell(trouble, { trouble: true });
}

const lost = (number) => number && `${count(number, "drawing")} ${words.gone}.`;

function undo() {
  if (!undoable) return tell(words.nothingToUndo);
  under = under.then(() =>
    attempt(async () => {
      const { items, gone, trouble, counts, undo } = await server.undo((done) => tell(`${done}…`));
      line.putBack(items.filter((item) => item.status === status));
      undoable = undo;
      head.count(counts, status, go);
      show();
      if (trouble) tell(trouble, { trouble: true });
      else tell([words.undone, lost(gone)].filter(Boolean).join(" "));
    }),
  );
}

function look(at, choosing = false) {
  line.go(at, { choosing });
  show();
}

const open = (alone) => {
  document.body.classList.toggle("alone", alone);
  sheet.focus();
};

function choose(deed) {
  deed();
  show();
}

const deeds = {
  accept: () => decide("accept"),
  reject: () => decide("reject"),
  none: () => decide("relabel", null),
  return: () => status !== "quarantine" && decide("return"),
  cluster: () => choose(() => line.toggleCluster()),
  skip: () => tell(line.meant.length ? `Skipped ${count(line.skip(), "drawing")}.` : "") ?? show(),
  undo,
  help: () => get("keys").showModal(),
};
for (const [id, deed] of Object.entries(deeds)) get(id).onclick = deed;
get("again").onclick = get("refresh").onclick = () => load(async () => (await server.refresh(), server.list(status)));
get("back").onclick = () => open(false);
get("rules").onclick = () => rules.ask(status === "quarantine" ? line.items : [], (ids) => decide("rules", null, ids));
get("other").onclick = () => {
  const shown = document.body.classList.toggle("labels");
  get("other").ariaExpanded = String(shown);
};
for (const name of ["claimed", "why"])
  get(name).onchange = (event) => {
    line.filter(name, event.target.value);
    show({ focused: false });
  };
sheet.listen({
  onLook: look,
  onOpen: () => open(true),
  onToggle: () => choose(() => line.toggle()),
  onPage: (step) => look((Math.floor(line.at / PAGE) + step) * PAGE),
});
onKeys({
  ...deeds,
  label: (label) => decide("relabel", label),
  move: (step, choosing) => look(line.at + step, choosing),
  to: (at) => look(at < 0 ? Infinity : at),
  page: (step) => look(line.at + step * PAGE),
  toggle: () => choose(() => line.toggle()),
  open,
  clear: () => choose(() => line.chosen.clear()),
});
get("keys").querySelector("dl").append(
  ...words.keys.flatMap(([key, deed]) => [make("dt", {}, key), make("dd", {}, deed)]),
);
addEventListener("beforeunload", (event) => waiting && event.preventDefault());
load();
