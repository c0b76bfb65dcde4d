/** Whether drawings may be kept; remembered where the browser lets us. */
import { lasting } from "./storage.js";

const KEY = "inkling.consent.2";

/** "yes", "no", or else nobody has chosen. */
export const remembered = () => lasting.read(KEY);

/** @param {"yes" | "no" | ""} next empty: ask again */
export const remember = (next) => lasting.write(KEY, next);
