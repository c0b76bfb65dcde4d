/**
 * The API's answer, checked to the last field: what is not as agreed is nonsense.
 * @typedef {{label: string, probability: number}} Candidate
 * @typedef {Candidate & {status: string, candidates: Candidate[], box: object, seen?: string}} Digit
 * @typedef {{name: string, version: string, digits: Digit[]}} Model
 * @typedef {{digits: Digit[], model: Model, models: Model[]}} Reading
 */
const STATUSES = ["recognized", "unsure", "not_a_digit"];

/** Raises TypeError where it is none. @returns {Reading} */
export function readingOf({ digits, model, models }) {
  const main = modelOf({ ...model, digits });
  const all = listOf(models, modelOf);
  expect(all.every((each) => each.digits.length === digits.length));
  return { digits: main.digits, model: main, models: all };
}

/**
 * The models with the share that each reads right of those sets it was measured on. Raises
 * TypeError where it is no such list.
 * @returns {{name: string, version: string, weights: number, shares: [string, number][]}[]}
 */
export function figuresOf({ models }, sets) {
  return listOf(models, ({ name, version, weights, figures }) => {
    expect(Number.isSafeInteger(weights));
    const shares = sets.filter((set) => figures[set]).map((set) => [set, shareOf(figures[set].accuracy)]);
    return { name: textOf(name), version: textOf(version), weights, shares };
  });
}

function modelOf({ name, version, digits }) {
  return { name: textOf(name), version: textOf(version), digits: listOf(digits, digitOf) };
}

function digitOf(digit) {
  const { status, seen, candidates, box } = digit;
  expect(STATUSES.includes(status) && [box.x, box.y, box.width, box.height].every(Number.isFinite));
  expect(seen === undefined || /^data:image\/png;base64,[\w+/=]+$/.test(seen));
  return { ...candidateOf(digit), status, seen, box, candidates: listOf(candidates, candidateOf) };
}

function candidateOf({ label, probability }) {
  return { label: textOf(label), probability: shareOf(probability) };
}

function shareOf(value) {
  expect(typeof value === "number" && value >= 0 && value <= 1);
  return value;
}

function textOf(value) {
  expect(typeof value === "string" && value.length > 0 && value.length <= 64);
  return value;
}

function listOf(value, read) {
  expect(Array.isArray(value) && value.length > 0 && value.length <= 32);
  return value.map(read);
}

function expect(met) {
  if (!met) throw new TypeError("not an answer");
}
