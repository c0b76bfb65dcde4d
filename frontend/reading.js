/** The reading beside the paper: numeral, sentence, bars, picture, table; or what went wrong. */
import { get, keepFocus, make } from "./dom.js";
import { announcement, modelName, percent, sentence, words } from "./words.js";

const BARS = 3;

function turn(state, text, spoken = text, again = false) {
  get("reading").dataset.state = state;
  get("sentence").textContent = text;
  keepFocus(() => {
    get("again").hidden = !again;
    get("answer").replaceChildren();
  });
  announce(spoken);
}

export const announce = (text) => (get("announcement").textContent = text);
export const blank = () => turn("blank", words.blank, "");
export const wake = () => turn("waking", words.waking);

export function fail(kind, detail) {
  const text = `${words.trouble[kind]} ${detail || words.safe}`;
  turn("trouble", text, text, kind !== "refused"); // the same drawing would be refused again
}

/** The answer is that of an earlier drawing. */
export function dim() {
  const { dataset } = get("reading");
  if (dataset.state === "answer") dataset.state = "old";
}

/** @param {import("./answer.js").Reading} reading @param {(index: number) => void} onChoose */
export function show(reading, onChoose) {
  const { digits } = reading;
  const choose = (index) => {
    showDigit(reading, index);
    onChoose(index);
  };
  turn("answer", sentence(digits), announcement(digits));
  get("answer").replaceChildren(
    ...digits.map(({ label, status }, i) => {
      const text = status === "not_a_digit" ? words.dash : label;
      const mark = make("small", {}, status === "unsure" ? "?" : "");
      if (digits.length === 1) return make("span", {}, text, mark);
      const act = () => choose(i);
      return make("button", { onfocus: act, onpointerenter: act, onclick: act }, text, mark);
    }),
  );
  choose(0);
}

function showDigit({ digits, models }, index) {
  const { seen, candidates } = digits[index];
  const rows = models.map((model) => {
    const cells = best(model.digits[index].candidates, (label, share) => make("td", {}, label, " ", share));
    return make("tr", {}, make("th", { scope: "row" }, modelName(model)), ...cells);
  });
  get("bars").replaceChildren(...best(candidates, bar));
  get("models").replaceChildren(...rows);
  get("seen").hidden = !seen;
  if (seen) Object.assign(get("picture"), { src: seen, alt: words.picture });
  [...get("answer").children].forEach((each, i) => each.classList.toggle("chosen", i === index));
}

function best(candidates, draw) {
  return candidates
    .slice(0, BARS)
    .map(({ label, probability }) => draw(make("b", {}, label), percent(probability), probability));
}

function bar(label, share, probability) {
  const line = make("i");
  line.style.setProperty("--share", probability);
  return make("li", {}, label, line, make("span", {}, share));
}
