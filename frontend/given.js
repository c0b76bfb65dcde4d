/** Of which drawings something was said in this tab, and what of it can be undone; over a reload too. */
import { ofTab } from "./storage.js";

const MARK = "inkling.given."; // and the drawing's digest
const UNDO = "inkling.undo";
export const UNDO_MS = 10_000;

/** A drawing as the API takes it, also with what was said of it. @returns {string} */
function markOf({ strokes, image }) {
  const text = String(image ?? JSON.stringify(strokes)); // neither, where the page did not write it
  let hash = 2166136261; // FNV-1a
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return MARK + (hash >>> 0);
}

export const isGiven = (drawing) => ofTab.read(markOf(drawing)) !== null;
export const give = (drawing) => ofTab.write(markOf(drawing), "");
export const forget = (drawing) => ofTab.erase(markOf(drawing));

/** From now on it can be undone for a while. */
export function keepUndo(drawing, receipt) {
  ofTab.write(UNDO, JSON.stringify({ receipt, mark: markOf(drawing), end: Date.now() + UNDO_MS }));
}

/** What can be undone yet, and for how many ms. @returns {{receipt: string, mark: string, ms: number} | null} */
export function undoable() {
  try {
    const { receipt, mark, end } = JSON.parse(ofTab.read(UNDO));
    const ms = Math.min(end - Date.now(), UNDO_MS);
    return ms > 0 && typeof receipt === "string" ? { receipt, mark, ms } : null;
  } catch {
    return null; // nothing, or not as we write it
  }
}

export const endUndo = () => ofTab.erase(UNDO);

/** It is undone: the drawing may be asked about again. */
export function undo({ mark }) {
  ofTab.erase(mark);
  endUndo();
}
