// @ts-check
/** The keyboard: one key a deed, the same as in the terminal. */
import { get } from "./dom.js";
import { columns } from "./sheet.js";

const DEEDS = { a: "accept", r: "reject", n: "none", b: "return", c: "cluster", s: "skip", u: "undo", "?": "help" };
const WRITES = "select, input, textarea, dialog *";

export function onKeys(deeds) {
  addEventListener("keydown", (event) => {
    const { key, shiftKey, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || /** @type {Element} */ (target).closest(WRITES)) return;
    if (get("keys").open || get("ask").open) return;
    const scrolling = /** @type {Element} */ (target).id === "single" && /^(Arrow|Page|Home|End)/.test(key);
    if (scrolling) return;
    const deed = DEEDS[key.toLowerCase()];
    const pressing = /** @type {Element} */ (target).matches("button") && (key === " " || key === "Enter");
    if (pressing) return;
    if (deed) deeds[deed]();
    else if (/^[0-9]$/.test(key)) deeds.label(key);
    else if (!moved(key, shiftKey, deeds)) return;
    event.preventDefault();
  });
}

function moved(key, choosing, { move, to, page, toggle, open, clear }) {
  const moves = {
    ArrowLeft: () => move(-1, choosing),
    ArrowRight: () => move(1, choosing),
    ArrowUp: () => move(-columns(), choosing),
    ArrowDown: () => move(columns(), choosing),
    Home: () => to(0),
    End: () => to(-1),
    PageUp: () => page(-1),
    PageDown: () => page(1),
    " ": toggle,
    Enter: () => open(true),
    Escape: () => (document.body.classList.contains("alone") ? open(false) : clear()),
  };
  moves[key]?.();
  return key in moves;
}
