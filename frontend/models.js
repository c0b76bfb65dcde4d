/** The models under the fold, with the figures that the API gives of them. */
import { figuresOf } from "./answer.js";
import { get, make } from "./dom.js";
import { call } from "./reader.js";
import { modelName, words } from "./words.js";

export async function showModels() {
  const sets = Object.keys(words.sets);
  const read = (answer) => figuresOf(answer, sets);
  const models = await call("models").then(read).catch(() => null);
  if (!models) return; // then the line stays that says so
  const rows = models.map(({ weights, shares, ...model }) => {
    const right = shares.map(([set, share]) => `${(100 * share).toFixed(2)} % ${words.sets[set]}`);
    return row("td", [modelName(model), weights.toLocaleString("en"), right.join(", ")]);
  });
  get("figures").replaceChildren(row("th", words.heads), ...rows);
  get("absent").hidden = true;
}

function row(tag, cells) {
  return make("tr", {}, ...cells.map((cell) => make(tag, {}, String(cell))));
}
