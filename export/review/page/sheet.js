// @ts-check
/** The sheet: one page of drawings as cards. */
import { get, make } from "./dom.js";
import { PAGE } from "./line.js";
import { drawingOf } from "./server.js";
import { count, said, words } from "./words.js";

const list = get("drawings");
let cards = new Map(); // those of the page that is shown, by id: kept as long as they stay

/** @param {{onLook: (at: number, choosing: boolean) => void, onOpen: () => void, onToggle: () => void, onPage: (step: number) => void}} events */
export function listen({ onLook, onOpen, onToggle, onPage }) {
  list.onclick = (event) => {
    const card = event.target.closest("li");
    if (!card) return;
    onLook(Number(card.dataset.at), event.shiftKey);
    if (event.ctrlKey || event.metaKey) onToggle();
  };
  list.ondblclick = onOpen;
  get("before").onclick = () => onPage(-1);
  get("after").onclick = () => onPage(1);
}

/** @param {import("./line.js").Line} line @param {string} nothing what an empty sheet says */
export function show(line, nothing) {
  const { shown } = line;
  const first = Math.floor(line.at / PAGE) * PAGE;
  const page = shown.slice(first, first + PAGE);
  cards = new Map(page.map((item) => [item.id, cards.get(item.id) ?? cardOf(item)]));
  page.forEach((item, i) => mark(item, first + i, line, page[i - 1]));
  const wanted = [...cards.values()];
  if (wanted.length !== list.children.length || wanted.some((card, i) => card !== list.children[i])) list.replaceChildren(...wanted);
  list.hidden = !page.length;
  get("empty").hidden = page.length > 0;
  get("empty").textContent = nothing;
  get("pages").hidden = shown.length <= PAGE;
  get("page").textContent = `${first + 1} to ${first + page.length} of ${shown.length.toLocaleString("en")}`;
  get("before").disabled = first === 0;
  get("after").disabled = first + PAGE >= shown.length;
  get("shown").textContent = count(shown.length, "drawing");
}

/** Move the keyboard's focus to the card that is looked at. */
export function focus() {
  const card = list.querySelector("[tabindex='0']");
  card?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest" });
}

/** How many cards stand in a row. */
export function columns() {
  return getComputedStyle(list).gridTemplateColumns.split(" ").length;
}

function cardOf(item) {
  const said = [...new Set(item.answers.map((answer) => answer.said))];
  return make(
    "li",
    { role: "option", ariaLabel: spoken(item), title: item.sentence },
    make("small", { hidden: true }),
    make("img", { src: drawingOf(item), alt: "", width: 96, height: 96 }),
    make("p", {}, make("b", {}, item.label ?? words.dash), ...said.map((label) => answered(label, item))),
  );
}

/** Note on a card what changes: its place, and whether it is looked at or chosen. */
function mark(item, at, line, before) {
  const card = cards.get(item.id);
  const first = Boolean(item.cluster) && item.cluster !== before?.cluster;
  card.dataset.at = String(at);
  card.tabIndex = at === line.at ? 0 : -1;
  card.ariaCurrent = String(at === line.at);
  card.ariaSelected = String(line.chosen.has(item.id));
  card.classList.toggle("alike", Boolean(item.cluster));
  card.firstChild.hidden = !first;
  if (first) card.firstChild.textContent = `${line.alike(item).length}×`;
}

function answered(guess, { label }) {
  return make("span", { className: guess === label ? "agrees" : "differs" }, guess ?? words.dash);
}

function spoken({ label, claimed, answers, sentence }) {
  const models = answers.map((answer) => `${answer.model} ${said(answer.said)}`).join(", ");
  const taken = label === claimed ? "" : `Taken for ${said(label)}. `;
  return `${taken}Claimed ${said(claimed)}; ${models}. ${sentence}`;
}
