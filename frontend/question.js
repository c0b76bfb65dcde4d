/** "Was that right?": what the person says is kept if they agree, and can be taken back. */
import { remember, remembered } from "./consent.js";
import { get, keepFocus, make } from "./dom.js";
import * as given from "./given.js";
import * as outbox from "./outbox.js";
import { spoken, words } from "./words.js";

const LABELS = [..."0123456789"];

let undoTimer = 0;

get("forget").onclick = () => {
  remember("");
  get("forget").textContent = words.forgotten;
};

/** @param {object} drawing as the API takes it @param {import("./answer.js").Reading} reading */
export function ask(drawing, { digits: [digit, ...more], model }) {
  const { label, probability, status, candidates } = digit;
  let predicted = { label, probability, model: model.name, version: model.version };
  if (more.length) predicted = undefined; // several digits were read, as no one label
  const say = (label) => () => {
    const body = { ...drawing, label, predicted, consent: true }; // label null: not a digit
    decide(remembered(), () => {
      given.give(body);
      send({ body });
    });
  };
  const is = (label) => button(label, say(label), spoken(label));
  const others = () => offer(words.was, [...LABELS.map(is), button(words.none, say(null))]);
  if (!undoTimer && outbox.isEmpty()) report("");
  if (given.isGiven(drawing)) return hide();
  if (more.length) offer(words.single, [button(words.tell, others)]);
  else if (status === "unsure") {
    const best = candidates.slice(0, 2).map((each) => is(each.label));
    offer(words.which, [...best, button(words.other, others)]);
  } else {
    const yes = say(status === "recognized" ? label : null);
    offer(words.right, [button(words.yes, yes), button(words.no, others)]);
  }
}

/** There is nothing to ask (any more). */
export const hide = () => offer("", [], "paper");

function offer(text, buttons, heir) {
  const place = get("question");
  const focused = place.contains(document.activeElement);
  place.replaceChildren(make("p", {}, text), make("div", {}, ...buttons));
  place.className = buttons.length > LABELS.length ? "keys" : "";
  if (focused) (buttons[0] ?? get(heir)).focus({ preventScroll: true });
}

function decide(consent, act) {
  const chosen = (next) => () => {
    remember(next);
    decide(next, act);
  };
  const choose = () => {
    const keep = button(words.keep, chosen("yes"));
    offer(words.consent, [keep, button(words.dont, chosen("no"))]);
    if (get("thanks").contains(document.activeElement)) keep.focus({ preventScroll: true });
    report("");
  };
  if (consent !== "yes" && consent !== "no") return choose();
  offer("", [], "feedback"); // so that the next stop is what can be done about it
  if (consent === "yes") act();
  else report(words.declined, button(words.change, choose));
}

const send = (deed) => {
  report(words.wait);
  outbox.add({ key: crypto.getRandomValues(new Uint32Array(4)).join("-"), ...deed });
};

/** Tell what becomes of what was said, in this visit or before it was left. */
export function listen() {
  const left = given.undoable();
  if (left) thank(left);
  else given.endUndo();
  outbox.listen({
    onDone(deed, receipt) {
      if (deed.receipt) return report(words.taken);
      if (receipt) given.keepUndo(deed.body, receipt);
      thank(receipt ? given.undoable() : null);
    },
    onLater: ({ receipt }) =>
      report(`${receipt ? words.notTaken : words.notKept} ${words.later}`, button(words.again, tryAgain)),
    onRefused({ body, receipt }, detail) {
      if (body) given.forget(body);
      report(`${receipt ? words.notTaken : words.notKept} ${detail}`);
    },
  });
}

/** @param {ReturnType<given.undoable>} left what can be undone */
function thank(left) {
  const takeBack = () => {
    given.undo(left);
    send({ receipt: left.receipt });
  };
  report(words.thanks, ...(left ? [button(words.undo, takeBack, words.takeBack)] : []));
  undoTimer = setTimeout(() => {
    given.endUndo();
    report(words.thanks);
  }, left?.ms ?? given.UNDO_MS);
}

function tryAgain() {
  report(words.wait);
  outbox.flush();
}

/** On a line of its own, so that the next drawing leaves it. */
function report(text, ...buttons) {
  clearTimeout(undoTimer);
  undoTimer = 0;
  keepFocus(() => get("thanks").replaceChildren(text, ...buttons), "feedback");
}

function button(text, onclick, ariaLabel = text) {
  return make("button", { onclick, ariaLabel }, text);
}
