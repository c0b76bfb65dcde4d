/**
 * Uses the generated TypeScript client as a caller would, and prints what came of it as JSON.
 * Arguments: the API's address, and the file of an image.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { client } from "./client/client.gen.js";
import {
  listModels,
  recognize,
  showHealth,
  showModel,
  submitFeedback,
  withdrawFeedback,
} from "./client/index.js";
import type { FeedbackStrokes, Problem, RecognizeAnswer, RecognizeRequest } from "./client/index.js";

const SEVEN = [[[10, 10], [60, 10], [30, 90]]];
const KEY = "typescript-client";

async function read(body: RecognizeRequest): Promise<RecognizeAnswer> {
  const { data, error } = await recognize({ body });
  assert(data, JSON.stringify(error));
  return data;
}

function problemOf(found: { error?: Problem | undefined; response?: Response }): string {
  const { error, response } = found;
  assert(error && response);
  assert.equal(response.headers.get("X-Request-Id"), error.request_id);
  return `${response.status} ${error.code}`;
}

async function readDrawings(image: string) {
  const answer = await read({ strokes: SEVEN, candidates: 2 });
  const digit = answer.digits[0];
  assert(digit);
  const every = await read({ image, model: "all" });
  const traced = await read({ image, trace: true });
  const rows = Array.from({ length: 14 }, (_, y) =>
    Array.from({ length: 14 }, (_, x) => (x >= 6 && x < 8 && y >= 2 && y < 12 ? 255 : 0)),
  );
  const flat = Array.from({ length: 784 }, (_, i) => {
    const [x, y] = [i % 28, Math.floor(i / 28)];
    return x >= 14 && x < 16 && y >= 4 && y < 24 ? 255 : 0;
  });
  return {
    strokes: answer.text,
    status: digit.status,
    guesses: digit.candidates.map((candidate) => candidate.label),
    width: digit.box.width,
    base64: every.text,
    models: every.models.map((reading) => reading.name),
    seen: traced.digits[0]?.seen?.slice(0, 22),
    rows: (await read({ pixels: rows })).text,
    flat: (await read({ pixels: flat })).text,
  };
}

async function giveFeedback() {
  const said: FeedbackStrokes = {
    strokes: SEVEN,
    label: "7",
    predicted: { label: "7", probability: 0.98, model: "cnn", version: "5bfbc8b0" },
    consent: true,
  };
  const headers = { "Idempotency-Key": KEY };
  const first = await submitFeedback({ body: said, headers });
  const again = await submitFeedback({ body: said, headers });
  assert(first.data, JSON.stringify(first.error));
  const other = await submitFeedback({ body: { strokes: SEVEN, label: null, consent: true }, headers });
  const path = { receipt: first.data.receipt };
  const gone = await withdrawFeedback({ path });
  assert.equal(gone.response?.status, 204);
  return {
    statuses: [first.response?.status, again.response?.status],
    "same receipt": again.data?.receipt === first.data.receipt,
    "another body": problemOf(other),
    "withdrawn again": problemOf(await withdrawFeedback({ path })),
  };
}

async function meetProblems() {
  const wrong = await recognize({ body: { strokes: SEVEN, candidates: 11 } });
  return {
    empty: problemOf(await recognize({ body: { strokes: [] } })),
    candidates: problemOf(wrong),
    field: wrong.error?.field,
    model: problemOf(await showModel({ path: { name: "oracle" } })),
  };
}

async function look() {
  const models = await listModels();
  assert(models.data, JSON.stringify(models.error));
  const tag = models.response?.headers.get("ETag") ?? "";
  const known = await listModels({ headers: { "If-None-Match": tag } });
  const model = await showModel({ path: { name: models.data.default } });
  assert(model.data, JSON.stringify(model.error));
  return {
    default: model.data.name,
    labels: model.data.labels,
    head: model.data.head,
    measured: Object.keys(model.data.figures).sort(),
    known: known.response?.status,
    health: (await showHealth()).data?.status,
  };
}

const [address, image] = process.argv.slice(2);
assert(address && image);
client.setConfig({ baseUrl: address });
console.log(
  JSON.stringify({
    read: await readDrawings(readFileSync(image).toString("base64")),
    feedback: await giveFeedback(),
    problems: await meetProblems(),
    look: await look(),
  }),
);
