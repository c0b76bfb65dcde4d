/** Whether drawings may be kept; remembered where the browser lets us. */
const KEY = "inkling.consent.2";
let choice = "";

/** "yes", "no", or else nobody has chosen. */
export function remembered() {
  try {
    return localStorage.getItem(KEY) ?? choice;
  } catch {
    return choice;
  }
}

/** @param {"yes" | "no" | ""} next empty: ask again */
export function remember(next) {
  choice = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {} // storage is blocked: remembered until the page closes
}
