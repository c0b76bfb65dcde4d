// @ts-check
/** Asks before the automatic rules decide, and says for whom and why. */
import { get, make } from "./dom.js";
import { count, words } from "./words.js";

/** @param {import("./line.js").Item[]} items @param {(ids: string[]) => void} onYes */
export function ask(items, onYes) {
  const clear = items.filter(({ advice }) => advice);
  const sentences = new Map();
  for (const { advice, sentence } of clear)
    sentences.set(sentence, { advice, number: (sentences.get(sentence)?.number ?? 0) + 1 });
  const most = [...sentences].sort(([, one], [, other]) => other.number - one.number);
  const lines = most.map(([sentence, { advice, number }]) =>
    make("li", {}, make("b", {}, `${advice === "accepted" ? "Accept" : "Reject"} ${number.toLocaleString("en")}`), ` ${sentence}`),
  );
  const end = clear.length ? `${count(items.length - clear.length, "drawing stays", "drawings stay")} ${words.rest}` : words.noRules;
  const dialog = get("ask");
  dialog.querySelector("div").replaceChildren(make("ul", {}, ...lines), make("p", {}, end));
  dialog.querySelector("[value=yes]").hidden = !clear.length;
  dialog.returnValue = "";
  dialog.onclose = () => dialog.returnValue && onYes(clear.map(({ id }) => id));
  dialog.showModal();
}
