/**
 * What the person has said and the API has not acknowledged yet: it goes on being sent, over a
 * reload too, by one tab at a time and always under the same key, so that it counts once.
 * @typedef {{key: string, body?: object, receipt?: string}} Deed keep a body, or take back a receipt
 */
import { call, post } from "./reader.js";
import { lasting } from "./storage.js";

const PREFIX = "inkling.deed.";
const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 60_000;

/** @type {Map<string, Deed>} */
const mine = new Map(); // of this visit, to notice what another tab has sent
let events;
let round = null;
let retryMs = FIRST_RETRY_MS;
let timer = 0;

/**
 * @param {{onDone(deed: Deed, receipt?: string), onLater(deed: Deed), onRefused(deed: Deed, detail: string)}} told
 * no receipt: taken back, or another tab has sent it
 */
export function listen(told) {
  events = told;
  addEventListener("online", flush);
  flush();
}

/** @param {Deed} deed */
export function add(deed) {
  mine.set(PREFIX + deed.key, deed);
  lasting.write(PREFIX + deed.key, JSON.stringify(deed));
  flush();
}

export const isEmpty = () => !waiting().length;

/** Send what waits, now. */
export function flush() {
  retryMs = FIRST_RETRY_MS;
  return again();
}

const waiting = () => [...new Set([...mine.keys(), ...lasting.keys(PREFIX)])];

const again = () => (round ??= sendAll().finally(() => (round = null)));

async function sendAll() {
  clearTimeout(timer);
  const tried = new Set();
  let waitMs = 0;
  for (let key; !waitMs && (key = waiting().find((each) => !tried.has(each))); tried.add(key))
    waitMs = await alone(key, () => send(key));
  if (isEmpty()) return;
  timer = setTimeout(again, Math.max(retryMs, waitMs));
  retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
}

/** Unless another tab is at it. */
async function alone(key, act) {
  if (!navigator.locks) return act(); // the key alone keeps it from counting twice then
  return navigator.locks.request(key, { ifAvailable: true }, (lock) => (lock ? act() : 0));
}

/** @returns {Promise<number>} ms to wait before anything more is sent, 0: none */
async function send(key) {
  const deed = deedOf(key);
  const known = deed ?? mine.get(key);
  try {
    const receipt = deed && (await (deed.receipt ? takeBack(deed) : keep(deed)));
    drop(key);
    if (known) events.onDone(known, receipt);
  } catch ({ kind, detail, waitMs }) {
    if (kind !== "refused") return events.onLater(known), waitMs || 1;
    drop(key);
    events.onRefused(known, detail);
  }
  return 0;
}

/** @returns {Deed | null} null where it is gone, or none of ours */
function deedOf(key) {
  try {
    const deed = JSON.parse(lasting.read(key));
    return deed.receipt || deed.body ? deed : null;
  } catch {
    return null; // not JSON
  }
}

function drop(key) {
  mine.delete(key);
  lasting.erase(key);
}

async function keep({ key, body }) {
  const { receipt } = await post("feedback", body, { "Idempotency-Key": key });
  if (typeof receipt !== "string" || !receipt) throw { kind: "nonsense" };
  return receipt;
}

/** Where there is nothing to take back, it has been taken back. */
async function takeBack({ receipt }) {
  try {
    const answer = await call(`feedback/${encodeURIComponent(receipt)}`, { method: "DELETE" });
    if (answer !== null) throw { kind: "nonsense" }; // not from the API, which has nothing to say
  } catch (error) {
    if (error.status !== 404) throw error;
  }
}
