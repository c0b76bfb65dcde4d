/** The API's client: it gives up, tries again, and never lets an old answer win. */
import { readingOf } from "./answer.js";
import { apiUrl } from "./config.js";

const TIMEOUT_MS = 9000; // so that something is said within ten seconds of the last stroke
const SLOW_MS = 1000;
const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 30_000;
const LONGEST_WAIT_MS = 600_000; // whatever the API asks for; above 2^31 a timer would not wait at all

/** Why there is no answer; `kind` is a key of `words.trouble`. */
const trouble = (kind, facts) => Object.assign(new Error(kind), { kind, ...facts });

/** Ask the API; null where it has nothing to say. @param {RequestInit} [options] */
export async function call(path, options, controller = new AbortController()) {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, TIMEOUT_MS);
  try {
    const response = await fetch(`${apiUrl}/v1/${path}`, { ...options, signal: controller.signal });
    return await judge(response, await response.text());
  } catch (error) {
    throw error.kind ? error : trouble(late ? "timeout" : "unreachable");
  } finally {
    clearTimeout(timer);
  }
}

async function judge({ ok, status, headers }, text) {
  if (status === 204) return null;
  if (status >= 500 || status === 429)
    throw trouble("broken", { waitMs: Math.min(1000 * headers.get("Retry-After") || 0, LONGEST_WAIT_MS) });
  const json = await new Response(text).json().catch(() => null);
  if (ok && json) return json;
  throw trouble(ok ? "nonsense" : "refused", { status, detail: String(json?.detail ?? "").slice(0, 200) });
}

export function post(path, body, more, controller) {
  const headers = { "Content-Type": "application/json", ...more };
  return call(path, { method: "POST", headers, body: JSON.stringify(body) }, controller);
}

let asked = new AbortController(); // the newest question
let retryMs = FIRST_RETRY_MS;
let timer = 0;
let retry = null;

/** What was asked is no longer of interest. */
export function cancel() {
  asked.abort();
  asked = new AbortController();
  retry = null;
  clearTimeout(timer);
}

/**
 * Ask what a drawing is; only the newest question is answered.
 * @param {object} drawing as the API takes it
 * @param {{onAnswer(reading), onSlow(), onTrouble(kind: string, detail: string)}} events
 */
export function recognize(drawing, events) {
  retryMs = FIRST_RETRY_MS;
  send({ ...drawing, model: "all", trace: true }, events);
}

async function send(body, events) {
  cancel();
  const mine = asked;
  const slow = setTimeout(() => mine === asked && events.onSlow(), SLOW_MS);
  try {
    const json = await post("recognize", body, {}, mine);
    if (mine === asked) events.onAnswer(readingOf(json));
  } catch (error) {
    if (mine === asked) fail(error, events, () => send(body, events));
  } finally {
    clearTimeout(slow);
  }
}

function fail({ kind = "nonsense", detail = "", waitMs = 0 }, events, again) {
  events.onTrouble(kind, detail);
  if (kind === "refused" || kind === "nonsense") return;
  retry = again; // at the latest when the network returns
  timer = setTimeout(again, Math.max(retryMs, waitMs));
  retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
}

addEventListener("online", () => retry?.());
