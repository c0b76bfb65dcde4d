/** The models under the fold, with the figures that the API gives of them. */
import { get, make } from "./dom.js";
import { call } from "./reader.js";
import { modelName, words } from "./words.js";

export async function showModels() {
  const answer = await call("models").catch(() => null); // then the line stays that says so
  if (!Array.isArray(answer?.models)) return;
  const rows = answer.models.map(({ figures, ...model }) => {
    const share = (set) => `${(100 * figures[set].accuracy).toFixed(2)} % ${words.sets[set]}`;
    const measured = Object.keys(words.sets).filter((set) => figures[set]);
    return row("td", [modelName(model), model.weights.toLocaleString("en"), measured.map(share).join(", ")]);
  });
  get("figures").replaceChildren(row("th", words.heads), ...rows);
  get("absent").hidden = true;
}

function row(tag, cells) {
  return make("tr", {}, ...cells.map((cell) => make(tag, {}, String(cell))));
}
