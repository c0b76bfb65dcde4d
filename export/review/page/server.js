// @ts-check
/** Asks the review's server. Addresses are relative: the page's own holds the secret. */
import { words } from "./words.js";

const CHUNK = 50; // drawings a request: a long step shows its progress, and a reload loses none

export class Trouble extends Error {}

export const list = (status) => call(`items?status=${status}`);
export const refresh = () => call("refresh", {});
export const drawingOf = ({ id }) => `drawings/${id}`;
export const pictureOf = ({ id }) => `pictures/${id}`;

/** Decide in chunks that undo takes back as one. @param {(done: number) => void} onProgress */
export async function decide({ ids, decision, label }, onProgress) {
  const step = crypto.randomUUID();
  const outcome = { moved: [], gone: [], left: [], trouble: "", counts: null };
  for (let first = 0; first < ids.length; first += CHUNK) {
    const some = ids.slice(first, first + CHUNK);
    const { moved, gone, left, ...rest } = await call("decisions", { ids: some, decision, label, step });
    outcome.moved.push(...moved);
    outcome.gone.push(...gone);
    Object.assign(outcome, rest);
    outcome.left = [...left, ...(left.length ? ids.slice(first + CHUNK) : [])];
    if (left.length) break;
    onProgress(Math.min(first + CHUNK, ids.length));
  }
  return outcome;
}

/** Take the last step back, part by part. @param {(done: number) => void} onProgress */
export async function undo(onProgress) {
  const outcome = { items: [], gone: 0, more: true };
  while (outcome.more) {
    const { items, gone, ...rest } = await call("undo", {});
    outcome.items.push(...items);
    outcome.gone += gone;
    Object.assign(outcome, rest);
    onProgress(outcome.items.length);
  }
  return outcome;
}

async function call(address, body) {
  const options = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  let answer;
  try {
    answer = await fetch(address, options);
  } catch {
    throw new Trouble(words.trouble.unreachable);
  }
  if (answer.status === 404) throw new Trouble(words.trouble.ended);
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Trouble(content.detail ?? words.trouble.refused);
  return content;
}
