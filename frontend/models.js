// @ts-check
/** The models under the fold, with the figures that the API gives of them. */
import { get, make } from "./dom.js";
import { call } from "./reader.js";
import { words } from "./words.js";

export async function showModels() {
  const answer = await call("models").catch(() => null); // then the line stays that says so
  if (!Array.isArray(answer?.models)) return;
  const rows = answer.models.map(({ name, weights, figures }) => {
    const accuracy = (100 * figures?.mnist_test?.accuracy).toFixed(2);
    return row("td", [name, Number(weights).toLocaleString("en"), `${accuracy} %`]);
  });
  get("figures").replaceChildren(row("th", words.heads), ...rows);
  get("absent").hidden = true;
}

function row(tag, cells) {
  return make("tr", {}, ...cells.map((cell) => make(tag, {}, String(cell))));
}
