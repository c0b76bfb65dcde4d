// @ts-check
/** What can be chosen: a status with its count, the filters, the labels. */
import { get, make } from "./dom.js";
import { said, words } from "./words.js";

/** @param {Record<string, number>|null} counts by status @param {(status: string) => void} onGo */
export function count(counts, status, onGo) {
  if (!counts) return;
  const buttons = Object.entries(counts).map(([name, number]) => {
    const properties = { id: name, ariaPressed: String(name === status), onclick: () => onGo(name) };
    return make("button", properties, make("b", {}, number.toLocaleString("en")), ` ${words.status[name]}`);
  });
  get("statuses").replaceChildren(...buttons);
}

/** @param {{labels: (string|null)[], why: [string, string][]}} choices */
export function offer({ labels, why }, onLabel) {
  fill(get("claimed"), labels.map((label) => [String(label), said(label)]));
  fill(get("why"), why);
  const digits = labels.filter((label) => label !== null);
  get("labels").replaceChildren(
    ...digits.map((label) => make("button", { ariaKeyShortcuts: label, onclick: () => onLabel(label) }, label)),
  );
}

function fill(select, options) {
  const { value } = select;
  select.replaceChildren(...[["", words.all], ...options].map(([value, text]) => make("option", { value }, text)));
  select.value = options.some(([known]) => known === value) ? value : "";
}
