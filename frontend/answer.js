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
  expect(typeof probability === "number" && probability >= 0 && probability <= 1);
  return { label: textOf(label), probability };
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
