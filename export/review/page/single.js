// @ts-check
/** One drawing, large, and all that is known of it. */
import { get, make } from "./dom.js";
import { drawingOf, pictureOf } from "./server.js";
import { percent, said, words } from "./words.js";

/** @param {import("./line.js").Item|undefined} item */
export function show(item) {
  get("single").hidden = !item;
  if (!item) return;
  setSource(get("drawing"), drawingOf(item));
  setSource(get("picture"), pictureOf(item));
  get("drawing").alt = `A drawing, claimed to be ${said(item.claimed)}`;
  const bold = (label) => make("b", {}, said(label));
  const taken = item.label === item.claimed ? [] : ["Taken for: ", bold(item.label), make("br")];
  get("claim").replaceChildren(...taken, "The sender says: ", bold(item.claimed));
  get("reason").textContent = item.sentence;
  get("models").replaceChildren(...item.answers.map(tableOf));
  get("facts").textContent = item.facts.join(" ");
}

function setSource(image, address) {
  if (image.getAttribute("src") !== address) image.src = address;
}

function tableOf({ model, version, agrees, candidates }) {
  const mark = make("span", { className: agrees ? "agrees" : "differs" }, agrees ? "agrees" : "differs");
  return make(
    "section",
    {},
    make("h2", {}, model, " ", make("small", {}, version), " ", mark),
    make("ol", {}, ...candidates.map(barOf)),
  );
}

function barOf({ label, probability }) {
  const bar = make("i");
  bar.style.setProperty("--share", String(probability));
  return make("li", {}, make("span", {}, label ?? words.dash), bar, make("span", {}, percent(probability)));
}
